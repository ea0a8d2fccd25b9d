"""Reads `/metrics`, what docs/operations.md says of it, and the queries of the board and the alerts."""

import json
import re
from dataclasses import dataclass, field

import yaml
from harness import REPOSITORY, Server

BOARD = REPOSITORY / "packaging/grafana/guildhall.json"
ALERTS = REPOSITORY / "packaging/prometheus/alerts.yml"
DOCS = REPOSITORY / "docs/operations.md"

NAME = r"[a-z][a-z0-9_]*"
SAMPLE = re.compile(rf'({NAME})(?:{{((?:{NAME}="(?:[^"\\\n]|\\[\\"n])*",?)+)}})? (-?[0-9.e+-]+|NaN|[+-]Inf)')
LABEL = re.compile(rf'({NAME})="((?:[^"\\\n]|\\[\\"n])*)"')
# What Prometheus adds.
OF_THE_SCRAPE = {"job", "instance"}


@dataclass
class Metric:
    name: str
    help: str
    kind: str = ""
    samples: list[tuple[str, dict[str, str], float]] = field(default_factory=list)

    @property
    def labels(self) -> set[str]:
        return {label for _, labels, _ in self.samples for label in labels} - {"le"}


def parse(text: str) -> dict[str, Metric]:
    """The text format of Prometheus, version 0.0.4, as strictly as it can be read."""
    metrics, seen, metric = {}, set(), None
    assert text.endswith("\n")
    for line in text.splitlines():
        if help_ := re.fullmatch(rf"# HELP ({NAME}) (\S.*)", line):
            assert help_[1] not in metrics, f"{help_[1]} stands twice"
            assert metric is None or metric.kind, f"{metric.name} has no type"
            metric = metrics[help_[1]] = Metric(help_[1], help_[2])
        elif type_ := re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|histogram)", line):
            assert metric and type_[1] == metric.name and not metric.kind, line
            metric.kind = type_[2]
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample and metric and metric.kind, line
            suffixes = ("_bucket", "_sum", "_count") if metric.kind == "histogram" else ("",)
            assert sample[1] in {metric.name + suffix for suffix in suffixes}, line
            pairs = LABEL.findall(sample[2] or "")
            assert len(dict(pairs)) == len(pairs) and (sample[1], *sorted(pairs)) not in seen, f"{line} stands twice"
            seen.add((sample[1], *sorted(pairs)))
            metric.samples.append((sample[1], dict(pairs), float(sample[3])))
    for metric in metrics.values():
        check_conventions(metric)
    return metrics


def check_conventions(metric: Metric):
    """https://prometheus.io/docs/practices/naming/"""
    assert metric.name.startswith(("guildhall_", "process_")), metric.name
    assert (metric.kind == "counter") == metric.name.endswith("_total"), metric.name
    assert not re.search(r"_(milli|micro|nano)?(seconds|bytes)_(?!total$)|_(ms|us|kb|mb|minutes|hours)(_|$)", metric.name), metric.name
    if metric.kind == "histogram":
        assert metric.name.endswith("_seconds")
        check_histogram(metric)
    else:
        assert all("le" not in labels for _, labels, _ in metric.samples)


def check_histogram(metric: Metric):
    buckets, counts = {}, {}
    for name, labels, value in metric.samples:
        key = tuple(sorted((k, v) for k, v in labels.items() if k != "le"))
        if name.endswith("_bucket"):
            buckets.setdefault(key, []).append((float(labels["le"]), value))
        elif name.endswith("_count"):
            counts[key] = value
    assert buckets.keys() == counts.keys()
    for key, pairs in buckets.items():
        assert pairs == sorted(pairs) and [v for _, v in pairs] == sorted(v for _, v in pairs), (metric.name, key)
        assert pairs[-1] == (float("inf"), counts[key]), (metric.name, key)


def of(server: Server) -> dict[str, Metric]:
    answer = server.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return parse(answer.text)


def value(server: Server, name: str, **labels: str) -> float:
    """The sum of the samples that have these labels."""
    samples = [(labels_, value) for metric in of(server).values() for sample, labels_, value in metric.samples if sample == name]
    return sum(value for labels_, value in samples if labels.items() <= labels_.items())


def documented() -> dict[str, set[str]]:
    """The metrics that the documentation lists, with their labels."""
    section = DOCS.read_text().partition("\n## Watching\n")[2].partition("\n## ")[0]
    rows = re.findall(rf"^\| `((?:guildhall|process)_{NAME})` \|([^|]*)\|", section, re.M)
    assert len(dict(rows)) == len(rows)
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


# ---------------------------------------------------------------- queries


def board_queries() -> list[tuple[str, str]]:
    """Each with the title of its panel, its variables replaced as Grafana does where everything is chosen."""
    board = json.loads(BOARD.read_text())
    found = []
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            expression = target["expr"].replace("$__rate_interval", "10s").replace("$job", ".*").replace("$instance", ".*")
            assert "$" not in expression, expression
            found.append((panel["title"], expression))
    return found


def alerts() -> list[dict]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def selectors(query: str) -> list[tuple[str, set[str]]]:
    """The metrics that a query names, each with the labels that it knows them by: those of its selector, and those that are
    grouped by where it names one metric only."""
    found = re.findall(rf"\b((?:guildhall|process)_{NAME}|up)\b(?:{{([^}}]*)}})?", query)
    by = {label for labels in re.findall(r"\bby \(([^)]*)\)", query) for label in re.split(r",\s*", labels)}
    common = by if len({name for name, _ in found}) == 1 else set()
    return [(name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", labels)) | common) for name, labels in found]
