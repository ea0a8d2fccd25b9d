"""A plain check at a modest rate, alone and while others search organizations by name."""

import contextlib
import random
import statistics
import sys
import threading
import time

from .load import Connection
from .side import ORGANIZATION_PATH, SESSION_PATH, Side
from .tools import median, say

# So many that hardly any check waits for an earlier one of its connection.
CONNECTIONS = 16
CHECKS_PER_SECOND = 200
# Few enough that each is checked every few seconds.
SESSIONS = 1000
SEARCH_PATH = f"{ORGANIZATION_PATH}/search"
# The server refuses with these when it has too much to do.
BUSY = (429, 503)


def in_threads(count: int, work) -> list[threading.Thread]:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


def checks(side: Side, bodies: list[dict], seconds: float) -> dict:
    """At a fixed rate. Times are counted from when a check was due, so that a server that stalls cannot hide it. What
    was not even sent at the end has waited until then."""
    times, refused, not_sent, wrong, began = [], [], [], [], time.monotonic() + 0.1
    end = began + seconds

    def check(number: int):
        connection = Connection(side.server, side.authorization)
        for i in range(number, round(seconds * CHECKS_PER_SECOND), CONNECTIONS):
            due = began + i / CHECKS_PER_SECOND
            time.sleep(max(0, due - time.monotonic()))
            if time.monotonic() >= end:
                not_sent.append((end - due) * 1000)
                continue
            status, _, content = connection.call("POST", SESSION_PATH, bodies[i % len(bodies)])
            times.append((time.monotonic() - due) * 1000)
            if status in BUSY:
                refused.append(content)
            elif status != 200:
                return wrong.append(content)
        connection.http.close()

    for thread in in_threads(CONNECTIONS, check):
        thread.join()
    if wrong:
        sys.exit(f"{SESSION_PATH}: {wrong[0]}")
    cuts = statistics.quantiles(times + not_sent, n=100)
    return {"p50_ms": round(cuts[49], 3), "p99_ms": round(cuts[98], 3), "checks": len(times), "refused": len(refused),
            "not_sent": len(not_sent)}


@contextlib.contextmanager
def searching(side: Side, clients: int):
    """Meanwhile so many search, each again when it was answered, or when it may after it was refused."""
    over, wrong, times, refused = threading.Event(), [], [], []
    told = {}

    def search(number: int):
        connection, chance = Connection(side.server, side.authorization), random.Random(number)
        while not over.is_set():
            operand = {"filter_name": "organization_name_fuzzy", "filter_value": str(chance.randrange(100, 10_000))}
            began = time.monotonic()
            status, headers, content = connection.call("POST", SEARCH_PATH, {
                "query": {"operator": "AND", "operands": [operand]}})
            if status == 200:
                times.append((time.monotonic() - began) * 1000)
            elif status in BUSY:
                refused.append(status)
                over.wait(float(headers.get("retry-after", 1)))
            else:
                return wrong.append(content)
        connection.http.close()

    threads = in_threads(clients, search)
    try:
        yield told
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if wrong:
        sys.exit(f"{SEARCH_PATH}: {wrong[0]}")
    told |= {"answered": len(times), "refused": len(refused)} | ({"p50_ms": round(median(times), 1)} if times else {})


def measure(engine, side: Side) -> dict:
    clients, seconds = engine.options.search_clients, engine.options.search_seconds
    say(f"{engine.name}: plain check alone and beside {clients} clients that search names …")
    bodies = [{"session_token": token} for token in side.data.tokens[:SESSIONS]]
    warm = side.requests("checks", (("POST", SESSION_PATH, body) for body in bodies))
    rounds = {"alone": [], "beside": [], "searches": []}
    for _ in range(engine.options.rounds):
        side.check_each_once(warm)
        rounds["alone"].append(checks(side, bodies, seconds))
        with searching(side, clients) as told:
            rounds["beside"].append(checks(side, bodies, seconds))
        rounds["searches"].append(told)

    def times(kind: str) -> dict:
        return {key: median(round_[key] for round_ in rounds[kind]) for key in ("p50_ms", "p99_ms")}

    alone, beside = times("alone"), times("beside")
    count = lambda kind, key: sum(round_[key] for round_ in rounds[kind])
    told = {key: count("beside", key) for key in ("checks", "refused", "not_sent")}
    return {"clients": clients, "checks_per_second": CHECKS_PER_SECOND, "seconds": seconds, "alone": alone,
            "beside": beside | told,
            "searches": {key: count("searches", key) for key in ("answered", "refused")},
            "p99_ratio": round(beside["p99_ms"] / alone["p99_ms"], 2), "rounds": rounds}
