//! What an endpoint is told besides its input.

use crate::head::Head;
use foundation::cx::Cx;
use std::ops::Deref;
use std::sync::Arc;

/// A request whose sender is known: the context of the operation, and what only endpoints may look at.
pub struct Call<C> {
    pub(crate) cx: Arc<Cx>,
    pub caller: C,
    pub head: Arc<Head>,
}

impl<C> Call<C> {
    /// The context, to be kept.
    pub fn context(&self) -> Arc<Cx> {
        self.cx.clone()
    }
}

/// Operations take the context.
impl<C> Deref for Call<C> {
    type Target = Cx;
    fn deref(&self) -> &Cx {
        &self.cx
    }
}
