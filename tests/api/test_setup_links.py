"""Setup links: what an IT person does with one, and what the audit log tells of it."""

import contextlib
import datetime
import html
import re
import socketserver
import struct
import threading

import pytest
import requests
from connections import Published, certificate, metadata, saml_connection
from harness import ENGINE, Server, new_domain, new_email, query_of
from identity_providers import OpenIdProvider, SamlProvider
from setup_pages import Portal, setup_link
from sso import Browser, told
from twin import Twin


class Names:
    """A DNS server that knows text records, and one that answers with an error for names it is told not to know."""

    def __init__(self):
        self.records: dict[str, list[str]] = {}
        self.failing: set[str] = set()
        names = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                packet, socket = self.request
                socket.sendto(names.answer(packet), self.client_address)

        self.server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = "127.0.0.1:%d" % self.server.server_address[1]

    def answer(self, packet: bytes) -> bytes:
        labels, at = [], 12
        while length := packet[at]:
            labels.append(packet[at + 1:at + 1 + length].decode())
            at += 1 + length
        name, question = ".".join(labels).lower(), packet[12:at + 5]
        texts = self.records.get(name, [])
        code = 2 if name in self.failing else 0 if texts else 3
        records = b"".join(
            b"\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x3c" + struct.pack(">HB", len(text) + 1, len(text)) + text.encode() for text in texts)
        return packet[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(texts), 0, 0) + question + records

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def names():
    with contextlib.closing(type("Closing", (), {"close": lambda self: self.names.stop()})()) as closing:
        closing.names = Names()
        yield closing.names


@pytest.fixture(scope="module")
def server(postgres, names):
    server = Server(postgres=postgres, arguments=["--dns-server", names.address, "--outbound-allow", "127.0.0.0/8"]).start()
    yield server
    server.stop()


def events(project, org, action=None):
    all_of_it = project.raw("GET", "/v1/b2b/audit/events", params={"organization_id": org, "limit": 100}).json()["events"]
    return [event for event in all_of_it if action in (None, event["action"])]


def test_a_link_is_made_listed_and_revoked(project, organization):
    org = organization.organization_id
    path = f"/v1/b2b/organizations/{org}/setup_links"
    contact = new_email()
    made = setup_link(project, organization.organization_slug, "members", "sso", contact_email=contact, expiration_minutes=5)
    link = made["setup_link"]
    assert (link["organization_id"], link["purposes"], link["contact_email"], link["roles"]) == (org, ["sso", "members"], contact, [])
    assert made["url"].startswith(project.server.url + "/setup/open?token=")
    assert project.raw("GET", path).json()["setup_links"] == [link]
    for fields, error in (
        ({"purposes": []}, "invalid_setup_link_purpose"), ({"purposes": ["all"]}, "invalid_setup_link_purpose"),
        ({"purposes": ["sso"], "roles": ["nobody"]}, "invalid_rbac_role_assignment"), ({"purposes": ["sso"], "contact_email": "x"}, "invalid_email"),
        ({"purposes": ["sso"], "expiration_minutes": 4}, "invalid_expiration"),
        ({"purposes": ["sso"], "return_url": "nowhere"}, "invalid_login_redirect_url"),
        ({"purposes": ["sso"], "return_url": "https://evil.example/"}, "no_match_for_provided_magic_link_url"),
    ):
        answer = project.raw("POST", path, fields)
        assert (answer.status_code, answer.json()["error_type"]) == (400, error), answer.text
    for _ in range(19):
        setup_link(project, org, "audit")
    assert project.raw("POST", path, {"purposes": ["sso"]}).json()["error_type"] == "too_many_setup_links"
    portal = Portal(project.server, made["url"])
    assert "Not begun" in portal.get()
    gone = project.raw("DELETE", f"{path}/{link['setup_link_id']}")
    assert gone.json()["setup_link_id"] == link["setup_link_id"]
    assert project.raw("DELETE", f"{path}/{link['setup_link_id']}").json()["error_type"] == "setup_link_not_found"
    # Also where it was opened.
    assert "needs a setup link" in portal.get(status=401)
    assert Portal(project.server, made["url"]).opened.status_code == 401
    assert [event["actor"] for event in events(project, org, "setup_link.open")] == [{"type": "setup_link", "id": link["setup_link_id"]}]


