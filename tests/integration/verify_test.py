"""Tokens verified under load: what is remembered, what is checked, and what /metrics says of it."""

import asyncio
import json
import time
import unittest
import urllib.request

import harness

SCOPE = "example:note:read"
CLIENTS = 24
TOKENS = 6  # of each client


class WithServer(unittest.TestCase):
    def setUp(self):
        self.issuer = harness.Issuer()
        self.addCleanup(self.issuer.stop)

    def serve(self, *options):
        server = harness.Latchkey(self.issuer.url, *options)
        self.addCleanup(server.stop)
        return server.await_ready()

    def metrics(self, server):
        page = urllib.request.urlopen(f"{server.admin}/metrics", timeout=10).read().decode()
        return {name: float(value) for name, value in
                (line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))}

    def ask(self, server, tokens):
        """Each client sends its share of the tokens, one after another; all clients at once."""
        load = harness.Load(server.port)

        async def client(own):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", server.port, ssl=load.context, server_hostname="localhost")
            answers = [await load.ask(reader, writer, "/notes", token) for token in own]
            writer.transport.abort()
            return answers

        async def run():
            return await asyncio.gather(*(client(tokens[i::CLIENTS]) for i in range(CLIENTS)))

        statuses = [status for answers in asyncio.run(run()) for status in answers]
        return {status: statuses.count(status) for status in set(statuses)}

    def mint(self, count=CLIENTS * TOKENS):
        return self.issuer.control("mint", {"scope": SCOPE, "count": count}).split()

    def signatures(self, values):
        return sum(values[f'latchkey_signatures_total{{path="{path}"}}'] for path in ("openssl", "single", "batch"))


