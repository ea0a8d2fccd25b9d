"""Passwords that other programs have hashed."""

import base64
import hashlib

import pytest
from harness import check_refusal, new_email, refused, unique, verified_member
from test_passwords import enter, with_password

# 72 bytes are what bcrypt reads, and bytes beyond ASCII are hashed as they were typed.
PASSWORD = "violet-harbor-sings-déjà-vu"
SALT = b"sixteen-byte-slt"


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.fixture
def org(organization):
    return organization.organization_id


def hashes(password: str):
    """(hash_type, hash, configuration), as Python's own library makes them."""
    raw = password.encode()
    yield "md_5", hashlib.md5(b"pre" + raw + b"post").hexdigest(), {"md_5_config": {"prepend_salt": "pre", "append_salt": "post"}}
    yield "sha_1", hashlib.sha1(raw).hexdigest(), {}
    yield "sha_512", hashlib.sha512(raw + b"post").hexdigest(), {"sha_512_config": {"append_salt": "post"}}
    yield "pbkdf_2", b64(hashlib.pbkdf2_hmac("sha256", raw, SALT, 1000, 32)), {
        "pbkdf_2_config": {"salt": b64(SALT), "iteration_amount": 1000, "key_length": 32}}
    yield "pbkdf_2", b64(hashlib.pbkdf2_hmac("sha512", raw, SALT, 1000, 64)), {
        "pbkdf_2_config": {"salt": b64(SALT), "iteration_amount": 1000, "key_length": 64, "algorithm": "sha512"}}
    yield "scrypt", b64(hashlib.scrypt(raw, salt=SALT, n=1024, r=8, p=1, dklen=32)), {
        "scrypt_config": {"salt": b64(SALT), "n_parameter": 1024, "r_parameter": 8, "p_parameter": 1, "key_length": 32}}


@pytest.mark.parametrize("hash_type, hashed, config", hashes(PASSWORD), ids=lambda value: value if isinstance(value, str) and len(value) < 9 else "")
def test_a_hash_of_another_program_logs_in_once_and_is_ours_then(project, org, hash_type, hashed, config):
    email = new_email()
    taken = project.api.passwords.migrate(organization_id=org, email_address=email, hash=hashed, hash_type=hash_type, **config)
    assert taken.member_created and taken.member.email_address_verified and taken.member.status == "active"
    where = f"member_id = '{taken.member_id}'"
    [(stored,)] = project.server.rows(f"SELECT hash FROM member_passwords WHERE {where}")
    assert hashed not in stored, "a hash that is weaker than ours is not stored as it is"
    with refused(401, "unauthorized_credentials"):
        enter(project, org, email, "not " + PASSWORD)
    assert enter(project, org, email, PASSWORD).member_authenticated
    [(upgraded,)] = project.server.rows(f"SELECT hash FROM member_passwords WHERE {where}")
    assert upgraded.startswith("$argon2id$v=19$") and upgraded != stored
    answer = enter(project, org, email, PASSWORD)
    assert answer.member.member_password_id == taken.member.member_password_id, "it is the same password"


def test_a_member_is_made_or_changed_with_the_password(project, org):
    email, md5 = new_email(), hashlib.md5(b"x").hexdigest()
    take = lambda email, **fields: project.api.passwords.migrate(organization_id=org, email_address=email, hash=md5, hash_type="md_5", **fields)
    fields = {"name": "Ada", "trusted_metadata": {"a": 1}, "untrusted_metadata": {"b": 2}, "roles": ["stytch_admin"],
              "mfa_phone_number": "+14155550199", "set_phone_number_verified": True, "external_id": f"ext-{unique()}"}
    made = take(email, **fields).member
    assert (made.name, made.trusted_metadata, made.untrusted_metadata, made.external_id) == ("Ada", {"a": 1}, {"b": 2}, fields["external_id"])
    assert made.is_admin and made.mfa_phone_number == "+14155550199" and made.mfa_phone_number_verified
    with refused(400, "duplicate_member_phone_number"):
        take(new_email(), mfa_phone_number="+14155550199", set_phone_number_verified=True)
    known, _ = verified_member(project, org, name="Eve", trusted_metadata={"c": 3})
    changed = take(known.email_address, trusted_metadata={"a": 1})
    assert not changed.member_created and (changed.member.name, changed.member.trusted_metadata) == ("Eve", {"a": 1, "c": 3})
    done, _ = with_password(project, org)
    with refused(400, "password_already_exists"):
        take(done.member.email_address)


def test_a_member_that_cannot_be_made(project, org):
    body = {"organization_id": org, "email_address": new_email(), "hash": hashlib.md5(b"x").hexdigest(), "hash_type": "md_5"}
    retired, _ = verified_member(project, org)
    project.api.organizations.members.update(org, retired.member_id, email_address=new_email())
    numbered = project.member(org, mfa_phone_number="+14155550123")
    named = project.member(org, external_id=f"ext-{unique()}")
    elsewhere = project.organization(claimed_email_domains=[(claimed := new_email()).split("@")[1]])
    assert elsewhere
    for fields, error in [
        ({"email_address": "nobody"}, "invalid_email"), ({"email_address": retired.email_address}, "inactive_email"),
        ({"email_address": claimed}, "action_not_allowed_email_domain_is_claimed"),
        ({"mfa_phone_number": "12"}, "invalid_phone_number"), ({"roles": ["nobody's"]}, "invalid_rbac_role_assignment"),
        ({"email_address": numbered.email_address, "mfa_phone_number": "+14155550124"}, "duplicate_member_phone_number_for_member"),
        ({"external_id": "a b"}, "invalid_id"), ({"external_id": named.external_id}, "duplicate_member_external_id"),
        ({"name": "x" * 257}, "invalid_argument"), ({"trusted_metadata": {str(n): n for n in range(21)}}, "metadata_too_many_keys"),
        ({"trusted_metadata": {"a": "x" * 5000}}, "metadata_too_large"), ({"trusted_metadata": []}, "metadata_invalid_format"),
    ]:
        check_refusal(project.raw("POST", "/v1/b2b/passwords/migrate", body | fields), 400, error)
    check_refusal(project.raw("POST", "/v1/b2b/passwords/migrate", body | {"organization_id": "nobody"}), 404, "organization_not_found")
    with refused(404, "member_not_found"):
        project.api.organizations.members.get(org, email_address=body["email_address"])


