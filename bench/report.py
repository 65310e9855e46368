"""docs/PERFORMANCE.md from the results of one run."""
import gates
from cold import LANGUAGES
from profile_of import SMALLEST_SHARE
from statistics_of import median, percentile, spread
from warm import CONNECTIONS

DELAYS_ARE = "handlers read the machine's clock; a queue's arrival is known to the millisecond"
VERDICT = {True: "yes", False: "**no**", None: "not tested"}


def table(titles, rows):
    lines = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]


def gate_lines(results):
    rows = [(part, promise, measured,
             VERDICT[holds] + (" (stretch)" if stretch and holds is False else ""))
            for part, promise, measured, holds, stretch in gates.all_gates(results)]
    held = sum(1 for row in rows if row[3] == "yes")
    return ["", "## What is promised, and whether it holds", "",
            f"{held} of {len(rows)} hold in this run.", "",
            *table(("", "promise", "measured", "holds"), rows)]


def jitter_text(probes):
    return (f"p50 {median([each['p50'] for each in probes]):.0f} µs, p99 "
            f"{median([each['p99'] for each in probes]):.0f} µs, at most "
            f"{max(each['max'] for each in probes):,.0f} µs")


def warm_row(name, kept, base):
    p50, rps = [r["p50"] for r in kept], [r["rps"] for r in kept]
    cells = [name, f"{median(p50):,.0f} ({spread(p50)})",
             f"{median([r['p90'] for r in kept]):,.0f}",
             f"{median([r['p99'] for r in kept]):,.0f}",
             f"{median(rps):,.0f} ({spread(rps)})",
             f"{median([r['refused'] for r in kept]):.1%}",
             "–" if kept[0]["foreign"] is None else
             f"{median([r['foreign'] for r in kept]):.0%}"]
    if base:
        cells += [f"{median(p50) / median([r['p50'] for r in base]):.2f}",
                  f"{median(rps) / median([r['rps'] for r in base]):.2f}"]
    return cells


def cpu_lines(warm):
    """Where each microsecond goes: processor time by process, of the rounds at 64."""
    rows = []
    for name, rounds in warm["systems"].items():
        kept = rounds.get("64", {}).get("kept", [])
        processes = dict.fromkeys(process for each in kept for process in each["cpu_us"])
        parts, whole = [], 0
        for process in processes:
            user, kernel = (sum(each["cpu_us"].get(process, [0, 0])[at] * each["rps"]
                                for each in kept) / sum(each["rps"] for each in kept)
                            for at in (0, 1))
            if user + kernel >= 0.05:
                parts.append(f"{process} {user:.1f} + {kernel:.1f}")
            whole += user + kernel
        waits, forced = (median([each["switches"][at] for each in kept]) if kept else 0
                         for at in (0, 1))
        rows.append((name, f"{whole:.1f}", f"{waits + forced:.2f}, {forced:.2f}",
                     "; ".join(parts)))
    return ["", "### Where the microseconds go", "",
            "Processor time of a call at 64 connections, in the program + in the kernel on its",
            "behalf, by process, and switches between processes; the programs of fcgiwrap are too",
            "short-lived to be seen. What lambent's is made of: [warm-path.md](warm-path.md).", "",
            *table(("system", "µs a call", "switches a call, forced among them",
                    "process: program + kernel"), rows)]


