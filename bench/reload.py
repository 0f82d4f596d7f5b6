#!/usr/bin/env python3
"""Reloads under load: whether any request notices, and what they cost in memory. Needs a release build.

    bench/reload.py [--reloads 200] [--rate 2000]

Every reload brings the other of two certificates; every tenth configuration is broken and must be refused. Exit status 1
where something that is required does not hold.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import harness  # noqa: E402
from site_of_its_own import Serving, Site, der_of, make_certificate  # noqa: E402

SCOPE = "example:note:read"
PAUSE = 0.15  # seconds from one reload to the next


def load(server, rate, connections, tokens, authorities, *options):
    """Runs until it is told to stop."""
    return subprocess.Popen(
        [harness.BIN / "latchkey-bench", "load", f"https://localhost:{server.port}/notes", "--ca", authorities, "-c",
         str(connections), "--rate", str(rate), "--duration", "3600s", "--tokens", f"file={tokens}", "--json",
         "--quiet", *options], stdout=subprocess.PIPE, text=True)


def end(loads):
    """The reports: Ctrl-C has each show what was measured until then."""
    for one in loads:
        one.send_signal(subprocess.signal.SIGINT)
    return [json.loads(one.communicate()[0]) for one in loads]


def await_certificate(server, path):
    """Seconds until it is shown."""
    begin = time.monotonic()
    while server.shown() != der_of(path):
        if time.monotonic() - begin > 5:
            break
    return time.monotonic() - begin


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--reloads", type=int, default=200)
    options.add_argument("--rate", type=int, default=2000, help="requests a second")
    chosen = options.parse_args()

    issuer = harness.Issuer()
    pairs = [make_certificate(f"turn-{i}", "localhost") for i in range(2)]
    authorities = harness.scratch("authorities.pem")
    pathlib.Path(authorities).write_text("".join(pathlib.Path(cert).read_text() for cert, _ in pairs))
    tokens = harness.scratch("tokens.txt")
    pathlib.Path(tokens).write_text("".join(issuer.mint(scope=SCOPE) + "\n" for _ in range(16)))
    site = Site(issuer, certificate=pairs[0][0], private_key=pairs[0][1], level="warn")
    server = Serving(site)
    server.await_ready()
    # New handshakes all the while, beside the connections that stay.
    loads = [load(server, chosen.rate * 0.95, 64, tokens, authorities),
             load(server, chosen.rate * 0.05, 16, tokens, authorities, "--keepalive", "off")]
    time.sleep(2)
    descriptors = server.descriptors()
    shown, taken, refused, unlike, resident = [], 0, 0, 0, []
    for i in range(chosen.reloads):
        broken = i % 10 == 9
        cert, key = pairs[(i + 1) % 2]
        site.write(certificate=cert, private_key=key, extra="[" if broken else "")
        status, _ = server.reload()
        unlike += status != (422 if broken else 200)
        refused += status == 422
        taken += status == 200
        if not broken:
            shown.append(await_certificate(server, cert))
        resident.append(server.resident_bytes())
        time.sleep(PAUSE)
    site.write(extra="")
    time.sleep(2)
    rise = statistics.median(resident[-10:]) / statistics.median(resident[-chosen.reloads // 2:][:10]) - 1
    after = server.descriptors()
    reports = end(loads)
    status = server.stop()
    issuer.stop()

    asked = sum(one["sent"] for one in reports)
    failed = sum(one["errors"] + one["wrong"] + one["dropped"] for one in reports)
    handshakes = sum(one["handshakes"] for one in reports)
    seconds = max(one["seconds"] for one in reports)
    print(f"{asked:,} requests in {seconds:.0f} s ({asked / seconds:.0f}/s), {handshakes:,} handshakes; "
          f"kinds of errors: {[one['error_kinds'] for one in reports]}")
    rows = [
        ("requests that failed", "0", f"{failed} of {asked:,}", failed == 0 and asked > 0),
        ("reloads that did not do as they should", "0", f"{unlike} ({taken} taken, {refused} refused)", unlike == 0),
        ("new certificate shown, slowest", "1 s", f"{max(shown) * 1000:.0f} ms", max(shown) < 1),
        ("memory over the last half", "within 2 %", f"{rise * 100:+.1f} % ({resident[-1] / 1e6:.1f} MB)",
         abs(rise) <= 0.02),
        ("descriptors", "as before", f"{descriptors} -> {after}", abs(after - descriptors) <= 16),
        ("exit status", "0", str(status), status == 0),
    ]
    for what, required, measured, holds in rows:
        print(f"{what:40} {required:12} {measured:32} {'holds' if holds else 'MISSED'}")
    return 0 if all(holds for *_, holds in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
