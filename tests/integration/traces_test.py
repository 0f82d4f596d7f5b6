"""Requests in traces: what upstreams are told, and what a collector is sent, over real sockets."""

import json
import os
import re
import threading
import time

from harness import PATIENCE, main, scratch
from site_of_its_own import Serving, Site, WithIssuer, eventually
from upstream import Upstream, answer

ROUTES = """
[[route]]
path = "/api/*"
methods = ["*"]
scopes = ["example:note:read"]
upstream = "api"

[[route]]
path = "/open/*"
methods = ["*"]
public = true
upstream = "api"
"""

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-00"
HEX = {"traceId": re.compile("[0-9a-f]{32}"), "spanId": re.compile("[0-9a-f]{16}"),
       "parentSpanId": re.compile("[0-9a-f]{16}")}


class Malformed(AssertionError):
    """What is no OTLP/JSON by the public .proto files."""


def need(condition, what):
    if not condition:
        raise Malformed(what)


def members(value, required, optional=()):
    need(isinstance(value, dict), f"no object: {value!r}")
    need(set(required) <= set(value), f"of {required} only {sorted(value)}")
    need(set(value) <= {*required, *optional}, f"unknown among {sorted(value)}")
    return value


def plain_attributes(attributes):
    """{name: text or number} of a list of KeyValue."""
    made = {}
    for one in attributes:
        members(one, ["key", "value"])
        need(one["key"] and one["key"] not in made, f"twice or empty: {one['key']!r}")
        need(len(one["value"]) == 1, "an AnyValue has one value")
        (kind, value), = one["value"].items()
        if kind == "stringValue":
            need(isinstance(value, str), "a text")
        else:
            need(kind == "intValue" and isinstance(value, str), f"an int64 is written as a string: {one}")
            value = int(value)
        made[one["key"]] = value
    return made


def spans_of(body):
    """The spans of one ExportTraceServiceRequest, with attributes as a dictionary; fails for what is none."""
    found = []
    for group in members(json.loads(body), ["resourceSpans"])["resourceSpans"]:
        members(group, ["resource", "scopeSpans"], ["schemaUrl"])
        of = plain_attributes(members(group["resource"], ["attributes"])["attributes"])
        need(of.get("service.name"), "service.name is required")
        for scope in group["scopeSpans"]:
            members(scope, ["scope", "spans"], ["schemaUrl"])
            members(scope["scope"], ["name", "version"])
            for one in scope["spans"]:
                found.append(checked(one) | {"service": of["service.name"]})
    return found


def checked(one):
    members(one, ["traceId", "spanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano", "attributes", "status"],
            ["parentSpanId", "traceState", "flags"])
    for name, digits in HEX.items():
        need(name not in one or digits.fullmatch(one[name]) and one[name].strip("0"), f"{name}: {one.get(name)!r}")
    need(one["kind"] in (2, 3), "an enum is written as a number: server or client")
    for moment in ("startTimeUnixNano", "endTimeUnixNano"):
        need(re.fullmatch("[0-9]{19}", one[moment]), f"a time is a string of nanoseconds: {one[moment]!r}")
    need(int(one["startTimeUnixNano"]) <= int(one["endTimeUnixNano"]), "it ends after it began")
    need(abs(int(one["endTimeUnixNano"]) / 1e9 - time.time()) < 3600, "about now")
    need(one["status"] in ({}, {"code": 2}), f"status: {one['status']!r}")
    need(isinstance(one.get("flags", 0), int), "a fixed32 is a number")
    return one | {"attributes": plain_attributes(one["attributes"])}


class Collector(Upstream):
    """Takes spans, or what `act` does instead; what cannot be read is kept as a fault."""

    def __init__(self, act=None, port=0):
        self.spans, self.faults, self.heads = [], [], []
        self.lock = threading.Lock()
        self.instead = act
        super().__init__(self._take, port=port)

    def _take(self, peer, request):
        with self.lock:
            self.heads.append(request)
        if self.instead and (done := self.instead(peer, request)) is not None:
            return done
        try:
            need((request.method, request.target) == ("POST", "/v1/traces"), f"{request.method} {request.target}")
            need(request.get("content-type") == "application/json", "content type")
            spans = spans_of(request.body)
        except (Malformed, ValueError, KeyError) as fault:
            with self.lock:
                self.faults.append(repr(fault))
            peer.send(answer(b"", status="400 Bad Request"))
            return None
        with self.lock:
            self.spans.extend(spans)
        peer.send(answer(b"{}"))
        return None

    def wait_for(self, count):
        return eventually(lambda: len(self.spans) >= count and list(self.spans), f"{count} spans, not {self.spans}")


