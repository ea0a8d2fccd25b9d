/// A message as a person reads it.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) link: String,
    pub(super) code: String,
}
