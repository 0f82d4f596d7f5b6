#!/usr/bin/env python3
"""latchkey beside HAProxy's jwt_verify: requests a second over TLS, and server CPU for each request.

Both verify RS256, issuer, audience and expiry of the same tokens in turn, with one thread pinned to one
core; wrk runs on the other. Runs alternate; medians are printed. Needs the packages haproxy and wrk, two
cores and a release build. Neither server writes an access log.
"""

import argparse
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import harness  # noqa: E402

HAPROXY = """
global
  nbthread 1
  maxconn 4000
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode http
  timeout client 60s
  timeout http-request 10s
  timeout http-keep-alive 60s
frontend api
  bind 127.0.0.1:{port} ssl crt {pem} alpn http/1.1
  http-request set-var(txn.bearer) http_auth_bearer
  http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('$.alg')
  http-request set-var(txn.iss) var(txn.bearer),jwt_payload_query('$.iss')
  http-request set-var(txn.aud) var(txn.bearer),jwt_payload_query('$.aud')
  http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('$.exp','int')
  http-request set-var(txn.now) date()
  http-request deny deny_status 401 unless {{ var(txn.alg) -m str RS256 }}
  http-request deny deny_status 401 unless {{ var(txn.iss) -m str {issuer} }}
  http-request deny deny_status 401 unless {{ var(txn.aud) -m str account }}
  http-request deny deny_status 401 if {{ var(txn.exp),sub(txn.now) -m int lt 0 }}
  http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_verify(txn.alg,"{key}") -m int 1 }}
  http-request return status 200 content-type application/json string "{body}"
"""

LUA = """
local tokens = {}
for line in io.lines("%s") do tokens[#tokens + 1] = "Bearer " .. line end
local at = 0
request = function()
  at = at %% #tokens + 1
  return wrk.format("GET", "/my-token", {["Authorization"] = tokens[at]})
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format("figures %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(99)))
end
"""


def pinned(process, core):
    subprocess.run(["taskset", "-a", "-p", "-c", str(core), str(process.pid)], check=True, capture_output=True)


def run_wrk(port, script, options):
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "-s",
               script, f"https://127.0.0.1:{port}"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures = [line for line in printed.splitlines() if line.startswith("figures")][0].split()[1:]
    requests, microseconds, errors, p99 = (int(one) for one in figures)
    if errors:
        raise SystemExit(f"{errors} answers were not as they should be:\n{printed}")
    return requests, microseconds / 1e6, p99


def measure(server, port, script, options):
    before = server.cpu_seconds()
    requests, seconds, p99 = run_wrk(port, script, options)
    cpu = server.cpu_seconds() - before
    return {"rate": requests / seconds, "cpu_us": cpu / requests * 1e6, "busy": cpu / seconds, "p99_ms": p99 / 1e3}


