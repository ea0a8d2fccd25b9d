"""Email magic links: login_or_signup, invite, authenticate; PKCE, redirect URLs, the mail and its hop page."""

import base64
import hashlib
import html
import re
import secrets

import pytest
from harness import (
    ENGINE,
    MAIL_FROM, REDIRECT_URL, check_refusal, data, discover, discovery_token, intermediate, login, magic_token, new_domain, new_email, query_of,
    race, refused, token_from, until, unique, verified_member,
)

DOMAIN = "acme-corp.com"
WRONG = ("bad_request", "invalid_argument")


@pytest.fixture
def org(organization):
    return organization.organization_id


@pytest.fixture
def jit(project):
    """An organization that lets people of one domain join."""
    return project.organization(
        email_jit_provisioning="RESTRICTED", email_allowed_domains=[DOMAIN], email_invites="ALL_ALLOWED"
    ).organization_id


def send(project, org, email, **fields):
    return project.api.magic_links.email.login_or_signup(organization_id=org, email_address=email, **fields)


def invite(project, org, email, **fields):
    return project.api.magic_links.email.invite(organization_id=org, email_address=email, **fields)


def authenticate(project, token, **fields):
    return project.api.magic_links.authenticate(magic_links_token=token, **fields)


def pkce():
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return verifier, challenge


# ---------------------------------------------------------------- login_or_signup


def test_login_of_an_active_member(project, organization, org):
    member = project.member(org)
    answer = send(project, org, member.email_address)
    assert answer.member_id == member.member_id
    assert answer.member_created is False
    assert answer.member == member
    assert answer.organization == organization
    assert token_from(project.mailbox.wait(member.email_address))


def test_signup_creates_a_pending_member(project, jit):
    email = new_email(DOMAIN)
    answer = send(project, jit, email)
    assert answer.member_created is True
    assert (answer.member.status, answer.member.email_address) == ("pending", email)
    assert answer.member.email_address_verified is False
    again = send(project, jit, email)
    assert (again.member_created, again.member_id, again.member.status) == (False, answer.member_id, "pending")
    done = authenticate(project, token_from(project.mailbox.wait(email)))
    assert done.member_authenticated is True
    assert (done.member_id, done.member.status, done.member.email_address_verified) == (answer.member_id, "active", True)


@pytest.mark.parametrize("surface", ["backend", "browser"])
def test_signup_twice_at_once_is_one_member(project, jit, surface):
    for _ in range(5):
        email = new_email(DOMAIN)
        body = {"organization_id": jit, "email_address": email}

        def sign_up(_):
            if surface == "browser":
                return project.browser("POST", "/b2b/magic_links/email/login_or_signup", body)
            return project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", body)

        assert [answer.status_code for answer in race(4, sign_up)] == [200] * 4
        tokens = [token_from(project.mailbox.wait(email)) for _ in range(4)]
        assert len({authenticate(project, token).member_id for token in tokens}) == 1


def test_signup_needs_jit(project, org, jit):
    email = new_email()
    with refused(400, "email_jit_provisioning_not_allowed"):
        send(project, org, email)
    for outsider in (email, new_email("sub." + DOMAIN), new_email(DOMAIN + ".evil.com"), new_email("evil-" + DOMAIN)):
        with refused(400, "invalid_email_for_jit_provisioning"):
            send(project, jit, outsider)
        with refused(404, "member_not_found"):
            project.api.organizations.members.get(jit, email_address=outsider)
    with refused(404, "member_not_found"):
        project.api.organizations.members.get(org, email_address=email)
    assert project.mailbox.waiting(email) == 0


def test_signup_takes_the_domain_in_any_case(project, jit):
    email = f"Ada.{unique()}@Acme-CORP.com"
    assert send(project, jit, email).member.email_address == email.lower()


def test_signup_with_a_domain_claimed_elsewhere(project):
    domain = new_domain()
    org = project.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain]).organization_id
    assert send(project, org, new_email(domain)).member_created is True
    project.organization(claimed_email_domains=[domain])
    with refused(400, "action_not_allowed_email_domain_is_claimed"):
        send(project, org, new_email(domain))


def test_pending_and_invited_members_need_no_jit(project, org):
    pending = project.member(org, create_member_as_pending=True)
    assert send(project, org, pending.email_address).member_created is False
    assert authenticate(project, token_from(project.mailbox.wait(pending.email_address))).member.status == "active"
    invited = invite(project, org, new_email()).member
    project.mailbox.wait(invited.email_address)
    send(project, org, invited.email_address)
    assert authenticate(project, token_from(project.mailbox.wait(invited.email_address))).member.status == "active"


def test_login_and_signup_mails_differ(project, org):
    active = project.member(org)
    pending = project.member(org, create_member_as_pending=True)
    send(project, org, active.email_address)
    send(project, org, pending.email_address)
    assert project.mailbox.wait(active.email_address).subject != project.mailbox.wait(pending.email_address).subject


