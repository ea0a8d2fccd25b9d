"""T-44: one address is one member however it is spelled, and two addresses are never one."""

import pytest
from harness import check_refusal, login, new_domain, new_email, verified_member
from scenes import Tenant


@pytest.fixture(scope="module")
def tenant(project):
    return Tenant(project).with_member()


def spellings():
    name, domain = "jane.doe", "corp-spelled.com"
    yield from ((f"{name}@{domain}", s) for s in (f"{name.upper()}@{domain.upper()}", f"{name.title()}@{domain.title()}", f"{name}@{domain.upper()}"))
    word = "spelled"
    yield f"{name}@bücher-{word}.example.com", f"{name}@BÜCHER-{word}.example.com"
    yield f"{name}@bücher-{word}.example.com", f"{name}@bu\u0308cher-{word}.example.com"
    wide = "".join(chr(ord(c) + 0xFEE0) for c in "corp")
    yield f"{name}@corp{word}.com", f"{name}@{wide}{word}.com"
    yield f"{name}@corp{word}.com", f"{name}@co\u00adrp{word}.com"


@pytest.mark.parametrize("pair", list(spellings()), ids=ascii)
def test_t44_two_spellings_are_one_member(project, org, pair):
    one, other = pair
    member = project.member(org, one)
    check_refusal(project.raw("POST", f"/v1/b2b/organizations/{org}/members", {"email_address": other}), 400, "duplicate_member_email")
    found = project.raw("GET", f"/v1/b2b/organizations/{org}/member", params={"email_address": other})
    assert found.json()["member_id"] == member.member_id
    check_refusal(project.raw("POST", "/v1/b2b/magic_links/email/invite", {"organization_id": org, "email_address": other}), 400, "duplicate_member_email")
    body = {"organization_id": org, "email_address": other}
    assert project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", body).json()["member_id"] == member.member_id
    assert project.mailbox.wait(member.email_address).recipients == [member.email_address]


def different():
    name, domain = "janedoe", "corp-pairs.com"
    yield f"{name}+a@{domain}", f"{name}+b@{domain}"
    yield f"{name}+a@{domain}", f"{name}@{domain}"
    yield f"{name[:3]}.{name[3:]}@{domain}", f"{name}@{domain}"
    yield f"{name}@{domain}", f"{name}@mail.{domain}"
    yield f"{name}@fa\u00df-pairs.com", f"{name}@fass-pairs.com"
    yield f"{name}@\u0430pple-pairs.com", f"{name}@apple-pairs.com"


@pytest.mark.parametrize("pair", list(different()), ids=ascii)
def test_t44_two_addresses_are_two_members(project, org, pair):
    one, other = (project.member(org, email) for email in pair)
    assert one.member_id != other.member_id and one.email_address != other.email_address
    session = login(project, org, one.email_address)
    assert session.member_id == one.member_id


D = "corp-x.com"
BAD = [
    "", "@", "jane", "jane@", f"@{D}", f"jane@@{D}", f"jane@{D}@{D}", f"jane\uff20{D}", f"jane\ufe6b{D}", f"jane@evil\uff20{D}", "jane@corp-x\u3002com",
    "jane@corp-x\uff0ecom", f"ja\u2024ne@{D}", f"j\u0430ne@{D}", f"\u212aate@{D}", f"\u0130van@{D}", f"ja\u200bne@{D}", f'"jane"@{D}', f'"a@evil.com"@{D}',
    f"jane(x)@{D}", f"<jane@{D}>", f"Jane <jane@{D}>", f"jane@{D},joe@{D}", f"jane@{D};joe@{D}", f"jane@{D} ", f" jane@{D}", f"ja ne@{D}", "jane@[127.0.0.1]",
    "jane@127.0.0.1", "jane@localhost", f".jane@{D}", f"jane.@{D}", f"ja..ne@{D}", f"jane@{D}.", "jane@-corp.com", f"{'x' * 65}@{D}", f"jane@{'x' * 64}.com",
    f"jane@{'abcdefgh.' * 40}com", f"mailto:jane@{D}", f"jane%40evil.com@{D}\n", f"jane@{D}\r\nBcc: joe@evil.com", f"jane\r\nTo: joe@evil.com@{D}", f"jane@{D}\nSubject: x",
    f"jane@{D}\x85Bcc: joe@evil.com", f"jane@{D}\u2028Bcc: joe@evil.com", f"jane\t@{D}", f"jane@{D}\x7f", f"jane@{D}?x=y", f"jane@{D}/..",
]


def places(tenant, email):
    org, member = tenant.org, tenant.member.member_id
    yield "POST", f"/v1/b2b/organizations/{org}/members", {"email_address": email}
    yield "PUT", f"/v1/b2b/organizations/{org}/members/{member}", {"email_address": email}
    yield "POST", f"/v1/b2b/organizations/{org}/members/{member}/start_email_update", {"email_address": email}
    yield "POST", "/v1/b2b/magic_links/email/login_or_signup", {"organization_id": org, "email_address": email}
    yield "POST", "/v1/b2b/magic_links/email/invite", {"organization_id": org, "email_address": email}
    yield "POST", "/v1/b2b/magic_links/email/discovery/send", {"email_address": email}


@pytest.mark.parametrize("email", BAD, ids=ascii)
def test_t44_what_is_no_address_is_refused_everywhere(project, tenant, email):
    for method, path, body in places(tenant, email):
        check_refusal(project.raw(method, path, body), 400, "invalid_email")
    for path, more in (("discovery/send", {}), ("login_or_signup", {"organization_id": tenant.org})):
        answer = project.browser("POST", f"/b2b/magic_links/email/{path}", {"email_address": email} | more)
        check_refusal(answer, 400, "invalid_email")


def test_t44_nothing_was_mailed_to_a_header(project):
    """Runs after the table: no mail went where a header of it pointed."""
    assert project.mailbox.waiting("joe@evil.com") == 0


def test_t44_a_subdomain_or_lookalike_domain_does_not_join(project):
    domain = new_domain()
    org = project.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=[domain]).organization_id
    verified_member(project, org, new_email(domain))
    for near in (f"mail.{domain}", f"x{domain}", f"{domain}.evil-corp.com", domain.replace("o", "\u043e"), domain.replace("corp", "c0rp")):
        body = {"organization_id": org, "email_address": new_email(near)}
        answer = project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", body)
        check_refusal(answer, 400, ("invalid_email_for_jit_provisioning", "invalid_email"))
    body = {"organization_id": org, "email_address": new_email(domain.upper())}
    assert project.raw("POST", "/v1/b2b/magic_links/email/login_or_signup", body).status_code == 200
