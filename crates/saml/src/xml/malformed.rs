//! What is wrong with a document, whatever it says.

/// A document is no XML that we read: too much of it, something that has no place in it, or not in its order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// It has more bytes than are looked at.
    #[error("the document has {bytes} bytes, and {most} are allowed")]
    Large {
        /// What it has.
        bytes: usize,
        /// What it may have.
        most: usize,
    },
    /// Elements are nested too deep.
    #[error("elements are nested more than {most} deep")]
    Deep {
        /// What is allowed.
        most: usize,
    },
    /// There are too many elements.
    #[error("the document has more than {most} elements")]
    ManyElements {
        /// What is allowed.
        most: usize,
    },
    /// A tag has too many attributes.
    #[error("a tag has more than {most} attributes")]
    ManyAttributes {
        /// What is allowed.
        most: usize,
    },
    /// There are too many equals signs, each of which could be an attribute.
    #[error("the document has more than {most} equals signs")]
    ManyEqualsSigns {
        /// What is allowed.
        most: usize,
    },
    /// There are too many declarations of namespaces.
    #[error("the document declares more than {most} namespaces")]
    ManyNamespaces {
        /// What is allowed.
        most: usize,
    },
    /// A name is too long.
    #[error("the name of an element or attribute has more than {most} bytes")]
    LongName {
        /// What is allowed, in bytes.
        most: usize,
    },
    /// It is not in UTF-8.
    #[error("the document is not in UTF-8")]
    NotUtf8,
    /// It declares a document type or an entity.
    #[error("the document has a DOCTYPE or another declaration, which is not allowed")]
    Doctype,
    /// It has a processing instruction.
    #[error("the document has a processing instruction, which is not allowed")]
    ProcessingInstruction,
    /// It has a comment.
    #[error("the document has a comment, which is not allowed")]
    Comment,
    /// It has a CDATA section.
    #[error("the document has a CDATA section, which is not allowed")]
    CharacterData,
    /// It is no XML.
    #[error("the document is no XML: {0}")]
    NotWellFormed(String),
    /// An element stands where another one has to.
    #[error("in {parent} is {seen}, where {expected} was expected")]
    Unexpected {
        /// The element that it is in.
        parent: String,
        /// What is there.
        seen: String,
        /// What should be.
        expected: String,
    },
    /// There is text, or something else, between elements.
    #[error("{element} has text between its elements, which is not allowed")]
    TextBetween {
        /// The element that it is in.
        element: String,
    },
    /// An element has something else in it than text.
    #[error("{element} has more than text in it, which is not allowed")]
    NotText {
        /// Which one.
        element: String,
    },
    /// An attribute is not there.
    #[error("{element} has no attribute {attribute}")]
    NoAttribute {
        /// Of which element.
        element: String,
        /// Its name.
        attribute: String,
    },
    /// A value is not what its place asks for.
    #[error("{of} is {seen:?}, and {expected} was expected")]
    Value {
        /// Of what: an element, or an attribute of one.
        of: String,
        /// The value.
        seen: String,
        /// What kind of value belongs there.
        expected: &'static str,
    },
    /// Two elements have the same ID.
    #[error("two elements have the ID {0:?}")]
    DuplicateId(String),
}