def test_saml_from_the_first_step_to_the_last(project, organization):
    org = organization.organization_id
    link = setup_link(project, org, "sso")
    portal, provider = Portal(project.server, link["url"]), SamlProvider()
    assert "Okta" in portal.get("/setup/sso") and "refused" not in portal.get("/setup/sso")
    page = portal.post("/setup/sso", guide="okta_saml").headers["location"]
    connection_id = page.rsplit("/", 1)[1]
    acs_url, audience = portal.values(page + "?step=register")
    assert acs_url == audience and acs_url.endswith(connection_id)
    assert "Single sign-on URL" in portal.get(page)
    # Nothing is lost of what was entered, and what is wrong stands above it.
    assert "cannot be read" in told(portal.post(page, 400, action="metadata", metadata="<no"))
    assert "It cannot be tried yet" in portal.get(page + "?step=test")
    portal.post(page, action="details", idp_entity_id=provider.entity_id, idp_sso_url=provider.sso_url, x509_certificate=provider.key.certificate,
                display_name="Acme's Okta")
    connection = project.raw("GET", f"/v1/b2b/sso/{org}").json()["saml_connections"][0]
    assert (connection["status"], connection["awaits_test_login"]) == ("pending", True)
    refused = Browser(project.server).start(project, connection_id=connection_id)
    assert refused.status_code == 400 and "test_login" in told(refused)
    assert "after a test login" in told(portal.post(page, 400, action="activate"))

    def try_it(**said) -> str:
        """A test login at the provider; the page that the browser comes back to."""
        url = portal.post(page, action="test").headers["location"]
        request_id = provider.request_in(url).get("ID")
        form = {"SAMLResponse": provider.response(acs_url=acs_url, request_id=request_id, **said), "RelayState": query_of(url)["RelayState"]}
        path = acs_url.removeprefix(project.server.url)
        answer = portal.send("POST", path, data=form, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 303, told(answer)
        return answer.headers["location"]

    bad = portal.get(try_it(name_id="ada@acme.example", audience="https://elsewhere.example"))
    assert "It does not work yet" in bad and "https://elsewhere.example" in bad and "exactly as the first step shows them" in bad
    assert "after a test login" in told(portal.post(page, 400, action="activate"))
    # Who comes by no member's connection with no domain of the organization's is told so, and is no member afterwards.
    email = new_email()
    good = portal.get(try_it(name_id=email, attributes={"firstName": ["Ada"], "lastName": ["Lovelace"], "team": ["&lt;b&gt;engines&lt;/b&gt;"]}))
    assert "It works" in good and "Ada Lovelace" in good and f"{email} would not be let in" in good and "<b>engines</b>" in good
    assert not project.api.organizations.members.search(organization_ids=[org]).members
    portal.post(page, action="activate")
    connection = project.raw("GET", f"/v1/b2b/sso/{org}").json()["saml_connections"][0]
    assert (connection["status"], connection["awaits_test_login"], connection["display_name"]) == ("active", False, "Acme's Okta")

    # A change that breaks it is undone, and the secret keys with it.
    portal.post(page, action="details", idp_entity_id="https://another.example")
    assert "Return to those settings" in portal.get(page + "?step=test")
    portal.post(page, action="restore")
    restored = project.raw("GET", f"/v1/b2b/sso/{org}").json()["saml_connections"][0]
    assert {**restored, "status": "active"} == connection
    assert "Return to those settings" not in portal.get(page + "?step=test")
    portal.get(try_it(name_id=email, attributes={"firstName": ["Ada"], "lastName": ["Lovelace"]}))
    tests = [one for one in project.raw("GET", f"/v1/b2b/sso/{org}/connections/{connection_id}/exchanges").json()["exchanges"]]
    assert [one["verdict"] for one in tests] == ["accepted", "accepted", "refused"] and all(one["is_test"] for one in tests)
    for event in events(project, org):
        if event["action"].startswith("sso_connection"):
            assert event["actor"] == {"type": "setup_link", "id": link["setup_link"]["setup_link_id"]}
    portal.post(page, action="delete")
    assert project.raw("GET", f"/v1/b2b/sso/{org}").json()["saml_connections"] == []


def test_saml_by_metadata(project, organization):
    portal = Portal(project.server, setup_link(project, organization.organization_id, "sso")["url"])
    published = Published()
    try:
        page = portal.post("/setup/sso", guide="other_saml").headers["location"]
        portal.post(page, action="metadata", metadata_url=published.put(metadata(certificates=[certificate()])))
        assert "Start a test login" in portal.get(page)
        portal.post(page, action="metadata", metadata=metadata(certificates=[certificate()]))
        # As a file, as a browser without a script sends it: with the other fields empty.
        document = ("okta; name=x.xml", "\ufeff" + metadata(certificates=[certificate()], entity_id="https://idp.example/by-file"), "text/xml")
        form = {"action": "metadata", "metadata_url": "", "metadata": ""}
        assert portal.send("POST", page, data=form, files={"metadata_file": document}).status_code == 303
        assert "https://idp.example/by-file" in portal.send("GET", page + "?step=details").text
        nothing = portal.send("POST", page, data=form, files={"metadata_file": ("", "", "application/octet-stream")})
        assert nothing.status_code == 400 and "Enter the address of the metadata" in told(nothing)
        for body in (b"--x", b"--x\r\nContent-Disposition: form-data; name=\"metadata_file\"\r\n\r\n\xff\r\n--x--"):
            odd = portal.send("POST", page, data=body, headers={"content-type": "multipart/form-data; boundary=x"})
            assert odd.status_code == 400, odd.text
        assert "Enter the address of the metadata" in told(portal.post(page, 400, action="metadata"))
        certificates = portal.send("GET", page + "?step=details").text.count("remove_certificate")
        assert certificates == 1
        assert "could be done" in told(portal.post(page, 400, action="dance"))
    finally:
        published.stop()


def test_openid_connect(project, organization):
    org = organization.organization_id
    portal = Portal(project.server, setup_link(project, org, "sso", "domains")["url"])
    with OpenIdProvider() as provider:
        page = portal.post("/setup/sso", guide="keycloak_oidc").headers["location"]
        settings = provider.settings()
        portal.post(page, action="details", issuer=settings["issuer"], client_id=settings["client_id"], client_secret=settings["client_secret"])
        # The secret stands nowhere, and stays when it is left empty.
        assert settings["client_secret"] not in portal.send("GET", page + "?step=details").text
        portal.post(page, action="details", issuer=settings["issuer"], client_id=settings["client_id"], client_secret="", display_name="Keycloak")
        url = portal.post(page, action="test").headers["location"]
        email = new_email()
        back = provider.log_in(url, email=email, email_verified=True, name="Ada")
        came_back = portal.send("GET", f"/v1/b2b/sso/callback/{page.rsplit('/', 1)[1]}", params=back)
        said = portal.get(came_back.headers["location"])
        assert "It works" in said and email in said
        portal.post(page, action="activate")
        assert project.raw("GET", f"/v1/b2b/sso/{org}").json()["oidc_connections"][0]["status"] == "active"


def test_the_pages_speak_the_language_of_the_link_or_of_the_browser(project, organization):
    link = setup_link(project, organization.organization_id, "sso", "domains", "scim", "members", "audit")["url"]
    portal = Portal(project.server, link)
    for wanted, language, words in (("ja", "ja", "シングルサインオン"), ("pt-PT, en;q=0.5", "pt-br", "Logon único"), ("da", "en", "Single sign-on")):
        page = portal.send("GET", "/setup", headers={"accept-language": wanted}).text
        assert f'<html lang="{language}">' in page and words in page
    # What the address asks for is kept, whatever the browser likes; with nonsense the browser is asked.
    assert "Visão geral" in Portal(project.server, link + "&locale=xx").send("GET", "/setup", headers={"accept-language": "pt"}).text
    portal = Portal(project.server, link + "&locale=de")
    connection = portal.post("/setup/sso", guide="okta_saml").headers["location"]
    for path, words in (("/setup", "Nicht begonnen"), ("/setup/sso", "Wählen Sie Ihren Identitätsanbieter"), (connection, "Single sign-on URL"),
                        (f"{connection}?step=test", "Es fehlt: Entity ID des Anbieters, Anmeldeadresse (SSO URL), Zertifikate."), ("/setup/domains", "Domain hinzufügen"),
                        ("/setup/scim", "Verzeichnis verbinden"), ("/setup/members", "Jemanden einladen"), ("/setup/audit", "setup_link.open")):
        page = portal.send("GET", path, headers={"accept-language": "fr"})
        assert page.status_code == 200 and '<html lang="de">' in page.text and words in told(page), path
    # What the API says of a refusal is English, and said to be.
    refused = portal.post("/setup/domains", 400, action="add", domain="gmail.com").text
    assert "Das hat nicht funktioniert" in refused and re.search(r'<p lang="en">[^<]*public', refused)
    assert "__Host-guildhall_setup_language=; " in portal.post("/setup/end").headers["set-cookie"]


def test_a_domain_is_shown_by_its_record(project, organization, names):
    org, domain = organization.organization_id, new_domain()
    portal = Portal(project.server, setup_link(project, org, "domains")["url"])
    for wrong, words in (("gmail.com", "public"), ("nothing", "no domain")):
        assert words in told(portal.post("/setup/domains", 400, action="add", domain=wrong))
    portal.post("/setup/domains", action="add", domain=domain.upper())
    portal.post("/setup/domains", 400, action="add", domain=domain)
    name, value = portal.values("/setup/domains")
    assert name == f"_guildhall-challenge.{domain}"
    claimed = lambda: project.api.organizations.get(org).organization.claimed_email_domains
    for records, words in (([], "There is no TXT record"), (["v=spf1 -all"], "none has the value"), ([value[:-1] + "x"], "another value")):
        names.records[name] = records
        portal.post("/setup/domains", action="check", domain=domain)
        assert words in portal.get("/setup/domains") and claimed() == []
    names.failing.add(name)
    portal.post("/setup/domains", action="check", domain=domain)
    assert "could not be looked for" in portal.get("/setup/domains")
    names.failing.clear()
    names.records[name] = ["v=spf1 -all", value]
    portal.post("/setup/domains", action="check", domain=domain)
    assert claimed() == [domain]
    # Another organization of the same project has a record of its own, and both have the claim.
    other = project.organization().organization_id
    theirs = Portal(project.server, setup_link(project, other, "domains")["url"])
    theirs.post("/setup/domains", action="add", domain=domain)
    theirs.post("/setup/domains", action="check", domain=domain)
    assert "another value" not in portal.get("/setup/domains") and theirs.values("/setup/domains")[1] != value
    assert project.api.organizations.get(other).organization.claimed_email_domains == []
    names.records[name].append(theirs.values("/setup/domains")[1])
    theirs.post("/setup/domains", action="check", domain=domain)
    for where in (org, other):
        project.member(where, new_email(domain))
    elsewhere = project.organization().organization_id
    answer = project.raw("POST", f"/v1/b2b/organizations/{elsewhere}/members", {"email_address": new_email(domain)})
    assert answer.json()["error_type"] == "action_not_allowed_email_domain_is_claimed"
    portal.post("/setup/domains", action="remove", domain=domain)
    assert claimed() == []
    told_of = [event["action"] for event in events(project, org) if event["actor"]["type"] == "setup_link"]
    assert told_of == ["domain_proof.delete", "organization.update", "domain_proof.verify", "organization.update", "domain_proof.create", "setup_link.open"]


def test_a_directory_and_members(project, organization):
    org = organization.organization_id
    link = setup_link(project, org, "scim", "members", "audit", roles=["stytch_admin"])
    portal = Portal(project.server, link["url"])
    made = portal.post("/setup/scim", 200, action="create", identity_provider="okta")
    assert "shown this once" in told(made)
    token = html.unescape(re.search(r'<code id="token"[^>]*>([^<]*)<', made.text)[1])
    (base_url,) = portal.values("/setup/scim")
    assert "Nothing has come yet" in portal.get("/setup/scim") and token not in portal.send("GET", "/setup/scim").text
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": (sent := new_email()), "emails": [{"value": sent, "primary": True}]}
    answer = requests.post(f"{base_url}/Users", json=user, headers={"authorization": f"Bearer {token}"}, timeout=30)
    assert answer.status_code == 201, answer.text
    again = requests.post(f"{base_url}/Users", json=user, headers={"authorization": f"Bearer {token}"}, timeout=30)
    assert again.status_code == 409
    page = portal.get("/setup/scim")
    assert "member.create" in page and "POST /Users" in page and "201" in page and "409" in page and sent not in page
    assert again.json()["detail"] in page
    portal.post("/setup/scim", 400, action="create", identity_provider="okta")
    portal.post("/setup/scim", 200, action="rotate")
    portal.post("/setup/scim", action="complete")
    assert "The token of" in told(portal.post("/setup/scim", 400, action="cancel"))
    portal.post("/setup/scim", action="delete")
    email = new_email()
    portal.post("/setup/members", action="invite", email_address=email, name="Grace", role="stytch_admin")
    assert email in portal.get("/setup/members") and "stytch_admin" in portal.get("/setup/members")
    member = project.api.organizations.members.get(org, email_address=email).member
    assert member.status == "invited" and project.mailbox.wait(email)
    portal.post("/setup/members", action="roles", member_id=member.member_id, role="")
    assert [role.role_id for role in project.api.organizations.members.get(org, member_id=member.member_id).member.roles] == ["stytch_member"]
    portal.post("/setup/members", action="remove", member_id=member.member_id)
    assert email not in portal.get("/setup/members") and "Nobody is found" in portal.get("/setup/members?email=nobody")
    said = portal.get("/setup/audit?text=scim_connection")
    assert "scim_connection.rotate_complete" in said and "member.invite" not in said
    assert "Nothing is found" in portal.get("/setup/audit?text=nowhere")


@pytest.mark.skipif(ENGINE != "sqlite", reason="a twin has a database of its own, whatever the engine")
def test_what_time_brings(names):
    """A certificate that ends is told of, once each time; a domain whose record is gone is the organization's no more."""
    domain, contact = new_domain(), new_email()
    with Twin("--dns-server", names.address) as twin:
        project = twin.project()
        org = project.api.organizations.get("acme").organization.organization_id
        days = (datetime.datetime.now(datetime.UTC) - datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)) / datetime.timedelta(days=1) + 40
        made = saml_connection(project, org, active=False, display_name="Okta")
        settings = {"idp_entity_id": "https://idp.example", "idp_sso_url": "https://idp.example/sso", "x509_certificate": certificate(days=days),
                    "attribute_mapping": {"email": "NameID", "full_name": "name"}}
        assert project.api.sso.saml.update_connection(org, made.connection_id, **settings).connection.status == "active"
        portal = Portal(twin, setup_link(project, "acme", "sso", "domains", contact_email=contact, expiration_minutes=43_200)["url"])
        portal.post("/setup/domains", action="add", domain=domain)
        name, value = portal.values("/setup/domains")
        names.records[name] = [value]
        portal.post("/setup/domains", action="check", domain=domain)
        claimed = lambda: project.api.organizations.get(org).organization.claimed_email_domains  # noqa: E731
        assert claimed() == [domain]
        del names.records[name]
        told_of = []
        for forward in (2, 9, 1, 22, 1, 4.5):
            twin.advance(minutes=forward * 24 * 60)
            told_of.append(sorted(mail["to"] for mail in twin.get("/dev/mailbox")["messages"] if "certificate" in mail["subject"]))
            # The second day it is missed for the first time; on the eleventh the claim is over.
            assert claimed() == ([domain] if forward == 2 else []), forward
        both = sorted([contact, "ada@acme.example"])
        # After a week a mail is forgotten.
        assert told_of == [[], both, both, both, both, sorted(both * 2)]
        week, day = [mail for mail in twin.get("/dev/mailbox")["messages"] if mail["to"] == contact]
        assert "Okta" in week["text"] and "5 days" in week["subject"] and "11 hours" in day["subject"]
