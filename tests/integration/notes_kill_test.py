"""The server is killed (SIGKILL) in the midst of changes, again and again: what it has acknowledged is there afterwards.

NOTES_KILLS=1000 kills it so often; a few times where it is not set. NOTES_STORE=postgresql does the same with PostgreSQL,
whose server is not killed.
"""

import http.client
import os
import random
import sqlite3
import ssl
import threading
import time
import unittest

import harness
from harness import Issuer
from kept_notes import ALL, Client, Postgres, Server, sqlite_store

KILLS = int(os.environ.get("NOTES_KILLS", "5"))
WRITERS = 8
ENOUGH = 150  # notes of one writer
ENDED = (OSError, http.client.HTTPException, ssl.SSLError)


class Writer:
    """One user, who knows what was acknowledged."""

    def __init__(self, number, token):
        self.token, self.random = token, random.Random(number)
        self.notes = {}  # path: title; what is certain
        self.doubtful = None  # (path or None, the titles it may have; None: it may be gone)
        self.acknowledged = self.titles = 0

    def work(self, server):
        """Until the connection ends: by the kill, or since this machine was held still for too long."""
        client = Client(server, self.token)
        while True:
            try:
                self.change(client)
            except ENDED:
                return

    def title(self):
        self.titles += 1
        return f"title {self.titles}"

    def change(self, client):
        dice = self.random.random()
        grown = len(self.notes) > ENOUGH
        if not self.notes or (dice < 0.5 and not grown):
            title = self.title()
            self.doubtful = (None, {title})
            self.expect(client.ask("POST", "/notes", {"title": title, "text": "x" * self.random.randrange(2000)}), 201,
                        lambda fields: self.notes.update({fields["location"]: title}))
            return
        path = self.random.choice(list(self.notes))
        if dice < 0.75 and not grown:
            title = self.title()
            self.doubtful = (path, {self.notes[path], title})
            self.expect(client.ask("PUT", path, {"title": title}), 200, lambda _: self.notes.update({path: title}))
        else:
            self.doubtful = (path, {self.notes[path], None})
            self.expect(client.ask("DELETE", path), 204, lambda _: self.notes.pop(path))

    @staticmethod
    def require(status, wanted, body):
        if status == 503:
            # Not in time, where the machine was held still: whether a change was made is in doubt.
            raise ConnectionError(body)
        if status != wanted:
            raise AssertionError((status, body))

    def expect(self, answer, status, note):
        self.require(answer[0], status, answer[2])
        note(answer[1])
        self.doubtful = None
        self.acknowledged += 1

    def found(self, server):
        """The notes there are: their paths and titles."""
        client, found, path = Client(server, self.token), {}, "/notes?limit=100"
        while path:
            status, _, page = client.ask("GET", path)
            self.require(status, 200, page)
            found.update({f"/notes/{one['id']}": one["title"] for one in page["notes"]})
            path = page["next"] and f"/notes?limit=100&after={page['next']}"
        return found

    def check(self, server):
        """How many acknowledged changes are not there; what was in doubt is certain now."""
        for attempt in range(9):
            try:
                found = self.found(server)
                break
            except ENDED:
                # This machine was held still for longer than a connection may be.
                if attempt == 8 or server.process.poll() is not None:
                    raise
        where, titles = self.doubtful or (None, set())
        lost = 0
        for path in self.notes.keys() | found.keys():
            has, wanted = found.get(path), self.notes.get(path)
            in_doubt = path == where or (where is None and wanted is None and has in titles)
            if has != wanted and not (in_doubt and has in titles):
                lost += 1
        self.notes, self.doubtful = found, None
        return lost


class Killed(unittest.TestCase):
    def test_nothing_acknowledged_is_lost(self):
        with_postgres = os.environ.get("NOTES_STORE") == "postgresql"
        database = Postgres() if with_postgres else None
        store = database.store if database else sqlite_store()
        issuer = Issuer()
        self.addCleanup(issuer.stop)
        writers = [Writer(i, issuer.mint(scope=ALL, subject=f"writer-{i}", expires_in=86400)) for i in range(WRITERS)]
        chance, lost = random.Random(1), 0
        for turn in range(KILLS):
            if turn and turn % 100 == 0:
                print(f"{turn} kills", flush=True)
            server = self.started(issuer, store)
            lost += sum(one.check(server) for one in writers)
            self.assertEqual(lost, 0, "acknowledged changes are not there")
            self.kill_in_the_midst(server, writers, chance.randrange(1, 200))
        server = self.started(issuer, store)
        lost += sum(one.check(server) for one in writers)
        self.assertEqual(server.stop(), 0)
        if not database:
            with sqlite3.connect(store.removeprefix("sqlite:")) as left:
                self.assertEqual(left.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            left.close()
        acknowledged = sum(one.acknowledged for one in writers)
        print(f"{KILLS} kills, {acknowledged} changes acknowledged, {lost} of them lost", flush=True)
        self.assertEqual(lost, 0)
        self.assertGreater(acknowledged, 10 * KILLS)

    @staticmethod
    def started(issuer, store):
        for attempt in range(3):
            server = Server(issuer, store, wait=False)
            try:
                return server.await_listening().await_ready()
            except (AssertionError, OSError):
                # As above: slow is not broken, unless it is so every time, or it has ended.
                if attempt == 2 or server.process.poll() is not None:
                    raise
                server.kill()

    def kill_in_the_midst(self, server, writers, after):
        """Kills it when so many changes have been acknowledged."""
        failures = []

        def work(one):
            try:
                one.work(server)
            except Exception as failed:  # noqa: BLE001
                failures.append(failed)

        before = sum(one.acknowledged for one in writers)
        threads = [threading.Thread(target=work, args=(one,)) for one in writers]
        for one in threads:
            one.start()
        while (sum(one.acknowledged for one in writers) < before + after and not failures
               and any(one.is_alive() for one in threads)):
            time.sleep(0.0005)
        self.assertIsNone(server.process.poll(), "it has ended by itself")
        server.kill()
        for one in threads:
            one.join()
        self.assertEqual(failures, [])


if __name__ == "__main__":
    harness.main()