class Traces(WithIssuer):
    def upstream(self, *args, **kwargs):
        one = Upstream(*args, **kwargs)
        self.addCleanup(one.stop)
        return one

    def collector(self, *args, **kwargs):
        one = Collector(*args, **kwargs)
        self.addCleanup(one.stop)
        self.addCleanup(lambda: self.assertEqual(one.faults, []))
        return one

    def serve(self, urls, trace, trusted=False, **settings):
        self.site = Site(self.issuer, server='trusted_proxies = ["127.0.0.1"]' if trusted else "",
                         extra=self.extra(urls, trace), **settings)
        server = Serving(self.site)
        self.addCleanup(server.stop)
        return server.await_ready()

    @staticmethod
    def extra(urls, trace):
        addresses = ", ".join(f'"{url}"' for url in urls)
        return f'[[upstream]]\nname = "api"\naddresses = [{addresses}]\n{ROUTES}\n{trace}\n'

    @staticmethod
    def tracing(collector=None, more="", sample=1, interval="100ms"):
        endpoint = f"{collector.url}/v1/traces" if collector else ""
        return f'[trace]\nsample = {sample}\nendpoint = "{endpoint}"\ninterval = "{interval}"\n{more}'

    @staticmethod
    def result(server, which):
        return server.metric(f'latchkey_trace_spans_total{{result="{which}"}}') or 0


class WithoutTheTable(Traces):
    def test_the_fields_pass_as_they_came(self):
        up = self.upstream()
        server = self.serve([up.url], "")
        given = [("TraceParent", "whatever"), ("traceparent", SAMPLED), ("Tracestate", "a=1"), ("tracestate", "==")]
        self.assertEqual(server.request("GET", "/open/x", fields=given).status, 200)
        seen = [one for one in up.requests[0].fields if one[0].lower().startswith("trace")]
        self.assertEqual(seen, given)
        self.assertNotIn("trace_id", eventually(lambda: server.events("request"), "a line")[0])


class Told(Traces):
    """What an upstream is told; nothing is exported."""

    def ask(self, server, up, *fields):
        before = len(up.requests)
        self.assertEqual(server.request("GET", "/open/x", fields=fields).status, 200)
        seen = up.requests[before]
        parents = seen.all("traceparent")
        self.assertEqual(len(parents), 1)
        version, trace, span, flags = parents[0].split("-")
        self.assertEqual(version, "00")
        self.assertRegex(trace, "^[0-9a-f]{32}$")
        self.assertRegex(span, "^[0-9a-f]{16}$")
        return trace, span, flags, seen.all("tracestate")

    def test_a_trace_is_continued_and_named_once(self):
        up = self.upstream()
        server = self.serve([up.url], self.tracing(sample=0))
        trace, span, flags, state = self.ask(server, up, ("TraceParent", UNSAMPLED), ("TraceState", "a=1, b@c=2"))
        self.assertEqual((trace, flags, state), (TRACE, "00", ["a=1, b@c=2"]))
        self.assertNotIn(span, (PARENT, "0" * 16))
        self.assertEqual(self.ask(server, up, ("traceparent", f"cc-{TRACE}-{PARENT}-00-more"))[0], TRACE)
        joined = self.ask(server, up, ("traceparent", UNSAMPLED), ("tracestate", "a=1"), ("Tracestate", "b=2"))
        self.assertEqual(joined[3], ["a=1,b=2"])
        line = eventually(lambda: len(server.events("request")) == 3 and server.events("request"), "lines")[0]
        self.assertEqual(line["trace_id"], TRACE)
        self.assertNotIn(line["span_id"], (PARENT, span))

    def test_what_is_malformed_is_as_if_it_were_not_there(self):
        up = self.upstream()
        server = self.serve([up.url], self.tracing(sample=0))
        bad = ["", "x", UNSAMPLED.upper(), UNSAMPLED[:-1], UNSAMPLED + "0", UNSAMPLED + "-", f"ff{UNSAMPLED[2:]}",
               f"00-{'0' * 32}-{PARENT}-00", f"00-{TRACE}-{'0' * 16}-00", f"00-{TRACE}-{PARENT}-0g",
               f"00_{TRACE}_{PARENT}_00", f"{UNSAMPLED},{UNSAMPLED}"]
        seen = set()
        for text in bad:
            trace, _, flags, state = self.ask(server, up, ("traceparent", text), ("tracestate", "a=1"))
            self.assertNotEqual(trace, TRACE, text)
            self.assertEqual((flags, state), ("02", []), text)
            seen.add(trace)
        twice = self.ask(server, up, ("traceparent", UNSAMPLED), ("Traceparent", UNSAMPLED), ("tracestate", "a=1"))
        self.assertNotEqual(twice[0], TRACE)
        self.assertEqual(twice[3], [])
        seen.add(twice[0])
        self.assertEqual(len(seen), len(bad) + 1, "each begins a trace of its own")
        for text in ("a", "=1", "A=1", "a=1,,b", "a=" + "x" * 600, ",".join(f"k{i}=1" for i in range(33))):
            trace, _, _, state = self.ask(server, up, ("traceparent", UNSAMPLED), ("tracestate", text))
            self.assertEqual((trace, state), (TRACE, []), text)

    def test_only_a_trusted_peer_says_what_is_recorded(self):
        for trusted, sample, sent, expected in ((False, 0, SAMPLED, "00"), (False, 1, UNSAMPLED, "01"),
                                                (True, 0, SAMPLED, "01"), (True, 1, UNSAMPLED, "00")):
            with self.subTest(trusted=trusted, sample=sample, sent=sent):
                up = self.upstream()
                server = self.serve([up.url], self.tracing(sample=sample), trusted=trusted)
                self.assertEqual(self.ask(server, up, ("traceparent", sent))[:3:2], (TRACE, expected))
                server.stop()

    def test_traces_that_end_here_are_not_told(self):
        up = self.upstream()
        server = self.serve([up.url], self.tracing(more="propagate = false\n"))
        self.assertEqual(server.request("GET", "/open/x", fields=(("traceparent", SAMPLED), ("tracestate", "a=1")))
                         .status, 200)
        self.assertEqual(up.requests[0].all("traceparent") + up.requests[0].all("tracestate"), [])


