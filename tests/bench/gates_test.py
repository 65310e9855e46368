#!/usr/bin/python3
"""What the benchmark says of its promises follows from what was measured."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))

import gates  # noqa: E402
import machine  # noqa: E402
import profile_of  # noqa: E402
import report  # noqa: E402

ABOUT = {"machine": "any", "command": "bench/run", "cores": "", "date": "2026-01-01",
         "minutes": 1, "network": "its own"}


def rounds(rps, p50=100, p99=200):
    each = {"p50": p50, "p90": p99, "p99": p99, "rps": rps, "refused": 0, "foreign": 0.01,
            "cpu_us": {"server": [1, 2]}, "switches": [1, 0]}
    return {"kept": [each] * 3, "discarded": []}


def warm(**systems):
    names = {"floor": gates.FLOOR, "cpp": gates.CPP, "node": gates.NODE, "node_async": gates.ASYNC}
    return {"systems": {names[name]: {"1": of, "16": of, "64": of} for name, of in systems.items()},
            "notRun": {"workerd": "its npm package is not installed"}, "foreignMax": 0.05,
            "jitter": {key: [{"p50": 1, "p99": 2, "max": 3}] for key in ("1", "16", "64")}}


def verdicts(measured):
    return {promise: holds for _, promise, _, holds, _ in gates.warm_gates(measured)}


class Gates(unittest.TestCase):
    def test_a_ratio_above_its_bound_holds_and_one_below_does_not(self):
        promise = "C++ ÷ floor (SEQPACKET), served/s at 64 ≥ 0.8"
        self.assertIs(verdicts(warm(floor=rounds(100), cpp=rounds(81)))[promise], True)
        self.assertIs(verdicts(warm(floor=rounds(100), cpp=rounds(79)))[promise], False)

    def test_the_tail_is_held_against_the_median(self):
        promise = "C++ p99 ÷ p50 at 64 ≤ 2.5"
        self.assertIs(verdicts(warm(cpp=rounds(1, p50=100, p99=250)))[promise], True)
        self.assertIs(verdicts(warm(cpp=rounds(1, p50=100, p99=260)))[promise], False)

    def test_a_peer_that_was_not_run_leaves_its_promise_untested(self):
        found = verdicts(warm(node_async=rounds(100)))
        self.assertIsNone(found["Node, asynchronous ÷ workerd, served/s at 64 ≥ 1.5"])

    def test_a_burst_may_not_wait_longer_than_one_boot(self):
        def burst(longest):
            return {"burst": [
                {"language": "node", "source": "stem", "burst": 100, "start": {"max": longest}},
                {"language": "node", "source": "boot", "burst": 100, "alone": {"p50": 40_000}}]}
        self.assertIs(gates.burst_gates(burst(39_000), "node")[0][3], True)
        self.assertIs(gates.burst_gates(burst(41_000), "node")[0][3], False)


class Report(unittest.TestCase):
    def test_it_names_what_was_not_run_and_what_failed(self):
        text = report.render({"about": ABOUT, "failed": {"overload": "no answer"},
                              "warm": warm(floor=rounds(100), cpp=rounds(50))})
        self.assertIn("- workerd: its npm package is not installed", text)
        self.assertIn("- **Not measured**: overload, no answer", text)
        self.assertIn("| 0.50 | **no** |", text)
        self.assertIn("| not tested |", text)


class Profile(unittest.TestCase):
    def test_samples_are_told_by_system_call_library_and_room(self):
        script = ("\n\tffff tcp_sendmsg ([kernel.kallsyms])\n"
                  "\tffff __x64_sys_sendto ([kernel.kallsyms])\n\t00aa send (/lib/libc.so.6)\n\n"
                  "\n\t00aa malloc (/lib/libc.so.6)\n\n"
                  "\n\t00aa lambent::api::sign (/bin/lambent)\n\n"
                  "\n\t00aa SHA256_Update (/lib/libcrypto.so.3)\n\n")
        self.assertEqual(profile_of.shares(script), {
            "kernel: sendto": 0.25, "program: allocator": 0.25, "program: lambent::api": 0.25,
            "program: OpenSSL": 0.25})


class Machine(unittest.TestCase):
    def test_the_processor_time_of_this_process_is_not_foreign(self):
        with machine.Watch([machine.os.getpid()]) as watch:
            sum(range(3_000_000))
        self.assertTrue(0.0 <= watch.foreign <= 1.0)
        self.assertGreater(sum(sum(times) for times in watch.used.values()), 0)


if __name__ == "__main__":
    unittest.main()