HEX16 = "5f4dcc3b5aa765d61d8327deb882cf99"
BCRYPT = "$2b$10$" + "a" * 53
ARGON = {"salt": "saltsalt", "iteration_amount": 2, "memory": 64, "threads": 1, "key_length": 16}
SCRYPT = {"salt": b64(SALT), "n_parameter": 1024, "r_parameter": 8, "p_parameter": 1, "key_length": 16}
PBKDF = {"salt": b64(SALT), "iteration_amount": 10, "key_length": 16}
RAW16 = b64(bytes.fromhex(HEX16))
LONG = "x" * 3000


@pytest.mark.parametrize("error, hash_type, hashed, config", [
    ("invalid_hash", "bcrypt", "", {}), ("invalid_hash_type", "rot_13", HEX16, {}),
    ("invalid_bcrypt_hash", "bcrypt", "secret", {}), ("invalid_bcrypt_cost", "bcrypt", BCRYPT.replace("$10$", "$03$"), {}),
    ("invalid_argon_2_salt", "argon_2id", HEX16, {"argon_2_config": ARGON | {"salt": "short"}}),
    ("invalid_argon_2_iteration_amount", "argon_2id", HEX16, {"argon_2_config": ARGON | {"iteration_amount": 0}}),
    ("invalid_argon_2_memory", "argon_2i", HEX16, {"argon_2_config": ARGON | {"memory": 1}}),
    ("invalid_argon_2_threads", "argon_2i", HEX16, {"argon_2_config": ARGON | {"threads": 0}}),
    ("argon_2_key_length_mismatch", "argon_2id", HEX16, {"argon_2_config": ARGON | {"key_length": 15}}),
    ("invalid_argon_2_key_length", "argon_2id", "5f4dcc3b", {"argon_2_config": ARGON | {"key_length": 4}}),
    ("invalid_base64_scrypt_hash", "scrypt", "!", {"scrypt_config": SCRYPT}),
    ("invalid_base64_scrypt_salt", "scrypt", RAW16, {"scrypt_config": SCRYPT | {"salt": "!"}}),
    ("invalid_scrypt_salt_length", "scrypt", RAW16, {"scrypt_config": SCRYPT | {"salt": ""}}),
    ("invalid_scrypt_n_parameter", "scrypt", RAW16, {"scrypt_config": SCRYPT | {"n_parameter": 1000}}),
    ("invalid_scrypt_parameters", "scrypt", RAW16, {"scrypt_config": SCRYPT | {"r_parameter": 0}}),
    ("scrypt_key_length_mismatch", "scrypt", RAW16, {"scrypt_config": SCRYPT | {"key_length": 17}}),
    ("invalid_pbkdf_2_hash", "pbkdf_2", "!", {"pbkdf_2_config": PBKDF}),
    ("invalid_pbkdf_2_salt", "pbkdf_2", RAW16, {"pbkdf_2_config": PBKDF | {"salt": "!"}}),
    ("invalid_pbkdf_2_algorithm", "pbkdf_2", RAW16, {"pbkdf_2_config": PBKDF | {"algorithm": "md5"}}),
    ("invalid_pbkdf_2_iteration_amount", "pbkdf_2", RAW16, {"pbkdf_2_config": PBKDF | {"iteration_amount": 0}}),
    ("pbkdf_2_key_length_mismatch", "pbkdf_2", RAW16, {"pbkdf_2_config": PBKDF | {"key_length": 17}}),
    ("invalid_md_5_hash", "md_5", HEX16[1:], {}), ("invalid_sha_1_hash", "sha_1", HEX16, {}), ("invalid_sha_512_hash", "sha_512", HEX16, {}),
    ("invalid_prepend_salt", "md_5", HEX16, {"md_5_config": {"prepend_salt": LONG}}),
    ("invalid_append_salt", "md_5", HEX16, {"md_5_config": {"append_salt": LONG}}),
    ("invalid_phpass_hash_prefix", "phpass", BCRYPT, {}), ("invalid_phpass_hash_format", "phpass", "$P$B", {}),
    ("password_validation_timeout", "pbkdf_2", RAW16, {"pbkdf_2_config": PBKDF | {"iteration_amount": 2**30}}),
])
def test_t43_a_hash_that_is_none_or_takes_too_much_is_refused(project, org, error, hash_type, hashed, config):
    body = {"organization_id": org, "email_address": new_email(), "hash": hashed, "hash_type": hash_type} | config
    status = 408 if error == "password_validation_timeout" else 400
    answer = check_refusal(project.raw("POST", "/v1/b2b/passwords/migrate", body), status, error)
    assert len(hashed) < 8 or hashed not in answer["error_message"]
