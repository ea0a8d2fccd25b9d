//! One attribute and its characteristics (RFC 7643, section 2.2).

/// An attribute. Where nothing else is said it is one text of no fixed case, which need not be there and can be changed.
#[derive(Debug)]
pub struct Attribute {
    /// Its name, in the standard's case.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// Whether it has several of them.
    pub is_multi_valued: bool,
    /// Whether a resource must have it.
    pub is_required: bool,
    /// Whether case makes a difference between two texts.
    pub is_case_exact: bool,
    /// Who may change it.
    pub mutability: Mutability,
    /// When it is in an answer.
    pub returned: Returned,
    /// Among what it is unique.
    pub uniqueness: Uniqueness,
    /// Values that are usual.
    pub canonical_values: &'static [&'static str],
}

/// The type of a value (section 2.3).
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A time (`xs:dateTime`).
    DateTime,
    /// Bytes in base64.
    Binary,
    /// The address of something, of one of these types.
    Reference(&'static [&'static str]),
    /// An object with attributes of its own.
    Complex(&'static [Attribute]),
}

/// Who may change an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    /// Only the server.
    ReadOnly,
    /// The directory as well.
    ReadWrite,
    /// Nobody, once it is there.
    Immutable,
}

/// When an attribute is in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// Whatever was asked for.
    Always,
    /// If nothing else was asked for, or it was.
    Default,
}

/// Among what a value is unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uniqueness {
    /// It need not be.
    None,
    /// Among the resources of the connection.
    Server,
}

impl Attribute {
    pub(super) const fn new(name: &'static str, kind: Kind, description: &'static str) -> Self {
        Self {
            name,
            description,
            kind,
            is_multi_valued: false,
            is_required: false,
            is_case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            canonical_values: &[],
        }
    }

    pub(super) const fn text(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Text, description)
    }

    pub(super) const fn multi_valued(mut self) -> Self {
        self.is_multi_valued = true;
        self
    }

    pub(super) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(super) const fn case_exact(mut self) -> Self {
        self.is_case_exact = true;
        self
    }

    pub(super) const fn read_only(mut self) -> Self {
        self.mutability = Mutability::ReadOnly;
        self
    }

    pub(super) const fn immutable(mut self) -> Self {
        self.mutability = Mutability::Immutable;
        self
    }

    pub(super) const fn always(mut self) -> Self {
        self.returned = Returned::Always;
        self
    }

    pub(super) const fn unique(mut self) -> Self {
        self.uniqueness = Uniqueness::Server;
        self
    }

    pub(super) const fn usually(mut self, values: &'static [&'static str]) -> Self {
        self.canonical_values = values;
        self
    }

    /// The attributes within it; none if it is not complex.
    pub fn sub_attributes(&self) -> &'static [Attribute] {
        match self.kind {
            Kind::Complex(attributes) => attributes,
            _ => &[],
        }
    }

    /// The one within it that a name, in any case, means.
    pub fn sub_attribute(&self, name: &str) -> Option<&'static Attribute> {
        find(self.sub_attributes(), name)
    }
}

pub(super) fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}
