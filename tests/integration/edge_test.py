"""Requests go on to an upstream and answers come back, over real TLS and real sockets."""

import json
import re
import socket
import struct
import threading
import time

from harness import PATIENCE, Answer, main, read_to_end
from site_of_its_own import Serving, Site, WithIssuer, eventually
from upstream import Upstream, accept_websocket, answer

ROUTES = """
[[route]]
path = "/api/*"
methods = ["*"]
scopes = ["example:note:read"]
upstream = "api"
claims_to_headers = { "x-user" = "sub", "x-scopes" = "scope" }
body_bytes = 1000000000

[[route]]
path = "/open/*"
methods = ["*"]
public = true
upstream = "api"
strip_prefix = "/open"
body_bytes = 1000000000
"""


class Edge(WithIssuer):
    def serve(self, *urls, routes=ROUTES, more="", timeouts="", **settings):
        addresses = ", ".join(f'"{url}"' for url in urls)
        extra = f'[[upstream]]\nname = "api"\naddresses = [{addresses}]\n{more}\n[upstream.timeouts]\n{timeouts}\n' + routes
        site = Site(self.issuer, extra=extra, **settings)
        server = Serving(site)
        self.addCleanup(server.stop)
        return server.await_ready()

    def upstream(self, *args, **kwargs):
        one = Upstream(*args, **kwargs)
        self.addCleanup(one.stop)
        return one


class Requests(Edge):
    def test_goes_on_as_judged_with_claims_and_without_the_token(self):
        up = self.upstream()
        server = self.serve(up.url)
        got = server.request("GET", "/api/a;v=1/b%20c?x=%2F&y", self.token,
                             fields=(("X-User", "root"), ("x_user", "root"), ("Accept-Encoding", "br"),
                                     ("Connection", "close, X-Scopes, x-hop"), ("X-Hop", "1"),
                                     ("X-Forwarded-For", "9.9.9.9")))
        self.assertEqual((got.status, got.body), (200, b"ok"))
        seen = up.requests[0]
        self.assertEqual((seen.method, seen.target), ("GET", "/api/a;v=1/b%20c?x=%2F&y"))
        self.assertEqual(seen.all("x-user"), [json.loads(claims_of(self.token))["sub"]])
        self.assertEqual(seen.all("x_user"), [])
        self.assertEqual(seen.all("x-scopes"), ["example:note:read"])
        self.assertEqual(seen.all("x-hop"), [])
        self.assertEqual(seen.all("accept-encoding"), ["br"])
        self.assertEqual(seen.all("x-forwarded-for"), ["127.0.0.1"])
        self.assertEqual(seen.all("x-forwarded-proto"), ["https"])
        self.assertEqual(seen.all("x-forwarded-port"), [str(server.port)])
        self.assertEqual(seen.all("authorization"), [])
        self.assertEqual(seen.all("host"), ["localhost"])

    def test_who_may_not_never_reaches_it(self):
        up = self.upstream()
        server = self.serve(up.url)
        poor = self.issuer.mint(audience="account", scope="other")
        for token, status in ((None, 401), ("x.y.z", 401), (poor, 403)):
            self.assertEqual(server.request("GET", "/api/x", token).status, status)
        for path in ("/api/a%2Fb", "/api/../x", "/api/%2e%2e/x", "/api/a%252fb", "/api//x", "/api/..;/x"):
            self.assertEqual(server.request("GET", path, self.token).status, 400, path)
        self.assertEqual(server.request("GET", "/apis", self.token).status, 404)
        for method in ("get", "Post", "dELETE"):
            self.assertEqual(server.request(method, "/open/x").status, 501, method)
        self.assertEqual(up.requests, [])

    def test_a_public_route_and_a_stripped_prefix(self):
        up = self.upstream()
        server = self.serve(up.url)
        self.assertEqual(server.request("GET", "/open/a/b?q", fields=(("X-User", "root"),)).status, 200)
        self.assertEqual(server.request("GET", "/open").status, 200)
        self.assertEqual([one.target for one in up.requests], ["/a/b?q", "/"])
        self.assertEqual(up.requests[0].all("x-user"), [], "another route sets it")

    def test_every_method_and_every_framing(self):
        up = self.upstream(lambda peer, request: peer.send(
            answer(b"" if request.method == "HEAD" else request.method.encode() + b":" + request.body)
            if request.method != "HEAD" else b"HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n"))
        server = self.serve(up.url)
        for method in ("GET", "DELETE", "PATCH", "PURGE", "OPTIONS"):
            self.assertEqual(server.request(method, "/open/x").body, method.encode() + b":")
        head = server.request("HEAD", "/open/x")
        self.assertEqual((head.fields["content-length"], head.body), ("77", b""))
        small, large = b"s" * 100, b"l" * 3_000_000
        self.assertEqual(server.request("POST", "/open/x", body=small).body, b"POST:" + small)
        self.assertEqual(server.request("PUT", "/open/x", body=large).body, b"PUT:" + large)
        chunked = (b"POST /open/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                   b"5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n")
        self.assertEqual(server.exchange(chunked).body, b"POST:hello world")
        self.assertEqual(up.requests[-1].all("x-trailer"), [])
        self.assertEqual(up.requests[-1].all("transfer-encoding"), ["chunked"])

    def test_a_body_that_is_too_large_never_begins(self):
        up = self.upstream(by_head=True)
        server = self.serve(up.url, routes=ROUTES.replace("1000000000", "1000"))
        self.assertEqual(server.request("POST", "/open/x", body=b"x" * 1001).status, 413)
        self.assertEqual(up.requests, [])

    def test_keeps_connections(self):
        up = self.upstream()
        server = self.serve(up.url, server="workers = 1")
        for _ in range(20):
            self.assertEqual(server.request("GET", "/open/x").status, 200)
        self.assertEqual(up.connections, 1)

    def test_expect_is_answered_where_the_upstream_wants_the_body(self):
        def act(peer, request):
            if request.target.endswith("no"):
                peer.send(answer(b"no", "413 Content Too Large", ("Connection: close",)))
                return False
            peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = peer.read_body(request.fields)
            peer.send(answer(body))

        up = self.upstream(act, by_head=True)
        server = self.serve(up.url)
        for path, first, body in (("/open/yes", b"HTTP/1.1 100 Continue\r\n\r\n", b"hello"),
                                  ("/open/no", b"HTTP/1.1 413 ", b"no")):
            with self.subTest(path), server.connect() as stream:
                stream.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                               "Content-Length: 5\r\nConnection: close\r\n\r\n".encode())
                head = stream.recv(len(first))
                self.assertEqual(head, first)
                if path.endswith("yes"):
                    stream.sendall(b"hello")
                self.assertTrue(read_to_end(stream).endswith(body))