def warm_lines(warm, cores_note):
    lines = ["", "## A warm call over HTTP", "",
             "wrk with one thread on one processor, everything of a system (daemon, launcher and",
             "cells; nginx and its workers) on another. A tiny JSON echo in a second process,",
             "except for Node http, workerd and functions-framework, which answer in their own.",
             "Requests to lambent are signed (SigV4) and verified (but for one row), run",
             "in full cells, one at a time, are limited, logged and recorded. Its functions have",
             "1,769 MB, which is one processor. `others` is the share of the machine that other",
             "processes and the host had; rounds with more than "
             f"{warm['foreignMax']:.0%} were repeated."]
    if cores_note:
        lines.append(f"**{cores_note}.**")
    titles = ("system", "p50 µs (spread)", "p90 µs", "p99 µs", "served/s (spread)", "throttled",
              "others", "p50 ÷ floor", "served ÷ floor")
    for connections in CONNECTIONS:
        key = str(connections)
        base = warm["systems"].get(gates.FLOOR, {}).get(key, {}).get("kept")
        rows = [warm_row(name, rounds[key]["kept"], base)
                for name, rounds in warm["systems"].items() if key in rounds]
        discarded = sum(len(rounds[key]["discarded"]) for rounds in warm["systems"].values()
                        if key in rounds)
        disturbed = sum((each["foreign"] or 0) > warm["foreignMax"]
                        for rounds in warm["systems"].values() if key in rounds
                        for each in rounds[key]["kept"])
        lines += ["", f"### {connections} connection{'s' if connections > 1 else ''}", "",
                  *table(titles, rows), "",
                  f"Sleeps of 200 µs on that processor were overslept by "
                  f"{jitter_text(warm['jitter'][key])}. {discarded} rounds were discarded, "
                  f"{disturbed} disturbed ones kept."]
    lines += cpu_lines(warm)
    if warm["notRun"]:
        lines += ["", "Not run:", ""]
        lines += [f"- {name}: {why}" for name, why in warm["notRun"].items()]
    return lines


def step_rows(rows, keys):
    """A row of cells per JSON line, its steps as p50 / p99 in milliseconds."""
    steps = list(dict.fromkeys(step for row in rows for step, value in row.items()
                               if isinstance(value, dict)))
    titles = [*keys, *(step.replace("_", " ") for step in steps)]
    return titles, [
        [*(row[key] for key in keys),
         *(f"{row[s]['p50'] / 1000:.2f} / {row[s]['p99'] / 1000:.2f}" if s in row else "–"
           for s in steps)]
        for row in rows]


def profile_lines(profile):
    title = ["", "### Where the daemon's microseconds go", ""]
    if "missing" in profile:
        return [*title, f"Not measured: {profile['missing']}."]
    rows = [(group, f"{share:.1%}", f"{share * profile['us']:.1f}")
            for group, share in profile["shares"].items() if share >= SMALLEST_SHARE]
    return [*title, "Samples (`perf`) at 64 connections of the C++ echo; a call takes "
            f"{profile['us']:.1f} µs of it.", "", *table(("where", "share", "µs a call"), rows)]


def of_three(step):
    return " / ".join(f"{step[field] / 1000:.2f}" for field in ("p50", "p99", "max"))


def cold_lines(cold):
    titles, rows = step_rows(cold["room"], ("language", "source"))
    lines = ["", "## A cold start", "",
             "Claim → answer of an empty handler in a full cell, through the runtime room without",
             "the HTTP door (`build/bin/bench_cold_start`): from a stem; by boot in an empty cell",
             "that waits when no stem of its kind does; from scratch, with nothing made ahead.",
             "p50 / p99 in milliseconds of the whole and of each step. The function cpp-http asks",
             "the Runtime API over HTTP, the others use frames.", "",
             *table(titles, rows), "",
             "`bare` is fork+exec of the program until its first byte, with no sandbox at all.",
             "`seen` is a forced cold call over a kept connection, from the first byte sent to the",
             "whole answer; `more` is what it took beyond the record of the same call.", ""]
    rows = []
    for language in LANGUAGES:
        bare = cold["bare"][language]
        seen, seen_p99 = gates.spread_of_client(cold, language)
        more = gates.client_more(cold, language)
        sources = [row["source"] for row in cold["client"][language]]
        rows.append((gates.NAMES[language],
                     f"{median(bare) / 1000:.2f} / {percentile(bare, 0.99) / 1000:.2f}",
                     f"{seen:.2f} / {seen_p99:.2f}", "–" if more is None else f"{more:.2f}",
                     f"{sources.count('stem')} of {len(sources)}"))
    lines += table(("runtime", "bare p50 / p99 ms", "seen p50 / p99 ms", "more p50 ms",
                    "from a stem"), rows)
    lines += ["", f"As many starts at once as `burst` says, p50 / p99 / max in milliseconds since",
              "they were asked for:", "", *table(
                  ("runtime", "from", "burst", "start", "one alone"),
                  [(row["language"], row["source"], row["burst"], of_three(row["start"]),
                    of_three(row["alone"])) for row in cold["burst"]])]
    steps = [row for row in cold["sandbox"] if "p50" in row]
    if steps:
        keys = list(steps[0])
        lines += ["", "The sandbox alone (`build/bin/bench_stem_claim`), microseconds:", "",
                  *table(keys, [[row.get(key, "") for key in keys] for row in steps])]
    return lines


