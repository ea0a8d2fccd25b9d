"""T-51: secrets are compared in constant time, or looked up by a keyed hash; none is stored as it is."""

import re

import pytest
from harness import ENGINE, REPOSITORY, discover, new_email, token_from, verified_member
from scenes import unb64

SOURCE = REPOSITORY / "crates"
SECRET = re.compile(r"secret|token|hash|\bmac\b|_mac\b|verifier|challenge|password|signature|digest|\bjwt\b|master_key|cookie", re.I)
OPERAND = r"[\w.:&*\[\]()?]+"
COMPARISON = re.compile(rf"({OPERAND})\s*(==|!=)\s*({OPERAND})")
# Comparisons that look like one of secrets and are none, with why.
HARMLESS = {
    "*password != user": "the browser sends its public token twice; both come from the request",
    "hash.len() == 32": "a length",
    "settings.password_policy ==": "a setting",
    "cross_org_passwords_enabled !=": "a setting",
    "COMMON.contains(password.to_lowercase()": "a list that everybody has",
    'hash.starts_with("")': "the form in which a hash is written",
    "filter.contains(password.reveal()": "a list that everybody may have",
    "BROUGHT.contains(&secret.len()": "a length",
    "token.tenant() ==": "the tenant in a token is no secret",
    "password.contains('\\0')": "a character that no password may have",
    "subject::of(&claims) ==": "whom a provider speaks of is no secret",
    "as_ref() != form.digest_value": "the digest of a document that came with it",
    "asked.method ==": "a method of logging in",
    "way == Way::IdToken": "how a provider tells who somebody is",
    "include_refresh_token ==": "whether it is asked for",
    "passkey.domain != challenge.domain()": "a domain is no secret",
    "passkey.domain == challenge.domain()": "a domain is no secret",
    "AuthMethod::Password": "a method of logging in",
    "relying_party_hash != hash_of": "the hash of a domain, which everybody can make",
}


def code(text: str) -> str:
    """The file without comments, string literals and tests."""
    text = re.split(r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*mod ", text)[0]
    text = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    return re.sub(r"//[^\n]*", "", text)


FILES = [f for f in sorted(SOURCE.glob("*/src/**/*.rs")) if not f.name.endswith("tests.rs")]


def test_t51_no_secret_is_compared_with_an_operator():
    found = []
    for file in FILES:
        for left, operator, right in COMPARISON.findall(code(file.read_text())):
            text = f"{left} {operator} {right}"
            if (SECRET.search(left) or SECRET.search(right)) and not re.search(r"len\(\)|is_empty|bytes\[0\]|_kind|_type", text) and not any(h in text for h in HARMLESS):
                found.append(f"{file.relative_to(SOURCE)}: {text}")
    assert not found, "compare these with keys::equal:\n" + "\n".join(found)


def test_t51_no_secret_is_compared_by_a_method():
    """`contains`, `eq`, `starts_with` and sorting stop at the first difference as well."""
    found = []
    for file in FILES:
        for match in re.finditer(r"([\w.]+)\.(eq|ne|cmp|starts_with|ends_with|contains)\(([^)]*)\)", code(file.read_text())):
            if re.search(r"secret|hash|\bmac\b|verifier|challenge|password|signature", match[1] + match[3], re.I) and not any(h in match[0] for h in HARMLESS):
                found.append(f"{file.relative_to(SOURCE)}: {match[0]}")
    assert not found, "\n".join(found)


def test_t51_the_comparison_is_in_constant_time():
    keys = (SOURCE / "foundation/src/keys/mod.rs").read_text()
    body = re.search(r"fn equal\(a: &\[u8\], b: &\[u8\]\) -> bool \{([^}]*)\}", keys)[1]
    assert "constant_time::verify_slices_are_equal" in body


@pytest.mark.parametrize("file", ["server/src/projects/identify.rs", "server/src/one_time_tokens/pkce.rs", "server/src/email_codes/code.rs", "server/src/cursor.rs", "server/src/oauth_providers/operations.rs", "webauthn/src/expected.rs"])
def test_t51_secrets_are_compared_with_it(file):
    # A crate that knows nothing of ours calls what keys::equal calls.
    assert re.search(r"\b(?:verify_slices_are_)?equal\(", code((SOURCE / file).read_text())), f"{file} compares a secret without keys::equal"


def test_t51_tokens_are_looked_up_by_their_keyed_hash():
    """Every statement with a token in its condition names the hash; what is hashed is hashed with a key."""
    for file in FILES:
        for sql in re.findall(r'"((?:SELECT|UPDATE|DELETE)\b[^"]*)"', file.read_text()):
            # What is set is stored, and what is looked up stands in the condition.
            for column in re.findall(r"(\w*(?:token|secret)\w*) = \$", sql.rpartition(" SET ")[2].partition("WHERE")[2] if " SET " in sql else sql):
                # What is sealed is looked up to be sealed anew, as it lies there.
                assert column in ("token_hash", "sealed_secrets", "sealed_secret", "sealed_tokens") or "public_tokens" in sql, f"{file.name}: {sql}"
    assert "hmac::sign" in (SOURCE / "foundation/src/keys/mod.rs").read_text()


@pytest.mark.skipif(ENGINE != "sqlite", reason="reads the database file")
def test_t51_no_secret_lies_in_the_database(project, org):
    """Neither as text nor as bytes, in the file or its log."""
    member, session = verified_member(project, org)
    proven = discover(project, member.email_address)
    link, invited = new_email(), new_email()
    project.api.magic_links.email.discovery.send(email_address=link)
    project.api.magic_links.email.invite(organization_id=org, email_address=invited)
    tokens = [session.session_token, proven.intermediate_session_token, token_from(project.mailbox.wait(link)), token_from(project.mailbox.wait(invited))]
    stored = b"".join(f.read_bytes() for f in project.server.directory.iterdir() if f.name.startswith("guildhall.db"))
    assert member.member_id.encode() in stored and project.public_token.encode() in stored
    for token in tokens:
        assert token.encode() not in stored
        assert unb64(token)[17:] not in stored, "the secret half of a token is stored"
    for text in (project.secret, project.secret[12:44], session.session_jwt, session.session_jwt.split(".")[2]):
        assert text.encode() not in stored
    for name in ("BEGIN PRIVATE", "BEGIN RSA", "<!doctype html>", "Subject: "):
        assert name.encode() not in stored
