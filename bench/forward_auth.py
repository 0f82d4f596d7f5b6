#!/usr/bin/env python3
"""What a check of another proxy costs beside a plain authorised request, of one server in one run. Needs a release build.

    bench/forward_auth.py [--seconds 4] [--rounds 5]

Both come over plain HTTP and connections that stay, by the same trusted proxy, with the same fields and with tokens that
have been verified before: GET /my-token, which the server answers itself with the claims, and checks of GET /api/notes
as nginx asks them, answered with two fields of claims. In turns, medians; the processor time is the server's own.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import harness  # noqa: E402
from neighbours_harness import Checker  # noqa: E402

MORE = """
[[route]]
path = "/my-token"
methods = ["GET"]
handler = "token"
scopes = ["example:note:read"]
"""


def cpu_per_request(server, path, seconds, tokens, *headers):
    """Microseconds of the server's processor time."""
    def load(*duration):
        command = [harness.BIN / "latchkey-bench", "load", f"http://127.0.0.1:{server.check_port}{path}", "-c", "8",
                   "--warmup", "0s", "--tokens", f"file={tokens}", "--json", "--quiet", *duration]
        for one in headers:
            command += ["-H", one]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    load("-n", "2000")  # every token is verified then
    before = server.cpu_seconds()
    report = load("--duration", f"{seconds}s")
    used = server.cpu_seconds() - before
    if report["wrong"] or report["errors"] or not report["answered"]:
        raise RuntimeError(f"not what was to be measured: {report['statuses']}")
    return used / report["answered"] * 1e6


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--seconds", type=int, default=4, help="of each turn")
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()

    issuer = harness.Issuer()
    # A worker, so that the load has a processor of its own where there are two.
    server = Checker(issuer.url, "server.workers=1", 'server.trusted_proxies=["127.0.0.1/32"]', more=MORE).await_ready()
    tokens = pathlib.Path(harness.scratch("tokens"))
    tokens.write_text("".join(issuer.mint(scope="example:note:read", subject=f"user{i}") + "\n" for i in range(8)))
    asked = ("X-Original-Method: GET", "X-Original-URI: /api/notes?page=2", "X-Forwarded-For: 192.0.2.7",
             "X-Forwarded-Host: api.example", "X-Forwarded-Proto: https")
    plain, checks = [], []
    for _ in range(chosen.rounds):
        plain.append(cpu_per_request(server, "/my-token?page=2", chosen.seconds, tokens, *asked))
        checks.append(cpu_per_request(server, "/_latchkey/check", chosen.seconds, tokens, *asked))
    ratio = statistics.median(check / one for check, one in zip(checks, plain))
    print(f"plain authorised request  {statistics.median(plain):6.2f} us CPU")
    print(f"check                     {statistics.median(checks):6.2f} us CPU")
    print(f"ratio                     {ratio:6.2f}")
    server.stop()
    issuer.stop()


if __name__ == "__main__":
    main()
