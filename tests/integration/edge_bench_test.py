"""Runs `latchkey-bench edge --quick`: the real server in front of real and of faulty upstreams.

With a name as its argument only that row is run, so that ctest shows each of them.
"""

import json
import subprocess
import sys
import unittest

import harness

PROGRAM = harness.BIN / "latchkey-bench"
ATTACKS = harness.SHARED / "vectors/attacks/http_attack.tsv"
ONLY = sys.argv.pop(1) if len(sys.argv) > 1 else ""


def bench(*options):
    more = ("--attacks", ATTACKS) if ATTACKS.exists() else ()
    return subprocess.run([PROGRAM, "edge", *options, *more], capture_output=True, text=True, timeout=200)


# These judge how fast things are, which is for a quiet machine to say: that they measure is what is tested.
SPEED = ("cost", "events", "slow-peers", "bulk")


class Edge(unittest.TestCase):
    def test_every_requirement_holds(self):
        done = bench("--quick", "--json", *(("--only", ONLY) if ONLY else ()))
        if ONLY not in SPEED:
            return harness.check_rows(self, done)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        rows = json.loads(done.stdout)["rows"]
        self.assertTrue(rows)
        for row in rows:
            self.assertTrue(row["measured"], row)
        missed = [row for row in rows if not row["ok"] and not row.get("skipped")]
        self.assertEqual(done.returncode, 1 if missed else 0)

    def test_names(self):
        names = bench("--list").stdout.split()
        self.assertGreaterEqual(len(names), 10)
        if ONLY:
            self.assertIn(ONLY, {name.split(":")[0] for name in names})
        done = bench("--only", "earthquake")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn('there is no row "earthquake"', done.stderr)


if __name__ == "__main__":
    harness.main()
