"""What was promised, computed from what was measured: (part, promise, measured, whether it holds).
None stands for a promise that this run could not test."""
from overload import promises
from statistics_of import median, percentile

FLOOR, PIPE, NODE, ROUTER = ("floor: epoll + SEQPACKET", "floor: epoll + pipe", "Node http",
                             "uWSGI http router")
CPP, PYTHON, SYNC, ASYNC = ("lambent C++", "lambent Python", "lambent Node, synchronous",
                            "lambent Node, asynchronous")
CLAIM_MS = {"cpp": 0.5, "python": 1.0, "node": 1.5}
NAMES = {"cpp": "C++", "python": "Python", "node": "Node"}
CLAIM_P99_MS = 5.0
CELL_MB = {"cpp": 2.0, "python": 4.0, "node": 8.0}
DAEMON_MB = 20.0
UP_MS = 150.0
HTTP_API_MORE_MS = 0.5
OVER_HTTP_TOO = "cpp"  # the managed runtimes speak frames alone
CLIENT_MORE_MS = 0.3
EMPTY_POOL = 1.15
QUEUE_CLIENTS, SENDS_PER_SECOND = "64", 10_000
TIMER_P99_MS = 20.0


def at_least(part, text, measured, target, stretch=False):
    holds = None if measured is None else measured >= target
    return (part, f"{text} ≥ {target:g}", "–" if measured is None else f"{measured:.2f}",
            holds, stretch)


def at_most(part, text, measured, target, unit=""):
    holds = None if measured is None else measured <= target
    shown = "–" if measured is None else f"{measured:.2f}{unit}"
    return (part, f"{text} ≤ {target:g}{unit}", shown, holds, False)


def quotient(over, under):
    return None if over is None or under is None or under == 0 else over / under


def warm_value(warm, name, connections, field):
    rounds = warm["systems"].get(name, {}).get(str(connections))
    return median([each[field] for each in rounds["kept"]]) if rounds else None


def warm_gates(warm):
    def served(name):
        return warm_value(warm, name, 64, "rps")

    def ratio(name, base):
        return quotient(served(name), served(base))

    part = "warm call"
    return [
        at_least(part, "C++ ÷ floor (SEQPACKET), served/s at 64", ratio(CPP, FLOOR), 0.8),
        at_least(part, "stretch: C++ ÷ pipe floor, served/s at 64", ratio(CPP, PIPE), 0.8, True),
        at_most(part, "C++ ÷ floor, p50 at 16", quotient(
            warm_value(warm, CPP, 16, "p50"), warm_value(warm, FLOOR, 16, "p50")), 1.25),
        at_most(part, "C++ p99 ÷ p50 at 64", quotient(
            warm_value(warm, CPP, 64, "p99"), warm_value(warm, CPP, 64, "p50")), 2.5),
        at_least(part, "Node, synchronous ÷ Node http, served/s at 64", ratio(SYNC, NODE), 1.1),
        at_least(part, "Node, asynchronous ÷ Node http, served/s at 64", ratio(ASYNC, NODE), 0.85),
        at_least(part, "Python ÷ uWSGI's HTTP router, served/s at 64", ratio(PYTHON, ROUTER), 2.5),
        at_least(part, "Node, asynchronous ÷ serverless-offline, served/s at 64",
                 ratio(ASYNC, "serverless-offline"), 10),
        at_least(part, "Node, asynchronous ÷ functions-framework, served/s at 64",
                 ratio(ASYNC, "functions-framework"), 6),
        at_least(part, "Node, asynchronous ÷ workerd, served/s at 64",
                 ratio(ASYNC, "workerd"), 1.5),
    ]


def room_row(cold, language, source, kind="room"):
    for row in cold[kind]:
        if (row["language"], row["source"]) == (language, source):
            return row
    return None


def milliseconds(row, step, field):
    return row[step][field] / 1000 if row and step in row else None


