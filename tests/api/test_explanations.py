"""What a sign-in would come to is what it comes to, and what a change of settings would do is what it does."""

import json

import pytest
from harness import code_from, email_code, new_domain, new_email, token_from, verified_member, wrong

PASSWORD = "violet-harbor-sings-tonight"
EXPLAIN = "/v1/b2b/organizations/{}/explain_login"
DRY_RUN = "/v1/b2b/organizations/{}/dry_run"


@pytest.fixture(scope="module")
def strict(server):
    """A project in which three wrong codes lock."""
    project = server.project()
    server.command("project", "update", project.project_id, "--lock-threshold", "3")
    return project


def explained(project, org, email, method, **more):
    answer = project.raw("POST", EXPLAIN.format(org), {"email_address": email, "auth_method": method, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def really(project, org, email, method):
    """What somebody comes to who signs in so: the verdict, and the error that refused them."""
    if method == "password":
        answer = project.raw("POST", "/v1/b2b/passwords/authenticate", {"organization_id": org, "email_address": email, "password": PASSWORD})
    else:
        path, enter = {"magic_link": ("magic_links/email", "magic_links/authenticate"), "email_otp": ("otps/email", "otps/email/authenticate")}[method]
        sent = project.raw("POST", f"/v1/b2b/{path}/login_or_signup", {"organization_id": org, "email_address": email})
        if sent.status_code != 200:
            return "refused", sent.json()["error_type"]
        mail = project.mailbox.wait(email)
        while "locked" in mail.subject:
            mail = project.mailbox.wait(email)
        shown = {"magic_links_token": token_from(mail)} if method == "magic_link" else {"organization_id": org, "email_address": email, "code": code_from(mail)}
        answer = project.raw("POST", f"/v1/b2b/{enter}", shown)
    body = answer.json()
    if answer.status_code != 200:
        return "refused", body["error_type"]
    if body["member_authenticated"]:
        return "authenticated", None
    return ("primary_required" if body["primary_required"] else "mfa_required"), None


def with_password(project, org, **member):
    made = project.member(org, **member)
    reset = project.raw("POST", "/v1/b2b/passwords/email/reset/start", {"organization_id": org, "email_address": made.email_address})
    assert reset.status_code == 200, reset.text
    token = token_from(project.mailbox.wait(made.email_address))
    done = project.raw("POST", "/v1/b2b/passwords/email/reset", {"password_reset_token": token, "password": PASSWORD})
    assert done.status_code == 200, done.text
    return made.email_address


def restricted(*methods):
    return {"auth_methods": "RESTRICTED", "allowed_auth_methods": list(methods)}


def lock(project, org, email):
    code = email_code(project, org, email)
    for by in range(1, 4):
        project.raw("POST", "/v1/b2b/otps/email/authenticate", {"organization_id": org, "email_address": email, "code": wrong(code, by)})


def retired(project, org):
    """An address that a member had."""
    member, _ = verified_member(project, org)
    project.api.organizations.members.update(org, member.member_id, email_address=new_email(), unlink_email=False)
    return member.email_address


def claimed(project, org):
    member = project.member(org)
    project.organization(claimed_email_domains=[member.email_address.split("@")[1]])
    return member.email_address


def deleted(project, org):
    member = project.member(org)
    project.api.organizations.members.delete(org, member.member_id)
    return member.email_address


# What the organization has set, who comes, how, and which rule decides.
SITUATIONS = {
    "a member": ({}, lambda p, o: p.member(o).email_address, "magic_link", "authenticated", None),
    "by code": ({}, lambda p, o: p.member(o).email_address, "email_otp", "authenticated", None),
    "a method not allowed": (restricted("sso"), lambda p, o: p.member(o).email_address, "magic_link", "refused", "auth_method_is_allowed"),
    "exempt": (restricted("sso"), lambda p, o: p.member(o, is_breakglass=True).email_address, "email_otp", "authenticated", None),
    "second factor for all": ({"mfa_policy": "REQUIRED_FOR_ALL"}, lambda p, o: p.member(o).email_address, "magic_link", "mfa_required", "second_factor_is_proven"),
    "enrolled": ({}, lambda p, o: p.member(o, mfa_enrolled=True).email_address, "magic_link", "mfa_required", "second_factor_is_proven"),
    "a stranger": ({}, lambda p, o: new_email(), "magic_link", "refused", "may_join_by_email_domain"),
    "a deleted member": ({}, deleted, "email_otp", "refused", "may_join_by_email_domain"),
    "a domain claimed elsewhere": ({}, claimed, "magic_link", "refused", "email_domain_is_not_claimed_elsewhere"),
    "an address that was retired": ({}, retired, "magic_link", "refused", "email_address_is_not_retired"),
    "a password": ({}, with_password, "password", "authenticated", None),
    "no password": ({}, lambda p, o: p.member(o).email_address, "password", "refused", "member_has_a_password"),
    "a password that is not allowed": (restricted("magic_link"), with_password, "password", "primary_required", "auth_method_is_allowed"),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_what_is_explained_is_what_happens(strict, name):
    settings, come, method, verdict, rule = SITUATIONS[name]
    org = strict.organization().organization_id
    email = come(strict, org)
    if settings:
        strict.api.organizations.update(org, **settings)
    told = explained(strict, org, email, method)
    assert told["verdict"] == verdict, told
    unmet = [line["rule"] for line in told["rules"] if not line["is_met"]]
    assert unmet == ([rule] if rule else []), told
    assert all(bool(line["mend"]) != line["is_met"] and line["sentence"] for line in told["rules"])
    assert really(strict, org, email, method) == (verdict, told["error_type"])


def test_a_lock_and_who_may_join_are_explained(strict):
    domain = new_domain()
    org = strict.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain]).organization_id
    fresh = new_email(domain)
    told = explained(strict, org, fresh, "magic_link")
    assert told["verdict"] == "authenticated" and told["joins"] and told["member_id"] is None
    assert really(strict, org, fresh, "magic_link") == ("authenticated", None)
    assert not explained(strict, org, fresh, "magic_link")["joins"]
    lock(strict, org, fresh)
    told = explained(strict, org, fresh, "email_otp")
    assert (told["verdict"], told["error_type"]) == ("refused", "user_lock_limit_reached")
    assert really(strict, org, fresh, "email_otp") == ("refused", "user_lock_limit_reached")
    # What cannot be guessed lets them in all the same.
    assert explained(strict, org, fresh, "magic_link")["verdict"] == "authenticated"
    # What nothing is set up for.
    for method, rule in (("hubspot_oauth", "oauth_provider_is_set_up"), ("sso", "sso_connection_is_active")):
        told = explained(strict, org, fresh, method)
        assert told["verdict"] == "refused" and told["rules"][-1]["rule"] == rule, told
    # An account elsewhere is worth what its provider's word about the address is.
    for provider, verdict, unmet in (("google", "authenticated", []), ("github", "primary_required", ["oauth_account_is_theirs"])):
        strict.server.command("provider", "set", strict.project_id, provider, "--client-id", "x", "--client-secret", "y")
        told = explained(strict, org, fresh, f"{provider}_oauth")
        assert (told["verdict"], [line["rule"] for line in told["rules"] if not line["is_met"]]) == (verdict, unmet), told
    # A passkey is asked for, and is enough where it is.
    assert strict.raw("PUT", f"/v1/b2b/organizations/{org}", {"passkey_policy": "REQUIRED"}).status_code == 200
    told = explained(strict, org, fresh, "magic_link")
    assert told["verdict"] == "mfa_required" and told["rules"][-1]["rule"] != "second_factor_is_proven", told
    assert explained(strict, org, fresh, "magic_link", passkey=True)["verdict"] == "authenticated"
    assert strict.raw("PUT", f"/v1/b2b/organizations/{org}", {"passkey_policy": "UNLESS_RESTRICTED"}).status_code == 200
    # A second factor that is proven, too, is enough if it is one that may be used.
    strict.api.organizations.update(org, mfa_policy="REQUIRED_FOR_ALL", mfa_methods="RESTRICTED", allowed_mfa_methods=["totp"])
    verdict = lambda *factors: explained(strict, org, fresh, "magic_link", mfa_methods=list(factors))["verdict"]  # noqa: E731
    assert [verdict(), verdict("sms_otp"), verdict("totp")] == ["mfa_required", "mfa_required", "authenticated"]


def test_a_change_is_tried_without_being_made(project):
    org = project.organization().organization_id
    email = with_password(project, org)
    plain, _ = verified_member(project, org)
    before = project.raw("GET", f"/v1/b2b/organizations/{org}").json()["organization"]

    def tried(**settings):
        answer = project.raw("POST", DRY_RUN.format(org), settings)
        assert answer.status_code == 200, answer.text
        return answer.json()

    found = tried(**restricted("password"))
    assert found["members_looked_at"] == 2 and found["is_complete"]
    assert [member["member_id"] for member in found["locked_out"]["members"]] == [plain.member_id] and found["locked_out"]["count"] == 1
    # Of the two sessions there are, the one that was begun by a link would end when it does.
    assert found["sessions_not_prolonged"]["count"] >= 1
    assert set(found["changes"]) == {"auth_methods", "allowed_auth_methods"}
    found = tried(mfa_policy="REQUIRED_FOR_ALL")
    assert found["without_second_factor"]["count"] == 2 and found["locked_out"]["count"] == 0
    assert tried()["changes"] == {} and tried()["sessions_not_prolonged"]["count"] == 0
    refused = project.raw("POST", DRY_RUN.format(org), {"auth_methods": "RESTRICTED", "allowed_auth_methods": []})
    assert refused.status_code == 400
    assert project.raw("GET", f"/v1/b2b/organizations/{org}").json()["organization"] == before
    # And what was foretold happens.
    project.api.organizations.update(org, **restricted("password"))
    assert really(project, org, plain.email_address, "magic_link")[0] == "refused"
    assert really(project, org, email, "password")[0] == "authenticated"


def test_the_command_line_explains_too(project):
    org = project.organization(auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    member = project.member(org.organization_id)
    command = ["organization", "explain", "--project", project.project_id, org.organization_slug, member.email_address, "--method"]
    told = json.loads(project.server.command(*command, "magic_link", "--json").stdout)
    assert told["verdict"] == "refused" and told["rules"][-1]["rule"] == "auth_method_is_allowed"
    text = project.server.command(*command, "magic_link").stdout
    assert text.startswith("The login would be refused.") and "Add magic_link to allowed_auth_methods" in text
    assert project.server.command(*command, "nothing", check=False).returncode == 2
