#!/usr/bin/env python3
"""How far latchkey-bench load can be believed: its closed loop beside wrk's against the same server, in turn, and how
exactly it keeps a rate. Needs Debian's wrk, taskset, two cores, and a release build.

    bench/accuracy.py [--rounds 5] [--seconds 3]
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import harness  # noqa: E402

CONNECTIONS = 64
SCOPE = "example:note:read"


def pinned(core, *command):
    return ["taskset", "-c", str(core), *map(str, command)]


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Bench:
    """One server on one core; what asks it runs on another."""

    def __init__(self, *settings):
        self.cores = sorted(os.sched_getaffinity(0))[:2]
        self.issuer = harness.Issuer()
        self.port = harness.free_port()
        self.server = harness.Latchkey(self.issuer.url, "server.workers=1", "log.level=warn",
                                       f'server.listen=["127.0.0.1:{self.port}"]', *settings, wait=False)
        subprocess.run(["taskset", "-a", "-p", "-c", str(self.cores[0]), str(self.server.process.pid)], check=True,
                       capture_output=True)
        self.token = self.issuer.mint(scope=SCOPE)
        self.tokens = harness.scratch("token.txt")
        pathlib.Path(self.tokens).write_text(self.token + "\n")
        self.url = f"https://127.0.0.1:{self.port}/notes"
        self.await_answers()

    def await_answers(self):
        until = time.monotonic() + harness.PATIENCE
        asked = ("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", harness.certificate()[0], "-H",
                 f"Authorization: Bearer {self.token}", self.url)
        while subprocess.run(asked, capture_output=True, text=True).stdout != "200":
            if time.monotonic() > until:
                raise SystemExit("the server did not start:\n" + "\n".join(self.server.lines))
            time.sleep(0.05)

    def wrk(self, seconds):
        text = output_of(*pinned(self.cores[1], "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H",
                                 f"Authorization: Bearer {self.token}", self.url))
        if "Non-2xx" in text or "Socket errors" in text:
            raise SystemExit(f"wrk had errors:\n{text}")
        return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))

    def load(self, seconds, *options):
        report = json.loads(output_of(*pinned(
            self.cores[1], harness.BIN / "latchkey-bench", "load", self.url, "--ca", harness.certificate()[0], "-c",
            CONNECTIONS, "--duration", f"{seconds}s", "--tokens", f"file={self.tokens}", "--json", "--quiet",
            *options)))
        if report["wrong"] or report["errors"]:
            raise SystemExit(f"wrong answers or errors: {report['wrong']}, {report['errors']}")
        return report

    def end(self):
        self.server.stop()
        self.issuer.stop()


def beside_wrk(title, rounds, seconds, *settings):
    bench = Bench(*settings)
    bench.load(1)
    pairs = [(bench.wrk(seconds), bench.load(seconds)) for _ in range(rounds)]
    bench.end()
    theirs = statistics.median(wrk for wrk, _ in pairs)
    ours = statistics.median(load["throughput"] for _, load in pairs)
    ratio = statistics.median(load["throughput"] / wrk for wrk, load in pairs)
    own = statistics.median(load["own_cpu"] for _, load in pairs)
    print(f"{title:<44} wrk {theirs:>8,.0f}/s   load {ours:>8,.0f}/s   load/wrk {ratio:.3f}   "
          f"its own CPU {own:.0%} of a core", flush=True)


def pacing(rate, seconds):
    bench = Bench()
    report = bench.load(seconds, "--rate", rate)
    bench.end()
    late = report["pacing"]
    shown = ", ".join(f"{name.replace('_', '.')} {late[name] * 1e6:.0f} us" for name in ("p50", "p90", "p99", "p99_9", "max"))
    print(f"{rate:,}/s: sent later than intended by {shown}; {report['late']} over 1 ms late, "
          f"{report['dropped']} never sent", flush=True)


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--seconds", type=int, default=3)
    options = asked.parse_args()
    for program in ("wrk", "taskset", "curl"):
        if not shutil.which(program):
            raise SystemExit(f"{program} is not there: apt-get install wrk util-linux curl")
    if len(os.sched_getaffinity(0)) < 2:
        raise SystemExit("needs two cores")
    beside_wrk("one signature a request, no batches", options.rounds, options.seconds, "verify.token_cache_bytes=0",
               "verify.batch=off")
    beside_wrk("a token from the cache", options.rounds, options.seconds)
    for rate in (100, 1000, 2000):
        pacing(rate, options.seconds)


if __name__ == "__main__":
    main()
