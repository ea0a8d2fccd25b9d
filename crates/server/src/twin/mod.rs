//! A twin for the tests of an app: the doors by which they move its time, read its mail, begin sessions and begin anew, and
//! what it has in it from the beginning. Nothing of it is there in any other server.

mod caller;
mod clock;
mod host;
mod mailbox;
mod planting;
mod projects;
mod reset;
mod seed;
mod sessions;

pub(crate) use host::{Ask, Asking, Hosted, host};
pub(crate) use planting::plant_all;
pub use seed::Seed;

use caller::Developer;
use foundation::cx::{Cx, Via};
use foundation::error::{ApiError, Result};
use foundation::id::ProjectId;
use frame::{Call, Endpoint};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        clock::show::endpoint(),
        clock::advance::endpoint(),
        mailbox::read::endpoint(),
        mailbox::empty::endpoint(),
        sessions::begin::endpoint(),
        projects::create::endpoint(),
        reset::reset::endpoint(),
    ]
}

/// The context of what a test asks for in a project: the one it names, or the first.
async fn in_project(call: &Call<Developer>, id: Option<&str>) -> Result<Cx> {
    let id = id.map(|id| ProjectId::parse(id).ok_or(ApiError::ProjectNotFound)).transpose()?;
    let project = crate::projects::find(&call.app, id).await?;
    Ok(Cx { project, via: Via::Backend, acting: None, ..(*call.context()).clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t78_these_doors_are_apart_and_ask_who_comes() {
        let others = crate::catalogue::endpoints();
        for endpoint in endpoints() {
            let about = endpoint.about;
            assert!(
                about.operation.starts_with("dev.") && about.doors.iter().all(|door| door.path.starts_with("/dev/"))
            );
            assert!(others.iter().all(|other| other.about.operation != about.operation), "{}", about.operation);
            assert!(endpoint.errors().any(|error| error == ApiError::UnauthorizedAction), "{}", about.operation);
            assert!(about.doc.ends_with('.') && !about.doc.is_empty(), "{}", about.operation);
        }
    }
}
