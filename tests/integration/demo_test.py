"""The demonstration of an edge: ends with 0 only if everything was as expected, and leaves nothing running."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import unittest

import harness


class Demo(unittest.TestCase):
    def run_demo(self, name, replaced=None):
        """Runs `scripts/demo --edge --once` in a copy of what it needs; `replaced`: texts of conf/edge.toml."""
        folder = pathlib.Path(harness.scratch(name))
        for part in ("conf", "examples", "scripts"):
            shutil.copytree(harness.ROOT / part, folder / part, ignore=shutil.ignore_patterns("dev"))
        settings = folder / "conf" / "edge.toml"
        text = settings.read_text()
        for old, new in (replaced or {}).items():
            self.assertIn(old, text)
            text = text.replace(old, new)
        settings.write_text(text)
        ports = {option: harness.free_port() for option in ("port", "issuer-port", "admin-port", "api-port")}
        command = [folder / "scripts" / "demo", "--edge", "--once"]
        for option, port in ports.items():
            command += [f"--{option}", str(port)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=4 * harness.PATIENCE,
                               env={**os.environ, "DEMO_BIN": str(harness.BIN)})
        for port in ports.values():
            with socket.socket() as probe:
                self.assertNotEqual(probe.connect_ex(("127.0.0.1", port)), 0, "something is left running")
        return ended

    def test_everything_is_as_expected(self):
        ended = self.run_demo("demo-good")
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        right, asked = re.search(r"demo: (\d+) of (\d+) answers as expected", ended.stdout).groups()
        self.assertEqual(right, asked)
        self.assertEqual(len(re.findall(r"^  as expected$", ended.stdout, re.M)), int(asked))
        never = ended.stdout.count("never reached")
        reached = len(re.findall(r"^ {21}via: 1\.1 latchkey$", ended.stdout, re.M))
        self.assertGreater(min(never, reached), 4)
        self.assertEqual(never + reached, int(asked))
        self.assertNotIn("eyJ", ended.stdout, "no token is shown")

    def test_what_is_not_as_expected_is_told(self):
        """An edge that lets in whoever has any token, and gives the API another claim."""
        ended = self.run_demo("demo-bad", replaced={'scopes = ["example:note:read"]': "",
                                                    'x-user = "sub"': 'x-user = "client_id"'})
        self.assertEqual(ended.returncode, 1, ended.stdout + ended.stderr)
        self.assertRegex(ended.stdout, r"a token without the scope\n  the client got     200 ")
        self.assertIn("  expected 403, nothing\n", ended.stdout)
        self.assertIn("x-user: alice", ended.stdout)

    def test_ports_that_cannot_be_are_told(self):
        for arguments, told in ((["--port", "0"], "--port 0: a number from 1 to 65535 is expected"),
                                (["--admin-port", "65536"], "--admin-port 65536: a number from 1 to 65535"),
                                (["--port", "9400"], "four different ones")):
            ended = subprocess.run([harness.ROOT / "scripts" / "demo", "--once", *arguments], capture_output=True,
                                   text=True, timeout=harness.PATIENCE)
            self.assertEqual(ended.returncode, 1)
            self.assertIn(told, ended.stderr)


if __name__ == "__main__":
    harness.main()
