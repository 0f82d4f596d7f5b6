"""Notes that are kept, over real TLS: the whole API by either store, and what becomes of it when a store fails."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import unittest.mock
import urllib.error
import urllib.request

import harness
from harness import PATIENCE, Issuer, Latchkey, scratch
from kept_notes import ALL, CONFIG, JSON, Client, Postgres, Server, eventually, metric, sqlite_store

PROBLEM = "application/problem+json"


class Api:
    """The API, whatever keeps the notes."""

    @classmethod
    def setUpClass(cls):
        cls.store = cls.make_store()
        cls.issuer = Issuer()
        cls.server = Server(cls.issuer, cls.store).await_ready()
        cls.mint = cls.issuer.mint
        cls.users = 0

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.issuer.stop()

    def user(self, scope=ALL, subject=None, **order):
        if subject is None:
            type(self).users += 1
            subject = f"user-{self.users}"
        return Client(self.server, self.mint(scope=scope, subject=subject, **order))

    def problem(self, answer, status):
        """The body of an answer that is a problem."""
        got, fields, body = answer
        self.assertEqual(got, status, body)
        self.assertEqual(fields["content-type"], PROBLEM)
        self.assertEqual(body["status"], status)
        self.assertEqual(body["type"], "about:blank")
        self.assertTrue(body["title"] and body["detail"])
        return body

    def test_a_note_from_its_making_to_its_end(self):
        anna = self.user()
        status, fields, made = anna.ask("POST", "/notes", {"title": "Milk \U0001f680", "text": "2 l\n"})
        self.assertEqual(status, 201)
        self.assertEqual(fields["location"], f"/notes/{made['id']}")
        self.assertRegex(fields["etag"], r'^"[\w-]{11}"$')
        self.assertEqual(set(made), {"id", "title", "text", "created", "updated"})
        self.assertEqual((made["title"], made["text"]), ("Milk \U0001f680", "2 l\n"))
        self.assertEqual(made["created"], made["updated"])

        where, first = fields["location"], fields["etag"]
        status, fields, read = anna.ask("GET", where)
        self.assertEqual((status, read, fields["etag"]), (200, made, first))
        self.assertEqual(fields["cache-control"], "private, no-cache")

        status, fields, changed = anna.ask("PUT", where, {"title": "Bread"})
        self.assertEqual(status, 200)
        self.assertEqual((changed["id"], changed["title"], changed["text"], changed["created"]),
                         (made["id"], "Bread", "", made["created"]))
        self.assertNotEqual(fields["etag"], first)
        self.assertEqual(anna.ask("GET", where)[2], changed)

        status, fields, body = anna.ask("DELETE", where)
        self.assertEqual((status, body), (204, b""))
        for method in ("GET", "DELETE"):
            self.assertEqual(self.problem(anna.ask(method, where), 404)["detail"], "Note not found")
        self.problem(anna.ask("PUT", where, {"title": "x"}), 404)

    def test_conditions(self):
        anna = self.user()
        where, first, _ = anna.create("a")
        status, fields, body = anna.ask("GET", where, None, ("If-None-Match", first))
        self.assertEqual((status, body, fields["etag"]), (304, b"", first))
        self.assertEqual(anna.ask("GET", where, None, ("If-None-Match", f'"x", W/{first}'))[0], 304)
        self.assertEqual(anna.ask("GET", where, None, ("If-None-Match", '"x"'))[0], 200)
        self.assertEqual(anna.ask("GET", where, None, ("If-Match", '"x"'))[0], 412)

        change = {"title": "b"}
        self.problem(anna.ask("PUT", where, change, ("If-Match", '"AAAAAAAAAAA"')), 412)
        self.problem(anna.ask("PUT", where, change, ("If-Match", f"W/{first}")), 412)
        self.problem(anna.ask("PUT", where, change, ("If-None-Match", "*")), 412)
        self.assertEqual(anna.ask("GET", where)[2]["title"], "a")
        status, fields, _ = anna.ask("PUT", where, change, ("If-Match", f'"AAAAAAAAAAA", {first}'))
        self.assertEqual(status, 200)
        second = fields["etag"]
        self.problem(anna.ask("PUT", where, change, ("If-Match", first)), 412)
        self.problem(anna.ask("DELETE", where, None, ("If-Match", first)), 412)
        self.assertEqual(anna.ask("PUT", where, change, ("If-Match", "*"))[0], 200)
        self.problem(anna.ask("DELETE", where, None, ("If-Match", second)), 412)
        current = anna.ask("GET", where)[1]["etag"]
        self.assertEqual(anna.ask("DELETE", where, None, ("If-Match", current))[0], 204)
        # What is not there is that, whatever the condition says.
        self.problem(anna.ask("DELETE", where, None, ("If-Match", current)), 404)

    def test_pages(self):
        anna = self.user()
        self.assertEqual(anna.ask("GET", "/notes")[2], {"notes": [], "next": None})
        made = [anna.create(f"note {i}")[2] for i in range(25)]
        status, fields, page = anna.ask("GET", "/notes")
        self.assertEqual(len(page["notes"]), 20)
        self.assertEqual(fields["link"], f'</notes?limit=20&after={page["next"]}>; rel="next"')
        seen, path = [], "/notes?limit=7"
        while path:
            status, fields, page = anna.ask("GET", path)
            self.assertEqual(status, 200)
            seen += page["notes"]
            path = page["next"] and f"/notes?limit=7&after={page['next']}"
            self.assertEqual("link" in fields, page["next"] is not None)
        self.assertEqual(sorted(one["id"] for one in seen), [one["id"] for one in seen])
        self.assertCountEqual([one["title"] for one in seen], [one["title"] for one in made])
        self.assertEqual(len(anna.ask("GET", "/notes?limit=100")[2]["notes"]), 25)
        # One that is gone is a place all the same.
        first = anna.ask("GET", "/notes?limit=1")[2]
        self.assertEqual(anna.ask("DELETE", f"/notes/{first['notes'][0]['id']}")[0], 204)
        self.assertEqual(anna.ask("GET", f"/notes?limit=1&after={first['next']}")[2]["notes"], [seen[1]])

        for query, place in (("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("after=zzz", "after"),
                             ("limit=1&limit=2", "limit"), ("offset=3", "offset")):
            body = self.problem(anna.ask("GET", f"/notes?{query}"), 422)
            self.assertEqual([one["loc"] for one in body["errors"]], [["query", place]])

    def test_nobody_sees_the_notes_of_another(self):
        anna, bert = self.user(), self.user()
        where, tag, note = anna.create("secret")
        for answer in (bert.ask("GET", where), bert.ask("PUT", where, {"title": "x"}), bert.ask("DELETE", where),
                       bert.ask("DELETE", where, None, ("If-Match", tag))):
            self.problem(answer, 404)
        self.assertEqual(bert.ask("GET", "/notes")[2]["notes"], [])
        self.assertEqual(anna.ask("GET", where)[2], note)

    def test_a_token_without_a_subject_has_no_notes(self):
        for order in ({"no_claim": "sub"}, {"claim": 'sub=""'}, {"claim": 'sub="a\\u0000b"'},
                      {"claim": f'sub="{"x" * 2100}"'}):
            nobody = Client(self.server, self.mint(scope=ALL, **order))
            for answer in (nobody.ask("GET", "/notes"), nobody.ask("POST", "/notes", {"title": "a"})):
                self.problem(answer, 403)

    def test_each_route_needs_its_scope(self):
        where = self.user(subject="owner").create("a")[0]
        verbs = {"read": [("GET", "/notes"), ("GET", where)], "create": [("POST", "/notes")],
                 "update": [("PUT", where)], "delete": [("DELETE", where)]}
        for scope in verbs:
            others = " ".join(f"example:note:{one}" for one in verbs if one != scope)
            without = self.user(scope=others, subject="owner")
            for method, path in verbs[scope]:
                body = {"title": "x"} if method in ("POST", "PUT") else None
                status, _, told = without.ask(method, path, body)
                self.assertEqual((status, told), (401, {"detail": "Not enough permissions"}), f"{method} without {scope}")
        self.assertEqual(self.server.request("GET", "/notes").status, 401)

    def test_bodies(self):
        anna = self.user()
        where = anna.create("a")[0]
        for method, path in (("POST", "/notes"), ("PUT", where)):
            for text, place, kind in (('{"title":', ["body"], "json_invalid"),
                                      ('{"title":"a","title":"b"}', ["body"], "json_invalid"),
                                      ("[" * 40 + "]" * 40, ["body"], "json_invalid"),
                                      ("", ["body"], "json_invalid"),
                                      ("3", ["body"], "model_attributes_type"),
                                      ('{"text":"a"}', ["body", "title"], "missing"),
                                      ('{"title":"a","owner":"x"}', ["body", "owner"], "extra_forbidden"),
                                      ('{"title":"a","text":null}', ["body", "text"], "string_type"),
                                      ('{"title":"a\\u0000"}', ["body", "title"], "value_error")):
                body = self.problem(anna.ask(method, path, text, JSON), 422)
                self.assertEqual([(one["loc"], one["type"]) for one in body["errors"]], [(place, kind)], text)
                self.assertTrue(body["detail"].startswith(".".join(place)), body["detail"])
            for fields in ((), (("Content-Type", "text/plain"),), (JSON, ("Content-Encoding", "gzip")),
                           (("Content-Type", "application/json; charset=latin1"),)):
                status, told, body = anna.ask(method, path, '{"title":"a"}', *fields)
                self.assertEqual((status, told["accept"]), (415, "application/json"))
            large = json.dumps({"title": "a", "text": "\u00e9" * 65536}, ensure_ascii=False)
            self.assertEqual(anna.ask(method, path, large, ("Content-Type", "application/json; charset=utf-8"))[0] // 100, 2)
            self.problem(anna.ask(method, path, " " * 600_000, JSON), 413)
            anna.connection.close()

    def test_ids_that_are_none(self):
        anna = self.user()
        for one in ("1", "x" * 36, "018BCFE5-687B-7ABC-8123-456789ABCDEF", "%30" * 36):
            self.problem(anna.ask("GET", f"/notes/{one}"), 404)

    def test_what_is_kept_outlives_the_server(self):
        anna = self.user(subject="stays")
        where, tag, note = anna.create("stays")
        self.assertEqual(self.server.stop(), 0)
        type(self).server = Server(self.issuer, self.store).await_ready()
        again = self.user(subject="stays")
        status, fields, read = again.ask("GET", where)
        self.assertEqual((status, read, fields["etag"]), (200, note, tag))

    def test_metrics(self):
        anna = self.user()
        before = metric(self.server, "latchkey_notes_operations_total", operation="create", result="ok")
        anna.create("a")
        self.assertEqual(metric(self.server, "latchkey_notes_operations_total", operation="create", result="ok"), before + 1)
        self.assertGreater(metric(self.server, "latchkey_notes_connections "), 0)
        self.assertEqual(metric(self.server, "latchkey_notes_waiting"), 0)

    def test_the_store_is_kept_over_a_reload(self):
        anna = self.user()
        where, _, note = anna.create("a")
        before = metric(self.server, "latchkey_notes_operations_total", operation="create", result="ok")
        with urllib.request.urlopen(urllib.request.Request(f"{self.server.admin}/reload", data=b"", method="POST"),
                                    timeout=PATIENCE) as answer:
            self.assertEqual(answer.status, 200)
        self.assertEqual(anna.ask("GET", where)[2], note)
        self.assertEqual(metric(self.server, "latchkey_notes_operations_total", operation="create", result="ok"), before)

    def test_many_at_once(self):
        failures, lock = [], threading.Lock()

        def work(number):
            try:
                me = self.user(subject=f"many-{number}")
                for i in range(10):
                    where, tag, _ = me.create(f"{i}")
                    if i % 2 and me.ask("DELETE", where, None, ("If-Match", tag))[0] != 204:
                        raise AssertionError("delete")
                if len(me.ask("GET", "/notes")[2]["notes"]) != 5:
                    raise AssertionError("list")
            except Exception as failed:  # noqa: BLE001
                with lock:
                    failures.append(repr(failed))

        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        self.assertEqual(failures, [])


class WithSqlite(Api, unittest.TestCase):
    make_store = staticmethod(sqlite_store)


class WithPostgres(Api, unittest.TestCase):
    @classmethod
    def make_store(cls):
        cls.database = Postgres("-c fsync=off")
        return cls.database.store

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        said = "\n".join(cls.server.lines)
        cls.database.remove()
        assert "sesame" not in said, "the password is in the log"


class Failing(unittest.TestCase):
    """A store that fails: 503 meanwhile, other routes as ever, and no restart afterwards."""

    @classmethod
    def setUpClass(cls):
        cls.issuer = Issuer()
        cls.token = cls.issuer.mint(scope=ALL, subject="anna")

    @classmethod
    def tearDownClass(cls):
        cls.issuer.stop()

    def serve(self, store, *options):
        server = Server(self.issuer, store, *options).await_ready()
        self.addCleanup(server.kill)
        return server, Client(server, self.token)

    def unavailable(self, answer):
        status, fields, body = answer
        self.assertEqual((status, fields["content-type"]), (503, PROBLEM), body)
        self.assertGreater(int(fields["retry-after"]), 0)

    def test_a_disk_that_is_full(self):
        folder = tempfile.mkdtemp(prefix="full-", dir=harness._scratch)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest(f"a file system of its own cannot be mounted: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        server, anna = self.serve(f"sqlite:{folder}/notes.db")
        kept = []
        for _ in range(200):
            answer = anna.ask("POST", "/notes", {"title": "a", "text": "x" * 20_000})
            if answer[0] != 201:
                break
            kept.append(answer[1]["location"])
        self.unavailable(answer)
        self.assertGreater(len(kept), 5)
        for where in kept:
            self.assertEqual(anna.ask("GET", where)[0], 200)
        self.assertEqual(metric(server, "latchkey_notes_operations_total", operation="create", result="full"), 1)
        server.wait_for('"notes_store".*"full"')
        subprocess.run(["mount", "-o", "remount,size=8m", folder], check=True)
        anna.create("there is room again")
        self.assertEqual(server.stop(), 0)
        server, anna = self.serve(f"sqlite:{folder}/notes.db")
        for where in kept:
            self.assertEqual(anna.ask("GET", where)[0], 200)
        self.assertEqual(server.stop(), 0)

    @unittest.skipIf(os.environ.get("SANITIZED"), "a sanitizer's runtime makes calls of its own")
    def test_in_a_sandbox(self):
        database = Postgres("-c fsync=off")
        self.addCleanup(database.remove)
        for store in (sqlite_store(), database.store):
            server, anna = self.serve(store, "server.sandbox=auto")
            where, tag, note = anna.create("a", "x" * 50_000)
            self.assertEqual(anna.ask("GET", where)[2], note)
            self.assertEqual(anna.ask("DELETE", where)[0], 204)
            self.assertEqual(server.stop(), 0)
            self.assertEqual(server.events("notes_store"), [])

    def test_a_database_that_is_stopped_and_started_again(self):
        database = Postgres("-c fsync=off")
        self.addCleanup(database.remove)
        server, anna = self.serve(database.store)
        where = anna.create("a")[0]
        database.stop()
        self.unavailable(anna.ask("GET", where))
        self.unavailable(anna.ask("POST", "/notes", {"title": "b"}))
        self.assertEqual(anna.ask("GET", "/my-scopes")[0], 200)
        database.start()
        eventually(lambda: anna.ask("GET", where)[0] == 200, "the note is read again")
        anna.create("b")
        server.wait_for('"notes_store".*"available"')
        states = [one["state"] for one in server.events("notes_store")]
        self.assertEqual(states, ["unavailable", "available"])
        self.assertEqual(server.stop(), 0)

    def test_connections_that_the_database_has_ended(self):
        """None of them costs a request: each is found when it is taken."""
        database = Postgres("-c fsync=off")
        self.addCleanup(database.remove)
        server, anna = self.serve(database.store)
        where = anna.create("a")[0]
        others = "FROM pg_stat_activity WHERE datname = 'notes' AND pid <> pg_backend_pid()"
        for _ in range(3):
            database.sql(f"SELECT pg_terminate_backend(pid) {others}")
            eventually(lambda: database.sql(f"SELECT count(*) {others}") == "0", "the connections are ended")
            self.assertEqual(anna.ask("GET", where)[0], 200)
            anna.create("b")
        self.assertEqual(server.stop(), 0)
        self.assertEqual(server.events("notes_store"), [])

    def test_a_database_of_another_encoding(self):
        """It has no place for every character: refused at the start, not with the first note that has one."""
        database = Postgres("-c fsync=off")
        self.addCleanup(database.remove)
        for encoding, taken in (("LATIN1", False), ("SQL_ASCII", True)):
            database.sql(f"CREATE DATABASE {encoding} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
                         database="postgres")
            store = database.store.replace("/notes", f"/{encoding.lower()}")
            if not taken:
                refused = Server(self.issuer, store, wait=False)
                self.addCleanup(refused.kill)
                self.assertEqual(refused.wait(), 1)
                self.assertIn("has the encoding LATIN1, expected UTF8", "\n".join(refused.lines))
                continue
            server, anna = self.serve(store)
            where, _, note = anna.create("\u20ac\U0001f600")
            self.assertEqual(anna.ask("GET", where)[2], note)
            self.assertEqual(server.stop(), 0)

    def test_a_server_that_begins_before_its_database(self):
        database = Postgres("-c fsync=off")
        self.addCleanup(database.remove)
        database.stop()
        server, anna = self.serve(database.store)
        self.unavailable(anna.ask("POST", "/notes", {"title": "a"}))
        database.start()
        eventually(lambda: anna.ask("POST", "/notes", {"title": "a"})[0] == 201, "a note is made")
        self.assertEqual(server.stop(), 0)
        self.assertNotIn("sesame", "\n".join(server.lines))

    def test_a_reload_to_a_database_that_does_not_answer(self):
        text, path = CONFIG.read_text(), pathlib.Path(scratch("moving-notes.toml"))
        first = sqlite_store()
        path.write_text(text.replace("sqlite:notes.db", first))
        server = Latchkey(self.issuer.url, config=path).await_ready()
        self.addCleanup(server.kill)
        anna = Client(server, self.token)
        where, _, note = anna.create("a")

        def reload():
            request = urllib.request.Request(f"{server.admin}/reload", data=b"", method="POST")
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as refused:
                return refused.code, refused.read().decode()

        path.write_text(text.replace("sqlite:notes.db", "postgresql://u:sesame@127.0.0.1:1/notes"))
        status, said = reload()
        self.assertEqual(status, 422)
        self.assertIn("notes.store: postgresql://u@127.0.0.1:1/notes: ", said)
        self.assertNotIn("sesame", said)
        self.assertEqual(anna.ask("GET", where)[2], note)
        path.write_text(text.replace("sqlite:notes.db", sqlite_store()))
        self.assertEqual(reload()[0], 200)
        self.assertEqual(anna.ask("GET", "/notes")[2]["notes"], [])
        path.write_text(text.replace("sqlite:notes.db", first))
        self.assertEqual(reload()[0], 200)
        self.assertEqual(anna.ask("GET", where)[2], note)
        self.assertEqual(server.stop(), 0)

    def test_a_database_of_a_newer_program(self):
        database = Postgres("-c fsync=off")
        self.addCleanup(database.remove)
        server, anna = self.serve(database.store)
        anna.create("a")
        server.stop()
        database.sql("UPDATE schema_version SET version = 9")
        refused = Server(self.issuer, database.store, wait=False)
        self.assertEqual(refused.wait(), 1)
        self.assertIn("has schema version 9", "\n".join(refused.lines))
        self.assertNotIn("sesame", "\n".join(refused.lines))

    def slow(self, anna, stuck, go_on):
        """Other routes are quick while the notes hang, and the notes are there again afterwards."""
        outcome = []
        waiting = threading.Thread(target=lambda: outcome.append(stuck()))
        waiting.start()
        other = Client(anna.server, self.token)
        asked = 0
        # Each of these would wait as long as the notes do, if they held up the event loop.
        while waiting.is_alive():
            self.assertEqual(other.ask("GET", "/my-scopes")[0], 200)
            asked += 1
        waiting.join()
        self.unavailable(outcome[0])
        self.assertGreater(asked, 5)
        go_on()
        eventually(lambda: anna.ask("POST", "/notes", {"title": "b"})[0] == 201, "a note is made")

    def test_a_table_that_is_locked(self):
        database = Postgres("-c fsync=off")
        self.addCleanup(database.remove)
        server, anna = self.serve(database.store, "notes.timeout=2s", "server.workers=1")
        anna.create("a")
        lock = database.holding("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE")
        self.slow(anna, lambda: anna.ask("GET", "/notes"), lock.end)
        self.assertEqual(server.stop(), 0)

    def test_a_database_that_does_not_answer(self):
        database = Postgres("-c fsync=off")
        self.addCleanup(database.remove)
        server, anna = self.serve(database.store, "notes.timeout=2s", "server.workers=1")
        anna.create("a")
        postmaster = int(pathlib.Path(database.folder, "data", "postmaster.pid").read_text().split()[0])
        children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        held = [postmaster, *map(int, children)]

        def signal_all(what):
            for one in held:
                with contextlib.suppress(ProcessLookupError):  # the server has ended one by itself
                    os.kill(one, what)

        self.addCleanup(signal_all, signal.SIGCONT)
        signal_all(signal.SIGSTOP)
        self.slow(anna, lambda: anna.ask("POST", "/notes", {"title": "x"}), lambda: signal_all(signal.SIGCONT))
        self.assertEqual(server.stop(), 0)

    def test_a_file_that_another_program_holds(self):
        import sqlite3

        store = sqlite_store()
        server, anna = self.serve(store, "notes.timeout=2s", "server.workers=1")
        anna.create("a")
        other = sqlite3.connect(store.removeprefix("sqlite:"), isolation_level=None)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        self.slow(anna, lambda: anna.ask("POST", "/notes", {"title": "x"}), lambda: other.execute("ROLLBACK"))
        self.assertEqual(server.stop(), 0)


class Checked(unittest.TestCase):
    """What check-config says of the store."""

    def check(self, *settings, config=None):
        cert, key = harness.certificate()
        command = [str(harness.BIN / "latchkey"), "check-config", "--config", str(config or CONFIG)]
        for one in (f"server.tls.certificate={cert}", f"server.tls.private_key={key}", *settings):
            command += ["--set", one]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def test_a_folder_that_is_not_there(self):
        status, said = self.check("notes.store=sqlite:/nowhere/notes.db")
        self.assertNotEqual(status, 0)
        self.assertIn("notes.store: /nowhere/notes.db: its folder does not exist", said)

    def test_a_folder_is_no_database(self):
        folder = tempfile.mkdtemp(dir=harness._scratch)
        status, said = self.check(f"notes.store=sqlite:{folder}")
        self.assertNotEqual(status, 0)
        self.assertIn("is a folder", said)

    def test_nothing_is_made_and_nobody_is_asked(self):
        folder = tempfile.mkdtemp(dir=harness._scratch)
        self.assertEqual(self.check(f"notes.store=sqlite:{folder}/n.db"), (0, unittest.mock.ANY))
        self.assertEqual(os.listdir(folder), [])
        self.assertEqual(self.check("notes.store=postgresql://127.0.0.1:1/none")[0], 0)

    def test_a_password_is_in_no_message(self):
        status, said = self.check("notes.store=postgresql://u:sesame@h/d?wrong=1")
        self.assertNotEqual(status, 0)
        self.assertIn("notes.store", said)
        self.assertNotIn("sesame", said)
        cert, key = harness.certificate()
        shown = subprocess.run([str(harness.BIN / "latchkey"), "print-config", "--config", str(CONFIG), "--set",
                                "notes.store=postgresql://u:sesame@h/d"], capture_output=True, text=True)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertNotIn("sesame", shown.stdout)

    def test_a_mistake_has_its_place(self):
        path = pathlib.Path(scratch("wrong-notes.toml"))
        path.write_text(CONFIG.read_text().replace('store = "sqlite:notes.db"', 'store = "notes.db"'))
        line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if text.startswith("store ="))
        status, said = self.check(config=path)
        self.assertNotEqual(status, 0)
        self.assertIn(f"{path}:{line}:9: notes.store: found another value, expected ", said)


if __name__ == "__main__":
    harness.main()
