"""T-04, T-08 to T-17, T-27, T-28: what is wrong with SAML responses and the browsers that bring them. Each is refused with a sentence
that the connection's recorder has; the crate that verifies them has tests of each form."""

import base64
import copy

import pytest
from harness import new_email, query_of, refused, token_from, verified_member
from identity_providers import SAML, Key, SamlProvider
from lxml import etree
from sso import Browser, Saml, told


@pytest.fixture
def saml(project):
    return Saml(project)


def flow(saml) -> tuple[Browser, str, dict]:
    """A login that has begun: its browser, where that was sent, and what a response has to have."""
    browser = Browser(saml.project.server)
    url = saml.start(browser)
    return browser, url, {"acs_url": saml.acs_url, "name_id": new_email(), "request_id": saml.provider.request_in(url).get("ID")}


def test_t04_a_session_by_sso_opens_no_other_organization(project, saml):
    email = new_email()
    elsewhere = project.organization().organization_id
    project.member(elsewhere, email)
    answer = saml.login(email)
    with refused(400, "member_does_not_exist_in_organization"):
        project.api.sessions.exchange(organization_id=elsewhere, session_token=answer.session_token)
    found = project.api.discovery.organizations.list(session_token=answer.session_token)
    assert [o.organization.organization_id for o in found.discovered_organizations] == [saml.org]
    saml.change_organization(mfa_policy="REQUIRED_FOR_ALL")
    half = saml.login(email)
    with refused((400, 404), ("invalid_intermediate_session_token_for_organization", "intermediate_session_not_found")):
        project.api.discovery.intermediate_sessions.exchange(
            intermediate_session_token=half.intermediate_session_token, organization_id=elsewhere)


def test_t08_a_response_is_for_one_connection(project, saml):
    other = Saml(project, provider=saml.provider)
    browser, url, said = flow(saml)
    relay_state = query_of(url)["RelayState"]
    response = saml.provider.response(**said)
    # The same identity provider, and its response for another connection of it.
    other.refused(browser.post(other.path, SAMLResponse=response, RelayState=relay_state), "unsolicited_saml_response", "another connection")
    own = saml.provider.response(**said | {"acs_url": other.acs_url})
    other.refused(browser.post(other.path, SAMLResponse=own), "unsolicited_saml_response")
    unasked = saml.provider.response(acs_url=saml.acs_url, name_id=new_email())
    other.refused(browser.post(other.path, SAMLResponse=unasked), "invalid_saml_response", saml.acs_url, other.acs_url)
    assert browser.post(saml.path, SAMLResponse=response, RelayState=relay_state).status_code == 303


def test_t08_an_identity_provider_with_the_name_of_another(project, saml):
    """Who a connection's identity provider calls what another one calls somebody is somebody else."""
    email = new_email()
    victim = saml.login(email)
    pretender = SamlProvider(entity_id=saml.provider.entity_id, key=Key.new())
    attacker = Saml(project, provider=pretender)
    answer = attacker.login(email)
    assert answer.organization_id == attacker.org and answer.member_id != victim.member_id
    saml.refused(saml.arrive(email, key=pretender.key), "saml_certificate_mismatch", "SHA-256")


GATES = {
    "pending": (lambda saml: saml.update(idp_sso_url=""), "requires_active_sso_connection"),
    "no new people": (lambda saml: saml.change_organization(sso_jit_provisioning="NOT_ALLOWED"), "invalid_connection_for_jit_provisioning"),
    "no SSO": (lambda saml: saml.change_organization(auth_methods="RESTRICTED", allowed_auth_methods=["password"]),
               "operation_restricted_by_organization_auth_methods"),
    "deleted": (lambda saml: saml.project.api.sso.delete_connection(saml.org, saml.connection_id), "sso_connection_not_found"),
    "no organization": (lambda saml: saml.project.api.organizations.delete(saml.org), "sso_connection_not_found"),
    "not by itself": (lambda saml: saml.update(idp_initiated_auth_disabled=True), "saml_idp_initiated_auth_disabled"),
}


