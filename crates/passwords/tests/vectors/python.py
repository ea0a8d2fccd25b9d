"""Writes python.json. Needs bcrypt, argon2-cffi, libpass, Django and Werkzeug."""

import base64
import hashlib
import json
import os
import pathlib
import platform
from importlib.metadata import version

import argon2.low_level
import bcrypt
import django.conf
import passlib.hash
import werkzeug.security

django.conf.settings.configure()
from django.contrib.auth import hashers  # noqa: E402

PASSWORDS = ["correct horse", "pässwörd ✓ 密码 😀", "x" * 71, "x" * 72, "x" * 73 + "y", "é" * 40, " \tspaced\n ", "£"]
vectors = []


def add(program, hash_type, password, hash, **config):
    vectors.append({"program": program, "hash_type": hash_type, "password": password, "hash": hash} | config)


def text(data):
    return base64.b64encode(data).decode()


def of_hashlib(password, octets):
    salt = os.urandom(12)
    for name in ("sha256", "sha512"):
        for length in (16, 32, 100):
            derived = hashlib.pbkdf2_hmac(name, octets, salt, 50, length)
            config = {"salt": text(salt), "iteration_amount": 50, "key_length": length, "algorithm": name}
            add(PYTHON, "pbkdf_2", password, text(derived), pbkdf_2_config=config)
    for n, r, p, length in ((2, 1, 1, 16), (16, 8, 1, 32), (1024, 4, 3, 64)):
        derived = hashlib.scrypt(octets, salt=salt, n=n, r=r, p=p, dklen=length)
        config = {"salt": text(salt), "n_parameter": n, "r_parameter": r, "p_parameter": p, "key_length": length}
        add(PYTHON, "scrypt", password, text(derived), scrypt_config=config)
    for kind, name in (("md_5", "md5"), ("sha_1", "sha1"), ("sha_512", "sha512")):
        digest = hashlib.new(name, "vorn£".encode() + octets + b"hinten").hexdigest().upper()
        add(PYTHON, kind, password, digest, **{f"{kind}_config": {"prepend_salt": "vorn£", "append_salt": "hinten"}})


def of_argon2(password, octets):
    low = argon2.low_level
    for kind, variant in (("argon_2i", low.Type.I), ("argon_2id", low.Type.ID)):
        for number in (16, 19):
            for length in (16, 64, 128):
                add(ARGON, kind, password,
                    low.hash_secret(octets, os.urandom(16), 2, 64, 2, length, variant, number).decode())
        raw = low.hash_secret_raw(octets, "sält-für-alle".encode(), 3, 128, 4, 24, variant)
        config = {"salt": "sält-für-alle", "iteration_amount": 3, "memory": 128, "threads": 4, "key_length": 24}
        add(ARGON, kind, password, raw.hex(), argon_2_config=config)


def of_frameworks(password):
    pbkdf2, argon, scrypt = hashers.PBKDF2PasswordHasher(), hashers.Argon2PasswordHasher(), hashers.ScryptPasswordHasher()
    sha1 = hashers.PBKDF2SHA1PasswordHasher()
    argon.time_cost, argon.memory_cost, argon.parallelism = 2, 64, 2
    add(DJANGO, "pbkdf_2", password, pbkdf2.encode(password, "seasalt", 50))
    add(DJANGO, "pbkdf_2", password, sha1.encode(password, "seasalt", 50))
    add(DJANGO, "argon_2id", password, argon.encode(password, "seasaltseasalt"))
    for method in ("pbkdf2:sha256:50", "pbkdf2:sha512:50", "scrypt:1024:8:1"):
        kind = "scrypt" if method.startswith("scrypt") else "pbkdf_2"
        add(WERKZEUG, kind, password, werkzeug.security.generate_password_hash(password, method))
    for kind, hasher in (("scrypt", passlib.hash.scrypt.using(rounds=4)),
                         ("pbkdf_2", passlib.hash.pbkdf2_sha1.using(rounds=50)),
                         ("pbkdf_2", passlib.hash.pbkdf2_sha256.using(rounds=50)),
                         ("pbkdf_2", passlib.hash.pbkdf2_sha512.using(rounds=50)),
                         ("phpass", passlib.hash.phpass.using(rounds=7)),
                         ("phpass", passlib.hash.phpass.using(rounds=8, ident="$H$"))):
        add(PASSLIB, kind, password, hasher.hash(password))


def of_bcrypt(password, octets):
    """Version 5 refuses more than 72 bytes."""
    if len(octets) <= 72:
        add(BCRYPT, "bcrypt", password, bcrypt.hashpw(octets, bcrypt.gensalt(4)).decode())
        add(BCRYPT, "bcrypt", password, bcrypt.hashpw(octets, bcrypt.gensalt(4, b"2a")).decode())
        plain = hashers.BCryptPasswordHasher()
        plain.rounds = 4
        add(DJANGO, "bcrypt", password, plain.encode(password, bcrypt.gensalt(4)))
    over = hashers.BCryptSHA256PasswordHasher()
    add(DJANGO, "bcrypt", password, over.encode(password, bcrypt.gensalt(4)))


PYTHON = f"Python {platform.python_version()}'s hashlib"
ARGON, BCRYPT, DJANGO = f"argon2-cffi {version('argon2-cffi')}", f"bcrypt {version('bcrypt')} of Python", f"Django {version('Django')}"
PASSLIB, WERKZEUG = f"libpass {version('libpass')}", f"Werkzeug {version('Werkzeug')}"

for each in PASSWORDS:
    of_hashlib(each, each.encode())
    of_argon2(each, each.encode())
    of_frameworks(each)
    of_bcrypt(each, each.encode())

output = pathlib.Path(__file__).with_suffix(".json")
output.write_text(json.dumps(vectors, ensure_ascii=False, indent=1) + "\n")
