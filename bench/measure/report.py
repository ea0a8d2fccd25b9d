"""What was found, as text: a row for each target, then the rates behind them."""

LARGE = 1_000_000


def table(rows: list[tuple]) -> str:
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    lines = ["| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def number(value) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def verdict(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def at_least(label: str, value: float, bound: float, told: str, detail: str = "") -> tuple:
    return label, told, f"≥ {bound:,g}" if bound > 1 else f"≥ {bound:.1%}", verdict(value >= bound), detail


def at_most(label: str, value: float, bound: float, unit: str, detail: str = "") -> tuple:
    return label, f"{value:,.2f}{unit}", f"≤ {bound:,g}{unit}", verdict(value <= bound), detail


def targets(engine: str, found: dict) -> list[tuple]:
    check, login, memory, start = found["check"], found["login"], found["memory_mb"], found["start"]
    small, large = check["small_to_empty"], check["large_to_small"]
    spread = lambda ratio: f"rounds {ratio['lowest']:.1%} to {ratio['highest']:.1%}; by CPU time {ratio['cpu_ratio']:.1%}"
    rows = [
        at_least("session check, small database, of the empty server", small["ratio"], 0.5 if engine == "sqlite" else 0.2,
                 f"{small['ratio']:.1%}", spread(small)),
        at_least("session check, large database, of the small one", large["ratio"], 1 / 1.2, f"{large['ratio']:.1%}",
                 spread(large)),
    ]
    calls = found["calls"] | {"magic-link login": login}
    for label, call in sorted(calls.items()):
        ratio = call["large_to_small"]
        detail = f"by CPU time {1 / ratio['cpu_ratio']:.2f}×; rounds {1 / ratio['highest']:.2f}× to {1 / ratio['lowest']:.2f}×"
        rows.append(at_most(f"{label}: time on the large database", 1 / ratio["ratio"], 1.5, "×", detail))
    for size in ("small", "large"):
        value, rate = login[size]["per_cpu_second"], login[size]["both"]["per_second"]
        detail = f"{rate:,.0f}/s in all; the disk confirms {login['fsyncs_per_second']:,.0f} writes of 4 KiB a second"
        label = f"durable logins a second and core, {size} database"
        rows.append(at_least(label, value, 1000, number(value), detail) if engine == "sqlite"
                    else (label, number(value), "", "", detail))
    parts = lambda m: f"{m['own']} of its own, {m['mapped']} mapped"
    rest, after, peak = memory["at_rest"]["large"], memory["after_load"]["large"], memory["peak"]["large"]
    new = found["new_database"]["memory_mb"]
    rows += [
        at_most("resident memory, new database, at rest", new["resident"], 30, " MB", parts(new)),
        at_most("resident memory, large database, at rest", rest["resident"], 200, " MB", parts(rest)),
        ("resident memory, large database, peak", f"{peak['resident']:,.2f} MB", "", "",
         f"{parts(peak)}; after the load {after['resident']} MB, {parts(after)}"),
        at_most("start to ready, large database", start["large"]["ready_ms"], 100, " ms",
                f"{start['large']['cpu_ms']:.0f} ms of CPU time; small {start['small']['ready_ms']} ms, new database "
                f"{found['new_database']['ready_ms']} ms"),
    ]
    return rows


def rates(found: dict) -> list[tuple]:
    rows = [("request", "server", "/s", "spread", "p50 ms", "p99 ms", "CPU µs", "database CPU µs")]

    def row(label: str, server: str, measured: dict):
        spread = f"{measured['spread']:.0%}" if "spread" in measured else ""
        rows.append((label, server, number(measured["per_second"]), spread, number(measured.get("p50_ms")),
                     number(measured.get("p99_ms")), number(measured["cpu_us"]), number(measured.get("database_cpu_us"))))

    check = found["check"]
    row("session check", "empty", check["empty_beside_small"])
    for size in ("small", "large"):
        row("session check", size, check[size])
    for size in ("small", "large"):
        row("first session check after a start", size, found["first_check"][size])
    for label, call in found["calls"].items():
        for size in ("small", "large"):
            row(label, size, call[size])
    for kind, label in (("send", "magic link: send"), ("authenticate", "magic link: authenticate"),
                        ("both", "magic-link login: both, one after the other")):
        for size in ("small", "large"):
            row(label, size, found["login"][size][kind])
    return rows


def latencies(found: dict | None) -> str:
    if found is None:
        return "latency at a fixed rate: not measured; oha is not installed (cargo install oha --locked)"
    rows = [("session check at a quarter of its peak", "asked/s", "answered/s", "p50 ms", "p99 ms", "p99.9 ms")]
    for size, told in found.items():
        rows.append((size, number(told["asked_per_second"]), number(told["per_second"]), number(told["p50_ms"]),
                     number(told["p99_ms"]), number(told["p999_ms"])))
    return table(rows)


def data(found: dict) -> str:
    lines = []
    for name, told in found.items():
        seeding = told["seeding"]
        speed = sum(seeding[kind] for kind in ("organizations", "members", "sessions")) / seeding["seconds"]
        lines.append(f"{name}: {told['size']}; {told['disk_mb']:,} MB on disk; seeded in {seeding['seconds']:,.0f} s "
                     f"({speed:,.0f} organizations, members and sessions a second)")
    return "\n".join(lines)


def report(result: dict) -> str:
    text = []
    head = ("measure", "value", "target", "verdict", "beside it")
    binary = at_most("binary", result["binary_mb"], 30, " MB", "" if result["release"] else "given with --binary")
    for engine, found in result["engines"].items():
        rows = targets(engine, found)
        large = found["data"]["large"]["seeding"]
        text.append(f"{engine}\n{data(found['data'])}\n\n{table([head, *rows, binary])}\n")
        if large["members"] < LARGE:
            text.append(f"(The targets are for {LARGE:,} members; this large database has fewer.)\n")
        text.append(f"{table(rates(found))}\n\n{latencies(found['latency'])}\n")
    machine = result["machine"]
    changed = " and changes" if result["source"]["changed"] else ""
    text.append(f"{machine['processor']}, {machine['cores']} cores, {machine['memory_mb']:,} MB; load average "
                f"{result['load_average'][0]} before, {result['load_average'][1]} after; commit "
                f"{result['source']['commit'][:10]}{changed}")
    return "\n".join(text)