class Exported(Traces):
    def test_the_chain_and_what_is_said_of_it(self):
        up, collector = self.upstream(), self.collector()
        server = self.serve([up.url], self.tracing(collector, 'service_name = "edge \\"1\\""\n'))
        got = server.request("GET", "/api/a%20b?password=hunter2", self.token,
                             fields=(("traceparent", UNSAMPLED), ("tracestate", "a=1"), ("User-Agent", 'test\x80 "\\1'),
                                     ("Cookie", "session=hunter2")))
        self.assertEqual(got.status, 200)
        spans = collector.wait_for(2)
        server_span, = [one for one in spans if one["kind"] == 2]
        client_span, = [one for one in spans if one["kind"] == 3]
        told = up.requests[0].get("traceparent")
        self.assertEqual(told, f"00-{TRACE}-{client_span['spanId']}-01")
        self.assertEqual([one["traceId"] for one in spans], [TRACE, TRACE])
        self.assertEqual(server_span["parentSpanId"], PARENT)
        self.assertEqual(client_span["parentSpanId"], server_span["spanId"])
        self.assertEqual(server_span["traceState"], "a=1")
        self.assertEqual({one["service"] for one in spans}, {'edge "1"'})
        self.assertEqual((server_span["name"], client_span["name"]), ("GET /api/*", "GET"))
        self.assertEqual(server_span["attributes"], {
            "http.request.method": "GET", "http.route": "/api/*", "url.scheme": "https", "url.path": "/api/a%20b",
            "server.address": "localhost", "server.port": 443, "client.address": "127.0.0.1",
            "network.peer.address": "127.0.0.1", "network.protocol.version": "1.1",
            "user_agent.original": 'test\x80 "\\1',
            "http.response.status_code": 200})
        self.assertEqual(client_span["attributes"], {
            "http.request.method": "GET", "url.full": f"{up.url}/api/a%20b", "server.address": "127.0.0.1",
            "server.port": up.port, "network.peer.address": "127.0.0.1", "network.peer.port": up.port,
            "network.protocol.version": "1.1", "http.response.status_code": 200})
        self.assertEqual([one["status"] for one in spans], [{}, {}])
        line = eventually(lambda: server.events("request"), "a line")[0]
        self.assertEqual((line["trace_id"], line["span_id"]), (TRACE, server_span["spanId"]))
        sent = b"".join(one.body for one in collector.heads)
        for secret in (b"hunter2", b"password", self.token.encode(), self.token.split(".")[1][:40].encode(), b"Bearer"):
            self.assertNotIn(secret, sent)
        eventually(lambda: self.result(server, "exported") == 2, "counted")

    def test_failures_refusals_and_odd_methods(self):
        up, collector = self.upstream(lambda peer, request: peer.send(
            answer(b"no", status="404 Not Found" if request.target.endswith("404") else "503 Unavailable"))), \
            self.collector()
        dead = self.upstream()
        dead.stop()
        server = self.serve([up.url], self.tracing(collector))
        self.assertEqual(server.request("GET", "/open/404").status, 404)
        self.assertEqual(server.request("GET", "/open/503").status, 503)
        self.assertEqual(server.request("PURGE", "/open/404").status, 404)
        self.assertEqual(server.request("GET", "/notes").status, 401)
        self.assertEqual(server.request("GET", "/nowhere").status, 404)
        spans = collector.wait_for(8)
        seen = {(one["kind"], one["name"], one["attributes"]["http.response.status_code"],
                 one["attributes"].get("error.type"), bool(one["status"])) for one in spans}
        self.assertEqual(seen, {
            (2, "GET /open/*", 404, None, False), (3, "GET", 404, "404", True),
            (2, "GET /open/*", 503, "503", True), (3, "GET", 503, "503", True),
            (2, "HTTP /open/*", 404, None, False), (3, "HTTP", 404, "404", True),
            (2, "GET /notes", 401, None, False), (2, "GET", 404, None, False)})
        odd = [one["attributes"] for one in spans if one["name"].startswith("HTTP")]
        self.assertEqual([(one["http.request.method"], one["http.request.method_original"]) for one in odd],
                         [("_OTHER", "PURGE")] * 2)
        self.assertEqual([one for one in spans if "parentSpanId" not in one and one["kind"] == 3], [])

    def test_each_attempt_is_a_span(self):
        dead = self.upstream()
        dead.stop()
        up, collector = self.upstream(), self.collector()
        server = self.serve([dead.url, up.url], self.tracing(collector))
        for _ in range(8):
            self.assertEqual(server.request("GET", "/open/x").status, 200)
        spans = eventually(lambda: len([s for s in collector.spans if s["kind"] == 2]) == 8 and list(collector.spans), "8")
        failed = [one for one in spans if one["kind"] == 3 and one["status"]]
        again = [one for one in spans if one["attributes"].get("http.request.resend_count")]
        self.assertTrue(failed, "one was tried at the dead address")
        self.assertEqual(len(failed), len(again))
        self.assertEqual({one["attributes"]["server.port"] for one in failed}, {dead.port})
        self.assertEqual({one["attributes"]["error.type"] for one in failed}, {"upstream_unreachable"})
        named = {one.get("traceparent").split("-")[2] for one in up.requests}
        taken = {one["spanId"] for one in spans if one["kind"] == 3 and not one["status"]}
        self.assertEqual(named, taken)

    def test_nothing_is_sent_of_what_is_not_sampled(self):
        up, collector = self.upstream(), self.collector()
        server = self.serve([up.url], self.tracing(collector, sample=0))
        for _ in range(5):
            server.request("GET", "/open/x", fields=(("traceparent", SAMPLED),))
        server.stop()
        self.assertEqual(collector.heads, [])

    def test_the_collector_is_shown_its_authorization(self):
        up, collector = self.upstream(), self.collector()
        secret = scratch("collector.token")
        with open(secret, "w") as file:
            file.write("first\n")
        header = f'[[trace.header]]\nname = "Authorization"\nvalue_file = "{secret}"\nvalue_prefix = "Bearer "\n'
        server = self.serve([up.url], self.tracing(collector, header))
        server.request("GET", "/open/x")
        collector.wait_for(2)
        self.assertEqual(collector.heads[0].all("authorization"), ["Bearer first"])
        with open(secret, "w") as file:
            file.write("second\n")
        server.request("GET", "/open/x")
        collector.wait_for(4)
        self.assertEqual(collector.heads[-1].all("authorization"), ["Bearer second"])


