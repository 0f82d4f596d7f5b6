"""A server that keeps notes, a client for them, and the database that PostgreSQL keeps them in; for several tests."""

import atexit
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import harness
from harness import PATIENCE, ROOT, Latchkey, free_port
from site_of_its_own import eventually  # noqa: F401

CONFIG = ROOT / "conf" / "notes.toml"
ALL = "example:note:read example:note:create example:note:update example:note:delete"
JSON = ("Content-Type", "application/json")


class Postgres:
    """A PostgreSQL server of its own, in a folder that whoever runs it may read."""

    SCRIPT = ROOT / "tests" / "support" / "postgres_server"

    def __init__(self, options=""):
        self.folder = tempfile.mkdtemp(prefix="latchkey_pg_")
        self.port, self.options, self.up = free_port(), options, False
        atexit.register(self.remove)
        self.start()
        self.sql("ALTER USER latchkey PASSWORD 'sesame'", database="postgres")
        self.sql("CREATE DATABASE notes", database="postgres")
        self.store = f"postgresql://latchkey:sesame@127.0.0.1:{self.port}/notes"

    def order(self, *words):
        done = subprocess.run([self.SCRIPT, words[0], self.folder, *words[1:]], capture_output=True, text=True,
                              env={**os.environ, "POSTGRES_OPTIONS": self.options})
        if done.returncode == 77:
            raise unittest.SkipTest(done.stdout.strip())
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)

    def start(self):
        self.order("start", str(self.port))
        self.up = True

    def stop(self, mode="fast"):
        self.order("stop", mode)
        self.up = False

    def remove(self):
        if self.up:
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, database="notes"):
        return ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", str(self.port), "-U", "latchkey", database]

    def sql(self, text, database="notes"):
        done = subprocess.run([*self.command(database), "-At", "-c", text], capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout.strip()

    def holding(self, text):
        """A transaction that has done that and goes on, until it is ended with end()."""
        return Holding(self.command(), text)


class Holding:
    def __init__(self, command, text):
        self.process = subprocess.Popen([*command, "-At"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)
        self.process.stdin.write(f"BEGIN; {text}; SELECT 'held';\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.strip() == "held":
                return
        raise AssertionError("the transaction did not begin")

    def end(self):
        self.process.communicate("ROLLBACK;\n", PATIENCE)


def sqlite_store():
    """The name of a store in a folder of its own."""
    return "sqlite:" + os.path.join(tempfile.mkdtemp(prefix="notes-", dir=harness._scratch), "notes.db")


class Server(Latchkey):
    def __init__(self, issuer, store, *options, **more):
        super().__init__(issuer.url, f"notes.store={store}", *options, config=CONFIG, **more)


class Client:
    """One connection of one user, opened again where it has ended."""

    def __init__(self, server, token):
        self.server, self.token = server, token
        self.connection = http.client.HTTPSConnection("localhost", server.port, context=harness.tls(), timeout=PATIENCE)

    def __del__(self):
        self.connection.close()

    def ask(self, method, path, body=None, *fields):
        """The status, the fields by their names in lower case, and the body: JSON as a value."""
        if isinstance(body, dict):
            fields, body = (JSON, *fields), json.dumps(body)
        self.connection.putrequest(method, path)
        self.connection.putheader("Authorization", f"Bearer {self.token}")
        for name, value in fields:
            self.connection.putheader(name, value)
        if body is not None:
            self.connection.putheader("Content-Length", str(len(body.encode() if isinstance(body, str) else body)))
        self.connection.endheaders(body.encode() if isinstance(body, str) else body)
        answer = self.connection.getresponse()
        text = answer.read()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        if "json" in fields.get("content-type", ""):
            return answer.status, fields, json.loads(text)
        return answer.status, fields, text

    def create(self, title, text=""):
        status, fields, note = self.ask("POST", "/notes", {"title": title, "text": text})
        if status != 201:
            raise AssertionError((status, note))
        return fields["location"], fields["etag"], note


def metric(server, name, **labels):
    """The value of one sample of /metrics."""
    import urllib.request

    with urllib.request.urlopen(f"{server.admin}/metrics", timeout=PATIENCE) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith(name) and all(f'{key}="{value}"' in line for key, value in labels.items()):
                return float(line.rpartition(" ")[2])
    raise AssertionError(f"no metric {name} {labels}")


def files_of(store):
    return pathlib.Path(store.removeprefix("sqlite:")).parent
