"""Cold starts: from stems and by boot through the runtime room, beside fork+exec of the same
runtime; and what an HTTP client sees of one more than its record says."""
import json
import subprocess
import sys
import time

from servers import BIN, Lambent

LANGUAGES = ("cpp", "python", "node")
# What fork_exec starts for each language, until its first byte.
BARE = {
    "cpp": [str(BIN / "bench_say_ready")],
    "python": ["/usr/bin/python3", "-I", "-S", "-E", "-c", "import os; os.write(1, b'.')"],
    "node": ["/usr/bin/node", "-e", "require('fs').writeSync(1, '.')"],
}
CLIENT_FUNCTIONS = {"cpp": "echo-cpp", "python": "echo-python", "node": "echo-node-async"}
# What bench_cold_start measures; cpp-http asks the Runtime API over HTTP.
ROOM = ("cpp", "cpp-http", "python", "node")
BURST = 100
BATCHES = 5
WARM_UP = 10
REFILL_S = 0.06


def output_of(*command):
    return subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def json_lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def lines_if_any(missing, name, *command):
    """What a program says; when it fails, `missing` gets its name and the rest goes on."""
    try:
        return json_lines(output_of(*command))
    except (subprocess.CalledProcessError, OSError) as failure:
        missing[name] = str(failure)
        return []


def bare_boots(count):
    """Microseconds of fork+exec to the first byte, batches of the languages interleaved."""
    samples = {language: [] for language in LANGUAGES}
    for _ in range(BATCHES):
        for language in LANGUAGES:
            out = output_of(BIN / "bench_fork_exec", max(1, count // BATCHES), *BARE[language])
            samples[language] += [int(line) for line in out.split()]
    return samples


def client_seen(count):
    """Forced cold calls over a kept connection: what the client saw, and the record of the same
    call, from the claim to the answer. Between calls the pool fills again."""
    rows = {language: [] for language in LANGUAGES}
    with Lambent.temporary("--stem-cells", "4") as lambent:
        lambent.deploy()
        for language, function in CLIENT_FUNCTIONS.items():
            headers = {"X-Lambent-Cold": "1", "X-Lambent-Record": "1"}
            with lambent.caller(function, **headers) as caller:
                for number in range(WARM_UP + count):
                    time.sleep(REFILL_S)
                    took, status, answer, body = caller.call()
                    if status != 200:
                        raise RuntimeError(f"{function}: {status} {body[:200]}")
                    record = json.loads(answer["x-lambent-record"])
                    if number >= WARM_UP:
                        rows[language].append(client_row(took, record))
            print(f"cold: seen by a client, {language}", file=sys.stderr)
    return rows


def client_row(took, record):
    return {"seen": took, "source": record["source"],
            "recorded": sum(record["phasesUs"].values())}


def measure(options):
    result = {"bare": bare_boots(options.cold), "missing": {}}
    missing = result["missing"]
    print("cold: bare boots done", file=sys.stderr)
    program = BIN / "bench_cold_start"
    result["room"] = lines_if_any(missing, "starts", program, options.cold, *ROOM)
    burst = lines_if_any(missing, "burst", program, "--burst", BURST, *LANGUAGES)
    result["burst"] = [row for row in burst if "burst" in row]
    print("cold: stems and boots done", file=sys.stderr)
    result["sandbox"] = lines_if_any(missing, "the sandbox alone", BIN / "bench_stem_claim",
                                     BIN / "lambent-launcher", options.cold)
    result["client"] = client_seen(options.cold)
    return result
