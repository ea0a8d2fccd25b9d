"""Putting load on a server, and comparing what came of it."""

import contextlib
import http.client
import itertools
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

from .servers import Process
from .tools import BENCH, median, stalled_seconds

CONNECTIONS = 32


class Requests:
    """A file of requests that wrk sends in turn."""

    def __init__(self, path: pathlib.Path, requests):
        """`requests` gives method, path and body (or None) of each."""
        self.path, self.count = path, 0
        with path.open("w") as file:
            for method, target, body in requests:
                text = "" if body is None else json.dumps(body, separators=(",", ":"))
                file.write(f"{method}\t{target}\t{text}\n")
                self.count += 1


def wrk(process: Process, authorization: str, requests: Requests, seconds: float, once: bool = False,
        save: tuple[pathlib.Path, list[str]] | None = None, settle: float = 0, beside: list[str] | None = None,
        connections: int = CONNECTIONS) -> dict:
    """One round of load on one server: for some seconds, or until every request was sent once.

    Work that the server puts off is counted for `settle` seconds more.
    """
    command = ["wrk", "-t2", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s", "-s",
               str(BENCH / "load.lua"), process.url, "--", authorization, str(requests.path), "once" if once else "again"]
    command += [str(save[0]), *save[1]] if save else []
    before, helper_before, stalled_before = process.cpu_seconds(), process.helper_cpu_seconds(), stalled_seconds()
    watcher = subprocess.Popen(beside, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) if beside else None
    load = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines, finished = [], 0
    for line in load.stdout:
        lines.append(line)
        finished += line == "finished\n"
        if finished == 2:
            finished = 0
            load.send_signal(signal.SIGINT)  # It would wait for the end of its time.
    complaints = load.stderr.read()
    load.wait()
    if watcher:
        watcher.wait()
    time.sleep(settle)
    cpu, helper = process.cpu_seconds() - before, process.helper_cpu_seconds() - helper_before
    line = next((line for line in lines if line.startswith("{")), None)
    if load.returncode or not line:
        sys.exit(f"wrk failed: {''.join(lines)}\n{complaints}")
    result = json.loads(line)
    if result["errors"] or not result["requests"]:
        sys.exit(f"{requests.path.name}: {result}; the first refusal: {complaints[:500]}")
    result["per_second"] = round(result["requests"] / result["seconds"], 1)
    result["stalled_s"] = {what: round(total - stalled_before[what], 2) for what, total in stalled_seconds().items()}
    result["cpu_us"] = round(cpu / result["requests"] * 1e6, 1)
    if process.helper:
        result["database_cpu_us"] = round(helper / result["requests"] * 1e6, 1)
    return result


class Connection:
    """Calls over one connection that stays open; a new one after a rest, for the server ends those that are idle."""

    RESTED = 30

    def __init__(self, process: Process, authorization: str):
        self.http = http.client.HTTPConnection(urllib.parse.urlsplit(process.url).netloc, timeout=60)
        self.headers = {"Authorization": authorization, "Content-Type": "application/json"}
        self.used = time.monotonic()

    def call(self, method: str, path: str, body: dict) -> tuple[int, http.client.HTTPMessage, bytes]:
        if time.monotonic() - self.used > self.RESTED:
            self.http.close()
        self.used = time.monotonic()
        self.http.request(method, path, json.dumps(body), self.headers)
        answer = self.http.getresponse()
        return answer.status, answer.headers, answer.read()


@contextlib.contextmanager
def writes(process: Process, authorization: str, path: str, per_second: float):
    """Meanwhile this organization is renamed at a fixed rate, one after the other."""
    over, refused = threading.Event(), []

    def write():
        connection, began = Connection(process, authorization), time.monotonic()
        for i in itertools.count():
            if over.wait(max(0, began + i / per_second - time.monotonic())):
                return connection.http.close()
            status, _, content = connection.call("PUT", path, {"organization_name": f"Bench {i}"})
            if status != 200:
                return refused.append(content)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if refused:
        sys.exit(f"{path}: {refused}")


def oha(program: str, process: Process, authorization: str, path: str, bodies: list[dict], per_second: float,
        seconds: float, directory: pathlib.Path) -> dict:
    """Latencies at a fixed rate, counted from when a request was due, so that a server that stalls cannot hide it."""
    file = directory / "oha.bodies"
    file.write_text("\n".join(json.dumps(body, separators=(",", ":")) for body in bodies))
    command = [program, "-q", str(max(1, round(per_second))), "--latency-correction", "--no-tui", "--output-format",
               "json", "-z", f"{max(1, round(seconds))}s", "-c", str(CONNECTIONS), "-m", "POST", "-T",
               "application/json", "-H", f"Authorization: {authorization}", "-Z", str(file), process.url + path]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"NO_COLOR": "1"})
    if done.returncode:
        sys.exit(f"oha failed: {done.stdout[-1000:]}\n{done.stderr[-1000:]}")
    told = json.loads(done.stdout)
    others = {status: count for status, count in told["statusCodeDistribution"].items() if status != "200"}
    if others:
        sys.exit(f"oha: {path} answered {others}")
    latency = told["latencyPercentiles"]
    return {"asked_per_second": round(per_second), "per_second": round(told["summary"]["requestsPerSec"], 1),
            "p50_ms": round(latency["p50"] * 1000, 3), "p99_ms": round(latency["p99"] * 1000, 3),
            "p999_ms": round(latency["p99.9"] * 1000, 3)}


def cost(round_: dict) -> float:
    """Processor time of a request in microseconds, the server's and its database's; never nothing, as in short rounds."""
    return max(round_["cpu_us"] + round_.get("database_cpu_us", 0), 0.1)


def summary(rounds: list[dict]) -> dict:
    """Medians, how far the rates lie apart, and the rounds themselves."""
    keys = [k for k in ("per_second", "cpu_us", "database_cpu_us", "p50_ms", "p99_ms") if k in rounds[0]]
    rates = [r["per_second"] for r in rounds]
    spread = {"spread": round((max(rates) - min(rates)) / median(rates), 3)}
    return {k: median(r[k] for r in rounds) for k in keys} | spread | {"rounds": rounds}


def compare(rounds: list[dict], yardstick: list[dict]) -> dict:
    """Throughput, and what a processor does in a second, as a part of the yardstick's in the round beside it."""
    ratios = [ours["per_second"] / theirs["per_second"] for ours, theirs in zip(rounds, yardstick)]
    cpu = [cost(theirs) / cost(ours) for ours, theirs in zip(rounds, yardstick)]
    return {"ratio": median(ratios), "lowest": round(min(ratios), 4), "highest": round(max(ratios), 4),
            "cpu_ratio": median(cpu)}