def footprint_lines(footprint):
    environments, idle = footprint["environments"], footprint["idle"]
    cells = [(row["language"], row["state"], row["cells"], f"{row['pss_kib'] / 1024:.2f}",
              f"{row['private_kib'] / 1024:.2f}") for row in footprint["cells"]]
    return ["", "## Memory and start", "",
            "A waiting cell with its init (`build/bin/bench_memory`): PSS, in which memory that n",
            "processes share counts a n-th for each, and what it shares with nobody.", "",
            *table(("runtime", "cell", "alive", "PSS MiB", "private MiB"), cells), "",
            f"- The daemon idle, with stems: {idle['daemon']:.1f} MiB (PSS); its launcher "
            f"{idle['launcher']:.1f} MiB.",
            f"- `lambent up` until its first answer: {median(footprint['up_new_ms']):.0f} ms "
            f"({spread(footprint['up_new_ms'])}) on a new data directory, "
            f"{median(footprint['up_again_ms']):.0f} ms ({spread(footprint['up_again_ms'])})",
            "  on one that is there.",
            f"- {environments['wanted']} provisioned environments of a Python function with 128 MB "
            f"stood after {environments['seconds']:.1f} s",
            f"  ({environments['status']}); the daemon had {environments['daemon_mb']:.1f} MiB, "
            f"the machine {environments['machine_free_mb']:,.0f} MiB left. Called at once, as many",
            f"  answered as stand here: {environments['answered']}."]


def many_lines(many):
    rows = []
    for connections, rounds in many["rounds"].items():
        for name, count in (("few", many["few"]), ("many", many["functions"])):
            p50 = [each["p50"] for each in rounds[name]]
            rps = [each["rps"] for each in rounds[name]]
            rows.append((f"{count:,}", connections, f"{median(p50):,.0f} ({spread(p50)})",
                         f"{median(rps):,.0f} ({spread(rps)})",
                         f"{many['resident_mb_' + name]:.1f}"))
    return ["", f"## {many['functions']:,} functions", "",
            f"Registered through the API in {many['registered_s']:.0f} s; warm calls of one of "
            "them in Python, unsigned.", "",
            *table(("functions", "connections", "p50 µs (spread)", "served/s (spread)",
                    "daemon MiB"), rows)]


def overload_lines(scenarios):
    lines = ["", "## Ten times more calls than can be served", "",
             "A call takes 20 ms, most of it asleep. 8 connections call without pause: the peak.",
             "Then 160 call at ten times its rate, then 8 again (`bench/overload.py`)."]
    for result in scenarios:
        rows = [(phase, f"{each['rate']:,.0f}", f"{each['served']['p50'] / 1000:.1f}",
                 f"{each['served']['p99'] / 1000:.1f}", f"{each['refused']['count']:,}",
                 f"{each['refused']['p99'] / 1000:.2f}")
                for phase, each in (("peak", result["peak"]), ("crowd", result["crowd"]),
                                    ("afterwards", result["after"]))]
        lines += ["", f"Limit: {result['name']}; {result['offered']:,.0f} calls/s were offered for "
                  f"{result['crowd']['seconds']:.0f} s.", "",
                  *table(("", "served/s", "served p50 ms", "served p99 ms", "429", "429 p99 ms"),
                         rows)]
    return lines


