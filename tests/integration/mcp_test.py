"""Calls of MCP clients through the guard to a small MCP server, over real TLS and real sockets."""

import base64
import json
import threading

from harness import Answer, main
from site_of_its_own import Serving, Site, WithIssuer, eventually
from upstream import Upstream, answer

ROUTE = """
[[route]]
path = "/mcp"
methods = ["POST", "GET", "DELETE"]
scopes = ["mcp"]
upstream = "mcp"
body_bytes = 20000

[route.mcp]
origins = ["https://app.example"]
methods = { "tools/list" = [], "tools/call" = ["mcp:call"] }
tools = { echo = [], "admin_*" = ["mcp:admin"], "café" = [] }
resources = { "file:///public/*" = [] }

[[route]]
path = "/hurried"
methods = ["POST"]
upstream = "mcp"
request_timeout = "300ms"
[route.mcp]

[[route]]
path = "/plain"
methods = ["POST"]
upstream = "mcp"

[[route]]
path = "/trusting"
methods = ["POST"]
upstream = "mcp"
[route.mcp]
revisions = ["2026-07-28"]
upstream_checks = true
tools = { echo = [] }
"""
MODERN = "2026-07-28"
ALL = "mcp mcp:call mcp:admin"


def message(method, params=None, id=1, **more):
    made = {"jsonrpc": "2.0", "method": method, "params": params or {}, **more}
    if id is not None:
        made["id"] = id
    return json.dumps(made).encode()


def mcp_server(peer, request):
    """Answers a call by its name, or by a stream where the tool is slow."""
    if request.method != "POST":
        return peer.send(answer(request.method.encode()))
    try:
        asked = json.loads(request.body)
    except ValueError:
        return peer.send(answer(b"unread"))
    if not isinstance(asked, dict):
        return peer.send(answer(b"no object"))
    named = asked.get("params", {})
    result = json.dumps({"jsonrpc": "2.0", "id": asked.get("id"), "result": {"called": named.get("name")}}).encode()
    peer.send(answer(result, fields=("Content-Type: application/json",)))


class Mcp(WithIssuer):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.up = Upstream(mcp_server)
        cls.addClassCleanup(cls.up.stop)
        checks = '[forward_auth]\npath = "/_check"\ntrusted_proxies = ["127.0.0.1/32"]\n'
        extra = checks + f'[[upstream]]\nname = "mcp"\naddresses = ["{cls.up.url}"]\n' + ROUTE
        cls.server = Serving(Site(cls.issuer, extra=extra))
        cls.addClassCleanup(cls.server.stop)
        cls.server.await_ready()

    def setUp(self):
        self.up.act = mcp_server
        self.up.requests.clear()

    def mint(self, scope):
        return self.issuer.mint(audience="account", scope=scope)

    def post(self, body, fields=(), scope=ALL, path="/mcp", kind="application/json"):
        typed = (("Content-Type", kind),) if kind else ()
        return self.server.request("POST", path, self.mint(scope), (*typed, *fields), body)

    def call(self, name, fields=None, scope=ALL, **more):
        """As a client of 2026-07-28 calls a tool; `fields` in the place of what it says of the call."""
        said = (("Mcp-Method", "tools/call"), ("Mcp-Name", name)) if fields is None else fields
        return self.post(message("tools/call", {"name": name, "arguments": {"text": "hi"}}),
                         (("MCP-Protocol-Version", MODERN), *said), scope, **more)

    def assert_refused(self, got, status, code=None, id=1):
        self.assertEqual(got.status, status, got.body)
        if code is not None:
            self.assertEqual(got.fields["content-type"], "application/json")
            error = got.json()
            self.assertEqual((error["jsonrpc"], error["error"]["code"]), ("2.0", code))
            self.assertEqual(error.get("id"), id)
        self.assertEqual(self.up.requests, [], "nothing refused reaches the upstream")


