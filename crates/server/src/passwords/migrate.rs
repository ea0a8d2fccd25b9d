//! Taking over passwords that another program has hashed.

use super::work;
use crate::actor::ProjectCaller;
use crate::members::{self, CREATE, Member, MemberName, MemberUpdate, NewMember, Status};
use crate::organizations::{self, ExternalId, Organization, OrganizationRef};
use crate::stored_passwords::{self, Holder};
use ::passwords::PasswordHash;
use ::passwords::foreign::{self, Argon2Config, Foreign, HashType, Limits, Pbkdf2Config, Refused, Salts, ScryptConfig};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::error::{ApiError, Error, Result};
use foundation::id::MemberId;
use foundation::metadata::{self, Metadata};
use foundation::phone_number::PhoneNumber;
use foundation::rbac::RoleId;
use foundation::secret::Secret;
use foundation::text;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Migrate {
    organization_id: OrganizationRef,
    /// Whose password it is. Without such a member one is created.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// The hash, in the form that the type has.
    #[schemars(with = "String")]
    hash: Secret,
    /// What the hash was made with.
    #[schemars(extend("enum" = text::words(HashType::ALL.iter().map(|kind| kind.as_str()))))]
    hash_type: String,
    /// The salt, for `md_5`.
    md_5_config: Option<SaltsInput>,
    /// The salt, for `sha_1`.
    sha_1_config: Option<SaltsInput>,
    /// The salt, for `sha_512`.
    sha_512_config: Option<SaltsInput>,
    /// How the hash was made, for `argon_2i` and `argon_2id` where `hash` is no PHC string.
    argon_2_config: Option<Argon2Input>,
    /// How the hash was made, for `scrypt` where `hash` is no PHC string.
    scrypt_config: Option<ScryptInput>,
    /// How the hash was made, for `pbkdf_2`.
    pbkdf_2_config: Option<Pbkdf2Input>,
    /// The person's name.
    #[schemars(with = "Option<MemberName>")]
    name: Option<String>,
    #[serde(default, deserialize_with = "metadata::field")]
    #[schemars(schema_with = "metadata::schema")]
    trusted_metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "metadata::field")]
    #[schemars(schema_with = "metadata::schema")]
    untrusted_metadata: Option<Metadata>,
    /// The roles to give directly; they replace those that were.
    roles: Option<Vec<RoleId>>,
    /// Of the protocol; nothing is done with it.
    #[expect(dead_code, reason = "of the protocol; no session hangs on a role of a connection")]
    preserve_existing_sessions: Option<bool>,
    /// The phone number for codes (E.164).
    #[schemars(with = "Option<PhoneNumber>")]
    mfa_phone_number: Option<String>,
    /// Whether the person has proven to have the telephone number.
    set_phone_number_verified: Option<bool>,
    /// The app's own id for a member who is created.
    #[schemars(with = "Option<ExternalId>")]
    external_id: Option<String>,
}

/// What stood around the password that was hashed.
#[derive(Deserialize, JsonSchema)]
struct SaltsInput {
    /// Salt, as text, that was put before the password before it was hashed.
    prepend_salt: Option<String>,
    /// Salt, as text, that was put behind the password before it was hashed.
    append_salt: Option<String>,
}

impl SaltsInput {
    fn salts(&self) -> Salts<'_> {
        Salts {
            prepend_salt: self.prepend_salt.as_deref().unwrap_or_default(),
            append_salt: self.append_salt.as_deref().unwrap_or_default(),
        }
    }
}

#[derive(Deserialize, JsonSchema)]
struct Argon2Input {
    /// The salt, as text.
    salt: String,
    /// How many iterations it was made with.
    iteration_amount: i64,
    /// KiB of memory that it was made with.
    memory: i64,
    /// How many threads it was made with.
    threads: i64,
    /// How many bytes the hash has.
    key_length: i64,
}

#[derive(Deserialize, JsonSchema)]
struct ScryptInput {
    /// The salt (base64).
    salt: String,
    /// The cost, N: a power of two, from 2 to 262144.
    n_parameter: i64,
    /// The block size, r.
    r_parameter: i64,
    /// How parallel it is, p.
    p_parameter: i64,
    /// How many bytes the hash has.
    key_length: i64,
}

#[derive(Deserialize, JsonSchema)]
struct Pbkdf2Input {
    /// The salt (base64).
    salt: String,
    /// How many iterations it was made with.
    iteration_amount: i64,
    /// How many bytes the hash has.
    key_length: i64,
    /// The hash function; `sha256` when absent.
    #[schemars(extend("enum" = ["", "sha256", "sha512", null]))]
    algorithm: Option<String>,
}

impl Migrate {
    /// The hash, read and not computed.
    fn foreign(&self, limits: &Limits) -> Result<PasswordHash, Refused> {
        let foreign = Foreign {
            hash_type: HashType::parse(&self.hash_type)?,
            hash: self.hash.reveal(),
            md_5_config: self.md_5_config.as_ref().map(SaltsInput::salts),
            sha_1_config: self.sha_1_config.as_ref().map(SaltsInput::salts),
            sha_512_config: self.sha_512_config.as_ref().map(SaltsInput::salts),
            argon_2_config: self.argon_2_config.as_ref().map(|config| Argon2Config {
                salt: &config.salt,
                iteration_amount: config.iteration_amount,
                memory: config.memory,
                threads: config.threads,
                key_length: config.key_length,
            }),
            scrypt_config: self.scrypt_config.as_ref().map(|config| ScryptConfig {
                salt: &config.salt,
                n_parameter: config.n_parameter,
                r_parameter: config.r_parameter,
                p_parameter: config.p_parameter,
                key_length: config.key_length,
            }),
            pbkdf_2_config: self.pbkdf_2_config.as_ref().map(|config| Pbkdf2Config {
                salt: &config.salt,
                iteration_amount: config.iteration_amount,
                key_length: config.key_length,
                algorithm: config.algorithm.as_deref().unwrap_or_default(),
            }),
        };
        foreign::import(&foreign, limits)
    }
}