def test_organization_by_slug_and_external_id(project):
    made = project.organization(organization_external_id=f"ext-{unique()}")
    member = project.member(made.organization_id)
    for key in (made.organization_slug, made.organization_external_id):
        assert send(project, key, member.email_address).member_id == member.member_id


@pytest.mark.parametrize("email", ["", "nonsense", "a@b", "a@x.com\r\nBcc: b@x.com", "a@x.com,b@x.com"])
def test_bad_address(project, org, email):
    with refused(400, "invalid_email"):
        send(project, org, email)
    with refused(400, "invalid_email"):
        invite(project, org, email)
    with refused(400, "invalid_email"):
        project.api.magic_links.email.discovery.send(email_address=email)


@pytest.mark.parametrize("minutes", [0, 4, 10081, -1])
def test_expiration_bounds(project, org, minutes):
    member = project.member(org)
    errors = ("invalid_expiration", *WRONG)
    with refused(400, errors):
        send(project, org, member.email_address, login_expiration_minutes=minutes)
    with refused(400, errors):
        send(project, org, member.email_address, signup_expiration_minutes=minutes)
    with refused(400, errors):
        invite(project, org, new_email(), invite_expiration_minutes=minutes)
    with refused(400, errors):
        project.api.magic_links.email.discovery.send(email_address=new_email(), discovery_expiration_minutes=minutes)


@pytest.mark.parametrize("minutes", [5, 10080])
def test_expiration_limits_are_allowed(project, org, minutes):
    member = project.member(org)
    send(project, org, member.email_address, login_expiration_minutes=minutes, signup_expiration_minutes=minutes)
    assert authenticate(project, token_from(project.mailbox.wait(member.email_address))).member_authenticated
    email = new_email()
    invite(project, org, email, invite_expiration_minutes=minutes)
    assert authenticate(project, token_from(project.mailbox.wait(email))).member_authenticated
    assert discovery_token(project, new_email(), discovery_expiration_minutes=minutes)


def test_unknown_template_and_locale(project, org):
    member = project.member(org)
    pending = project.member(org, create_member_as_pending=True)
    templates = ("invalid_template_id", "email_template_not_found")
    with refused((400, 404), templates):
        send(project, org, member.email_address, login_template_id="no-such")
    with refused((400, 404), templates):
        send(project, org, pending.email_address, signup_template_id="no-such")
    with refused((400, 404), templates):
        invite(project, org, new_email(), invite_template_id="no-such")
    with refused((400, 404), templates):
        project.api.magic_links.email.discovery.send(email_address=new_email(), login_template_id="no-such")
    locales = ("invalid_locale", *WRONG)
    with refused(400, locales):
        send(project, org, member.email_address, locale="tlh")
    with refused(400, locales):
        invite(project, org, new_email(), locale="tlh")
    with refused(400, locales):
        project.api.magic_links.email.discovery.send(email_address=new_email(), locale="tlh")


@pytest.mark.parametrize("flow", ["login", "signup", "invite", "discovery"])
def test_locales_change_the_mail(project, org, flow):
    subjects = {}
    for locale in ("en", "es", "pt-br", "fr", "de-DE", "ja", "NL", "it"):
        email = new_email()
        if flow == "login":
            project.member(org, email)
            send(project, org, email, locale=locale)
        elif flow == "signup":
            project.member(org, email, create_member_as_pending=True)
            send(project, org, email, locale=locale)
        elif flow == "invite":
            invite(project, org, email, locale=locale)
        else:
            project.api.magic_links.email.discovery.send(email_address=email, locale=locale)
        mail = project.mailbox.wait(email)
        subjects[locale] = mail.text.replace(mail.link, "")
        subjects[locale] = subjects[locale].replace(email, "")
    assert len(set(subjects.values())) == 8


def test_methods_the_organization_does_not_allow(project):
    org = project.organization(auth_methods="RESTRICTED", allowed_auth_methods=["sso", "password"]).organization_id
    member = project.member(org)
    with refused(400, "operation_restricted_by_organization_auth_methods"):
        send(project, org, member.email_address)
    assert project.mailbox.waiting(member.email_address) == 0


def test_deleted_members_are_strangers(project, org):
    member, _ = verified_member(project, org)
    project.api.organizations.members.delete(org, member.member_id)
    with refused(400, "email_jit_provisioning_not_allowed"):
        send(project, org, member.email_address)


def test_unknown_organization(project):
    for key in ("organization-test-00000000-0000-4000-8000-000000000000", "no-such-slug"):
        with refused(404, "organization_not_found"):
            send(project, key, new_email())
        with refused(404, "organization_not_found"):
            invite(project, key, new_email())


