"""The Helm chart: its values, and where Helm is, what it renders. `packaging/helm/check` holds that against Kubernetes' own types."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tomllib

import harness
import jsonschema
import pytest
import yaml

CHART = harness.REPOSITORY / "packaging/helm/guildhall"
CASES = sorted((harness.REPOSITORY / "packaging/helm/cases").glob("*.yaml"))
HELM = shutil.which("helm", path=f"{os.environ['PATH']}:{harness.REPOSITORY}/target/helm")


def read(path: pathlib.Path):
    return yaml.safe_load(path.read_text())


def valid(values) -> bool:
    schema = json.loads((CHART / "values.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema).is_valid(values)


def merged(base: dict, over: dict) -> dict:
    both = {key: merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value for key, value in over.items()}
    return base | both


def test_the_chart_is_of_this_version():
    version = tomllib.loads((harness.REPOSITORY / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    chart = read(CHART / "Chart.yaml")
    assert (chart["version"], chart["appVersion"]) == (version, version)


def test_values_are_described():
    defaults = read(CHART / "values.yaml")
    assert CASES and all(valid(merged(defaults, read(case))) for case in CASES)
    described = json.loads((CHART / "values.schema.json").read_text())["properties"]
    assert set(defaults) == set(described) - {"global"}
    for wrong in ({"replicas": 2}, {"replicaCount": 0}, {"publicUrl": "auth.example.com"}, {"publicUrl": "http://auth.example.com"},
                  {"secret": {"name": ""}}, {"service": {"type": "Internal"}}, {"metrics": {"port": 0}}):
        assert not valid(merged(defaults, merged({"publicUrl": "https://auth.example.com"}, wrong))), wrong


def test_every_variable_is_one_of_the_server():
    text = (CHART / "templates/deployment.yaml").read_text()
    used = set(re.findall(r"name: (GUILDHALL_\w+)", text))
    known = set(re.findall(r"\[env: (\w+)", subprocess.run([harness.BIN, "serve", "--help"], capture_output=True, text=True, check=True).stdout))
    assert len(used) > 8 and used <= known | {"GUILDHALL_MASTER_KEY"}, used - known


def rendered(*arguments) -> list[dict]:
    if not HELM:
        pytest.skip("there is no Helm here; packaging/helm/check compiles one")
    done = subprocess.run([HELM, "template", "guildhall", CHART, "--kube-version", "1.30.0", *map(str, arguments)],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_is_rendered_fits_together(case):
    documents = rendered("--values", case)
    [deployment] = [document for document in documents if document["kind"] == "Deployment"]
    pod = deployment["spec"]["template"]
    labels = pod["metadata"]["labels"].items()
    for document in documents:
        if document["kind"] == "Service":
            assert document["spec"]["selector"].items() <= labels
            ports = {port["name"] for port in pod["spec"]["containers"][0]["ports"]}
            assert {port["targetPort"] for port in document["spec"]["ports"]} <= ports
        if document["kind"] == "PodDisruptionBudget":
            assert document["spec"]["selector"]["matchLabels"].items() <= labels
        if document["kind"] == "Ingress":
            [rule] = document["spec"]["rules"]
            assert rule["host"] == "auth.example.com"
            backend = rule["http"]["paths"][0]["backend"]["service"]
            [service] = [other for other in documents if other["metadata"]["name"] == backend["name"] and other["kind"] == "Service"]
            assert backend["port"]["number"] in [port["port"] for port in service["spec"]["ports"]]
        if document["kind"] == "ServiceMonitor":
            services = [other for other in documents if other["kind"] == "Service"
                        and document["spec"]["selector"]["matchLabels"].items() <= other["metadata"]["labels"].items()]
            assert [[port["name"] for port in service["spec"]["ports"]] for service in services] == [["metrics"]]
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True and pod["spec"]["automountServiceAccountToken"] is False
    [container] = pod["spec"]["containers"]
    assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    # What it may write to is nothing: it has no volume but a certificate.
    assert {volume["name"] for volume in pod["spec"].get("volumes", [])} <= {"tls"}
    secret = {entry["name"] for entry in container["env"] if "valueFrom" in entry}
    assert {"GUILDHALL_MASTER_KEY", "GUILDHALL_DATABASE_URL"} <= secret


def test_what_is_asked_is_there():
    documents = rendered("--values", CASES[0])
    [deployment] = [document for document in documents if document["kind"] == "Deployment"]
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    server = harness.Server(smtp=False).start()
    try:
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert server.get(container[probe]["httpGet"]["path"]).status_code == 200
    finally:
        server.stop()


def test_a_url_has_to_be_given():
    if not HELM:
        pytest.skip("there is no Helm here; packaging/helm/check compiles one")
    done = subprocess.run([HELM, "template", "guildhall", CHART, "--kube-version", "1.30.0"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "publicUrl has to be given" in done.stderr
