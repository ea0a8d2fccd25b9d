"""The API description against its standard, and the server against the API description."""

import datetime
import json
import os
import pathlib
import subprocess
import sys

import harness
import openapi_spec_validator

DOCUMENT = harness.REPOSITORY / "docs/openapi.json"
DESCRIPTION = json.loads(DOCUMENT.read_text())
CONFIG = pathlib.Path(__file__).with_name("schemathesis.toml")
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
          "negative_data_rejection", "unsupported_method"]


def operations():
    for methods in DESCRIPTION["paths"].values():
        yield from methods.values()


def test_the_document_is_openapi_3_1():
    openapi_spec_validator.validate(DESCRIPTION, cls=openapi_spec_validator.OpenAPIV31SpecValidator)


def test_what_a_body_must_have_is_required():
    for operation in operations():
        if body := operation.get("requestBody"):
            fields = body["content"]["application/json"]["schema"]
            assert body["required"] == bool(fields.get("required")), operation["operationId"]


def test_what_any_path_is_answered_with_is_described():
    for operation in operations():
        missing = {"400", "404", "405", "408", "413", "429", "500", "503"} - operation["responses"].keys()
        assert not missing, (operation["operationId"], missing)


def todays():
    """A quarter of the backend's operations, on other days another: this takes half a second of processor time for each. All with
    GUILDHALL_TEST_ALL=1."""
    names = sorted(operation["operationId"] for path, methods in DESCRIPTION["paths"].items() if path.startswith("/v1/")
                   for operation in methods.values() if operation["operationId"] != "organizations.delete")
    return names if os.environ.get("GUILDHALL_TEST_ALL") else names[datetime.date.today().toordinal() % 4::4]


def test_the_server_does_what_the_document_says():
    """Requests that are made up from the schemas, right ones and wrong ones, as a backend."""
    server = harness.Server().start()
    try:
        project = server.project()
        organization = project.api.organizations.create(organization_name="Described").organization.organization_id
        config = pathlib.Path(server.directory, "schemathesis.toml")
        config.write_text(CONFIG.read_text().replace("ORGANIZATION", organization))
        program = pathlib.Path(sys.executable).with_name("st")
        command = [program, "--config-file", config, "run", DOCUMENT,
                   "--url", server.url, "--auth", f"{project.project_id}:{project.secret}", "--checks", ",".join(CHECKS),
                   *(f"--include-operation-id={name}" for name in todays()), "--seed", "1",
                   "--max-examples", "4", "--suppress-health-check", "all", "--warnings", "off", "--no-color"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=server.directory, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        # What is deeper than the shape of a request is reached, too.
        assert project.api.organizations.get(organization_id=organization).organization.organization_id == organization
    finally:
        server.stop()
