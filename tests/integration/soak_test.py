"""Runs `latchkey-bench soak` for some seconds: the real server under everything at once, and an oracle."""

import json
import signal
import subprocess
import unittest

import harness

PROGRAM = harness.BIN / "latchkey-bench"
LENGTH = 20


def bench(*options):
    return subprocess.run([PROGRAM, "soak", *options], capture_output=True, text=True, timeout=200)


class Soak(unittest.TestCase):
    def test_every_requirement_holds(self):
        done = bench("--duration", f"{LENGTH}s", "--seed", "7", "--rate", "200", "--json")
        found = json.loads(done.stdout)
        self.assertEqual(found["wrong_answers"], [])
        self.assertEqual(found["troubles"], [])
        harness.check_rows(self, done)
        # That nothing was wrong says something only where much was asked and done.
        told = {row["token"]: row for row in found["tokens"]}
        for kind in ("valid", "about to expire", "expired", "not yet valid", "wrong audience", "wrong issuer",
                     "missing scope", "wrong signature", "unknown kid", "garbage", "none", "two credentials",
                     "key rotated away", "key removed"):
            self.assertGreater(told[kind]["sent"], 0, kind)
        self.assertIn("200", told["valid"]["answers"])
        self.assertIn("403", told["missing scope"]["answers"])
        self.assertIn("401", told["key removed"]["answers"])
        for what, times in found["happened"].items():
            if what != "keys that took the issuer long":
                self.assertGreater(times, 0, what)
        self.assertEqual(found["settings"], {"seed": 7, "duration_s": LENGTH})
        self.assertIn("seed 7", done.stderr)

    def test_the_schedule_is_that_of_its_seed(self):
        first, again, other = (bench("--list", "--duration", "5m", "--seed", seed).stdout for seed in "778")
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)
        self.assertIn("provider", first)

    def test_ctrl_c_ends_it_with_what_it_has(self):
        running = subprocess.Popen([PROGRAM, "soak", "--duration", "1h"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.assertIn("seed", running.stderr.readline())
        self.assertIn("load", running.stderr.readline())
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
        self.assertEqual((running.returncode, err), (130, ""))
        self.assertIn("Stopped before the end.", out)
        self.assertIn("requests, 0 wrong", out)


if __name__ == "__main__":
    harness.main()
