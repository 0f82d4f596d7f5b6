"""Runs `latchkey-bench client-faults --quick`: the real server with misbehaving clients.

With a name as its argument only that row is run, so that ctest shows each of them.
"""

import subprocess
import sys
import unittest

import harness

PROGRAM = harness.BIN / "latchkey-bench"
ONLY = sys.argv.pop(1) if len(sys.argv) > 1 else ""


def bench(*options):
    return subprocess.run([PROGRAM, "client-faults", *options], capture_output=True, text=True, timeout=400)


class ClientFaults(unittest.TestCase):
    def test_every_requirement_holds(self):
        done = bench("--quick", "--json", *(("--only", ONLY) if ONLY else ()))
        harness.check_rows(self, done)

    def test_names(self):
        names = bench("--list").stdout.split()
        self.assertGreaterEqual(len(names), 9)
        if ONLY:
            self.assertIn(ONLY, names)
        done = bench("--only", "earthquake")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn('there is no row "earthquake"', done.stderr)


if __name__ == "__main__":
    harness.main()
