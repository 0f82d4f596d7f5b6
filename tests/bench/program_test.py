"""Runs the real latchkey-bench: what it prints can be read by programs, and it ends as it should.

How fast anything is, is not asserted.
"""

import json
import os
import signal
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop(1)
RATES = ("raw_openssl_per_s", "token_single_per_s", "batch_kernel_per_s", "token_batch_per_s",
         "token_cached_per_s", "token_cached_all_per_s")
STEPS = ("split", "base64url", "json", "parse_token", "header_and_key", "digest", "signature", "claims",
         "token_single")


def run(*options):
    return subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=100)


class Verify(unittest.TestCase):
    def test_json(self):
        done = run("verify", "--quick", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        self.assertEqual(done.stdout.count("\n"), 1)
        for name in RATES:
            self.assertGreater(found[name], 0, name)
        for stage in found["stages"]:
            self.assertGreater(stage["ns"], 0)
            self.assertGreater(stage["ratio_to_raw_openssl"]["median"], 0)
            self.assertLessEqual(stage["per_s"]["least"], stage["per_s"]["median"])
            self.assertLessEqual(stage["per_s"]["median"], stage["per_s"]["most"])
        for name in STEPS:
            self.assertGreater(found["steps_ns"][name], 0, name)
        self.assertIsInstance(found["batch_available"], bool)
        self.assertIn(found["single_kernel"], ("avx512_ifma", "mulx_adx", None))
        self.assertEqual(found["threads"][0]["threads"], 1)
        for line in found["threads"]:
            self.assertGreater(line["token_batch_per_s"], 0)
        kinds = {(line["algorithm"], line["bits"]) for line in found["keys"]}
        self.assertLessEqual({("RS256", 2048), ("RS256", 4096), ("ES256", 256), ("EdDSA", 255)}, kinds)
        for name in ("cpu", "cores", "compiler", "openssl"):
            self.assertTrue(found["machine"][name], name)
        self.assertEqual(found["settings"]["tokens"], 64)

    def test_tables(self):
        done = run("verify", "--quick", "--only", "stages,steps", "--batch", "off")
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ("raw_openssl", "token_cached_all", "step by step", "switched off"):
            self.assertIn(name, done.stdout)
        self.assertNotIn("EdDSA", done.stdout)

    def test_nobody_is_shown_progress_who_does_not_look(self):
        done = run("verify", "--quick", "--only", "steps", "--json")
        self.assertNotIn("\r", done.stderr + done.stdout)
        self.assertEqual(set(json.loads(done.stdout)) & {"stages", "threads", "keys"}, set())

    def test_output_that_is_lost_is_a_failure(self):
        with open("/dev/full", "w") as full:
            ended = subprocess.run([PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=100)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("cannot write to standard output", ended.stderr)

    def test_wrong_usage(self):
        done = run("verify", "--rounds", "0")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("take a whole number from 1", done.stderr)

    def interrupt_at(self, sign, *options):
        """Ctrl-C once the progress line, which is for terminals only, says so: status and output."""
        ours, theirs = os.openpty()
        process = subprocess.Popen([PROGRAM, "verify", *options], stdout=subprocess.PIPE, stderr=theirs, text=True)
        os.close(theirs)
        self.addCleanup(process.kill)
        said = b""
        while sign not in said:
            said += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        os.close(ours)
        return process.returncode, out

    def test_ctrl_c_shows_what_there_is(self):
        status, out = self.interrupt_at(
            b"steps: 5 %", "--json", "--only", "steps", "--tokens", "16", "--rounds", "1000", "--seconds", "0.003")
        self.assertEqual(status, 130)
        found = json.loads(out)
        self.assertTrue(found["stopped"])
        self.assertGreater(found["steps_ns"]["digest"], 0)

    def test_ctrl_c_while_it_prepares(self):
        status, out = self.interrupt_at(b"signing tokens", "--tokens", "1000000")
        self.assertEqual(status, 130)
        self.assertIn("Stopped", out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
