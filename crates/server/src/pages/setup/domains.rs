use super::shell::{Refused, Visit, page, shown_time};
use crate::domain_proofs::{self, DomainProof, challenge, record_name};
use crate::organizations::Organization;
use crate::pages::shown::Shown;
use crate::setup_links::{Purpose, SetupCaller};
use database::Tx;
use foundation::app::App;
use foundation::error::{ApiError, Result};
use frame::{Call, NoInput, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const PATH: &str = "/setup/domains";

/// The domains that the organization shows to be its own.
#[endpoint("setup.domains", page GET "/setup/domains", errors(UnauthorizedAction))]
pub(super) fn show(tx: &mut Tx, cx: &Call<SetupCaller>, _: NoInput) -> Result<Shown> {
    shown(tx, &Visit::of(cx, Purpose::Domains)?, None, "")
}

fn shown(tx: &mut Tx, visit: &Visit, refused: Option<&Refused>, typed: &str) -> Result<Shown> {
    let (cx, organization) = (&*visit.cx, visit.organization(tx)?);
    let proofs = domain_proofs::all(tx, &organization)?;
    let domains: Vec<_> = proofs.iter().map(|proof| row(&cx.app, &organization, proof)).collect();
    // What the app's backend says to be the organization's needs no proof.
    let is_proven = |domain: &str| proofs.iter().any(|proof| proof.domain == domain);
    let claimed = organization.settings.claimed_email_domains.iter().map(|domain| domain.as_str());
    let others: Vec<_> = claimed.filter(|domain| !is_proven(domain)).collect();
    let values = json!({ "domains": domains, "others": others, "typed": typed });
    page(visit, "domains", "setup_domains.html", refused, values)
}

fn row(app: &App, organization: &Organization, proof: &DomainProof) -> Value {
    let is_claimed = organization.settings.claimed_email_domains.iter().any(|claimed| claimed.as_str() == proof.domain);
    json!({
        "domain": proof.domain,
        "record_name": record_name(&proof.domain),
        "record_value": challenge(app.keys(), &organization.organization_id, &proof.domain),
        "is_verified": proof.verified_at.is_some(),
        "is_claimed": is_claimed,
        "is_missing": proof.missing_since.is_some(),
        "verified_at": proof.verified_at.map(shown_time),
        "checked_at": proof.checked_at.map(shown_time),
        "finding": proof.finding,
    })
}

/// What a form of the page of domains sends.
#[derive(Clone, Deserialize, JsonSchema)]
pub(super) struct Change {
    /// What is to be done: `add`, `check` or `remove`.
    #[serde(default)]
    action: String,
    /// With which domain.
    #[serde(default)]
    domain: String,
}

/// Begin to show that a domain is the organization's, look for its record, or give it up.
#[endpoint("setup.domains_change", page POST "/setup/domains", errors(UnauthorizedAction))]
pub(super) async fn change(cx: Call<SetupCaller>, input: Change) -> Result<Shown> {
    let visit = Visit::of(&cx, Purpose::Domains)?;
    match done(&visit, &input).await {
        Ok(()) => Ok(Shown::elsewhere(PATH)),
        Err(error) => {
            let refused = Arc::new(Refused::of(error)?);
            cx.read(move |tx| shown(tx, &visit, Some(&refused), &input.domain)).await
        }
    }
}

async fn done(visit: &Visit, input: &Change) -> Result<()> {
    let (cx, visit, input) = (visit.cx.clone(), visit.clone(), input.clone());
    match input.action.as_str() {
        "check" => {
            let organization = &visit.caller.organization.organization_id;
            domain_proofs::check(&cx, organization, &input.domain).await.map(drop)
        }
        "add" | "remove" => {
            let change = move |tx: &mut Tx| {
                let organization = visit.organization(tx)?;
                match input.action.as_str() {
                    "add" => domain_proofs::begin(tx, &visit.cx, &organization, &input.domain).map(drop),
                    _ => domain_proofs::remove(tx, &visit.cx, &organization, &input.domain),
                }
            };
            cx.write(change).await
        }
        _ => Err(ApiError::InvalidArgument.because("The form says nothing that could be done.")),
    }
}