def test_nobodys_mailbox_is_flooded(project, org):
    """Thirty mails within a minute to one address, whichever call they come through."""
    member = project.member(org)
    outcomes = race(
        40,
        lambda i: project.api.magic_links.email.login_or_signup(organization_id=org, email_address=member.email_address)
        if i % 2
        else project.api.magic_links.email.discovery.send(email_address=member.email_address),
    )
    refusals = [o for o in outcomes if isinstance(o, Exception)]
    # On PostgreSQL those that run at the very same time do not see each other: as many as there are connections for them.
    assert len(refusals) == 10 if ENGINE == "sqlite" else 6 <= len(refusals) <= 10, outcomes
    assert {e.details.error_type for e in refusals} == {"too_many_requests"}
    assert {e.details.status_code for e in refusals} == {429}
    body = {"organization_id": org, "email_address": member.email_address}
    answer = project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", body)
    check_refusal(answer, 429, "too_many_requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    # Others are not concerned.
    assert send(project, org, project.member(org).email_address)


def test_only_mails_are_counted(project, org):
    """Whoever asks for what is refused uses nothing up of what an address may get."""
    member = project.member(org)
    for _ in range(40):
        with refused(400, "invalid_expiration"):
            project.api.magic_links.email.login_or_signup(
                organization_id=org, email_address=member.email_address, login_expiration_minutes=1
            )
    assert send(project, org, member.email_address).member_id == member.member_id


# ---------------------------------------------------------------- redirect URLs


def test_unregistered_redirect_urls(project, org):
    member = project.member(org)
    pending = project.member(org, create_member_as_pending=True)
    for url in (
        "https://evil.example/authenticate", REDIRECT_URL + "/", REDIRECT_URL + "?x=1", REDIRECT_URL.replace("3000", "3001"),
        REDIRECT_URL.replace("http:", "https:"), REDIRECT_URL + "#fragment", "http://localhost:3000@evil.example/authenticate",
    ):
        # A URL with a fragment or user part may also be called unusable.
        errors = lambda flow: ("no_match_for_provided_magic_link_url", f"invalid_{flow}_redirect_url")  # noqa: E731
        with refused(400, errors("login")):
            send(project, org, member.email_address, login_redirect_url=url)
        with refused(400, errors("signup")):
            send(project, org, pending.email_address, signup_redirect_url=url)
        with refused(400, errors("invite")):
            invite(project, org, new_email(), invite_redirect_url=url)
        with refused(400, errors("discovery")):
            project.api.magic_links.email.discovery.send(email_address=new_email(), discovery_redirect_url=url)


@pytest.mark.parametrize("url", ["nonsense", "/relative", "javascript:alert(1)", "http://"])
def test_malformed_redirect_urls(project, org, url):
    member = project.member(org)
    pending = project.member(org, create_member_as_pending=True)
    errors = lambda flow: (f"invalid_{flow}_redirect_url", "no_match_for_provided_magic_link_url")  # noqa: E731
    with refused(400, errors("login")):
        send(project, org, member.email_address, login_redirect_url=url)
    with refused(400, errors("signup")):
        send(project, org, pending.email_address, signup_redirect_url=url)
    with refused(400, errors("invite")):
        invite(project, org, new_email(), invite_redirect_url=url)
    with refused(400, errors("discovery")):
        project.api.magic_links.email.discovery.send(email_address=new_email(), discovery_redirect_url=url)


# ---------------------------------------------------------------- the mail


def test_the_mail(project):
    made = project.organization(organization_name="Acme Rockets")
    member = project.member(made.organization_id)
    send(project, made.organization_id, member.email_address)
    mail = project.mailbox.wait(member.email_address)
    assert mail.sender == MAIL_FROM
    assert MAIL_FROM in str(mail.message["from"])
    assert member.email_address in str(mail.message["to"])
    assert mail.recipients == [member.email_address]
    assert mail.message["message-id"]
    assert mail.message["date"]
    assert mail.subject
    assert "Acme Rockets" in mail.text
    assert "Acme Rockets" in mail.html
    assert mail.link in html.unescape(mail.html)
    assert mail.message.get_content_type() == "multipart/alternative"


def test_the_link(project, organization):
    member = project.member(organization.organization_id)
    send(project, organization.organization_id, member.email_address)
    link = project.mailbox.wait(member.email_address).link
    assert link.startswith(project.server.url + "/v1/magic_links/redirect?")
    query = query_of(link)
    assert query["stytch_token_type"] == "multi_tenant_magic_links"
    assert query["public_token"] == project.public_token
    assert query["slug"] == organization.organization_slug
    assert re.fullmatch(r"[A-Za-z0-9_-]{43,}=*", query["token"])


def test_names_of_tenants_are_escaped_in_mail(project):
    """T-72."""
    evil = '<img src=x onerror=alert(1)> & "Co"'
    made = project.organization(organization_name=evil)
    member = project.member(made.organization_id)
    send(project, made.organization_id, member.email_address)
    mail = project.mailbox.wait(member.email_address)
    assert "<img src=x" not in mail.html
    assert "&lt;img src=x" in mail.html
    email = new_email()
    invite(project, made.organization_id, email, name="<script>alert(2)</script>")
    assert "<script>alert(2)" not in project.mailbox.wait(email).html


def test_line_breaks_in_names_do_not_make_headers(project):
    """T-44, T-72."""
    made = project.api.organizations.create(organization_name="Acme Corp", organization_slug=f"acme-{unique()}").organization
    answer = project.raw(
        "PUT", f"/v1/b2b/organizations/{made.organization_id}", {"organization_name": "Acme\r\nBcc: victim@example.com\r\n\r\nHi"}
    )
    member = project.member(made.organization_id)
    send(project, made.organization_id, member.email_address)
    mail = project.mailbox.wait(member.email_address)
    assert mail.message["bcc"] is None
    assert mail.recipients == [member.email_address]
    assert "\n" not in mail.subject
    assert answer.status_code in (200, 400)


def test_host_headers_do_not_reach_the_link(project, org):
    """T-37."""
    member = project.member(org)
    answer = project.raw(
        "POST",
        "/v1/b2b/magic_links/email/login_or_signup",
        {"organization_id": org, "email_address": member.email_address},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example;proto=https", "X-Forwarded-Proto": "https"},
    )
    assert answer.status_code == 200
    mail = project.mailbox.wait(member.email_address)
    assert b"evil.example" not in mail.raw
    assert mail.link.startswith(project.server.url + "/")


# ---------------------------------------------------------------- the hop page


def hop(project, link, method="GET"):
    import requests

    return requests.request(method, link, allow_redirects=False, timeout=30)


def test_the_hop_page_consumes_nothing(project, organization, org):
    """T-30: scanners open links; only the app's authenticate call uses them up."""
    member = project.member(org)
    send(project, org, member.email_address)
    link = project.mailbox.wait(member.email_address).link
    token = query_of(link)["token"]
    for _ in range(3):
        assert hop(project, link, "HEAD").status_code == 200
        page = hop(project, link)
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        assert "no-store" in page.headers["cache-control"]
        assert "content-security-policy" in page.headers
        assert page.headers.get("referrer-policy") in ("no-referrer", "same-origin", "strict-origin", "origin")
        assert "set-cookie" not in page.headers
    targets = [html.unescape(u) for u in re.findall(r"http://localhost:3000/authenticate[^\s\"'<>]*", page.text)]
    assert targets, page.text
    query = query_of(targets[0])
    assert query["token"] == token
    assert query["stytch_token_type"] == "multi_tenant_magic_links"
    assert query["slug"] == organization.organization_slug
    assert authenticate(project, token).member_authenticated is True


def test_the_hop_page_keeps_the_query_of_the_redirect_url(server):
    project = server.project(redirect_urls=["http://localhost:3000/authenticate?app=1&x=%20y"])
    org = project.organization().organization_id
    member = project.member(org)
    send(project, org, member.email_address)
    page = hop(project, project.mailbox.wait(member.email_address).link)
    target = html.unescape(re.search(r"http://localhost:3000/authenticate[^\s\"'<>]*", page.text)[0])
    assert {"app": "1", "x": " y"}.items() <= query_of(target).items()
    assert "token" in query_of(target)


@pytest.mark.parametrize(
    "change",
    [
        lambda q: q.replace("token=", "token=x", 1) if "&token" not in q else q.replace("&token=", "&token=x"),
        lambda q: re.sub(r"&?\btoken=[^&]*", "", q),
        lambda q: "",
        lambda q: q + "&token=%00",
        lambda q: q + "<script>alert(1)</script>",
    ],
)
def test_the_hop_page_with_a_broken_link(project, org, change):
    member = project.member(org)
    send(project, org, member.email_address)
    link = project.mailbox.wait(member.email_address).link
    base, _, query = link.partition("?")
    page = hop(project, base + "?" + change(query))
    assert page.status_code < 500
    assert "<script>alert(1)" not in page.text
    location = page.headers.get("location", "")
    assert "evil" not in location
    assert authenticate(project, query_of(link)["token"]).member_authenticated is True


# ---------------------------------------------------------------- authenticate


def test_authenticate(project, organization, org):
    member = project.member(org)
    answer = login(project, org, member.email_address)
    assert answer.member_authenticated is True
    assert answer.member_id == member.member_id
    assert answer.organization_id == org
    assert answer.organization == organization
    assert answer.member.email_address_verified is True
    assert answer.reset_sessions is False
    assert answer.intermediate_session_token == ""
    assert answer.intermediate_session_token_expires_at is None
    assert answer.mfa_required is None
    assert answer.primary_required is None
    assert answer.session_token
    assert answer.session_jwt.count(".") == 2
    session = answer.member_session
    assert (session.member_id, session.organization_id, session.organization_slug) == (member.member_id, org, organization.organization_slug)
    assert session.roles == ["stytch_member"]
    assert abs((session.expires_at - session.started_at).total_seconds() - 3600) < 5
    [factor] = session.authentication_factors
    assert (factor.type.value, factor.delivery_method.value) == ("magic_link", "email")
    assert factor.email_factor.email_address == member.email_address
    assert factor.email_factor.email_id == answer.method_id
    assert re.fullmatch(r"email-test-[0-9a-f-]{36}", answer.method_id)
    assert project.api.sessions.authenticate(session_token=answer.session_token).member_session.member_session_id == session.member_session_id


def test_factors_tell_their_rank(project, org):
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    body = project.raw("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token}).json()
    assert body["member_session"]["authentication_factors"][0]["sequence_order"] == "PRIMARY"
    assert "member_device" in body


def test_duration_and_claims(project, org):
    member = project.member(org)
    answer = login(project, org, member.email_address, session_duration_minutes=30, session_custom_claims={"plan": "gold"}, locale="en")
    session = answer.member_session
    assert abs((session.expires_at - session.started_at).total_seconds() - 1800) < 5
    assert session.custom_claims == {"plan": "gold"}


@pytest.mark.parametrize("minutes", [0, 4, 527041, -5])
def test_duration_bounds(project, org, minutes):
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    with refused(400, ("invalid_session_duration_minutes", "invalid_session_duration")):
        authenticate(project, token, session_duration_minutes=minutes)
    # The mistake did not cost the link.
    assert authenticate(project, token, session_duration_minutes=527040).member_authenticated is True


def test_a_token_works_once(project, org):
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    authenticate(project, token)
    with refused(401, "unable_to_auth_magic_link"):
        authenticate(project, token)


@pytest.mark.parametrize("token", ["A" * 44, "", "x", "DOYoip3r", "A" * 5000, "💥", "../../etc", "null"])
def test_unknown_token(project, token):
    with refused((400, 404), ("magic_link_not_found", "bad_request")):
        authenticate(project, token)
    with refused((400, 404), ("magic_link_not_found", "bad_request")):
        project.api.magic_links.discovery.authenticate(discovery_magic_links_token=token)


def test_altered_token(project, org):
    """T-33: nothing of a token can be edited."""
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    for i in range(0, len(token.rstrip("=")) - 1, 7):
        altered = token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :]
        with refused((400, 404), ("magic_link_not_found", "bad_request")):
            authenticate(project, altered)
    assert authenticate(project, token).member_authenticated is True


def test_race_for_one_token(project, org):
    """T-31: one session, however many ask."""
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    results = race(20, lambda _: project.sdk().magic_links.authenticate(magic_links_token=token))
    won = [r for r in results if not isinstance(r, Exception)]
    assert len(won) == 1, results
    assert {e.details.error_type for e in results if isinstance(e, Exception)} == {"unable_to_auth_magic_link"}
    assert len(project.api.sessions.get(org, member.member_id).member_sessions) == 1


def test_tokens_are_bound_to_their_purpose(project, org):
    """T-32: what one flow mails is worth nothing in another."""
    member = project.member(org)
    org_token = magic_token(project, org, member.email_address)
    found_token = discovery_token(project, member.email_address)
    with refused((400, 401, 404), ("magic_link_not_found", "unable_to_auth_magic_link")):
        project.api.magic_links.discovery.authenticate(discovery_magic_links_token=org_token)
    with refused((400, 401, 404), ("magic_link_not_found", "unable_to_auth_magic_link")):
        authenticate(project, found_token)
    session = authenticate(project, org_token)
    for wrong in (session.session_token, session.session_jwt):
        with refused((400, 401, 404), ("magic_link_not_found", "unable_to_auth_magic_link", "bad_request")):
            authenticate(project, wrong)
    ist = project.api.magic_links.discovery.authenticate(discovery_magic_links_token=found_token).intermediate_session_token
    with refused((400, 401, 404), ("magic_link_not_found", "unable_to_auth_magic_link", "bad_request")):
        authenticate(project, ist)
    with refused((400, 404), ("session_not_found", "invalid_session_token")):
        project.api.sessions.authenticate(session_token=ist)
    with refused((400, 404), ("intermediate_session_not_found", "bad_request")):
        project.api.discovery.organizations.list(intermediate_session_token=session.session_token)


def test_sending_again_leaves_earlier_links_alive_until_used(project, org):
    member = project.member(org)
    first = magic_token(project, org, member.email_address)
    second = magic_token(project, org, member.email_address)
    assert first != second
    assert authenticate(project, second).member_authenticated is True


def test_method_restricted_after_sending(project, org):
    """Authenticate then answers what is missing instead of a session."""
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    project.api.organizations.update(org, auth_methods="RESTRICTED", allowed_auth_methods=["sso", "password"])
    answer = authenticate(project, token, session_duration_minutes=30, session_custom_claims={"a": 1})
    assert answer.member_authenticated is False
    assert (answer.session_token, answer.session_jwt, answer.member_session) == ("", "", None)
    assert answer.intermediate_session_token
    assert answer.intermediate_session_token_expires_at is not None
    assert sorted(answer.primary_required.allowed_auth_methods) == ["password", "sso"]
    assert answer.mfa_required is None
    assert project.api.sessions.get(org, member.member_id).member_sessions == []


@pytest.mark.parametrize("how", ["policy", "enrolled"])
def test_mfa_required(project, how):
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL" if how == "policy" else "OPTIONAL").organization_id
    member = project.member(org, mfa_enrolled=how == "enrolled")
    answer = login(project, org, member.email_address)
    assert answer.member_authenticated is False
    assert (answer.session_token, answer.session_jwt, answer.member_session) == ("", "", None)
    assert answer.intermediate_session_token
    assert answer.primary_required is None
    assert answer.mfa_required is not None
    assert answer.mfa_required.secondary_auth_initiated in (None, "")
    options = answer.mfa_required.member_options
    assert options is None or (options.mfa_phone_number, options.totp_registration_id) == ("", "")
    assert answer.member.email_address_verified is True
    assert answer.member.status == "active"
    assert answer.organization.organization_id == org


def test_mfa_required_names_the_phone(project):
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    member = project.member(org, mfa_phone_number="+14155550123")
    answer = login(project, org, member.email_address)
    assert answer.member_authenticated is False
    assert answer.mfa_required.member_options.mfa_phone_number == "+14155550123"


def test_mfa_policy_does_not_end_sessions_and_a_session_is_proof_enough(project, org):
    member = project.member(org)
    session = login(project, org, member.email_address)
    project.api.organizations.update(org, mfa_policy="REQUIRED_FOR_ALL")
    assert project.api.sessions.authenticate(session_token=session.session_token).member.member_id == member.member_id
    token = magic_token(project, org, member.email_address)
    answer = authenticate(project, token, session_token=session.session_token)
    assert answer.member_authenticated is True
    assert answer.mfa_required is None


@pytest.mark.parametrize("kind", ["session_token", "session_jwt"])
def test_a_session_of_the_same_member_is_extended(project, org, kind):
    member = project.member(org)
    first = login(project, org, member.email_address)
    token = magic_token(project, org, member.email_address)
    second = authenticate(project, token, session_duration_minutes=120, **{kind: getattr(first, kind)})
    assert second.member_session.member_session_id == first.member_session.member_session_id
    assert second.member_session.expires_at > first.member_session.expires_at
    assert len(project.api.sessions.get(org, member.member_id).member_sessions) == 1


def test_a_session_of_another_member_is_ignored(project, org):
    member, other = project.member(org), project.member(org)
    foreign = login(project, org, other.email_address)
    token = magic_token(project, org, member.email_address)
    answer = authenticate(project, token, session_token=foreign.session_token)
    assert answer.member_id == member.member_id
    assert answer.member_session.member_session_id != foreign.member_session.member_session_id
    assert project.api.sessions.authenticate(session_token=foreign.session_token).member.member_id == other.member_id


def test_too_many_sessions(project, org):
    member = project.member(org)
    session = login(project, org, member.email_address)
    token = magic_token(project, org, member.email_address)
    with refused(400, "too_many_session_arguments"):
        authenticate(project, token, session_token=session.session_token, session_jwt=session.session_jwt)
    assert authenticate(project, token).member_authenticated is True


def test_intermediate_session_is_taken_along(project, org):
    member = project.member(org)
    ist = intermediate(project, member.email_address)
    token = magic_token(project, org, member.email_address)
    answer = authenticate(project, token, intermediate_session_token=ist)
    assert answer.member_authenticated is True
    assert answer.intermediate_session_token == ""
    with refused(404, "intermediate_session_not_found"):
        project.api.discovery.organizations.list(intermediate_session_token=ist)


def test_unfinished_login_returns_the_same_intermediate_session(project):
    org = project.organization(mfa_policy="REQUIRED_FOR_ALL").organization_id
    member = project.member(org)
    first = login(project, org, member.email_address)
    assert first.member_authenticated is False
    token = magic_token(project, org, member.email_address)
    second = authenticate(project, token, intermediate_session_token=first.intermediate_session_token)
    assert second.member_authenticated is False
    assert second.intermediate_session_token == first.intermediate_session_token


def test_unknown_intermediate_session(project, org):
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    with refused((400, 404), ("intermediate_session_not_found", "bad_request")):
        authenticate(project, token, intermediate_session_token="A" * 44)
    foreign = intermediate(project, new_email())
    with refused(400, "invalid_intermediate_session_token_for_organization"):
        authenticate(project, token, intermediate_session_token=foreign)
    assert authenticate(project, token).member_authenticated is True


# ---------------------------------------------------------------- PKCE


def test_pkce(project, org):
    member = project.member(org)
    verifier, challenge = pkce()
    token = magic_token(project, org, member.email_address, pkce_code_challenge=challenge)
    with refused(400, "pkce_expected_code_verifier"):
        authenticate(project, token)
    with refused((400, 401), "pkce_mismatch"):
        authenticate(project, token, pkce_code_verifier=pkce()[0])
    with refused((400, 401), ("pkce_mismatch", "invalid_pkce_code_verifier")):
        authenticate(project, token, pkce_code_verifier=challenge)
    # A failed proof does not use up the link.
    assert authenticate(project, token, pkce_code_verifier=verifier).member_authenticated is True


def test_pkce_not_expected(project, org):
    member = project.member(org)
    token = magic_token(project, org, member.email_address)
    with refused(400, "pkce_did_not_expect_code_verifier"):
        authenticate(project, token, pkce_code_verifier=pkce()[0])
    assert authenticate(project, token).member_authenticated is True


def test_pkce_in_discovery(project):
    verifier, challenge = pkce()
    token = discovery_token(project, new_email(), pkce_code_challenge=challenge)
    discovery = project.api.magic_links.discovery
    with refused(400, "pkce_expected_code_verifier"):
        discovery.authenticate(discovery_magic_links_token=token)
    with refused((400, 401), "pkce_mismatch"):
        discovery.authenticate(discovery_magic_links_token=token, pkce_code_verifier=pkce()[0])
    assert discovery.authenticate(discovery_magic_links_token=token, pkce_code_verifier=verifier).intermediate_session_token
    plain = discovery_token(project, new_email())
    with refused(400, "pkce_did_not_expect_code_verifier"):
        discovery.authenticate(discovery_magic_links_token=plain, pkce_code_verifier=verifier)


@pytest.mark.parametrize("challenge", ["short", "x" * 500, "!" * 43, "a" * 42, "ä" * 43])
def test_bad_challenge(project, org, challenge):
    member = project.member(org)
    with refused(400, "invalid_pkce_code_challenge"):
        send(project, org, member.email_address, pkce_code_challenge=challenge)
    with refused(400, "invalid_pkce_code_challenge"):
        project.api.magic_links.email.discovery.send(email_address=new_email(), pkce_code_challenge=challenge)


@pytest.mark.parametrize("verifier", ["short", "x" * 129, "!" * 43])
def test_bad_verifier(project, org, verifier):
    member = project.member(org)
    token = magic_token(project, org, member.email_address, pkce_code_challenge=pkce()[1])
    with refused((400, 401), ("invalid_pkce_code_verifier", "pkce_mismatch")):
        authenticate(project, token, pkce_code_verifier=verifier)


# ---------------------------------------------------------------- invite


def test_invite(project, organization, org):
    email = new_email()
    inviter = project.admin(org, name="Grace Hopper")
    answer = invite(
        project, org, email, invite_redirect_url=REDIRECT_URL, invited_by_member_id=inviter.member_id, name="Ada",
        trusted_metadata={"t": 1}, untrusted_metadata={"u": 1}, roles=["stytch_admin"], locale="en", invite_expiration_minutes=60,
    )
    member = answer.member
    assert answer.member_id == member.member_id
    assert answer.organization == organization
    assert (member.email_address, member.status, member.name) == (email, "invited", "Ada")
    assert (member.trusted_metadata, member.untrusted_metadata) == ({"t": 1}, {"u": 1})
    assert member.email_address_verified is False
    assert member.is_admin is True
    mail = project.mailbox.wait(email)
    assert query_of(mail.link)["stytch_token_type"] == "multi_tenant_magic_links"
    assert "Acme" in mail.text
    # Who invites, and whom.
    assert f"Grace Hopper ({inviter.email_address}) invites you" in mail.text and f"is for {email}." in mail.text
    assert mail.subject.startswith("Grace Hopper invites you to join ")
    done = authenticate(project, token_from(mail))
    assert (done.member_id, done.member.status, done.member.email_address_verified) == (member.member_id, "active", True)
    assert sorted(done.member_session.roles) == ["stytch_admin", "stytch_member"]


def test_a_member_invites_in_their_own_name(project, org):
    """Whoever invites with a session cannot say that it was another; where no member does, the organization invites."""
    other = project.admin(org, name="Grace Hopper")
    member, session = verified_member(project, org, roles=["stytch_admin"], name="Ada Lovelace")
    by_browser = new_email()
    answer = project.browser("POST", "/b2b/magic_links/email/invite", {"email_address": by_browser}, session_token=session.session_token)
    assert data(answer)
    assert f"Ada Lovelace ({member.email_address}) invites you" in project.mailbox.wait(by_browser).text
    by_backend = new_email()
    body = {"organization_id": org, "email_address": by_backend, "invited_by_member_id": other.member_id}
    headers = {"X-Stytch-Member-Session": session.session_token}
    assert project.raw("POST", "/v1/b2b/magic_links/email/invite", body, headers=headers).status_code == 200
    assert f"Ada Lovelace ({member.email_address}) invites you" in project.mailbox.wait(by_backend).text
    nobody = new_email()
    invite(project, org, nobody)
    mail = project.mailbox.wait(nobody)
    assert "Acme invites you to become a member" in mail.text and mail.subject == "You are invited to join Acme", mail.text


def test_inviting_again_updates_the_invitation(project, org):
    email = new_email()
    first = invite(project, org, email, name="Ada").member
    again = invite(project, org, email, name="Ada L.", roles=["stytch_admin"]).member
    assert again.member_id == first.member_id
    assert (again.name, again.status, again.is_admin) == ("Ada L.", "invited", True)
    assert project.api.organizations.metrics(org).member_count == 1
    assert project.mailbox.wait(email)
    assert authenticate(project, token_from(project.mailbox.wait(email))).member_authenticated is True


def test_inviting_an_active_member(project, org):
    member = project.member(org, name="Ada")
    with refused(400, "duplicate_member_email"):
        invite(project, org, member.email_address, name="Changed")
    assert project.api.organizations.members.get(org, member_id=member.member_id).member == member
    assert project.mailbox.waiting(member.email_address) == 0


def test_invites_not_allowed(project):
    org = project.organization(email_invites="NOT_ALLOWED", sso_jit_provisioning="ALL_ALLOWED").organization_id
    with refused(400, "invalid_email_for_invites"):
        invite(project, org, new_email())
    assert project.api.organizations.metrics(org).member_count == 0


def test_invites_restricted(project):
    org = project.organization(email_invites="RESTRICTED", email_allowed_domains=[DOMAIN]).organization_id
    with refused(400, "invalid_email_for_invites"):
        invite(project, org, new_email())
    assert invite(project, org, new_email(DOMAIN)).member.status == "invited"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"roles": ["no_such_role"]}, ("invalid_rbac_role_assignment", "invalid_rbac_role_id", "invalid_role")),
        ({"trusted_metadata": {f"k{i}": i for i in range(21)}}, "metadata_too_many_keys"),
        ({"untrusted_metadata": {"a": "x" * 5000}}, "metadata_too_large"),
        ({"invited_by_member_id": "member-test-00000000-0000-4000-8000-000000000000"}, "member_not_found"),
    ],
    ids=str,
)
def test_invite_refuses(project, org, fields, errors):
    email = new_email()
    with refused((400, 404), errors):
        invite(project, org, email, **fields)
    with refused(404, "member_not_found"):
        project.api.organizations.members.get(org, email_address=email)
    assert project.mailbox.waiting(email) == 0


