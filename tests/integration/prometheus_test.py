"""The alerts and the dashboard of conf/: by promtool, and by a real Prometheus that scrapes a server under traffic."""

import contextlib
import json
import shutil
import socket
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

import harness
from harness import PATIENCE, ROOT, Program, free_port, scratch
from site_of_its_own import Serving, Site
from upstream import Upstream

ALERTS = ROOT / "conf" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "conf" / "grafana" / "latchkey.json"
RULES = ROOT / "tests" / "integration" / "alerts_rules.yml"
EXTRA = """
[[upstream]]
name = "api"
addresses = ["http://127.0.0.1:{port}"]
[[route]]
path = "/api/*"
methods = ["*"]
public = true
upstream = "api"
[notes]
store = "sqlite:{notes}"
[[route]]
path = "/kept"
methods = ["GET"]
scopes = ["example:note:read"]
handler = "stored_notes.list"
[[route]]
path = "/kept"
methods = ["POST"]
scopes = ["example:note:read"]
handler = "stored_notes.create"
"""
NOTE = b'{"title": "Milk"}'


def promtool(*words):
    return subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True)


def queries():
    """The queries of the dashboard by the titles of their panels, as Grafana would send them."""
    dashboard = json.loads(DASHBOARD.read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], with_values(target["expr"])
    for one in dashboard["annotations"]["list"]:
        yield one["name"], with_values(one["expr"])


def with_values(expression):
    return expression.replace("$__rate_interval", "5s").replace("$instance", ".*")


class Prometheus(Program):
    def __init__(self, target):
        self.port = free_port()
        config = scratch("prometheus.yml")
        with open(config, "w", encoding="utf-8") as out:
            out.write(f"""
global: {{scrape_interval: 500ms, evaluation_interval: 500ms}}
rule_files: ["{ALERTS}"]
scrape_configs:
  - job_name: latchkey
    static_configs: [{{targets: ["{target}"]}}]
""")
        super().__init__("prometheus", f"--config.file={config}", f"--storage.tsdb.path={scratch('prometheus')}",
                         f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn")

    def ask(self, path, **parameters):
        """What the API answers; an error of it fails with its text."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{parameters}: {refused.read().decode()}") from None

    def await_scraped(self):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(OSError, AssertionError):
                if self.ask("query", query="count_over_time(up[10s]) > 12")["result"]:
                    return
            time.sleep(0.2)
        raise AssertionError("\n".join(self.lines))


@unittest.skipUnless(shutil.which("promtool"), "promtool (Debian's package prometheus) is not installed")
class Rules(unittest.TestCase):
    def test_are_well_formed(self):
        for words in (("check", "rules", ALERTS), ("check", "config", ALERTS.with_name("prometheus.yml"))):
            done = promtool(*words)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_fire_where_they_should_and_nowhere_else(self):
        done = promtool("test", "rules", RULES)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_have_each_a_test_of_both(self):
        rules, tests = ALERTS.read_text(), RULES.read_text()
        names = [line.split(":")[1].strip() for line in rules.splitlines() if line.lstrip().startswith("- alert:")]
        self.assertGreater(len(names), 10)
        for name in names:
            self.assertIn(f"- name: {name} fires", tests)
            self.assertIn(f"- name: {name} is silent", tests)


@unittest.skipUnless(shutil.which("prometheus"), "prometheus is not installed")
class Scraped(unittest.TestCase):
    # Of these there is nothing to see where nothing happens.
    QUIET = {"Configuration changes"}

    def traffic(self, server, token, stop):
        while not stop.is_set():
            for path, by in (("/notes", token), ("/notes", None), ("/api/things", None), ("/nowhere", None)):
                server.request("GET", path, by)
            server.request("GET", "/kept", token)
            server.request("POST", "/kept", token, (("Content-Type", "application/json"),), NOTE)
            with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as raw:
                raw.sendall(b"garbage")
                raw.recv(100)
            time.sleep(0.05)

    def serve(self):
        issuer = harness.Issuer()
        self.addCleanup(issuer.stop)
        upstream = Upstream()
        self.addCleanup(upstream.stop)
        server = Serving(Site(issuer, extra=EXTRA.format(port=upstream.port, notes=scratch("prometheus-notes.db"))))
        self.addCleanup(server.stop)
        server.await_ready()
        token = issuer.mint(audience="account", scope="example:note:read")
        stop = threading.Event()
        asking = threading.Thread(target=self.traffic, args=(server, token, stop))
        asking.start()
        self.addCleanup(asking.join)
        self.addCleanup(stop.set)
        return server

    def test_every_query_can_be_answered(self):
        server = self.serve()
        prometheus = Prometheus(f"127.0.0.1:{server.site.admin_port}")
        self.addCleanup(prometheus.stop)
        prometheus.await_scraped()
        # It asks for OpenMetrics, and takes nothing that is not well-formed.
        for target in prometheus.ask("targets")["activeTargets"]:
            self.assertEqual((target["health"], target["lastError"]), ("up", ""))
        for title, query in queries():
            with self.subTest(title, query=query):
                result = prometheus.ask("query", query=query)["result"]
                if title not in self.QUIET:
                    self.assertTrue(result, "no data")
                for one in result:
                    self.assertNotEqual(one["value"][1], "NaN", one["metric"])
        for group in prometheus.ask("rules")["groups"]:
            for rule in group["rules"]:
                with self.subTest(rule["name"]):
                    self.assertEqual((rule["health"], rule.get("lastError", "")), ("ok", ""))
                    expected = {"LatchkeyCertificateExpires", "LatchkeyCertificateExpiresSoon"}
                    firing = [one for one in rule["alerts"] if one["state"] == "firing"]
                    self.assertEqual(bool(firing), rule["name"] in expected, firing)


if __name__ == "__main__":
    harness.main()