def batch_sizes(admin_port):
    """How many signatures were checked at once, as /metrics tells."""
    page = urllib.request.urlopen(f"http://127.0.0.1:{admin_port}/metrics", timeout=5).read().decode()
    values = dict(line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
    sizes, below = [], 0
    for size in range(1, 9):
        up_to = float(values[f'latchkey_verify_batch_size_bucket{{le="{size}"}}'])
        sizes.append(f"{size}: {up_to - below:,.0f}")
        below = up_to
    return (f"batches by size: {', '.join(sizes)}; cache hits {float(values['latchkey_token_cache_hits_total']):,.0f}, "
            f"misses {float(values['latchkey_token_cache_misses_total']):,.0f}")


def start_haproxy(issuer, key, body):
    cert, private = harness.certificate()
    pem, public, config = (harness.scratch(name) for name in ("haproxy.pem", "public.pem", "haproxy.cfg"))
    pathlib.Path(pem).write_text(pathlib.Path(cert).read_text() + pathlib.Path(private).read_text())
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True)
    port = harness.free_port()
    quoted = body.replace('"', '\\"')
    pathlib.Path(config).write_text(
        HAPROXY.format(port=port, pem=pem, issuer=issuer.url, key=public, body=quoted))
    program = harness.Program("haproxy", "-db", "-f", config)
    until = time.monotonic() + harness.PATIENCE
    while True:
        try:
            harness.socket.create_connection(("127.0.0.1", port)).close()
            return program, port
        except OSError:
            if program.process.poll() is not None or time.monotonic() > until:
                raise SystemExit("haproxy did not start:\n" + "\n".join(program.lines))
            time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of each run")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=200, help="sent in turn")
    parser.add_argument("--cache-bytes", type=int, default=16777216, help="verify.token_cache_bytes; 0: no cache")
    parser.add_argument("--batch", choices=("auto", "off"), default="auto", help="verify.batch")
    options = parser.parse_args()
    for program in ("haproxy", "wrk", "taskset"):
        if not shutil.which(program):
            raise SystemExit(f"{program} is missing: apt-get install haproxy wrk util-linux")

    key = harness.scratch("issuer.pem")
    issuer = harness.Issuer(key=key)
    tokens = [issuer.mint(scope="openid example:note:read", claim=f"n={i}") for i in range(options.tokens)]
    pathlib.Path(harness.scratch("tokens")).write_text("\n".join(tokens) + "\n")
    script = harness.scratch("tokens.lua")
    pathlib.Path(script).write_text(LUA % harness.scratch("tokens"))

    # A quiet log does not tell the port, so one is chosen beforehand.
    port, admin_port = harness.free_port(), harness.free_port()
    latchkey = harness.Latchkey(issuer.url, "server.workers=1", "log.level=warn",
                                f'server.listen=["127.0.0.1:{port}"]', f'admin.listen="127.0.0.1:{admin_port}"',
                                f"verify.token_cache_bytes={options.cache_bytes}",
                                f'verify.batch="{options.batch}"', wait=False)
    latchkey.port = port
    until = time.monotonic() + harness.PATIENCE
    while True:
        try:
            answer = latchkey.request("GET", "/my-token", tokens[0])
            if answer.status == 200:
                break
        except OSError:
            pass
        if time.monotonic() > until:
            raise SystemExit("latchkey did not start:\n" + "\n".join(latchkey.lines))
        time.sleep(0.05)
    haproxy, haproxy_port = start_haproxy(issuer, key, answer.body.decode())
    for program in (latchkey, haproxy):
        pinned(program.process, 0)

    contenders = {"latchkey": (latchkey, port), "haproxy": (haproxy, haproxy_port)}
    runs = {name: [] for name in contenders}
    for _ in range(options.rounds):
        for name, (program, where) in contenders.items():
            runs[name].append(measure(program, where, script, options))
    median = {name: {figure: statistics.median(run[figure] for run in all_runs) for figure in all_runs[0]}
              for name, all_runs in runs.items()}
    version = subprocess.run(["haproxy", "-v"], capture_output=True, text=True).stdout.split()[2]
    print(f"{options.rounds} runs of {options.seconds} s each, alternating; {options.connections} TLS connections, "
          f"{options.tokens} tokens in turn; one thread, one core; HAProxy {version}; medians")
    print("| server | requests/s | server CPU per request | core busy | p99 |")
    print("|---|---|---|---|---|")
    for name, figures in median.items():
        print(f"| {name} | {figures['rate']:,.0f} | {figures['cpu_us']:.1f} us | {figures['busy']:.0%} "
              f"| {figures['p99_ms']:.1f} ms |")
    ratio = median["latchkey"]["cpu_us"] / median["haproxy"]["cpu_us"]
    print(f"latchkey / haproxy, CPU per request: {ratio:.2f}")
    print(f"latchkey: {batch_sizes(admin_port)}")
    for program in (latchkey, haproxy, issuer):
        program.stop()


if __name__ == "__main__":
    main()
