//! Fills a test project with made-up organizations, members and sessions, so that an operator can size hardware.
//!
//! Everything goes through what the API itself calls, so the data is what the API would have made of the same input.

mod content;

use crate::factors::Factor;
use crate::organizations::{self, Organization};
use crate::sessions::{self, Basis, MOST_OF_MEMBER, Terms};
use crate::{members, projects};
use database::Tx;
use foundation::app::App;
use foundation::cx::{Cx, Via};
use foundation::error::{ApiError, Error, Result};
use foundation::id::{Environment, ProjectId};
use foundation::project::Project;
use futures_util::StreamExt as _;
use futures_util::stream;
use serde::Serialize;
use std::ops::Range;
use std::sync::Arc;

/// How much there is to make, and of which content: the same number gives the same names, addresses, roles and
/// metadata. Ids and tokens are always new.
#[derive(Debug, Clone, Copy)]
pub struct Seed {
    pub organizations: u64,
    /// Spread evenly over the organizations.
    pub members: u64,
    /// Spread evenly over the members.
    pub sessions: u64,
    pub number: u64,
}

/// What has been made.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Seeded {
    pub organizations: u64,
    pub members: u64,
    pub sessions: u64,
}

const MAX_ORGANIZATIONS: u64 = 10_000_000;
const MAX_MEMBERS: u64 = 100_000_000;
/// Organizations made in one transaction.
const GROUP: u64 = 100;
/// Members and sessions made in one transaction, about.
const ROWS: u64 = 500;
/// Groups in the making at once: enough to keep SQLite's one writer busy, and a few connections to PostgreSQL.
const AT_ONCE: usize = 4;
/// Minutes that a session lasts: thirty days.
const SESSION_MINUTES: i64 = 30 * 24 * 60;

/// Makes it all, and calls `report` with what is made so far and the session tokens that were added to it.
///
/// # Errors
/// A project that is not there or live, numbers out of bounds, a project that was seeded with the same number before,
/// and what `report` answers. What is made by then stays.
pub async fn seed(
    app: &App,
    project: &str,
    seed: Seed,
    mut report: impl FnMut(&Seeded, &[String]) -> std::io::Result<()>,
) -> Result<Seeded> {
    check(&seed)?;
    let id = ProjectId::parse(project).ok_or(ApiError::ProjectNotFound)?;
    let project = Arc::new(app.db().read(move |tx| projects::enter(tx, &id)).await?);
    if project.environment == Environment::Live {
        return Err(ApiError::InvalidArgument.because("Only a test project can be seeded; this one is live."));
    }
    let groups = seed.organizations.div_ceil(GROUP);
    let mut made = stream::iter(0..groups)
        .map(|group| {
            let last = seed.organizations.min((group + 1) * GROUP);
            make_group(app.clone(), project.clone(), seed, group * GROUP..last)
        })
        .buffered(AT_ONCE);
    let mut total = Seeded::default();
    while let Some(group) = made.next().await {
        let (seeded, tokens) = group?;
        total.organizations += seeded.organizations;
        total.members += seeded.members;
        total.sessions += seeded.sessions;
        report(&total, &tokens).map_err(Error::internal)?;
    }
    Ok(total)
}

fn check(seed: &Seed) -> Result<()> {
    let bounds = [
        (!(1..=MAX_ORGANIZATIONS).contains(&seed.organizations), "There can be 1 to 10,000,000 organizations."),
        (seed.members > MAX_MEMBERS, "There can be at most 100,000,000 members."),
        (
            seed.sessions > seed.members * u64::from(MOST_OF_MEMBER),
            "There can be at most 100 sessions for each member.",
        ),
    ];
    match bounds.into_iter().find(|(is_out, _)| *is_out) {
        Some((_, sentence)) => Err(ApiError::InvalidArgument.because(sentence)),
        None => Ok(()),
    }
}

