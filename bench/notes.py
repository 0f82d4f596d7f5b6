#!/usr/bin/env python3
"""Notes a second, read and written, by each store; and beside it the same in FastAPI with SQLAlchemy.

    bench/notes.py [--stores sqlite,postgresql] [--seconds 3] [--rounds 3] [--connections 16] [--alone] [--bin FOLDER]...

Needs a release build and wrk; PostgreSQL for the second store; for the comparison Debian's python3-fastapi,
python3-sqlalchemy, python3-jwt, python3-psycopg2 and uvicorn, without which, or with --alone, it is left out. Servers take
turns, each a process or two on the processors of the load; the median of the rounds is shown. Several --bin compare builds.
"""

import argparse
import atexit
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import harness  # noqa: E402
from kept_notes import ALL, Client, Postgres, Server, eventually  # noqa: E402

PYTHON = "/usr/bin/python3"
BODY = json.dumps({"title": "Milk", "text": "x" * 200})


def quiet_server(issuer, store):
    """Without a line for each request, which the other server has not either."""
    port, admin = harness.free_port(), harness.free_port()
    server = Server(issuer, store, f'server.listen=["127.0.0.1:{port}"]', f"admin.listen=127.0.0.1:{admin}",
                    "log.level=warn", wait=False)
    server.port, server.admin = port, f"http://127.0.0.1:{admin}"
    eventually(lambda: is_up(server), "the server answers")
    return server.await_ready()


def is_up(server):
    try:
        return Client(server, "x").ask("GET", "/notes")[0] > 0
    except OSError:
        return False


class Fastapi:
    """Its server, with as many processes as latchkey has threads."""

    def __init__(self, issuer, store):
        self.port = harness.free_port()
        cert, key = harness.certificate()
        environment = {**os.environ, "STORE": store, "ISSUER": issuer.url, "JWKS": f"{issuer.url}/.well-known/jwks.json",
                       "PYTHONPATH": str(ROOT / "bench")}
        # The tables first: its processes would make them at the same time.
        subprocess.run([PYTHON, "-c", "import notes_fastapi"], env=environment, check=True)
        self.process = subprocess.Popen(
            [PYTHON, "-m", "uvicorn", "notes_fastapi:app", "--port", str(self.port), "--workers", str(os.cpu_count()),
             "--no-access-log", "--log-level", "warning", "--ssl-certfile", cert, "--ssl-keyfile", key],
            env=environment, start_new_session=True, stdout=subprocess.DEVNULL)
        atexit.register(self.stop)
        eventually(lambda: is_up(self), "FastAPI answers")

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()


def has_fastapi():
    names = "fastapi, sqlalchemy, uvicorn, jwt, psycopg2"
    return subprocess.run([PYTHON, "-c", f"import {names}"], capture_output=True).returncode == 0


class Measured:
    def __init__(self, name, server, token):
        self.name, self.server, self.token = name, server, token
        client = Client(server, token)
        for i in range(200):
            status, fields, note = client.ask("POST", "/notes", {"title": f"note {i}", "text": "x" * 200})
            if status != 201:
                raise AssertionError((status, note))
        self.paths = {"read": f"/notes/{note['id']}", "list": "/notes?limit=20", "create": "/notes"}
        self.rates = {what: [] for what in self.paths}
        self.slow = {what: [] for what in self.paths}

    def run(self, what, seconds, connections):
        script = harness.scratch("create.lua")
        pathlib.Path(script).write_text(f"wrk.method='POST'\nwrk.body='{BODY}'\nwrk.headers['Content-Type']='application/json'\n")
        command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--latency", "-H",
                   f"Authorization: Bearer {self.token}", *(["-s", script] if what == "create" else []),
                   f"https://localhost:{self.server.port}{self.paths[what]}"]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        if "Non-2xx" in said or "Socket errors" in said:
            raise AssertionError(said)
        self.rates[what].append(float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)))
        value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
        self.slow[what].append(float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit])


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--stores", default="sqlite,postgresql")
    options.add_argument("--seconds", type=int, default=3)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--connections", type=int, default=16)
    options.add_argument("--alone", action="store_true")
    options.add_argument("--bin", action="append", type=pathlib.Path)
    chosen = options.parse_args()
    issuer = harness.Issuer()
    token = issuer.mint(scope=ALL, subject="anna", expires_in=86400)
    compared = not chosen.alone and has_fastapi()
    folder = tempfile.mkdtemp(prefix="notes-", dir=harness._scratch)
    print(f"{'store':<12}{'server':<16}{'what':<8}{'a second':>10}{'99 % within':>14}")
    for store in chosen.stores.split(","):
        database = Postgres() if store == "postgresql" else None
        measured = []
        for number, bin_folder in enumerate(chosen.bin or [harness.BIN]):
            harness.BIN = bin_folder
            place = database.store if database else f"sqlite:{folder}/latchkey-{number}.db"
            name = "latchkey" if not chosen.bin else str(bin_folder.name)
            measured.append(Measured(name, quiet_server(issuer, place), token))
        if compared:
            if database:
                database.sql("CREATE DATABASE fastapi", database="postgres")
            place = database.store.replace("/notes", "/fastapi") if database else f"sqlite:///{folder}/fastapi.db"
            measured.append(Measured("FastAPI", Fastapi(issuer, place), token))
        for what in measured[0].paths:
            for _ in range(chosen.rounds):
                for one in measured:
                    one.run(what, chosen.seconds, chosen.connections)
            for one in measured:
                print(f"{store:<12}{one.name:<16}{what:<8}{statistics.median(one.rates[what]):>10.0f}"
                      f"{statistics.median(one.slow[what]):>11.1f} ms", flush=True)
        for one in measured:
            one.server.stop()
        if database:
            database.remove()


if __name__ == "__main__":
    main()