def test_inviter_of_another_organization(project, org):
    stranger = project.member(project.organization().organization_id)
    with refused((400, 404), "member_not_found"):
        invite(project, org, new_email(), invited_by_member_id=stranger.member_id)


def test_invite_where_links_do_not_log_in(project):
    """An invitation must be usable: it is refused where magic links are not allowed."""
    org = project.organization(auth_methods="RESTRICTED", allowed_auth_methods=["sso"], email_invites="ALL_ALLOWED").organization_id
    email = new_email()
    answer = project.raw("POST", "/v1/b2b/magic_links/email/invite", {"organization_id": org, "email_address": email})
    if answer.status_code != 200:
        check_refusal(answer, 400, "operation_restricted_by_organization_auth_methods")
        return
    done = authenticate(project, token_from(project.mailbox.wait(email)))
    assert done.member_authenticated is False
    assert done.primary_required.allowed_auth_methods == ["sso"]


def test_mail_is_delivered_after_the_mail_server_was_away(start_server):
    server = start_server()
    project = server.project()
    org = project.organization().organization_id
    member = project.member(org)
    server.mailbox.stop()
    send(project, org, member.email_address)
    server.mailbox.start()
    mail = server.mailbox.wait(member.email_address, timeout=60)
    assert authenticate(project, token_from(mail)).member_authenticated is True
    assert until(lambda: server.mailbox.waiting(member.email_address) == 0)
    assert discover(project, new_email()).intermediate_session_token