/// Some organizations with everyone in them, and the session tokens.
async fn make_group(app: App, project: Arc<Project>, seed: Seed, group: Range<u64>) -> Result<(Seeded, Vec<String>)> {
    let cx = context(&app, &project);
    let indexes = group.clone();
    let work = move |tx: &mut Tx| {
        indexes
            .clone()
            .map(|index| organizations::create(tx, &cx, content::organization(seed.number, index)?))
            .collect()
    };
    let made: Vec<Organization> = context(&app, &project).write(work).await.map_err(explain)?;
    let made = Arc::new(made);
    let people: Vec<(usize, u64)> = (0..made.len())
        .zip(group)
        .flat_map(|(place, index)| share(seed.members, seed.organizations, index).map(move |member| (place, member)))
        .collect();
    let mut seeded = Seeded { organizations: made.len() as u64, ..Seeded::default() };
    let mut tokens = Vec::new();
    let rows_each = 1 + seed.sessions.checked_div(seed.members).unwrap_or_default();
    for batch in people.chunks(usize::try_from(ROWS / rows_each).unwrap_or_default().max(1)) {
        let (cx, organizations, batch) = (context(&app, &project), made.clone(), batch.to_vec());
        seeded.members += batch.len() as u64;
        let work = move |tx: &mut Tx| {
            let mut tokens = Vec::new();
            for &(place, index) in &batch {
                let organization = &organizations[place];
                tx.visit(organization.organization_id.as_str(), |tx| {
                    member(tx, &cx, organization, &seed, index, &mut tokens)
                })?;
            }
            Ok::<_, Error>(tokens)
        };
        tokens.append(&mut context(&app, &project).write(work).await?);
    }
    seeded.sessions = tokens.len() as u64;
    Ok((seeded, tokens))
}

/// What the project's backend might have asked for just now.
fn context(app: &App, project: &Arc<Project>) -> Cx {
    Cx { via: Via::Backend, request_id: "seed".into(), ..Cx::of_operator(app, project.clone()) }
}

fn member(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    seed: &Seed,
    index: u64,
    tokens: &mut Vec<String>,
) -> Result<()> {
    let new = content::member(seed.number, index, &organization.organization_slug)?;
    let member = members::create(tx, cx, organization, new)?;
    for _ in share(seed.sessions, seed.members, index) {
        let link = Factor::magic_link(member.email_id.clone(), member.email_address.clone(), cx.now());
        let terms = Terms { duration: Some(SESSION_MINUTES), ..Terms::unchanged(None) };
        let session = sessions::begin_or_extend(tx, cx, organization, &member, Basis::Login, vec![link], terms)?;
        tokens.push(session.token(&cx.app).to_text());
    }
    Ok(())
}

/// Which of `whole` things belong to one of `parts` that get as many as the others, give or take one.
fn share(whole: u64, parts: u64, index: u64) -> Range<u64> {
    whole * index / parts..whole * (index + 1) / parts
}

fn explain(error: Error) -> Error {
    match error {
        Error::Api(taken @ ApiError::OrganizationSlugAlreadyUsed, _) => {
            taken.because("The project was seeded with this number already; give another --seed.")
        }
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_even_and_cover_everything_once() {
        for (whole, parts) in [(0, 3), (1, 3), (10, 3), (1000, 1), (100_000_000, 9_999_999)] {
            let sample = |index: &u64| index < &50 || parts - index < 50;
            for index in (0..parts).filter(sample) {
                let here = share(whole, parts, index);
                assert!((whole / parts..=whole.div_ceil(parts)).contains(&(here.end - here.start)));
                assert_eq!(here.end, share(whole, parts, index + 1).start);
            }
            assert_eq!((share(whole, parts, 0).start, share(whole, parts, parts - 1).end), (0, whole));
        }
    }

    #[test]
    fn numbers_out_of_bounds_are_refused() {
        let seed = |organizations, members, sessions| Seed { organizations, members, sessions, number: 1 };
        for good in [seed(1, 0, 0), seed(10_000_000, 100_000_000, 10_000_000_000), seed(5, 1, 100)] {
            assert!(check(&good).is_ok(), "{good:?}");
        }
        for bad in [seed(0, 0, 0), seed(10_000_001, 0, 0), seed(1, 100_000_001, 0), seed(1, 1, 101), seed(1, 0, 1)] {
            assert!(check(&bad).is_err(), "{bad:?}");
        }
    }
}