class OneWorker(WithServer):
    def serve(self, *options):
        return super().serve("server.workers=1", *options)

    def test_without_a_cache_every_request_pays_for_its_signature(self):
        tokens = self.mint()
        for batch, single, avx512 in (("auto", "auto", "auto"), ("auto", "off", "auto"), ("off", "auto", "auto"),
                                      ("off", "off", "auto"), ("auto", "auto", "off")):
            with self.subTest(batch=batch, single=single, avx512=avx512):
                server = self.serve("verify.token_cache_bytes=0", f'verify.batch="{batch}"',
                                    f'verify.single="{single}"', f'verify.avx512="{avx512}"')
                for _ in range(2):
                    self.assertEqual(self.ask(server, tokens), {200: len(tokens)})
                values = self.metrics(server)
                self.assertEqual(self.signatures(values), 2 * len(tokens))
                self.assertEqual(values["latchkey_verify_batch_size_sum"], 2 * len(tokens))
                self.assertEqual(values["latchkey_token_cache_hits_total"], 0)
                if avx512 == "off":
                    self.assertFalse([name for name in values if "verify_kernel_info" in name and "512" in name])
                if single == "off":
                    self.assertEqual(values['latchkey_signatures_total{path="single"}'], 0)
                if batch == "off":
                    self.assertEqual(values['latchkey_signatures_total{path="batch"}'], 0)
                    self.assertEqual(values['latchkey_verify_batch_size_bucket{le="1"}'], 2 * len(tokens))

    def test_good_and_bad_tokens_beside_one_another_are_told_apart(self):
        good = self.mint(CLIENTS * TOKENS // 2)
        bad = [token[:-8] + ("AAAAAAAA" if token[-8:] != "AAAAAAAA" else "BBBBBBBA") for token in good]
        mixed = [token for both in zip(good, bad) for token in both]
        server = self.serve()
        for _ in range(3):
            self.assertEqual(self.ask(server, mixed), {200: len(good), 401: len(bad)})
        values = self.metrics(server)
        self.assertEqual(values["latchkey_token_cache_insertions_total"], len(good))

    def test_a_token_is_paid_for_once(self):
        tokens = self.mint()
        server = self.serve()
        for _ in range(3):
            self.assertEqual(self.ask(server, tokens), {200: len(tokens)})
        values = self.metrics(server)
        self.assertEqual(self.signatures(values), len(tokens))
        self.assertEqual(values["latchkey_token_cache_hits_total"], 2 * len(tokens))
        self.assertEqual(values["latchkey_token_cache_entries"], len(tokens))
        self.assertLessEqual(values["latchkey_token_cache_bytes"], values["latchkey_token_cache_limit_bytes"])

    def test_a_cache_that_is_too_small_refuses_nobody_and_keeps_its_bound(self):
        tokens = self.mint()
        server = self.serve("verify.token_cache_bytes=65536")
        for _ in range(3):
            self.assertEqual(self.ask(server, tokens), {200: len(tokens)})
        values = self.metrics(server)
        self.assertEqual(values["latchkey_token_cache_limit_bytes"], 65536)
        self.assertLessEqual(values["latchkey_token_cache_bytes"], 65536)
        self.assertGreater(values["latchkey_token_cache_evictions_total"], 0)


class TwoWorkers(WithServer):
    """What one worker has verified the other knows."""

    CONNECTIONS = 24  # that all of them are one worker's happens once in millions of runs

    def serve(self, *options):
        return super().serve("server.workers=2", *options)

    def on_all(self, server, tokens, together=False):
        """Each token on every connection, one after another or all at the same time; the statuses."""
        load = harness.Load(server.port)

        async def run():
            ways = [await asyncio.open_connection("127.0.0.1", server.port, ssl=load.context,
                                                  server_hostname="localhost") for _ in range(self.CONNECTIONS)]
            found = []
            for token in tokens:
                asked = [load.ask(reader, writer, "/notes", token) for reader, writer in ways]
                found += await asyncio.gather(*asked) if together else [await one for one in asked]
            for _, writer in ways:
                writer.transport.abort()
            return found

        statuses = asyncio.run(run())
        return {status: statuses.count(status) for status in set(statuses)}

    def test_a_token_is_paid_for_once_by_all_of_them(self):
        tokens = self.mint(40)
        server = self.serve()
        self.assertEqual(self.on_all(server, tokens), {200: 40 * self.CONNECTIONS})
        values = self.metrics(server)
        self.assertEqual(self.signatures(values), 40)
        self.assertEqual(values["latchkey_token_cache_entries"], 40)
        self.assertEqual(values["latchkey_token_cache_insertions_total"], 40)
        self.assertEqual(values["latchkey_token_cache_hits_total"], 40 * (self.CONNECTIONS - 1))
        self.assertEqual(values["latchkey_token_cache_limit_bytes"], 16 * 1024 * 1024)

    def test_asked_for_at_the_same_time_it_is_not_paid_for_by_each(self):
        tokens = self.mint(40)
        bad = [token[:-8] + ("AAAAAAAA" if token[-8:] != "AAAAAAAA" else "BBBBBBBA") for token in tokens]
        server = self.serve()
        self.assertEqual(self.on_all(server, tokens, together=True), {200: 40 * self.CONNECTIONS})
        # Who has waited for two milliseconds checks for itself, as on a machine that is held up.
        self.assertLess(self.signatures(self.metrics(server)), 40 * self.CONNECTIONS / 4)
        self.assertEqual(self.on_all(server, bad, together=True), {401: 40 * self.CONNECTIONS})
        self.assertEqual(self.metrics(server)["latchkey_token_cache_entries"], 40)

    def test_a_key_that_is_taken_back_ends_it_for_all_of_them(self):
        server = self.serve("issuer.0.cache.max_age=1s", "issuer.0.cache.shortest_max_age=1s",
                            "issuer.0.cache.longest_max_age=1s", "issuer.0.cache.backoff_max=1s").await_ready()
        token = self.issuer.mint(scope=SCOPE)
        with urllib.request.urlopen(f"{self.issuer.url}/.well-known/jwks.json", timeout=harness.PATIENCE) as answer:
            key = json.load(answer)["keys"][0]
        self.assertEqual(self.on_all(server, [token]), {200: self.CONNECTIONS})
        self.issuer.control("fail", {"body": json.dumps({"keys": [{**key, "use": "enc"}]})})
        until = time.monotonic() + harness.PATIENCE
        while server.readyz() == 200 and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(self.on_all(server, [token]), {503: self.CONNECTIONS})
        self.issuer.control("reset")
        server.await_ready()
        self.assertEqual(self.on_all(server, [token]), {200: self.CONNECTIONS})


if __name__ == "__main__":
    harness.main()
