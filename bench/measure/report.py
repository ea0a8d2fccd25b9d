"""What was found, as text: a row for each target, then the rates behind them."""

LARGE = 1_000_000
# How many times the processor time of a plain check.
CHECK_BOUNDS = {"by session_jwt": 1.5, "with authorization_check": 1.3, "with session_duration_minutes": 3}


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


def checks(found: dict) -> list[tuple]:
    """The checks that apps make."""
    rows = []
    for label, kind in found.items():
        if ratio := kind.get("to_plain"):
            name, value = f"check {label}: processor time of a plain one", 1 / ratio["cpu_ratio"]
            rounds = f"rounds {1 / ratio['highest']:.2f}× to {1 / ratio['lowest']:.2f}×"
            detail = f"{1 / ratio['ratio']:.2f}× its time by rate; {rounds}"
            bound = CHECK_BOUNDS.get(label)
            rows.append(at_most(name, value, bound, "×", detail) if bound else (name, f"{value:.2f}×", "", "", detail))
    return rows


def searches(found: dict) -> tuple:
    alone, beside, told = found["alone"], found["beside"], found["searches"]
    label = f"plain check beside {found['clients']} clients that search names: p99 of it alone"
    times = [f"{key} {alone[f'{key}_ms']:.2f} and {beside[f'{key}_ms']:.2f} ms" for key in ("p50", "p99")]
    detail = f"{', '.join(times)}; {beside['checks']:,} checks sent, {beside['refused']:,} refused, {beside['not_sent']:,} " \
             f"still waiting at the end; {told['answered']:,} searches answered, {told['refused']:,} refused"
    # A check that is refused is not a fast one.
    row = at_most(label, found["p99_ratio"], 3, "×", detail)
    return (*row[:3], verdict(False), detail) if beside["refused"] else row


def side_by_side(found: dict) -> list[tuple]:
    login, label = found["login"], "durable logins a second and core"
    told = {side: f"{login[side]['per_cpu_second']:,.0f}" for side in ("older", "newer") if side in login}
    if "older" not in told:
        return [(label, told["newer"], "", "", f"{login['newer']['both']['per_second']:,.0f}/s in all")]
    by_rate = lambda ratio: f"{ratio['ratio']:.2f}× by rate; rounds {ratio['lowest']:.2f}× to {ratio['highest']:.2f}×"
    logins, checks = login["newer_to_older"], found["check"]["newer_to_older"]
    value = logins["cpu_ratio"]
    return [
        at_least(f"{label}, of the older binary's", value, 1.5, f"{value:.2f}×",
                 f"{told['newer']} to {told['older']}; {by_rate(logins)}"),
        ("session checks a second and core, of the older binary's", f"{checks['cpu_ratio']:.2f}×", "", "",
         by_rate(checks)),
    ]


def passwords(engine: str, found: dict) -> list[tuple]:
    raw, storm, waiting, codes = found["to_raw"], found["storm"], found["waiting"], found["codes"]
    rates = f"{found['logins']['per_second']:,.1f}/s to {found['raw']['per_second']:,.1f}/s"
    times = [f"{key} {storm['alone'][f'{key}_ms']:.2f} and {storm['beside'][f'{key}_ms']:.2f} ms" for key in ("p50", "p99")]
    row = at_most("session check beside a storm of password logins: p99 of it alone", storm["p99_ratio"], 3, "×",
                  f"{', '.join(times)}; {storm['refused']:,} checks refused; {storm['logins']['per_second']:,.1f} logins/s meanwhile")
    before, peak = waiting["before_mb"], waiting["peak_mb"]
    answers = ", ".join(f"{count:,} × {status}" for status, count in sorted(waiting["answers"].items()))
    code = codes["code_to_link"]
    detail = f"{codes['code']['per_second']:,.0f}/s to {codes['link']['per_second']:,.0f}/s; by CPU time {code['cpu_ratio']:.1%}"
    label = "login by mailed code, of the magic-link login's rate"
    return [
        at_least("password logins, of the rate of the bare hash on the same cores", raw["ratio"], 0.95, f"{raw['ratio']:.1%}",
                 f"{rates}; rounds {raw['lowest']:.1%} to {raw['highest']:.1%}"),
        (*row[:3], verdict(False), row[4]) if storm["refused"] else row,
        at_least(label, code["ratio"], 1.0, f"{code['ratio']:.1%}", detail) if engine == "sqlite"
        else (label, f"{code['ratio']:.1%}", "", "", detail),
        (f"resident memory while {waiting['count']:,} logins come at once", f"{peak['resident']:,.2f} MB", "", "",
         f"{before['resident']:,.2f} MB before; answered in {waiting['seconds']} s: {answers}; "
         f"{waiting['refused_with_retry_after']:,} with Retry-After"),
    ]


def sso(found: dict) -> list[tuple]:
    logins, ours = found["logins"], found["verification"]["ours"]
    ratio = logins["sso_to_link"]
    times = ", ".join(f"{kind} {logins[kind]['cpu_us'] + logins[kind].get('database_cpu_us', 0):,.0f} µs" for kind in ("sso", "link"))
    rows = [at_most("login by SAML: processor time of a magic-link login", 1 / ratio["cpu_ratio"], 1.5, "×",
                    f"{times}; {1 / ratio['ratio']:.2f}× its time, one after the other"),
            at_most("verifying a SAML response, on one core", ours["us"], 100, " µs", f"{ours['per_second']:,.0f}/s")]
    for name in ("python3-saml", "node-saml"):
        theirs = found["verification"][name]
        rows.append(at_least(f"verifying a SAML response, of {name}'s rate", theirs["ours"], 5, f"{theirs['ours']:.1f}×",
                             f"{theirs['us']:,.0f} µs"))
    large = found["verification"]["large"]
    for what, limit, unit, scale in (("us", 6, " ms", 1000), ("kB", 8, " MB", 1024)):
        name = max(large, key=lambda name: large[name][what])
        rows.append(at_most(f"the dearest SAML response, of {len(large)}", large[name][what] / scale, limit, unit, name))
    return rows


