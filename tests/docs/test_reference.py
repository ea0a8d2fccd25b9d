"""What the reference says: words for every field, and an example of every operation, taken from a run."""

import json
import os

import harness
import jsonschema
import pytest
import referencing
from examples import Recorder, shared, text, whole
from gateway import Gateway
from identity_providers import OpenIdProvider
from referencing.jsonschema import DRAFT202012
from story import App, tell

# Its references are made such that they can be followed from wherever a schema is.
DESCRIPTION = json.loads((harness.REPOSITORY / "docs/openapi.json").read_text().replace('"#/', '"urn:description#/'))
EXAMPLES = harness.REPOSITORY / "crates/server/src/pages/reference/examples.json"
OPERATIONS = {operation["operationId"]: operation for methods in DESCRIPTION["paths"].values() for operation in methods.values()}
# A door of the browser API that nobody can pass: it is there to say why.
NEVER_GOOD = {"sso_external.create_connection.browser"}
SCHEMAS = referencing.Registry().with_resource("urn:description", referencing.Resource(DESCRIPTION, DRAFT202012))


@pytest.fixture(scope="module")
def recorded():
    gateway = Gateway()
    server = harness.Server(clock=True, arguments=["--outbound-allow", "127.0.0.1", "--sms-url", f"http://{gateway.address}/texts"]).start()
    try:
        app, other = (App(server.project(name="Example"), gateway) for _ in range(2))
        server.command("project", "update", other.project.project_id, "--cross-org-passwords-enabled")
        with OpenIdProvider() as provider, Recorder(DESCRIPTION, server.url).listening() as recorder:
            tell(app, other, provider)
    finally:
        server.stop()
        gateway.server.shutdown()
    if os.environ.get("GUILDHALL_RECORD_EXAMPLES"):
        EXAMPLES.write_text(text(shared(recorder.found)))
    return recorder.found


def kept() -> dict:
    told = json.loads(EXAMPLES.read_text())
    return {name: whole(exchange, told["parts"]) for name, exchange in told["exchanges"].items()}


def test_the_examples_are_what_the_server_answers(recorded):
    again = "they are not those of the committed file; GUILDHALL_RECORD_EXAMPLES=1 writes it anew"
    assert EXAMPLES.read_text() == text(shared(recorded)), again


def test_every_operation_has_an_example(recorded):
    assert OPERATIONS.keys() - recorded.keys() == NEVER_GOOD
    assert EXAMPLES.stat().st_size < 250_000


def test_the_examples_are_as_described():
    for name, exchange in kept().items():
        operation = OPERATIONS[name]
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        check(answer, exchange["answer"], name)
        if "body" in exchange:
            check(operation["requestBody"]["content"]["application/json"]["schema"], exchange["body"], name)


def check(schema: dict, value, name: str):
    error = next(jsonschema.Draft202012Validator(schema, registry=SCHEMAS).iter_errors(value), None)
    assert error is None, f"{name}: {error}"


def places(value, path: str = ""):
    """Every schema of the description, with where it is."""
    if isinstance(value, dict):
        yield path, value
        for name, inner in value.items():
            yield from places(inner, f"{path}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, f"{path}/{number}")


def test_every_field_and_parameter_says_what_it_is():
    silent, seen = [], 0
    for path, schema in places({"paths": DESCRIPTION["paths"], "components": DESCRIPTION["components"]}):
        for name, field in schema.get("properties", {}).items() if path.rpartition("/")[2] != "properties" else ():
            seen += 1
            silent += [] if isinstance(field, dict) and field.get("description") else [f"{path}: {name}"]
        if "in" in schema and "schema" in schema:
            seen += 1
            silent += [] if schema.get("description") else [f"{path}: {schema['name']}"]
    assert seen > 1000 and silent == []


def test_no_word_says_only_itself():
    for path, schema in places(DESCRIPTION["components"]):
        for way in schema.get("oneOf", []):
            assert "const" not in way or way["description"].strip("`.") != way["const"], (path, way)
        if "enum" in schema and path.count("/") == 2:
            assert schema.get("description"), path