@pytest.mark.parametrize("gate", GATES)
def test_t09_who_comes_unasked_passes_every_gate(saml, gate):
    close, error = GATES[gate]
    assert saml.unasked(new_email()).status_code == 303
    close(saml)
    answer = saml.unasked(new_email())
    assert answer.status_code in (400, 404) and error in answer.text, told(answer)


def wrapped(tree):
    """The signed assertion as a part of one that is not."""
    assertion = tree.find(f"{{{SAML}}}Assertion")
    forged = copy.deepcopy(assertion)
    forged.set("ID", "_forged")
    forged.find(f".//{{{SAML}}}NameID").text = "admin@victim.example"
    forged.insert(1, assertion)
    tree.append(forged)


def answering_another_too(tree):
    """Signed by the identity provider, for a second request besides."""
    confirmation = tree.find(f".//{{{SAML}}}SubjectConfirmation")
    another = copy.deepcopy(confirmation)
    another[0].set("InResponseTo", "_other")
    confirmation.addnext(another)


# What is done to a response that is right, and what it is refused with.
WRONG = {
    "t11 wrapped": ({"after": wrapped}, "invalid_saml_response"),
    "t12 a document type": ({"text": lambda x: b"<!DOCTYPE a [<!ENTITY e 'x'>]>" + x}, "invalid_xml_saml_response"),
    "t12 a processing instruction": ({"text": lambda x: x.replace(b"<saml:Subject>", b"<?a b?><saml:Subject>", 1)}, "invalid_xml_saml_response"),
    "t13 a comment in a name": ({"text": lambda x: x.replace(b"@", b"<!---->@", 1)}, "invalid_xml_saml_response"),
    "t14 signed by a stranger": ({"key": Key.new}, "saml_certificate_mismatch"),
    "t14 not signed": ({"sign": "nothing"}, "missing_signature_saml_response"),
    "t15 for another service": ({"audience": "https://other.example"}, "invalid_audience_saml_response"),
    "t15 to another address": ({"recipient": "https://other.example/acs"}, "invalid_saml_response"),
    "t15 by another issuer": ({"issuer": "https://other.example"}, "invalid_saml_response"),
    "t15 over": ({"ahead": -1000}, "expired_saml_response"),
    "t15 of the future": ({"ahead": 1000}, "not_yet_valid_saml_response"),
    "t15 to another request": ({"request_id": "_other"}, "unsolicited_saml_response"),
    "t15 to no request": ({"request_id": None}, "unsolicited_saml_response"),
    "t15 to another request besides": ({"change": answering_another_too}, "unsolicited_saml_response"),
    "t15 of no success": ({"status": "Responder"}, "failed_saml_response"),
    "t16 deep": ({"text": lambda x: x.replace(b"<saml:Subject>", b"<a>" * 5000 + b"</a>" * 5000 + b"<saml:Subject>", 1)}, "invalid_xml_saml_response"),
    "t16 large": ({"text": lambda x: x + b" " * 700_000}, "invalid_xml_saml_response"),
    "t12 no XML": ({"text": lambda _: b"nonsense"}, "invalid_xml_saml_response"),
    "changed": ({"text": lambda x: x.replace(b"@", b"@x", 1)}, "invalid_signature_saml_response"),
}


@pytest.mark.parametrize("case", WRONG)
def test_t10_to_t16_what_is_wrong_with_a_response_is_said(saml, case):
    how, error = WRONG[case]
    browser, url, said = flow(saml)
    how = {name: value() if name == "key" else value for name, value in how.items()}
    text, after = how.pop("text", None), how.pop("after", None)
    xml = base64.b64decode(saml.provider.response(**said | how))
    if after:
        tree = etree.fromstring(xml)
        after(tree)
        xml = etree.tostring(tree)
    xml = text(xml) if text else xml
    answer = browser.post(saml.path, SAMLResponse=base64.b64encode(xml).decode(), RelayState=query_of(url)["RelayState"])
    sentence = saml.refused(answer, error)
    assert sentence.endswith(".") and sentence[0].isupper()
    # Nothing was half-done: the login can still come back right.
    right = browser.post(saml.path, SAMLResponse=saml.provider.response(**said), RelayState=query_of(url)["RelayState"])
    assert right.status_code == 303, told(right)


