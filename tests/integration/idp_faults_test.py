"""Runs `latchkey-bench idp-faults --quick`: the real server through every fault of a provider.

With a name as its argument only that row or group is run, so that ctest shows each of them.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import harness

PROGRAM = harness.BIN / "latchkey-bench"
ONLY = sys.argv.pop(1) if len(sys.argv) > 1 else ""


def children_of(pid):
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@unittest.skipIf(ONLY == "stop", "only the way it ends")
class IdpFaults(unittest.TestCase):
    def test_every_requirement_holds(self):
        command = [PROGRAM, "idp-faults", "--quick", "--json"] + (["--only", ONLY] if ONLY else [])
        done = subprocess.run(command, capture_output=True, text=True, timeout=400)
        harness.check_rows(self, done)


@unittest.skipUnless(ONLY in ("", "stop"), "only rows")
class Ends(unittest.TestCase):
    def start(self):
        """A run that has started programs of its own, and their process ids."""
        process = subprocess.Popen([PROGRAM, "idp-faults", "--only", "fault:silence"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "TMPDIR": harness._scratch})
        self.addCleanup(process.kill)
        until = time.monotonic() + harness.PATIENCE
        while len(children_of(process.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        started = children_of(process.pid)
        self.assertEqual(len(started), 2)
        return process, started

    def await_gone(self, pids):
        until = time.monotonic() + harness.PATIENCE
        while any(alive(pid) for pid in pids) and time.monotonic() < until:
            time.sleep(0.02)
        self.assertEqual([pid for pid in pids if alive(pid)], [])

    def test_ctrl_c_ends_what_it_started(self):
        process, started = self.start()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=harness.PATIENCE)
        self.assertEqual(process.returncode, 130)
        self.assertIn("Stopped", out)
        self.await_gone(started)

    def test_nothing_outlives_it_however_it_ends(self):
        process, started = self.start()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=harness.PATIENCE)
        self.await_gone(started)


if __name__ == "__main__":
    harness.main()