/// Why a hash is not taken.
const HASH: &[ApiError] = &[
    ApiError::InvalidHash,
    ApiError::InvalidHashType,
    ApiError::InvalidBcryptCost,
    ApiError::InvalidBcryptHash,
    ApiError::InvalidArgon2IterationAmount,
    ApiError::InvalidArgon2KeyLength,
    ApiError::Argon2KeyLengthMismatch,
    ApiError::InvalidArgon2Memory,
    ApiError::InvalidArgon2Salt,
    ApiError::InvalidArgon2Threads,
    ApiError::InvalidBase64ScryptHash,
    ApiError::InvalidBase64ScryptSalt,
    ApiError::InvalidScryptNParameter,
    ApiError::InvalidScryptParameters,
    ApiError::InvalidScryptSaltLength,
    ApiError::ScryptKeyLengthMismatch,
    ApiError::InvalidPbkdf2Algorithm,
    ApiError::InvalidPbkdf2Hash,
    ApiError::InvalidPbkdf2IterationAmount,
    ApiError::InvalidPbkdf2Salt,
    ApiError::Pbkdf2KeyLengthMismatch,
    ApiError::InvalidMd5Hash,
    ApiError::InvalidSha1Hash,
    ApiError::InvalidSha512Hash,
    ApiError::InvalidPrependSalt,
    ApiError::InvalidAppendSalt,
    ApiError::InvalidPhpassHashFormat,
    ApiError::InvalidPhpassHashPrefix,
    ApiError::PasswordValidationTimeout,
];

fn told(refused: &Refused) -> Error {
    match ApiError::of_type(refused.reason.error_type()) {
        Some(error) => error.because(format!("{}.", refused.message)),
        None => Error::internal(refused.to_string()),
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Migrated {
    member_id: MemberId,
    /// Whether there was no such member before.
    member_created: bool,
    /// The member as it is now.
    member: Member,
    /// The member's organization.
    organization: Organization,
}

/// Take over a password that another program has hashed.
///
/// Makes the member if there is none, and counts the address as verified. The hash is of use until the first login, which
/// replaces it; one that is weaker than ours is hashed again at once. Where passwords are of addresses, one that is there stays.
#[endpoint(
    "passwords.migrate",
    POST "/v1/b2b/passwords/migrate",
    errors(
        OrganizationNotFound, InvalidEmail, InactiveEmail, PasswordAlreadyExists, InvalidPhoneNumber,
        DuplicateMemberPhoneNumberForMember, InvalidRbacRoleAssignment, ..HASH, ..CREATE
    )
)]
pub(super) async fn migrate(cx: Call<ProjectCaller>, input: Migrate) -> Result<Migrated> {
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    let limits = Limits { memory: cx.app.hashing().memory(), ..Limits::default() };
    let hash = input.foreign(&limits).map_err(|refused| told(&refused))?;
    let hash = work::strengthen(&cx, hash).await?;
    let call = cx.context();
    cx.write(move |tx| input.take(tx, &call, &email, hash.clone())).await
}

impl Migrate {
    fn take(&self, tx: &mut Tx, cx: &Cx, email: &EmailAddress, hash: String) -> Result<Migrated> {
        let organization = organizations::find(tx, cx.project(), &self.organization_id)?;
        let found = members::find_by_email(tx, &organization, email)?;
        let member_created = found.is_none();
        let before = match found {
            Some(member) => member,
            None => {
                let new = NewMember {
                    external_id: self.external_id.clone(),
                    email_verified: true,
                    ..NewMember::with_email(email.clone(), Status::Active)
                };
                members::create_absent(tx, cx, &organization, new)?
            }
        };
        let mut member = before.clone();
        let holder = Holder::of(cx, &organization.organization_id, &member.member_id, email);
        match (stored_passwords::find(tx, cx, &holder)?, &holder) {
            (Some(_), Holder::Member(..)) => return Err(ApiError::PasswordAlreadyExists.into()),
            // In each of their organizations the person is taken over by a call of its own.
            (Some(_), Holder::Address(_)) => {}
            (None, _) => member.member_password_id = stored_passwords::set(tx, cx, &holder, hash)?.to_string(),
        }
        self.update().apply(tx, cx, &organization, &mut member)?;
        member.email_address_verified = true;
        member.mfa_phone_number_verified |=
            self.set_phone_number_verified == Some(true) && !member.mfa_phone_number.is_empty();
        members::save(tx, cx, "password.migrate", &organization, &before, &mut member)?;
        Ok(Migrated { member_id: member.member_id.clone(), member_created, member, organization })
    }

    fn update(&self) -> MemberUpdate {
        MemberUpdate {
            name: self.name.clone(),
            trusted_metadata: self.trusted_metadata.clone(),
            untrusted_metadata: self.untrusted_metadata.clone(),
            roles: self.roles.clone(),
            mfa_phone_number: self.mfa_phone_number.clone().filter(|number| !number.is_empty()),
            ..MemberUpdate::default()
        }
    }
}
