//! The core schema of a user (RFC 7643, section 4.1). There is no `password`: members do not get one from a directory.

use super::Schema;
use super::attribute::{Attribute, Kind};

/// `urn:ietf:params:scim:schemas:core:2.0:User`.
pub static USER_SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "A person",
    attributes: &ATTRIBUTES,
};

static ATTRIBUTES: [Attribute; 20] = [
    Attribute::text("userName", "The name by which the directory knows the person; usually the email address")
        .required()
        .unique()
        .always(),
    Attribute::new("name", Kind::Complex(&NAME), "The parts of the person's name"),
    Attribute::text("displayName", "The name as it is shown to others"),
    Attribute::text("nickName", "What the person is called by friends"),
    Attribute::new("profileUrl", Kind::Reference(&["external"]), "The address of a page about the person"),
    Attribute::text("title", "What the person is in the company, as \"Vice President\""),
    Attribute::text("userType", "How the person belongs to the company, as \"Contractor\""),
    Attribute::text("preferredLanguage", "The languages the person prefers, as in Accept-Language"),
    Attribute::text("locale", "The person's language and region, as \"en-US\""),
    Attribute::text("timezone", "The person's time zone, as \"Europe/Berlin\""),
    Attribute::new("active", Kind::Boolean, "Whether the person may come in"),
    Attribute::new("emails", Kind::Complex(&EMAILS), "Email addresses").multi_valued().required(),
    Attribute::new("phoneNumbers", Kind::Complex(&PHONE_NUMBERS), "Phone numbers").multi_valued(),
    Attribute::new("ims", Kind::Complex(&IMS), "Addresses of instant messaging").multi_valued(),
    Attribute::new("photos", Kind::Complex(&PHOTOS), "Pictures of the person").multi_valued(),
    Attribute::new("addresses", Kind::Complex(&ADDRESSES), "Postal addresses").multi_valued(),
    Attribute::new("groups", Kind::Complex(&GROUPS), "The groups the person is in").multi_valued().read_only(),
    Attribute::new("entitlements", Kind::Complex(&ENTITLEMENTS), "What the person is entitled to").multi_valued(),
    Attribute::new("roles", Kind::Complex(&ROLES), "What the directory calls the person's roles").multi_valued(),
    Attribute::new("x509Certificates", Kind::Complex(&CERTIFICATES), "The person's certificates").multi_valued(),
];

static NAME: [Attribute; 6] = [
    Attribute::text("formatted", "The whole name, as it is written"),
    Attribute::text("familyName", "The family name"),
    Attribute::text("givenName", "The given name"),
    Attribute::text("middleName", "Middle names"),
    Attribute::text("honorificPrefix", "What stands in front, as \"Dr.\""),
    Attribute::text("honorificSuffix", "What stands behind, as \"III\""),
];

const DISPLAY: Attribute = Attribute::text("display", "The value as it is shown to people");
const TYPE: Attribute = Attribute::text("type", "What the value is for");
const PRIMARY: Attribute =
    Attribute::new("primary", Kind::Boolean, "Whether it is the one to use first; one is at most");

static EMAILS: [Attribute; 4] =
    [Attribute::text("value", "The address").required(), DISPLAY, TYPE.usually(&["work", "home", "other"]), PRIMARY];

static PHONE_NUMBERS: [Attribute; 4] = [
    Attribute::text("value", "The number"),
    DISPLAY,
    TYPE.usually(&["work", "home", "mobile", "fax", "pager", "other"]),
    PRIMARY,
];

static IMS: [Attribute; 4] = [
    Attribute::text("value", "The address"),
    DISPLAY,
    TYPE.usually(&["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"]),
    PRIMARY,
];

static PHOTOS: [Attribute; 4] = [
    Attribute::new("value", Kind::Reference(&["external"]), "Where the picture is").case_exact(),
    DISPLAY,
    TYPE.usually(&["photo", "thumbnail"]),
    PRIMARY,
];

static ADDRESSES: [Attribute; 8] = [
    Attribute::text("formatted", "The whole address, with its lines"),
    Attribute::text("streetAddress", "Street and number"),
    Attribute::text("locality", "The town"),
    Attribute::text("region", "The state or region"),
    Attribute::text("postalCode", "The postal code"),
    Attribute::text("country", "The country, in two letters"),
    TYPE.usually(&["work", "home", "other"]),
    PRIMARY,
];

static GROUPS: [Attribute; 4] = [
    Attribute::text("value", "The group's id").case_exact().read_only(),
    Attribute::new("$ref", Kind::Reference(&["Group"]), "Where the group is").case_exact().read_only(),
    Attribute::text("display", "The group's name").read_only(),
    Attribute::text("type", "Whether the person is in it, or in a group that is").usually(&["direct"]).read_only(),
];

static ENTITLEMENTS: [Attribute; 4] = [Attribute::text("value", "The entitlement"), DISPLAY, TYPE, PRIMARY];
static ROLES: [Attribute; 4] = [Attribute::text("value", "The role"), DISPLAY, TYPE, PRIMARY];
static CERTIFICATES: [Attribute; 4] =
    [Attribute::new("value", Kind::Binary, "The certificate, DER in base64").case_exact(), DISPLAY, TYPE, PRIMARY];