class BadCollectors(Traces):
    def flood(self, server, count=30):
        for _ in range(count):
            self.assertEqual(server.request("GET", "/open/x").status, 200)

    def test_one_that_is_down_costs_spans_and_no_request(self):
        up = self.upstream()
        gone = Collector()
        gone.stop()
        server = self.serve([up.url], self.tracing(gone, "queue = 4\nbatch = 2\n"))
        self.flood(server)
        eventually(lambda: self.result(server, "dropped") > 0, "dropped, and counted")
        eventually(lambda: server.metric('latchkey_trace_export_failures_total{reason="unreachable"}') > 0, "why")
        self.assertEqual(len(server.events("trace_export")), 1)
        self.assertEqual(server.stop(), 0)

    def test_one_that_never_answers_keeps_nothing_from_ending(self):
        up = self.upstream()
        over = threading.Event()
        self.addCleanup(over.set)

        def say_nothing(peer, request):
            over.wait(PATIENCE)
            return False

        mute = self.collector(say_nothing)
        server = self.serve([up.url], self.tracing(mute))
        self.flood(server, 5)
        eventually(lambda: mute.heads, "asked")
        self.flood(server, 5)
        self.assertEqual(server.stop(), 0)

    def test_one_that_is_busy_is_asked_again_when_it_says(self):
        turns = []

        def busy_once(peer, request):
            turns.append(time.monotonic())
            if len(turns) > 1:
                return None
            peer.send(answer(b"", status="503 Busy", fields=("Retry-After: 2",)))
            return True

        up, collector = self.upstream(), self.collector(busy_once)
        server = self.serve([up.url], self.tracing(collector))
        self.flood(server, 1)
        collector.wait_for(2)
        self.assertGreaterEqual(turns[1] - turns[0], 1.9)
        bodies = [one.body for one in collector.heads]
        self.assertEqual(bodies[0], bodies[1], "the same once more")
        eventually(lambda: self.result(server, "exported") == 2, "counted")
        self.assertEqual(server.metric('latchkey_trace_export_failures_total{reason="busy"}'), 1)
        states = eventually(lambda: [one["state"] for one in server.events("trace_export")][1:], "told")
        self.assertEqual(states, ["ok"])

    def test_what_is_refused_is_not_sent_again(self):
        def refuse(peer, request):
            peer.send(answer(b"no", status="400 Bad Request"))
            return True

        up, collector = self.upstream(), self.collector(refuse)
        server = self.serve([up.url], self.tracing(collector))
        self.flood(server, 1)
        eventually(lambda: self.result(server, "failed") == 2, "counted")
        self.assertEqual(len({one.body for one in collector.heads}), len(collector.heads))

    def test_what_is_taken_in_part_is_counted(self):
        def partly(peer, request):
            peer.send(answer(b'{"partialSuccess":{"rejectedSpans":"1","errorMessage":"one too many"}}'))
            return True

        up, collector = self.upstream(), self.collector(partly)
        server = self.serve([up.url], self.tracing(collector, interval="1s"))
        self.flood(server, 1)
        eventually(lambda: self.result(server, "exported") + self.result(server, "failed") == 2, "counted")
        self.assertGreaterEqual(self.result(server, "failed"), 1)


