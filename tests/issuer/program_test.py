"""Runs the real latchkey-issuer: it says where it listens, answers, and ends when it is told to."""

import json
import signal
import subprocess
import sys
import time
import unittest
import urllib.request

PROGRAM = sys.argv.pop(1)


class Issuer(unittest.TestCase):
    def setUp(self):
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        for line in self.process.stdout:
            if line.startswith("listening on "):
                self.url = line.split()[-1]
                return
        self.fail("it did not start")

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def post(self, path, body):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode())
        return urllib.request.urlopen(request, timeout=5).read().decode()

    def get(self, path, timeout=5):
        return urllib.request.urlopen(self.url + path, timeout=timeout).read().decode()

    def ends_within(self, seconds, number):
        self.process.send_signal(number)
        self.assertEqual(self.process.wait(seconds), 0)

    def test_names_itself_after_the_port_it_was_given(self):
        about = json.loads(self.get("/.well-known/openid-configuration"))
        self.assertEqual(about["issuer"], self.url)
        self.assertEqual(about["jwks_uri"], self.url + "/.well-known/jwks.json")
        token = subprocess.check_output([PROGRAM, "mint", "--issuer-url", self.url], text=True)
        self.assertEqual(len(token.strip().split(".")), 3)

    def test_ends_on_sigterm(self):
        self.get("/.well-known/jwks.json")
        self.ends_within(5, signal.SIGTERM)

    def test_ends_on_sigint(self):
        self.ends_within(5, signal.SIGINT)

    def test_ends_while_it_holds_a_request(self):
        self.post("/control/fail", {"hold": True})
        with self.assertRaises(TimeoutError):
            self.get("/.well-known/jwks.json", timeout=0.3)
        began = time.monotonic()
        self.ends_within(5, signal.SIGTERM)
        self.assertLess(time.monotonic() - began, 4)

    def test_cuts_an_answer_off(self):
        self.post("/control/fail", {"cut_off": True})
        with self.assertRaises(Exception):
            self.get("/.well-known/jwks.json")
        self.post("/control/reset", {})
        self.assertIn("keys", json.loads(self.get("/.well-known/jwks.json")))

    def test_takes_no_plain_http_off_loopback(self):
        done = subprocess.run([PROGRAM, "serve", "--listen", "0.0.0.0:0"], capture_output=True,
                              text=True, timeout=10)
        self.assertEqual(done.returncode, 1)
        self.assertIn("plain http is for loopback addresses only", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