def test_t15_a_response_counts_once(start_server):
    server = start_server()
    saml = Saml(server.project())
    browser, url, said = flow(saml)
    response, relay_state = saml.provider.response(**said), query_of(url)["RelayState"]
    assert browser.post(saml.path, SAMLResponse=response, RelayState=relay_state).status_code == 303
    saml.refused(browser.post(saml.path, SAMLResponse=response, RelayState=relay_state), "unsolicited_saml_response")
    unasked = saml.provider.response(acs_url=saml.acs_url, name_id=new_email())
    assert browser.post(saml.path, SAMLResponse=unasked).status_code == 303
    server.restart()
    saml.refused(browser.post(saml.path, SAMLResponse=unasked), "duplicate_saml_response")


def test_t17_sha1_takes_a_switch(saml):
    import xmlsec

    def signed(node, key):
        signature = xmlsec.template.create(node, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA1)
        node.find(f"{{{SAML}}}Issuer").addnext(signature)
        reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA1, uri=f"#{node.get('ID')}")
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        xmlsec.tree.add_ids(node, ["ID"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(key.private, xmlsec.KeyFormat.PEM)
        context.sign(signature)

    saml.provider.sign = signed
    saml.refused(saml.arrive(new_email()), "invalid_signature_saml_response", "SHA-1")
    assert saml.set(allow_sha1=True)["allow_sha1"] is True
    assert saml.login(new_email()).member_authenticated
    # The switch is told in the audit log.
    changes = [e["changes"] for e in saml.project.audit(saml.org) if e["action"] == "sso_connection.update"]
    assert any("allow_sha1" in change for change in changes)


@pytest.mark.parametrize("change", ["deleted", "pending", "another certificate"])
def test_t27_a_connection_that_changed_meanwhile(saml, change):
    browser, url, said = flow(saml)
    token = saml.token(new_email())
    match change:
        case "deleted":
            saml.project.api.sso.delete_connection(saml.org, saml.connection_id)
        case "pending":
            saml.update(idp_entity_id="")
        case _:
            saml.update(x509_certificate=Key.new().certificate)
            assert saml.respond(browser, url, new_email()).status_code == 303
            return
    answer = browser.post(saml.path, SAMLResponse=saml.provider.response(**said), RelayState=query_of(url)["RelayState"])
    assert answer.status_code in (400, 404), told(answer)
    with refused((400, 404), ("requires_active_sso_connection", "sso_token_not_found")):
        saml.authenticate(token)


def test_t28_a_login_comes_back_to_its_browser(project, saml):
    browser, url, said = flow(saml)
    relay_state, response = query_of(url)["RelayState"], saml.provider.response(**said)
    stranger = Browser(project.server)
    saml.refused(stranger.post(saml.path, SAMLResponse=response, RelayState=relay_state), "missing_saml_csrf_cookie")
    saml.start(stranger)
    saml.refused(stranger.post(saml.path, SAMLResponse=response, RelayState=relay_state), "saml_csrf_cookie_mismatch")
    # One browser has several logins at once.
    saml.start(browser)
    assert browser.post(saml.path, SAMLResponse=response, RelayState=relay_state).status_code == 303


def test_a_response_that_is_none(saml):
    browser, url, _ = flow(saml)
    for form in ({}, {"RelayState": query_of(url)["RelayState"]}, {"SAMLResponse": ""}):
        answer = browser.post(saml.path, **form)
        assert answer.status_code == 400 and "missing_saml_response" in answer.text
    answer = browser.get(saml.path)
    assert answer.status_code == 400 and "missing_saml_response" in answer.text
    answer = browser.post("/v1/b2b/sso/callback/nonsense", SAMLResponse="eA==")
    assert answer.status_code == 404 and "sso_connection_not_found" in answer.text
    saml.refused(browser.post(saml.path, SAMLResponse="not base64!"), "invalid_xml_saml_response", "base64")


def test_t72_what_an_identity_provider_says_is_escaped(saml):
    answer = saml.arrive(new_email(), audience="&lt;script&gt;alert(1)&lt;/script&gt;")
    assert "<script>alert" not in answer.text and "&lt;script&gt;alert(1)" in answer.text
    saml.refused(answer, "invalid_audience_saml_response", "<script>alert(1)</script>")


def test_t25_administrators_own_identity_provider_says_addresses_of_their_domains_only(project):
    org = project.organization().organization_id
    admin, session = verified_member(project, org, roles=["stytch_admin"])
    domain = admin.email_address.split("@")[1]
    saml = Saml(project, org=org, by=session)
    outsider, insider = new_email(), new_email(domain)
    saml.refused(saml.arrive(insider), "invalid_email_for_jit_provisioning", domain)
    saml.change_organization(email_allowed_domains=[domain, outsider.split("@")[1]])
    assert saml.login(insider).member.email_address == insider
    # T-26: a domain that is listed, and at which nobody here reads mail, is anybody's; as are subdomains.
    saml.refused(saml.arrive(outsider), "invalid_email_for_jit_provisioning")
    saml.refused(saml.arrive(new_email(f"sub.{domain}")), "invalid_email_for_jit_provisioning")
    # Nor does it lead to a member who is there, unless they were invited, or show themselves that it is them.
    member, own = verified_member(project, org, outsider)
    saml.change_organization(email_allowed_domains=[domain])
    with refused(400, "invalid_email_for_jit_provisioning"):
        saml.login(outsider)
    invited = project.api.magic_links.email.invite(organization_id=org, email_address=new_email()).member
    assert saml.login(invited.email_address).member_id == invited.member_id
    # T-24: somebody else's session is no proof.
    with refused(400, "invalid_email_for_jit_provisioning"):
        saml.login(outsider, fields={"session_token": session.session_token})
    assert saml.login(outsider, fields={"session_token": own.session_token}).member_id == member.member_id
    assert saml.login(outsider).member_id == member.member_id


def test_t25_a_claimed_domain_is_its_owners(project, saml):
    email = new_email()
    assert saml.login(email).member_authenticated
    project.organization(claimed_email_domains=[email.split("@")[1]])
    saml.refused(saml.arrive(email), "action_not_allowed_email_domain_is_claimed")
    saml.refused(saml.arrive(new_email(email.split("@")[1])), "action_not_allowed_email_domain_is_claimed")


def test_t18_the_form_of_a_request_holds_no_markup_of_an_administrator(saml):
    where = f"id = '{saml.connection_id}'"
    settings = saml.project.server.stored("sso_connections", "settings", where)
    address = 'https://idp.example/"><script>alert(1)</script>'
    saml.project.server.store("sso_connections", "settings", where, settings | {"idp_sso_binding": "post", "idp_sso_url": address})
    answer = Browser(saml.project.server).start(saml.project, connection_id=saml.connection_id)
    assert answer.status_code == 200 and "<script>alert" not in answer.text and "&lt;script&gt;alert(1)" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "frame-ancestors 'none'" in policy


def test_t23_who_was_there_before_has_nothing_of_the_account(project, saml):
    """Nobody has waited in the account of somebody who comes by SSO: neither by a change of address, nor by a link."""
    email = new_email()
    attacker, session = verified_member(project, saml.org)
    project.api.organizations.members.start_email_update(saml.org, attacker.member_id, email)
    change = token_from(project.mailbox.wait(email))
    project.api.magic_links.email.login_or_signup(organization_id=saml.org, email_address=attacker.email_address)
    victim = saml.login(email)
    assert victim.member_id != attacker.member_id and victim.member.email_address == email
    with refused(400, "duplicate_member_email"):
        project.api.magic_links.authenticate(magic_links_token=change, session_token=session.session_token)
    assert project.api.organizations.members.get(saml.org, member_id=victim.member_id).member.email_address == email
    own = project.api.sessions.get(organization_id=saml.org, member_id=victim.member_id).member_sessions
    assert [each.member_session_id for each in own] == [victim.member_session.member_session_id]