class Life(Traces):
    def test_what_waits_is_sent_at_the_end(self):
        up, collector = self.upstream(), self.collector()
        server = self.serve([up.url], self.tracing(collector, interval="1h"))
        # The first look is at once.
        for _ in range(20):
            server.request("GET", "/open/x")
        self.assertEqual(server.stop(), 0)
        self.assertEqual(len(collector.spans), 40)

    def test_a_reload_turns_it_on_changes_it_and_turns_it_off(self):
        up, first, second = self.upstream(), self.collector(), self.collector()
        server = self.serve([up.url], "")

        def ask():
            self.assertEqual(server.request("GET", "/open/x").status, 200)
            return up.requests[-1].get("traceparent")

        self.assertIsNone(ask())
        for trace in (self.tracing(first), self.tracing(second)):
            self.site.write(extra=self.extra([up.url], trace))
            self.assertEqual(server.reload()[0], 200)
            self.assertIsNotNone(ask())
            (first if "first" in trace or first.url in trace else second).wait_for(2)
        self.site.write(extra=self.extra([up.url], self.tracing(second, "batch = 5000\n")))
        self.assertNotEqual(server.reload()[0], 200, "a batch larger than the queue")
        self.site.write(extra=self.extra([up.url], ""))
        self.assertEqual(server.reload()[0], 200)
        self.assertIsNone(ask())
        self.assertEqual((len(first.spans), len(second.spans)), (2, 2))

    def test_in_a_sandbox_the_file_of_a_header_is_read(self):
        up, collector = self.upstream(), self.collector()
        folder = scratch("elsewhere")
        os.makedirs(folder, exist_ok=True)
        secret = os.path.join(folder, "collector.token")
        with open(secret, "w") as file:
            file.write("hidden\n")
        header = f'[[trace.header]]\nname = "X-Key"\nvalue_file = "{secret}"\n'
        self.site = Site(self.issuer, server='sandbox = "auto"', extra=self.extra([up.url], self.tracing(collector, header)))
        server = Serving(self.site)
        self.addCleanup(server.stop)
        server.await_ready()
        server.request("GET", "/open/x")
        collector.wait_for(2)
        self.assertEqual(collector.heads[0].get("x-key"), "hidden")


if __name__ == "__main__":
    main()
