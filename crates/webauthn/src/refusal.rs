/// Why something is no credential, or no proof of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A field is no base64url.
    #[error("a field is not base64url")]
    Encoding,
    /// Longer than anything that authenticators make.
    #[error("it is too large")]
    Size,
    /// `type` is not `public-key`.
    #[error("it is no credential of a public key")]
    Kind,
    /// `id` and `rawId` are not the same.
    #[error("id and rawId are not the same")]
    Id,
    /// What the browser has signed is not the JSON that it ought to be.
    #[error("clientDataJSON is malformed")]
    ClientData,
    /// It was made by the other of the two calls.
    #[error("it was made by the other call: create() and get() are not the same")]
    Ceremony,
    /// It answers another challenge.
    #[error("it answers another challenge")]
    Challenge,
    /// It was made on a page that is not the relying party's.
    #[error("it was made on a page of another origin")]
    Origin,
    /// It was made in a frame within another page.
    #[error("it was made in a frame within a page of another origin")]
    Framed,
    /// The authenticator's data or the attestation object is malformed.
    #[error("the authenticator's data is malformed")]
    AuthenticatorData,
    /// It was made for another relying party.
    #[error("it was made for another relying party")]
    RelyingParty,
    /// Nobody was there.
    #[error("the authenticator saw nobody")]
    NotPresent,
    /// The authenticator has not verified who is there.
    #[error("the authenticator did not verify the person, as by a PIN or a fingerprint")]
    NotVerified,
    /// The key is of a kind that was not asked for, or malformed, or weak.
    #[error("the key is malformed, or of a kind that is not accepted")]
    Key,
    /// The attestation contradicts what it attests.
    #[error("the attestation contradicts the key")]
    Attestation,
    /// It names another person than the credential's.
    #[error("it names another person")]
    Person,
    /// It is another credential than the one that it is held against.
    #[error("it is another credential")]
    OtherCredential,
    /// The signature is not the key's.
    #[error("the signature is wrong")]
    Signature,
}