def dashboard(found: dict) -> list[tuple]:
    return [at_most(f"the dashboard's list of members, {place}: processor time", page["cpu_ms"], 5, " ms",
                    f"of {found['members']:,} members in one organization; the database {page['database_cpu_ms']:.2f} ms")
            for place, page in found["pages"].items()]


def scim(engine: str, found: dict) -> list[tuple]:
    sync, group, filters, listing = found["first_sync"], found["group"]["large_to_small"], found["filter"]["large_to_small"], found["listing"]
    ours, theirs, ratio = sync["ours"], sync["scim2-server"], sync["to_scim2_server"]
    rate, label = number(ours["per_second"]), "first synchronisation of a directory, requests a second"
    detail = f"{ours['cpu_us']:,.0f} µs of CPU time each; spread {ours['spread']:.0%}"
    times = lambda ratio: f"by CPU time {1 / ratio['cpu_ratio']:.2f}×; rounds {1 / ratio['highest']:.2f}× to {1 / ratio['lowest']:.2f}×"
    return [
        at_least(label, ours["per_second"], 2000, rate, detail) if engine == "sqlite" else (label, rate, "", "", detail),
        at_least("the same, of scim2-server's rate", ratio["ratio"], 20, f"{ratio['ratio']:.1f}×", f"{theirs['per_second']:,.0f}/s, {theirs['cpu_us']:,.0f} µs each"),
        at_most("PATCH of one in a large group: time in a small one", 1 / group["ratio"], 2, "×", times(group)),
        at_most("filter userName eq among many: time among a thousand", 1 / filters["ratio"], 1.5, "×", times(filters)),
        at_most(f"own memory while {listing['people']:,} users are listed: growth", listing["grown_mb"], 8, " MB",
                f"at most {listing['highest_mb']} MB; {listing['seconds']} s"),
    ]


def parts(engine: str, found: dict) -> list[tuple]:
    """Rows of what can be measured on its own."""
    return [*(passwords(engine, found["passwords"]) if "passwords" in found else []),
            *(sso(found["sso"]) if "sso" in found else []), *(dashboard(found["dashboard"]) if "dashboard" in found else []),
            *(scim(engine, found["scim"]) if "scim" in found else []),
            *checks(found.get("checks", {})), *([searches(found["searches"])] if "searches" in found else []),
            *(side_by_side(found["side_by_side"]) if "side_by_side" in found else [])]


def rates(found: dict) -> list[tuple]:
    rows = [("request", "server", "/s", "spread", "p50 ms", "p99 ms", "CPU µs", "database CPU µs")]

    def row(label: str, server: str, measured: dict):
        spread = f"{measured['spread']:.0%}" if "spread" in measured else ""
        rows.append((label, server, number(measured["per_second"]), spread, number(measured.get("p50_ms")),
                     number(measured.get("p99_ms")), number(measured["cpu_us"]), number(measured.get("database_cpu_us"))))

    def row_of_each(label: str, measured: dict):
        for server in ("small", "large", "older", "newer"):
            if server in measured:
                row(label, server, measured[server])

    if "check" in found:
        row("session check", "empty", found["check"]["empty_beside_small"])
        row_of_each("session check", found["check"])
        row_of_each("first session check after a start", found["first_check"])
    for label, call in found.get("calls", {}).items():
        row_of_each(label, call)
    for label, kind in found.get("checks", {}).items():
        row(f"check {label}", "large", kind)
    of_scim = found.get("scim", {})
    for server, measured in of_scim.get("first_sync", {}).items():
        if "per_second" in measured:
            row("first synchronisation", server, measured)
    row_of_each("PATCH of one in a group", of_scim.get("group", {}))
    row_of_each("filter userName eq", of_scim.get("filter", {}))
    beside = found.get("side_by_side", {})
    row_of_each("session check", beside.get("check", {}))
    for login in (found.get("login", {}), beside.get("login", {})):
        for kind, label in (("send", "magic link: send"), ("authenticate", "magic link: authenticate"),
                            ("both", "magic-link login: both, one after the other")):
            of_kind = {name: side[kind] for name, side in login.items() if isinstance(side, dict) and kind in side}
            row_of_each(label, of_kind)
    return rows if rows[1:] else []


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
        rows = [*(targets(engine, found) if "start" in found else []), *parts(engine, found), binary]
        text.append(f"{engine}\n{data(found['data'])}\n\n{table([head, *rows])}\n")
        if found["data"].get("large", {"seeding": {"members": LARGE}})["seeding"]["members"] < LARGE:
            text.append(f"(The targets are for {LARGE:,} members; this large database has fewer.)\n")
        if rows := rates(found):
            text.append(f"{table(rows)}\n")
        if "latency" in found:
            text.append(f"{latencies(found['latency'])}\n")
    machine = result["machine"]
    changed = " and changes" if result["source"]["changed"] else ""
    text.append(f"{machine['processor']}, {machine['cores']} cores, {machine['memory_mb']:,} MB; load average "
                f"{result['load_average'][0]} before, {result['load_average'][1]} after; commit "
                f"{result['source']['commit'][:10]}{changed}")
    return "\n".join(text)