class Answers(Edge):
    def test_streams_as_it_comes_both_ways(self):
        def echo(peer, request):
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while data := peer.chunk():
                peer.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            peer.send(b"0\r\n\r\n")

        up = self.upstream(echo, by_head=True)
        server = self.serve(up.url, server="workers = 1")
        for _ in range(2):
            with server.connect() as stream:
                stream.sendall(b"POST /open/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
                self.assertIn(b"200 OK", read_past(stream, b"\r\n\r\n"))
                for word in (b"one", b"two", b"three"):
                    stream.sendall(f"{len(word):x}\r\n".encode() + word + b"\r\n")
                    self.assertIn(word, read_past(stream, word))
                stream.sendall(b"0\r\n\r\n")
                read_past(stream, b"0\r\n\r\n")
                stream.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertIn(b"404", read_past(stream, b"\r\n\r\n"), "the connection goes on")
        self.assertEqual(up.connections, 1)

    def test_early_hints_and_many_fields_of_one_name(self):
        def act(peer, request):
            peer.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
            peer.send(answer(b"x", fields=("Set-Cookie: a=1", "Set-Cookie: b=2", "Connection: x-hop", "X-Hop: 1",
                                           "Date: Tue, 01 Jan 2030 00:00:00 GMT")))

        server = self.serve(self.upstream(act).url)
        with server.connect() as stream:
            stream.sendall(b"GET /open/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            text = read_to_end(stream).lower()
        self.assertTrue(text.startswith(b"http/1.1 103 early hints\r\nlink: </a.css>\r\n\r\nhttp/1.1 200 "))
        self.assertEqual(text.count(b"set-cookie"), 2)
        self.assertNotIn(b"x-hop", text)
        self.assertIn(b"date: tue, 01 jan 2030", text)

    def test_what_is_no_answer_is_502_and_the_connection_is_not_used_again(self):
        faults = {
            "cl+te": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
            "no http": b"SSH-2.0-x\r\n\r\n",
            "huge head": b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
            "half a head": b"HTTP/1.1 200 OK\r\nContent-",
            "nothing": b"",
            "an upgrade": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            "interim flood": b"HTTP/1.1 100 Continue\r\n\r\n" * 100 + answer(),
        }

        def act(peer, request):
            peer.send(faults[request.get("x-fault")])
            return request.get("x-fault") == "cl+te"

        up = self.upstream(act)
        server = self.serve(up.url, more="max_failures = 0")
        for name in faults:
            with self.subTest(name):
                got = server.request("GET", "/open/x", fields=(("X-Fault", name),))
                self.assertEqual((got.status, got.json()), (502, {"detail": "Bad Gateway"}))
        self.assertEqual(up.connections, len(up.requests))

    def test_a_body_that_is_cut_off_is_not_taken_for_whole(self):
        bodies = {"length": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 50_000,
                  "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}

        def act(peer, request):
            peer.send(bodies[request.get("x-fault")])
            return False

        server = self.serve(self.upstream(act).url)
        for name in bodies:
            with self.subTest(name), server.connect() as stream:
                stream.sendall(f"GET /open/x HTTP/1.1\r\nHost: localhost\r\nX-Fault: {name}\r\n\r\n".encode())
                text = read_to_end(stream)
                self.assertTrue(text.startswith(b"HTTP/1.1 200"))
                self.assertFalse(text.endswith(b"0\r\n\r\n"))
                self.assertLess(len(text), 60_000)

    def test_old_and_closing_answers(self):
        def act(peer, request):
            peer.send(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end")
            return False

        up = self.upstream(act)
        server = self.serve(up.url)
        got = server.request("GET", "/open/x")
        self.assertEqual(got.fields.get("transfer-encoding"), "chunked")
        self.assertIn(b"until the end", got.body)

    def test_a_slow_one_is_504_and_a_dead_one_503(self):
        slow = self.upstream(lambda peer, request: time.sleep(3))
        server = self.serve(slow.url, timeouts='answer = "300ms"')
        self.assertEqual(server.request("GET", "/open/x").status, 504)
        dead = self.upstream()
        dead.stop()
        server = self.serve(dead.url)
        got = server.request("GET", "/open/x")
        self.assertEqual((got.status, got.fields["retry-after"]), (503, "1"))

    def test_an_early_answer_to_a_client_that_reads_nothing(self):
        large = b"x" * 8_000_000

        def act(peer, request):
            peer.send(answer(b"y" * 8000, "413 Content Too Large", ("Connection: close",)))
            return False

        server = self.serve(self.upstream(act, by_head=True).url, server="workers = 1")
        for _ in range(20):
            with server.connect() as stream:
                stream.sendall(b"POST /open/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n\r\n")
                stream.settimeout(0.05)
                try:
                    stream.sendall(large)
                except OSError:
                    pass
        self.assertEqual(server.request("GET", "/open/x").status, 413)

    def test_a_client_that_goes_ends_the_request_at_the_upstream(self):
        gone = threading.Event()

        def act(peer, request):
            peer.raw.settimeout(PATIENCE)
            if not peer.raw.recv(1):
                gone.set()
            return False

        server = self.serve(self.upstream(act).url)
        with server.connect() as stream:
            stream.sendall(b"GET /open/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
            eventually(lambda: server.metric("latchkey_upstream_connects_total") == 1.0, "it is on its way")
        self.assertTrue(gone.wait(PATIENCE))
        line = eventually(lambda: server.events("request"), "it is told")[0]
        self.assertEqual((line["ended_by"], line["upstream"]), ("client", "api"))


class Told(Edge):
    """Who ended what, in the log."""

    def line(self, server):
        return eventually(lambda: server.events("request"), "told")[0]

    def test_drain_ends_a_stream_and_a_tunnel(self):
        def drip(peer, request):
            if request.get("upgrade"):
                return Tunnels.echo(peer, request)
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                peer.send(b"4\r\ntick\r\n")
                time.sleep(0.05)

        up = self.upstream(drip)
        for sent in (b"GET /open/x HTTP/1.1\r\nHost: localhost\r\n\r\n", Tunnels.UPGRADE % (b"open", b"")):
            server = self.serve(up.url, server='[server.timeouts]\ndrain = "500ms"')
            with server.connect() as stream:
                stream.sendall(sent)
                read_past(stream, b"\r\n\r\n")
                self.assertEqual(server.stop(), 0)
            self.assertEqual(self.line(server)["ended_by"], "drain")

    def test_a_tunnel_that_ends_in_good_order(self):
        def bye(peer, request):
            accept_websocket(peer, request)
            peer.send(b"bye")
            return False

        server = self.serve(self.upstream(bye).url)
        with server.connect() as stream:
            stream.sendall(Tunnels.UPGRADE % (b"open", b""))
            read_past(stream, b"bye")
            self.assertEqual(stream.recv(1), b"")
        line = self.line(server)
        self.assertNotIn("ended_by", line)
        self.assertEqual(line["phase"], "done")

    def test_why_there_was_no_answer(self):
        for data, error in ((b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "ength"),
                            (b"HTTP/1.1 200", None)):
            def act(peer, request):
                peer.send(data)
                return False

            server = self.serve(self.upstream(act).url)
            self.assertEqual(server.request("GET", "/open/x").status, 502)
            line = self.line(server)
            self.assertEqual((line["reason"], line["ended_by"]), ("upstream_bad_answer", "upstream"))
            if error:
                self.assertIn(error, line["upstream_error"])
        dead = self.upstream()
        dead.stop()
        server = self.serve(dead.url)
        self.assertEqual(server.request("GET", "/open/x").status, 503)
        self.assertIn("refused", self.line(server)["upstream_error"].lower())

    def test_an_ejection_is_logged_and_one_request_finds_that_it_is_over(self):
        up, dead = self.upstream(), self.upstream()
        port = dead.port
        dead.stop()
        server = self.serve(dead.url, up.url, server="workers = 1", more='ejection = "1s"\nmax_ejection = "1s"')
        for _ in range(60):
            self.assertEqual(server.request("GET", "/open/x").status, 200)
        eventually(lambda: [one for one in server.events("upstream") if one["state"] == "ejected"], "told")
        back = self.upstream(port=port)
        eventually(lambda: server.request("GET", "/open/x").status == 200 and back.requests, "it is used again")


class Pools(Edge):
    def test_a_connection_that_ended_at_rest_is_not_met(self):
        def act(peer, request):
            peer.send(answer(fields=("Keep-Alive: timeout=1",)))
            return False  # ended, though it did not say so

        up = self.upstream(act)
        server = self.serve(up.url)
        for method in ("GET", "POST") * 20:
            self.assertEqual(server.request(method, "/open/x").status, 200)
        self.assertEqual(len(up.requests), 40)

    def test_an_answer_that_ends_with_its_connection_leaves_the_others_alone(self):
        go = threading.Event()

        def act(peer, request):
            if request.target == "/old":
                go.wait(PATIENCE)
                peer.send(b"HTTP/1.0 200 OK\r\n\r\nuntil the end")
                return False
            peer.send(answer())

        up = self.upstream(act)
        server = self.serve(up.url, server="workers = 1")
        old = threading.Thread(target=lambda: server.request("GET", "/open/old"))
        old.start()
        eventually(lambda: up.requests, "one is under way")
        self.assertEqual(server.request("GET", "/open/x").status, 200)
        go.set()
        old.join(PATIENCE)
        self.assertEqual(server.request("GET", "/open/x").status, 200)
        self.assertEqual(up.connections, 2)

    def test_no_post_twice(self):
        def act(peer, request):
            if request.connection == 1 and len(up.requests) > 1:
                return False  # taken, and the connection ended without a word
            peer.send(answer(fields=("Keep-Alive: timeout=60",)))

        up = self.upstream(act)
        server = self.serve(up.url, server="workers = 1", more="max_failures = 0")
        self.assertEqual(server.request("GET", "/open/1").status, 200)
        self.assertEqual(server.request("POST", "/open/2").status, 502)
        self.assertEqual([one.target for one in up.requests], ["/1", "/2"])
        self.assertEqual(server.request("GET", "/open/3").status, 200)

    def test_a_get_is_sent_once_more(self):
        def act(peer, request):
            if request.connection == 1 and len(up.requests) > 1:
                return False
            peer.send(answer(fields=("Keep-Alive: timeout=60",)))

        up = self.upstream(act)
        server = self.serve(up.url, server="workers = 1")
        self.assertEqual(server.request("GET", "/open/1").status, 200)
        self.assertEqual(server.request("GET", "/open/2").status, 200)
        self.assertEqual([one.target for one in up.requests], ["/1", "/2", "/2"])
        line = eventually(lambda: len(server.events("request")) == 2 and server.events("request")[1], "told")
        self.assertEqual(line["retries"], 1)

    def test_another_address_where_one_is_dead(self):
        up, dead = self.upstream(), self.upstream()
        dead.stop()
        server = self.serve(dead.url, up.url)
        for method in ("GET", "POST") * 20:
            self.assertEqual(server.request(method, "/open/x", body=b"x").status, 200)
        self.assertEqual(len(up.requests), 40)

    def test_checks_take_an_address_out_and_bring_it_back(self):
        well = threading.Event()
        well.set()

        def act(peer, request):
            good = request.target != "/healthz" or well.is_set()
            peer.send(answer(b"sick", "200 OK" if good else "500 Sick"))

        up = self.upstream(act)
        server = self.serve(up.url, more='health_path = "/healthz"\nhealth_interval = "1s"\nhealth_fall = 1\nhealth_rise = 1\nhealth_timeout = "1s"')
        self.assertEqual(server.request("GET", "/open/x").status, 200)
        well.clear()
        eventually(lambda: server.request("GET", "/open/x").status == 503, "it is taken out")
        well.set()
        eventually(lambda: server.request("GET", "/open/x").status == 200, "it is brought back")
        eventually(lambda: [one["state"] for one in server.events("upstream")] == ["unhealthy", "healthy"], "told")

    def test_limits_of_what_is_under_way(self):
        go = threading.Event()

        def act(peer, request):
            go.wait(PATIENCE)
            peer.send(answer())

        up = self.upstream(act)
        server = self.serve(up.url, server="workers = 1", more="max_outstanding = 1\nmax_waiting = 1")
        answers = []
        askers = []
        for count in (1, 2):
            askers.append(threading.Thread(target=lambda: answers.append(server.request("GET", "/open/x").status)))
            askers[-1].start()
            name = ("latchkey_upstream_requests", "latchkey_upstream_waiting")[count - 1]
            eventually(lambda: server.metric(name) == 1.0, name)
        got = server.request("GET", "/open/x")
        self.assertEqual((got.status, got.fields["retry-after"]), (503, "1"))
        go.set()
        for one in askers:
            one.join(PATIENCE)
        self.assertEqual(answers, [200, 200])

    def test_who_goes_while_he_waits_makes_room(self):
        go = threading.Event()

        def act(peer, request):
            go.wait(PATIENCE)
            peer.send(answer())

        up = self.upstream(act)
        server = self.serve(up.url, server="workers = 1", more="max_outstanding = 1\nmax_waiting = 5",
                            timeouts='connect = "20s"')
        first = threading.Thread(target=lambda: server.request("GET", "/open/x"))
        first.start()
        eventually(lambda: server.metric("latchkey_upstream_requests") == 1.0, "one is under way")
        waiting = []
        for _ in range(5):
            waiting.append(server.connect())
            waiting[-1].sendall(b"POST /open/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        eventually(lambda: server.metric("latchkey_upstream_waiting") == 5.0, "five wait")
        for one in waiting:
            one.close()
        eventually(lambda: server.metric("latchkey_upstream_waiting") == 0.0, "nobody waits")
        go.set()
        first.join(PATIENCE)
        self.assertEqual(server.request("GET", "/open/x").status, 200)
        self.assertEqual([one.method for one in up.requests], ["GET", "GET"])

    def test_an_address_that_cuts_its_answers_off_is_ejected(self):
        def cut(peer, request):
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nx")
            return False

        up, bad = self.upstream(), self.upstream(cut)
        server = self.serve(up.url, bad.url, server="workers = 1")
        for _ in range(60):
            server.request("GET", "/open/x")
        eventually(lambda: [one for one in server.events("upstream") if one["state"] == "ejected"], "told")
        self.assertLess(len(bad.requests), 10)

    def test_addresses_that_lead_to_one_place_are_all_checked(self):
        sick = self.upstream(lambda peer, request: peer.send(answer(b"", "500 Sick")))
        up = self.upstream()
        server = self.serve(f"http://127.0.0.1:{up.port}", f"http://localhost:{up.port}", sick.url,
                            more='health_path = "/h"\nhealth_interval = "100ms"\nhealth_timeout = "100ms"\nhealth_fall = 1')
        eventually(lambda: [one for one in server.events("upstream") if one["state"] == "unhealthy"], "told")

    def test_stays_over_reloads(self):
        up = self.upstream()
        server = self.serve(up.url, server="workers = 1")
        for i in range(5):
            self.assertEqual(server.request("GET", "/open/x").status, 200)
            server.site.write(scope=f"example:note:{i}")
            server.reload_taken()
        self.assertEqual(up.connections, 1)
        other = self.upstream()
        server.site.write(extra=server.site.values["extra"].replace(up.url, other.url))
        server.reload_taken()
        self.assertEqual(server.request("GET", "/open/x").status, 200)
        self.assertEqual(len(other.requests), 1)


class Tunnels(Edge):
    UPGRADE = (b"GET /%s/chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
               b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n")

    @staticmethod
    def echo(peer, request):
        accept_websocket(peer, request)
        while peer.arrived or peer.more():
            peer.send(peer.arrived)
            peer.arrived = b""
        return False

    def test_echoes_and_is_not_cut_by_a_reload(self):
        server = self.serve(self.upstream(self.echo).url)
        with server.connect() as stream:
            stream.sendall(self.UPGRADE % (b"open", b"") + b"early")
            self.assertIn(b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", read_past(stream, b"early"))
            for i in range(3):
                server.site.write(scope=f"s{i}")
                server.reload_taken()
                stream.sendall(b"word%d" % i)
                read_past(stream, b"word%d" % i)
            data = bytes(range(256)) * 4096
            sender = threading.Thread(target=stream.sendall, args=(data,))
            sender.start()
            got = b""
            while len(got) < len(data):
                got += stream.recv(65536)
            sender.join()
            self.assertEqual(got, data)

    def test_ends_with_the_token(self):
        up = self.upstream(self.echo)
        server = self.serve(up.url)
        token = self.issuer.mint(audience="account", scope="example:note:read", expires_in="3s")
        began = time.monotonic()
        with server.connect() as stream:
            stream.sendall(self.UPGRADE % (b"api", b"Authorization: Bearer " + token.encode() + b"\r\n"))
            read_past(stream, b"\r\n\r\n")
            stream.sendall(b"hello")
            read_past(stream, b"hello")
            self.assertEqual(stream.recv(1), b"")
        self.assertLess(time.monotonic() - began, 10)
        line = eventually(lambda: server.events("request"), "told")[0]
        self.assertEqual((line["status"], line["ended_by"]), (101, "token"))

    def test_ends_where_the_client_is_gone(self):
        def keep(peer, request):
            accept_websocket(peer, request)
            while peer.more():
                pass
            time.sleep(PATIENCE)  # does not end its side

        server = self.serve(self.upstream(keep).url)
        for count, by_reset in ((1, True), (2, False)):
            stream = server.connect()
            stream.sendall(self.UPGRADE % (b"open", b""))
            read_past(stream, b"\r\n\r\n")
            if by_reset:
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            stream.close()
            lines = eventually(lambda: len(server.events("request")) == count and server.events("request"), "told")
            self.assertEqual(lines[-1]["ended_by"], "client")

    def test_who_takes_nothing_is_cut_with_the_token(self):
        def flood(peer, request):
            if request.get("upgrade"):
                accept_websocket(peer, request)
            else:
                peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                peer.send(b"x" * 65536)

        server = self.serve(self.upstream(flood).url)
        for sent in (b"GET /api/x HTTP/1.1\r\nHost: localhost\r\n%s\r\n", self.UPGRADE % (b"api", b"%s")):
            before = len(server.events("request"))
            token = self.issuer.mint(audience="account", scope="example:note:read", expires_in="3s")
            with server.connect() as stream:
                stream.sendall(sent % (b"Authorization: Bearer " + token.encode() + b"\r\n"))
                began = time.monotonic()
                line = eventually(lambda: server.events("request")[before:], "told")[0]
                self.assertEqual(line["ended_by"], "token")
                self.assertLess(time.monotonic() - began, 8)

    def test_a_stream_ends_with_the_token(self):
        def drip(peer, request):
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                peer.send(b"4\r\ntick\r\n")
                time.sleep(0.05)

        server = self.serve(self.upstream(drip).url)
        token = self.issuer.mint(audience="account", scope="example:note:read", expires_in="3s")
        with server.connect() as stream:
            stream.sendall(b"GET /api/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token.encode() + b"\r\n\r\n")
            text = read_to_end(stream)
        self.assertIn(b"tick", text)
        self.assertFalse(text.endswith(b"0\r\n\r\n"))
        line = eventually(lambda: server.events("request"), "told")[0]
        self.assertEqual((line["ended_by"], line["phase"]), ("token", "answering"))


def claims_of(token):
    import base64
    part = token.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def read_past(stream, mark):
    text = b""
    while mark not in text:
        piece = stream.recv(65536)
        if not piece:
            raise AssertionError(f"no {mark!r} in {text!r}")
        text += piece
    return text


if __name__ == "__main__":
    main()