def cold_gates(cold):
    part, gates = "cold start", []
    for language, target in CLAIM_MS.items():
        name, stem = NAMES[language], room_row(cold, language, "stem")
        claim = milliseconds(stem, "claim_until_answer", "p50")
        over_http = milliseconds(
            room_row(cold, f"{language}-http", "stem"), "claim_until_answer", "p50")
        boot = milliseconds(room_row(cold, language, "boot"), "claim_until_answer", "p50")
        bare = median(cold["bare"][language]) / 1000
        gates += [
            at_most(part, f"{name} from a stem, claim → answer p50", claim, target, " ms"),
            at_most(part, f"{name} from a stem, claim → answer p99",
                    milliseconds(stem, "claim_until_answer", "p99"), CLAIM_P99_MS, " ms"),
            at_most(part, f"{name}, more seen by an HTTP client", client_more(cold, language),
                    CLIENT_MORE_MS, " ms"),
            at_most(part, f"{name}, pool empty ÷ bare fork+exec", quotient(boot, bare), EMPTY_POOL),
        ]
        if language == OVER_HTTP_TOO:
            more = None if over_http is None or claim is None else over_http - claim
            gates.append(at_most(part, f"{name}, more over the HTTP Runtime API", more,
                                 HTTP_API_MORE_MS, " ms"))
        gates += burst_gates(cold, language)
    return gates


def burst_gates(cold, language):
    burst = room_row(cold, language, "stem", "burst")
    boots = room_row(cold, language, "boot", "burst")
    if not burst or not boots:
        return [("cold start", f"{NAMES[language]}, burst: none waits longer than one boot", "–",
                 None, False)]
    one_boot = boots["alone"]["p50"] / 1000
    longest = burst["start"]["max"] / 1000
    return [("cold start", f"{NAMES[language]}, burst of {burst['burst']}: none waits longer than "
             f"one boot ({one_boot:.1f} ms)", f"{longest:.1f} ms", longest <= one_boot, False)]


def client_more(cold, language):
    rows = [row for row in cold["client"][language] if row["source"] == "stem"]
    return median([row["seen"] - row["recorded"] for row in rows]) / 1000 if rows else None


def footprint_gates(footprint):
    part = "footprint"
    gates = [at_most(part, f"{NAMES[row['language']]} {row['state']} cell, PSS with "
                     f"{row['cells']} alive", row["pss_kib"] / 1024, CELL_MB[row["language"]],
                     " MiB") for row in footprint["cells"]]
    tested = {row["language"] for row in footprint["cells"]}
    gates += [at_most(part, f"{NAMES[language]} cell, PSS", None, bound, " MiB")
              for language, bound in CELL_MB.items() if language not in tested]
    environments = footprint["environments"]
    answered = environments["answered"].get("provisioned", 0)
    wanted = environments["wanted"]
    return gates + [
        at_most(part, "daemon idle, PSS", footprint["idle"]["daemon"], DAEMON_MB, " MiB"),
        at_most(part, "`lambent up` → first answer, new data directory",
                median(footprint["up_new_ms"]), UP_MS, " ms"),
        at_most(part, "`lambent up` → first answer, again",
                median(footprint["up_again_ms"]), UP_MS, " ms"),
        (part, f"{wanted} warm environments, all called at once", f"{answered} answered",
         answered == wanted, False)]


def many_gates(many):
    gates = []
    for connections, rounds in many["rounds"].items():
        few, lots = (median([each["p50"] for each in rounds[name]]) for name in ("few", "many"))
        gates.append(at_most(
            "footprint", f"p50 with {many['functions']:,} functions ÷ with {many['few']}, at "
            f"{connections}", lots / few, 1.1))
    return gates


def overload_gates(scenarios):
    return [("overload", f"{result['name']}: {promised}", measured, holds, False)
            for result in scenarios for promised, measured, holds in promises(result)]


def trigger_gates(triggers):
    part = "triggers"
    return [at_least(part, f"durable sends/s at {QUEUE_CLIENTS} clients",
                     triggers["queues"]["send"][QUEUE_CLIENTS]["rps"], SENDS_PER_SECOND),
            at_most(part, "timer lateness p99", triggers["timers"]["p99"], TIMER_P99_MS, " ms")]


def spread_of_client(cold, language):
    rows = [row["seen"] / 1000 for row in cold["client"][language]]
    return median(rows), percentile(rows, 0.99)


def all_gates(results):
    makers = {"cold": cold_gates, "warm": warm_gates, "footprint": footprint_gates,
              "many": many_gates, "overload": overload_gates, "triggers": trigger_gates}
    return [gate for part, make in makers.items() if part in results
            for gate in make(results[part])]