def queue_rows(triggers):
    """A row for every kind of load and number of clients: ours, then each peer's."""
    rows = []
    for kind, rate, title in (("send", "rps", "send"),
                              ("cycle", "cycles", "send, receive, delete")):
        for clients, ours in triggers["queues"][kind].items():
            rows.append((title, clients, "lambent", f"{ours[rate]:,.0f}", f"{ours['p50']:,.0f}",
                         f"{ours['p99']:,.0f}"))
            rows += [(title, clients, name, f"{peer[kind][clients]['per_second']:,.0f}",
                      f"{peer[kind][clients]['p50']:,.0f}", f"{peer[kind][clients]['p99']:,.0f}")
                     for name, peer in triggers["peers"].items() if not isinstance(peer, str)]
    return rows


def trigger_lines(triggers):
    delays = [(what, *(f"{triggers[key][field]:.1f}" for field in ("p50", "p99", "max")),
               triggers[key]["samples"])
              for what, key in (("PUT of an object → its function entered, warm", "uploads"),
                                ("one-time schedule due → its function entered", "timers"),
                                ("publish → the last of 100 queues has it", "fanOut"))]
    return ["", "## Triggers", "",
            "Durable queues (every acknowledged send is synced). lambent is asked over HTTP, for",
            "sends with signatures; Redis and PostgreSQL by their own programs and protocols, a",
            "cycle of Redis being one script, of PostgreSQL an insert and then a transaction. The",
            "load has one processor. A latency of lambent's cycle is that of one of its requests.",
            "",
            *table(("load", "clients", "system", "per second", "p50 µs", "p99 µs"),
                   queue_rows(triggers)), "",
            *(f"- Not run: {name}: {why}\n" for name, why in triggers["peers"].items()
              if isinstance(why, str)),
            "Messages until they are done, by a mapping with batches of 10 to a Python function:",
            "",
            *table(("clients that send for 1 s", "messages", "done per second"),
                   [(clients, f"{each['sent']:,}", f"{each['per_second']:,.0f}")
                    for clients, each in triggers["consumed"].items()]), "",
            f"Delays in milliseconds ({DELAYS_ARE}):", "",
            *table(("", "p50", "p99", "max", "samples"), delays)]


def render(results):
    about = results["about"]
    lines = ["# Performance", "",
             "Written by `make bench`; every figure comes from one run, so read the ratios: the",
             "absolute figures belong to this machine and hour. Medians of the rounds, with the",
             "smallest and largest round beside them.", "",
             f"- Machine: {about['machine']}",
             f"- Command: `make bench` (`{about['command']}`), {about['date']}, "
             f"{about['minutes']:.0f} minutes",
             f"- Network: {about['network']}"]
    lines += [f"- **Not measured**: {part}, {why}" for part, why in results["failed"].items()]
    lines += [f"- **Not measured**: {what}, {why}" for part in ("cold", "footprint")
              for what, why in results.get(part, {}).get("missing", {}).items()]
    lines += gate_lines(results)
    if "warm" in results:
        lines += warm_lines(results["warm"], about["cores"])
    if "profile" in results:
        lines += profile_lines(results["profile"])
    if "cold" in results:
        lines += cold_lines(results["cold"])
    if "footprint" in results:
        lines += footprint_lines(results["footprint"])
    if "many" in results:
        lines += many_lines(results["many"])
    if "overload" in results:
        lines += overload_lines(results["overload"])
    if "triggers" in results:
        lines += trigger_lines(results["triggers"])
    return "\n".join(lines) + "\n"