class Calls(Mcp):
    def test_a_call_that_agrees_goes_on_as_it_came_without_its_token(self):
        got = self.call("echo")
        self.assertEqual((got.status, got.json()["result"]["called"]), (200, "echo"))
        seen = self.up.requests[0]
        self.assertEqual(seen.body, message("tools/call", {"name": "echo", "arguments": {"text": "hi"}}))
        self.assertEqual(seen.all("authorization"), [])
        self.assertEqual((seen.get("mcp-method"), seen.get("mcp-name"), seen.get("mcp-protocol-version")),
                         ("tools/call", "echo", MODERN))
        self.assertEqual(seen.get("content-length"), str(len(seen.body)))

    def test_a_body_in_chunks_goes_on_whole(self):
        body = message("tools/call", {"name": "echo", "arguments": {"text": "x" * 15000}})
        head = ("POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {self.mint(ALL)}\r\nMCP-Protocol-Version: {MODERN}\r\nMcp-Method: tools/call\r\n"
                "Mcp-Name: echo\r\nTransfer-Encoding: chunked\r\n\r\n").encode()
        pieces = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 4000]), body[i:i + 4000]) for i in range(0, len(body), 4000))
        self.assertEqual(self.server.exchange(head + pieces + b"0\r\n\r\n").status, 200)
        self.assertEqual(self.up.requests[0].body, body)

    def test_who_waits_to_be_asked_for_a_message_is_asked_here(self):
        body = message("tools/call", {"name": "echo"})
        head = ("POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {self.mint(ALL)}\r\nMCP-Protocol-Version: {MODERN}\r\nMcp-Method: tools/call\r\n"
                f"Mcp-Name: echo\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        got = self.server.exchange(head + body)
        last = Answer.parse(got.body) if got.status == 100 else got
        self.assertEqual((last.status, last.json()["result"]["called"]), (200, "echo"))
        seen = self.up.requests[0]
        self.assertEqual((seen.all("expect"), seen.body), ([], body))

    def test_a_name_beyond_ascii(self):
        name = "café"
        code = "=?base64?" + base64.b64encode(name.encode()).decode() + "?="
        self.assertEqual(self.call(name, (("Mcp-Method", "tools/call"), ("Mcp-Name", code))).status, 200)
        self.up.requests.clear()
        for wrong in (code.replace("==", "").replace("=?base64?", "=?BASE64?"), code.replace("?=", "=?="), "cafe"):
            got = self.call(name, (("Mcp-Method", "tools/call"), ("Mcp-Name", wrong)))
            self.assert_refused(got, 400, -32020, id=got.json().get("id"))

    def test_fields_that_lie_or_are_missing(self):
        for fields in ((("Mcp-Method", "tools/list"), ("Mcp-Name", "echo")), (("Mcp-Method", "tools/call"), ("Mcp-Name", "admin_x")),
                       (("Mcp-Name", "echo"),), (("Mcp-Method", "tools/call"),)):
            with self.subTest(fields):
                self.assert_refused(self.call("echo", fields), 400, -32020)
        for fields in ((("Mcp-Method", "tools/call"), ("Mcp-Name", "echo"), ("Mcp-Name", "echo")),
                       (("Mcp-Method", "tools/call"), ("Mcp-Name", "echo"), ("Mcp_Name", "admin_x"))):
            with self.subTest(fields):
                self.assert_refused(self.call("echo", fields), 400, -32020, id=None)

    def test_a_step_up_is_told_of_once(self):
        poor = self.call("admin_drop", scope="mcp")
        self.assert_refused(poor, 403)
        self.assertRegex(poor.fields["www-authenticate"], r'error="insufficient_scope"')
        self.assertRegex(poor.fields["www-authenticate"], r'scope="mcp mcp:call mcp:admin"')
        self.assertEqual(self.call("admin_drop").status, 200)
        self.up.requests.clear()
        self.assert_refused(self.call("echo", scope="mcp:call"), 403)
        nobody = self.server.request("POST", "/mcp", fields=(("Content-Type", "application/json"),), body=message("ping"))
        self.assert_refused(nobody, 401)

    def test_fields_that_would_go_no_further(self):
        """What Connection names is taken away: the upstream would see another call than was judged."""
        fields = (("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call"), ("Mcp-Name", "echo"))
        for path in ("/mcp", "/trusting"):
            for named in ("Mcp-Name", "close, mcp-protocol-version", "Content-Type"):
                with self.subTest(f"{path} {named}"):
                    got = self.post(message("tools/call", {"name": "echo"}), (*fields, ("Connection", named)), path=path)
                    self.assert_refused(got, 400, -32020, id=None)

    def test_a_check_judges_no_message(self):
        for method in ("GET", "POST", "DELETE"):
            asked = (("X-Original-Method", method), ("X-Original-URI", "/mcp"))
            got = self.server.request("GET", "/_check", self.mint(ALL), asked)
            self.assertEqual((got.status, got.fields["x-latchkey-reason"]), (403, "mcp_check"))

    def test_no_tunnel_is_offered(self):
        """What goes through one is judged by nobody."""
        upgrade = (("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
                   ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="))
        fields = (("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call"), ("Mcp-Name", "echo"),
                  ("Content-Type", "application/json"))
        self.server.request("GET", "/mcp", self.mint("mcp"), upgrade)
        self.server.request("POST", "/trusting", self.mint(ALL), (*upgrade, *fields))
        self.assertEqual(len(self.up.requests), 2)
        for seen in self.up.requests:
            self.assertEqual(seen.all("upgrade"), [])

    def test_what_no_row_names(self):
        got = self.call("other")
        self.assert_refused(got, 403)
        self.assertNotIn("www-authenticate", got.fields)
        fields = (("MCP-Protocol-Version", MODERN), ("Mcp-Method", "prompts/list"))
        self.assert_refused(self.post(message("prompts/list"), fields), 403)
        for uri, status in (("file:///public/a", 200), ("file:///public/../a", 403), ("file:///public/a?/../../etc/passwd", 403), ("file:///etc/a", 403)):
            self.up.requests.clear()
            read = self.post(message("resources/read", {"uri": uri}),
                             (("MCP-Protocol-Version", MODERN), ("Mcp-Method", "resources/read"), ("Mcp-Name", uri)))
            self.assertEqual(read.status, status, uri)
        refused = eventually(lambda: [one for one in self.server.events("request") if one.get("reason") == "mcp_ambiguous_uri"],
                             "the log has the reason")
        self.assertEqual(refused[0]["status"], 403)

    def test_pages(self):
        self.assertEqual(self.call("echo", None, ALL).status, 200)
        said = (("Mcp-Method", "tools/call"), ("Mcp-Name", "echo"))
        self.assertEqual(self.call("echo", (*said, ("Origin", "https://app.example"))).status, 200)
        self.up.requests.clear()
        for origin in ("https://evil.example", "null", "https://app.example.evil.example", ""):
            with self.subTest(origin):
                self.assert_refused(self.call("echo", (*said, ("Origin", origin))), 403)
        page = self.server.request("POST", "/mcp", fields=(("Origin", "https://evil.example"),), body=b"{}")
        self.assert_refused(page, 403)


class Messages(Mcp):
    def test_escapes_are_read_as_the_upstream_reads_them(self):
        sly = rb'{"jsonrpc":"2.0","id":1,"met\u0068od":"tools\/call","p\u0061rams":{"n\u0061me":"admin_drop"}}'
        self.assert_refused(self.post(sly, scope="mcp mcp:call"), 403)
        self.assertEqual(self.post(sly).status, 200)
        self.assertEqual(self.up.requests[0].body, sly)

    def test_names_that_are_there_twice(self):
        call = b'"jsonrpc":"2.0","id":1,"method":"tools/call"'
        for text in (b'{"method":"tools/list",' + call + b',"params":{"name":"echo"}}',
                     b'{' + call + b',"params":{"name":"echo","name":"admin_x"}}',
                     b'{' + call + b',"params":{"name":"echo","Name":"admin_x"}}',
                     b'{' + call + b',"params":{"name":"echo"},"param\xc5\xbf":{"name":"admin_x"}}',
                     b'{' + call + b',"params":{"name":"echo"},"__proto__":{}}'):
            with self.subTest(text):
                got = self.post(text)
                self.assert_refused(got, 400, -32600, id=got.json().get("id"))

    def test_what_is_no_message(self):
        for text, code in ((b"{", -32700), (b"\xff", -32700), (b"[" + message("ping") + b"]", -32600), (b'"ping"', -32600),
                           (b'{"jsonrpc":"2.0","method":1}', -32600), (b'{"jsonrpc":"2.0","method":"x","result":1}', -32600)):
            with self.subTest(text):
                self.assert_refused(self.post(text), 400, code, id=None if b'"id"' not in text else self.post(text).json().get("id"))
        for kind in ("text/plain", "application/json; charset=utf-16", None):
            self.assert_refused(self.post(message("ping"), kind=kind), 415)
        self.assert_refused(self.post(message("ping"), (("Content-Encoding", "gzip"),)), 415)

    def test_the_bound_of_a_body(self):
        fits = message("ping")
        fits += b" " * (20000 - len(fits))
        self.assertEqual(self.post(fits).status, 200)
        self.up.requests.clear()
        self.assert_refused(self.post(fits + b" "), 413)
        head = ("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {self.mint(ALL)}\r\nTransfer-Encoding: chunked\r\n\r\n").encode()
        chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
        self.assert_refused(self.server.exchange(head + chunk * 3), 413)

    def test_a_message_that_does_not_come_in_the_time_of_its_route(self):
        head = ("POST /hurried HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {self.mint(ALL)}\r\nContent-Length: 100\r\n\r\n").encode()
        self.assert_refused(self.server.exchange(head + b"{"), 408)

    def test_a_charset_that_some_would_read(self):
        for kind in (";charset=utf-7", ";\xa0charset=utf-7", ";\x85charset=utf-7", "; a=b, charset=utf-7"):
            head = (f"POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json{kind}\r\n"
                    f"Authorization: Bearer {self.mint(ALL)}\r\nContent-Length: 2\r\n\r\n{{}}").encode("latin-1")
            self.assert_refused(self.server.exchange(head), 415)

    def test_what_the_upstream_compares_is_not_read(self):
        fields = (("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call"), ("Mcp-Name", "echo"))
        self.assertEqual(self.post(b"{not read", fields, path="/trusting").body, b"unread")
        self.up.requests.clear()
        self.assert_refused(self.post(b"{}", fields[:2], path="/trusting"), 400, -32020, id=None)
        self.assert_refused(self.post(b"{}", (*fields[:2], ("Mcp-Name", "drop")), path="/trusting"), 403)
        self.assert_refused(self.post(b"{}", path="/trusting"), 400, -32020, id=None)

    def test_a_route_without_it_is_as_it_was(self):
        self.assertEqual(self.post(b"[1]", (("Origin", "https://evil.example"), ("Mcp-Name", "x")), path="/plain", kind="text/x").status, 200)


class Revisions(Mcp):
    def test_older_ones_are_decided_from_the_body(self):
        call = message("tools/call", {"name": "echo"})
        for fields in ((), (("MCP-Protocol-Version", "2025-11-25"),), (("MCP-Protocol-Version", "2025-06-18"), ("Mcp-Session-Id", "s"))):
            with self.subTest(fields):
                self.assertEqual(self.post(call, fields).status, 200)
        self.assertEqual(self.up.requests[-1].get("mcp-session-id"), "s")
        self.up.requests.clear()
        self.assert_refused(self.post(message("tools/call", {"name": "admin_x"}), scope="mcp mcp:call"), 403)
        self.assert_refused(self.post(call, (("MCP-Protocol-Version", "2025-11-25"), ("Mcp-Name", "other"))), 400, -32020)

    def test_the_handshake_needs_no_row(self):
        self.assertEqual(self.post(message("initialize", {"protocolVersion": "2025-11-25"}), scope="mcp").status, 200)
        self.assertEqual(self.post(message("notifications/initialized", id=None), scope="mcp").status, 200)
        asked = json.dumps({"jsonrpc": "2.0", "id": 4, "result": {"roots": []}}).encode()
        self.assertEqual(self.post(asked, (("MCP-Protocol-Version", "2025-11-25"),), scope="mcp").status, 200)

    def test_one_that_is_not_served(self):
        got = self.post(message("ping", id="p"), (("MCP-Protocol-Version", "1900-01-01"),))
        self.assert_refused(got, 400, -32022, id="p")
        self.assertEqual(got.json()["error"]["data"],
                         {"supported": [MODERN, "2025-11-25", "2025-06-18", "2025-03-26"], "requested": "1900-01-01"})
        meta = {"_meta": {"io.modelcontextprotocol/protocolVersion": MODERN}}
        self.assert_refused(self.post(message("tools/list", meta)), 400, -32020)
        self.assert_refused(self.post(message("tools/list", meta), (("MCP-Protocol-Version", "2025-11-25"),)), 400, -32020)

    def test_streams_and_sessions(self):
        for method in ("GET", "DELETE"):
            got = self.server.request(method, "/mcp", self.mint("mcp"), (("MCP-Protocol-Version", "2025-11-25"),))
            self.assertEqual((got.status, got.body), (200, method.encode()))
            late = self.server.request(method, "/mcp", self.mint("mcp"), (("MCP-Protocol-Version", MODERN),))
            self.assertEqual((late.status, late.fields["allow"]), (405, "POST"))
            self.assertEqual(self.server.request(method, "/mcp", self.mint("other")).status, 403)
            self.assertEqual(self.server.request(method, "/mcp", self.mint("mcp"), body=message("ping")).status, 400)
        self.assertEqual(self.server.request("PUT", "/mcp", self.mint("mcp")).status, 405)


class Streams(Mcp):
    def test_events_come_as_they_are_sent(self):
        seen = threading.Event()

        def act(peer, request):
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            peer.send(b"d\r\ndata: first\n\n\r\n")
            self.assertTrue(seen.wait(20), "the first event is passed on before there is a second")
            peer.send(b"e\r\ndata: second\n\n\r\n0\r\n\r\n")

        self.up.act = act
        body = message("tools/call", {"name": "echo"})
        head = (f"POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {self.mint(ALL)}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        with self.server.connect() as stream:
            stream.sendall(head + body)
            got = b""
            while b"data: first" not in got:
                piece = stream.recv(65536)
                self.assertTrue(piece)
                got += piece
            seen.set()
            while piece := stream.recv(65536):
                got += piece
        self.assertEqual(Answer.parse(got).fields["content-type"], "text/event-stream")
        self.assertIn(b"data: second", got)


if __name__ == "__main__":
    main()
