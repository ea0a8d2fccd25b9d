//! What is done with proofs of domains from more than one door.

use super::lookup::{Finding, look};
use super::{DomainProof, store};
use crate::organizations::{self, Organization};
use database::Tx;
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::email_domain::EmailDomain;
use foundation::error::{ApiError, Result};
use foundation::id::OrganizationId;
use foundation::time;

/// Domains that an organization shows at most.
const MOST: usize = 20;
/// Minutes after which the record is looked for again, while the claim stands.
const AGAIN: i64 = 24 * 60;
/// Minutes for which the record may be missing before the claim ends: long enough for whoever took it away by mistake.
const GRACE: i64 = 3 * 24 * 60;

/// Those of an organization, by name.
pub(crate) fn all(tx: &mut Tx, organization: &Organization) -> Result<Vec<DomainProof>> {
    store::all(tx, &organization.organization_id)
}

/// Begins to show that a domain is the organization's; the domain.
///
/// # Errors
/// `invalid_claimed_domain`, `claimed_domain_too_common`, `duplicate_claimed_domain`, `too_many_domains`.
pub(crate) fn begin(tx: &mut Tx, cx: &Cx, organization: &Organization, domain: &str) -> Result<EmailDomain> {
    let domain = EmailDomain::parse(domain.trim())
        .map_err(|why| ApiError::InvalidClaimedDomain.because(format!("This is no domain: {why}.")))?;
    if domain.is_common() || domain.is_disposable() {
        return Err(ApiError::ClaimedDomainTooCommon.into());
    }
    let id = &organization.organization_id;
    let known = store::all(tx, id)?;
    if known.iter().any(|known| known.domain == domain.as_str()) {
        return Err(ApiError::DuplicateClaimedDomain.into());
    }
    if known.len() >= MOST {
        return Err(ApiError::TooManyDomains.into());
    }
    store::insert(tx, &cx.project().id, id, domain.as_str(), time::after_minutes(cx.now(), AGAIN), cx.now())?;
    record(tx, cx, "domain_proof.create", id, domain.as_str())?;
    Ok(domain)
}

/// Looks for the record of a domain, and does what follows; the proof as it is then.
///
/// # Errors
/// `organization_not_found`, where the domain is not among those of the organization, too.
pub(crate) async fn check(cx: &Cx, organization: &OrganizationId, domain: &str) -> Result<DomainProof> {
    let (id, name) = (organization.clone(), domain.to_owned());
    let (of, wanted, asked) = (id.clone(), name.clone(), cx.clone());
    // Nobody has us ask others for nothing.
    cx.read(move |tx| find(tx, &asked, &of, &wanted).map(drop)).await?;
    let finding = look(&cx.app, &id, &name).await;
    let asked = cx.clone();
    cx.write(move |tx| {
        let (organization, proof) = find(tx, &asked, &id, &name)?;
        settle(tx, &asked, organization, proof, &finding)
    })
    .await
}

fn find(tx: &mut Tx, cx: &Cx, organization: &OrganizationId, domain: &str) -> Result<(Organization, DomainProof)> {
    let organization =
        organizations::find_by_id(tx, cx.project(), organization)?.ok_or(ApiError::OrganizationNotFound)?;
    let proof = store::find(tx, &organization.organization_id, domain)?.ok_or(ApiError::OrganizationNotFound)?;
    Ok((organization, proof))
}

/// What follows from what was found. A claim begins when the record is first seen; one that the backend has taken away since
/// does not come back by itself. It ends when the record has been missing for long. What cannot be known changes nothing.
fn settle(
    tx: &mut Tx,
    cx: &Cx,
    organization: Organization,
    before: DomainProof,
    finding: &Finding,
) -> Result<DomainProof> {
    let mut proof = DomainProof { checked_at: Some(cx.now()), ..before.clone() };
    match finding {
        Finding::There => {
            (proof.finding, proof.missing_since) = (String::new(), None);
            if before.verified_at.is_none() {
                proof.verified_at = Some(cx.now());
                proof.has_claimed = claim(tx, cx, &organization, &proof.domain)?;
                record(tx, cx, "domain_proof.verify", &organization.organization_id, &proof.domain)?;
            }
        }
        Finding::Missing(why) => {
            proof.finding.clone_from(why);
            if before.verified_at.is_some() {
                let since = *proof.missing_since.get_or_insert(cx.now());
                if time::after_minutes(since, GRACE) <= cx.now() {
                    release(tx, cx, &organization, &before)?;
                    (proof.verified_at, proof.missing_since, proof.has_claimed) = (None, None, false);
                    record(tx, cx, "domain_proof.lapse", &organization.organization_id, &proof.domain)?;
                }
            }
        }
        Finding::Unknown(why) => proof.finding.clone_from(why),
    }
    store::update(tx, &proof, time::after_minutes(cx.now(), AGAIN))?;
    Ok(proof)
}

/// Takes a domain away, with the claim that it has made.
///
/// # Errors
/// `organization_not_found`, where it is not among those of the organization.
pub(crate) fn remove(tx: &mut Tx, cx: &Cx, organization: &Organization, domain: &str) -> Result<()> {
    let (organization, proof) = find(tx, cx, &organization.organization_id, domain)?;
    release(tx, cx, &organization, &proof)?;
    store::delete(tx, &organization.organization_id, &proof.domain)?;
    record(tx, cx, "domain_proof.delete", &organization.organization_id, &proof.domain)
}

/// Has the organization claim a domain; whether it had not.
fn claim(tx: &mut Tx, cx: &Cx, before: &Organization, domain: &str) -> Result<bool> {
    let Ok(domain) = EmailDomain::parse(domain) else { return Ok(false) };
    if before.settings.claimed_email_domains.contains(&domain) {
        return Ok(false);
    }
    let mut organization = before.clone();
    organization.settings.claimed_email_domains.push(domain);
    organizations::save(tx, cx, "organization.update", before, &mut organization)?;
    Ok(true)
}

/// Ends the claim that a proof has made.
fn release(tx: &mut Tx, cx: &Cx, before: &Organization, proof: &DomainProof) -> Result<()> {
    if !proof.has_claimed {
        return Ok(());
    }
    let mut organization = before.clone();
    organization.settings.claimed_email_domains.retain(|claimed| claimed.as_str() != proof.domain);
    organizations::save(tx, cx, "organization.update", before, &mut organization)
}

fn record(tx: &mut Tx, cx: &Cx, action: &str, organization: &OrganizationId, domain: &str) -> Result<()> {
    let change = Change::of("domain", &None::<String>, &domain);
    audit::record(tx, cx, action, Whose::Organization(organization), organization, change)
}
