"""doctor: what it finds of sound and of broken configurations, with the real program and an issuer that fails."""

import datetime
import email.utils
import http.server
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import threading
import unittest

import harness


def run(issuer, *options, config=harness.CONFIG, sets=(), environment=None, input=None, timeout=30_000):
    """The exit status, the findings, and all that was printed."""
    cert, key = harness.certificate()
    settings = {
        "server.listen": f'["127.0.0.1:{harness.free_port()}"]',
        "server.tls.certificate": cert,
        "server.tls.private_key": key,
        "admin.listen": f"127.0.0.1:{harness.free_port()}",
        "issuer.0.issuer": issuer,
        "issuer.0.jwks_uri": f"{issuer}/.well-known/jwks.json",
        "issuer.0.clock_skew": "60s",
        **dict(sets),
    }
    command = [harness.BIN / "latchkey", "doctor", "--config", config, "--json", "--timeout", str(timeout), *options]
    for path, value in settings.items():
        command += ["--set", f"{path}={value}"]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("LATCHKEY_")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=3 * harness.PATIENCE, input=input,
                          env={**clean, **(environment or {})})
    found = json.loads(done.stdout)["findings"] if done.stdout.startswith("{") else []
    return done.returncode, found, done.stdout + done.stderr


def of(found, check, state=None):
    return [one for one in found if one["check"] == check and state in (None, one["state"])]


def faults(found):
    return [(one["check"], one["subject"]) for one in found if one["state"] == "fault"]


class Provider(http.server.ThreadingHTTPServer):
    """Answers every request with the keys, and says what time it likes."""

    def __init__(self, jwks, date=None, age=None):
        self.jwks, self.date, self.age = jwks.encode(), date, age
        super().__init__(("127.0.0.1", harness.free_port()), Answer)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    def end(self):
        self.shutdown()
        self.server_close()
        self.thread.join()


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response_only(200)
        if self.server.date:
            self.send_header("Date", email.utils.format_datetime(self.server.date(), usegmt=True))
        if self.server.age:
            self.send_header("Age", str(self.server.age))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.jwks)))
        self.end_headers()
        self.wfile.write(self.server.jwks)

    def log_message(self, *_):
        pass


def listener():
    """A socket that listens at a port of its own."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", harness.free_port()))
    made.listen()
    return made


def make_expired(cert, key):
    """Signed by itself, good until 2021."""
    folder = pathlib.Path(harness.scratch("ca"))
    folder.mkdir()
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01\n")
    (folder / "ca.cnf").write_text(
        f"[ca]\ndefault_ca = d\n[d]\ndatabase = {folder}/index.txt\nserial = {folder}/serial\n"
        f"new_certs_dir = {folder}\ndefault_md = sha256\npolicy = p\n[p]\ncommonName = supplied\n")
    subprocess.run(["openssl", "req", "-new", "-key", key, "-subj", "/CN=a", "-out", folder / "a.csr"], check=True)
    subprocess.run(["openssl", "ca", "-batch", "-selfsign", "-notext", "-config", folder / "ca.cnf",
                    "-keyfile", key, "-in", folder / "a.csr", "-startdate", "20200101000000Z", "-enddate",
                    "20210101000000Z", "-out", cert], check=True, stderr=subprocess.DEVNULL)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.issuer = harness.Issuer()

    @classmethod
    def tearDownClass(cls):
        cls.issuer.stop()

    def setUp(self):
        self.addCleanup(self.issuer.control, "heal")

    def assert_fault(self, got, check, words, subject="issuer.0"):
        status, found, printed = got
        self.assertEqual(status, 1, printed)
        told = [one for one in of(found, check, "fault") if one["subject"] == subject]
        self.assertTrue(told, printed)
        self.assertIn(words, told[0]["found"] + " -> " + told[0]["advice"])
        self.assertTrue(all(one["advice"] for one in found if one["state"] != "ok"), printed)

    def test_what_is_well_is_told_as_well(self):
        status, found, printed = run(self.issuer.url)
        self.assertEqual(status, 0, printed)
        self.assertEqual(faults(found), [])
        self.assertIn("accepted: RS256", of(found, "keys")[0]["found"])
        self.assertEqual(of(found, "clock"), [{"state": "ok", "check": "clock", "subject": "issuer.0",
                                               "found": "agrees with the provider's", "advice": ""}])
        for check in ("configuration", "connection", "port", "admin", "limits", "sandbox", "file"):
            self.assertTrue(of(found, check, "ok"), printed)
        self.assertIn("signed by itself", " ".join(one["found"] for one in of(found, "certificate", "warning")))

    def test_people_get_a_table(self):
        cert, key = harness.certificate()
        done = subprocess.run(
            [harness.BIN / "latchkey", "doctor", "--config", harness.CONFIG, "--set", f"server.tls.certificate={cert}",
             "--set", f"server.tls.private_key={key}", "--set", f"issuer.0.issuer={self.issuer.url}", "--set",
             f"issuer.0.jwks_uri={self.issuer.url}/nowhere"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stdout, r"(?m)^fault    keys           issuer\.0: no keys from .*status 404")
        self.assertRegex(done.stdout, r"(?m)^         -> correct jwks_uri")
        self.assertRegex(done.stdout, r"\n\d+ ok, \d+ warnings?, [1-9] faults?\n$")

    def test_faults_of_the_provider(self):
        for kind, check, words in [
            ("refuse", "connection", "Connection refused -> nothing listens there"),
            ("not-found", "keys", "found: status 404; expected: status 200 -> correct jwks_uri"),
            ("unavailable", "keys", "found: status 503; expected: status 200 -> the provider itself fails"),
            ("html", "keys", "that is no JWK set that can be used"),
            ("truncated", "keys", "that is no JWK set"),
            ("no-keys", "keys", "that is no JWK set"),
            ("redirect-self", "keys", "redirects are not followed"),
            ("reset", "keys", "no keys from"),
        ]:
            with self.subTest(kind):
                self.issuer.control("fail", {"kind": kind})
                self.assert_fault(run(self.issuer.url), check, words)
                self.issuer.control("heal")

    def test_a_provider_that_is_silent_holds_it_up_for_the_timeout_alone(self):
        self.issuer.control("fail", {"kind": "silence"})
        got = run(self.issuer.url, timeout=4_000)
        self.assert_fault(got, "answer", "does not answer in time")
        self.assert_fault(got, "keys", "takes too long")

    def test_a_key_that_is_ambiguous_is_told(self):
        self.issuer.control("fail", {"kind": "duplicate-kid"})
        _, found, printed = run(self.issuer.url)
        told = [one for one in of(found, "keys") if "is not used" in one["found"]]
        self.assertTrue(told, printed)
        self.assertTrue(all(one["state"] == "warning" for one in told), printed)

    def test_an_algorithm_that_no_key_serves(self):
        self.assert_fault(run(self.issuer.url, sets={"issuer.0.algorithms": '["ES256"]'}.items()), "keys",
                          "configured: ES256, so no token is accepted")

    def test_metadata_that_name_another_issuer(self):
        other = self.issuer.url.replace("127.0.0.1", "localhost")
        discovered = {"issuer.0.issuer": other, "issuer.0.jwks_uri": "", "issuer.0.allow_internal": "true"}
        self.assert_fault(run(other, sets=discovered.items()), "keys",
                          "set issuer of issuer.0 to exactly what the metadata names")
        named = {"issuer.0.issuer": other, "issuer.0.jwks_uri": f"{self.issuer.url}/.well-known/jwks.json"}
        status, found, printed = run(other, sets=named.items())
        self.assertEqual(status, 0, printed)
        self.assertIn(self.issuer.url, of(found, "issuer", "warning")[0]["found"])

    def test_clocks(self):
        jwks = subprocess.run([harness.BIN / "latchkey-issuer", "keys", "--key", harness.scratch("issuer.pem")],
                              check=True, capture_output=True, text=True).stdout
        hour = datetime.timedelta(hours=1)
        for name, date, age, state, words in [
            ("ahead", lambda: now() - hour, None, "fault", "ahead of the provider"),
            ("behind", lambda: now() + hour, None, "fault", "behind the provider"),
            ("of a cache", lambda: now() - hour, 3600, "ok", "agrees"),
            ("none", None, None, None, ""),
        ]:
            with self.subTest(name):
                provider = Provider(jwks, date, age)
                self.addCleanup(provider.end)
                status, found, printed = run(provider.url)
                told = of(found, "clock")
                if state is None:
                    self.assertEqual(told, [], printed)
                    continue
                self.assertEqual([one["state"] for one in told], [state], printed)
                self.assertIn(words, told[0]["found"])
                self.assertEqual(status, 1 if state == "fault" else 0, printed)

    def test_certificates_of_the_provider(self):
        cert, key = harness.scratch("idp.pem"), harness.scratch("idp.key")
        harness.make_certificate(cert, key)
        issuer = harness.Issuer("--tls-certificate", cert, "--tls-key", key)
        self.addCleanup(issuer.stop)
        trusted = {"issuer.0.ca_file": cert}.items()
        status, found, printed = run(issuer.url, sets=trusted)
        self.assertEqual(faults(found), [], printed)
        self.assertIn("for localhost, 127.0.0.1, valid until", " ".join(one["found"] for one in of(found, "certificate")))
        self.assert_fault(run(issuer.url), "certificate", "name the PEM file of its authority in ca_file of issuer.0")
        for kind, words in [("expired", "whoever runs it has to renew it"), ("wrong-host", "it is for: wrong-host.invalid"),
                            ("self-signed", "ca_file of issuer.0")]:
            with self.subTest(kind):
                issuer.control("fail", {"kind": kind})
                self.assert_fault(run(issuer.url, sets=trusted), "certificate", words)
                issuer.control("heal")
        plain = f"https://127.0.0.1:{self.issuer.port}"
        self.assert_fault(run(plain, sets=trusted), "certificate", "look whether that port speaks TLS")

    def test_upstreams(self):
        dead = harness.free_port()
        edge = {"upstream.0.addresses": f'["http://127.0.0.1:{dead}"]'}
        got = run(self.issuer.url, config=harness.ROOT / "conf" / "edge.toml", sets=edge.items())
        self.assert_fault(got, "connection", "nothing listens there", "upstream.0")
        # The issuer stands in for an API.
        edge = {"upstream.0.addresses": f'["http://127.0.0.1:{self.issuer.port}"]', "upstream.0.health_path": "/nowhere"}
        got = run(self.issuer.url, config=harness.ROOT / "conf" / "edge.toml", sets=edge.items())
        self.assert_fault(got, "health", "GET /nowhere at 127.0.0.1", "upstream.0")
        edge["upstream.0.health_path"] = "/.well-known/jwks.json"
        status, found, printed = run(self.issuer.url, config=harness.ROOT / "conf" / "edge.toml", sets=edge.items())
        self.assertEqual(status, 0, printed)
        self.assertIn("200", of(found, "health", "ok")[0]["found"])
        edge = {"upstream.0.addresses": '["http://no-such-host.invalid:9000"]'}
        got = run(self.issuer.url, config=harness.ROOT / "conf" / "edge.toml", sets=edge.items())
        self.assert_fault(got, "name", "no address of no-such-host.invalid", "upstream.0")

    def test_a_port_that_is_held(self):
        with listener() as holder:
            where = f"127.0.0.1:{holder.getsockname()[1]}"
            got = run(self.issuer.url, sets={"server.listen": f'["{where}"]'}.items())
            self.assert_fault(got, "port", f"(process {os.getpid()})", "server.listen")
        got = run(self.issuer.url, sets={"server.listen": '["192.0.2.1:8443"]'}.items())
        self.assert_fault(got, "port", "no address of this machine", "server.listen")

    def test_our_own_certificate(self):
        folder = pathlib.Path(harness.scratch("own"))
        cert, key = folder / "not there" / "a.pem", folder / "not there" / "a.key"
        missing = {"server.tls.certificate": cert, "server.tls.private_key": key}.items()
        got = run(self.issuer.url, sets=missing)
        self.assert_fault(got, "certificate", f"latchkey init --dev-certificate --certificate '{cert}' --private-key '{key}'",
                          "server.tls")
        command = shlex.split(re.search(r"for development, make one: (latchkey init [^\"]+)", got[2]).group(1))
        for gone, there in ((cert, key), (key, cert)):
            subprocess.run([harness.BIN / "latchkey", *command[1:]], check=True, capture_output=True)
            self.assertEqual(run(self.issuer.url, sets=missing)[0], 0)
            # What is there may be the only copy, and the other path mistyped.
            gone.unlink()
            got = run(self.issuer.url, sets=missing)
            self.assert_fault(got, "certificate", f"{there} is there: correct the path", "server.tls")
            self.assertNotIn("--force", got[2])
            refused = subprocess.run([harness.BIN / "latchkey", *command[1:]], capture_output=True, text=True)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("exists, but not", refused.stderr)
            there.unlink()
        subprocess.run([harness.BIN / "latchkey", *command[1:]], check=True, capture_output=True)
        key.chmod(0o644)
        status, found, printed = run(self.issuer.url, sets=missing)
        self.assertEqual(status, 0, printed)
        self.assertIn("can be read by everybody", of(found, "file", "warning")[0]["found"])
        other = {"server.tls.certificate": cert, "server.tls.private_key": harness.certificate()[1]}.items()
        self.assert_fault(run(self.issuer.url, sets=other), "certificate", "does not belong to the certificate", "server.tls")
        make_expired(cert, key)
        self.assert_fault(run(self.issuer.url, sets=missing), "certificate", "has expired", "server.tls")

    def test_where_notes_are_kept(self):
        folder = pathlib.Path(harness.scratch("kept"))
        folder.mkdir()
        config = harness.ROOT / "conf" / "notes.toml"
        own = folder / "notes.db"

        def look(store, config=config):
            return run(self.issuer.url, config=config, sets={"notes.store": store}.items(), timeout=2000)

        status, found, printed = look(f"sqlite:{own}")
        self.assertEqual(status, 0, printed)
        self.assertIn("is made with the first start", of(found, "notes", "ok")[0]["found"])
        self.assertFalse(own.exists())
        other = folder / "passwd"
        other.write_text("root:x:0:0:root:/root:/bin/bash\n" * 10)
        self.assert_fault(look(f"sqlite:{other}"), "notes", "is no SQLite database", "notes.store")
        self.assert_fault(look(f"sqlite:{folder}/none/notes.db"), "notes", "its folder does not exist", "notes.store")
        store = "postgresql://u:sesame@127.0.0.1:1/notes"
        got = look(store)
        self.assert_fault(got, "notes", "no connection to postgresql://u@127.0.0.1:1/notes", "notes.store")
        self.assertNotIn("sesame", got[2])
        # Who may read the password may read the notes.
        copy = folder / "notes.toml"
        copy.write_text(re.sub(r"(?m)^store = .*$", f'store = "{store}"', config.read_text()))
        for mode, warned in ((0o644, True), (0o600, False)):
            copy.chmod(mode)
            found = run(self.issuer.url, config=copy, timeout=2000)[1]
            self.assertEqual(any("read by everybody" in one["found"] for one in of(found, "file", "warning")
                                 if one["subject"] == "configuration"), warned)

    def test_a_configuration_that_is_not_valid(self):
        status, found, printed = run(self.issuer.url, sets={"server.workers": "many", "server.worker": "2"}.items())
        self.assertEqual(status, 1, printed)
        self.assertEqual({one["check"] for one in found}, {"configuration"})
        self.assertEqual(len(found), 2)
        done = subprocess.run([harness.BIN / "latchkey", "doctor"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)

    def test_tokens(self):
        good = self.issuer.mint(scope="example:note:read")
        status, found, printed = run(self.issuer.url, "--token", "-", input=good + "\n")
        self.assertEqual(status, 0, printed)
        opened = {one["subject"]: one["found"] for one in of(found, "token")}
        self.assertIn("accepted", opened[""])
        self.assertEqual(opened["GET /notes"], "opened")
        self.assertIn("lacks the scope example:note:create", opened["POST /notes"])
        path = harness.scratch("old.txt")
        pathlib.Path(path).write_text(self.issuer.mint(expires_in="-120"))
        self.assert_fault(run(self.issuer.url, "--token", path), "token", "expired", "")
        self.assert_fault(run(self.issuer.url, "--token", path), "token", "it ended at", "")
        self.assertEqual(run(self.issuer.url, "--token", harness.scratch("none.txt"))[0], 2)

    def test_a_proxy_of_the_environment_that_is_none_is_told_once(self):
        sets = {"issuer.0.issuer": "https://idp.example", "issuer.0.jwks_uri": "https://idp.example/keys"}
        status, found, printed = run("https://idp.example", sets=sets.items(),
                                     environment={"HTTPS_PROXY": "ftp://s3cret@proxy"})
        self.assertEqual(status, 1, printed)
        self.assertEqual(len(of(found, "settings", "fault")), 1, printed)
        self.assertIn("HTTPS_PROXY", of(found, "settings", "fault")[0]["found"])
        self.assertNotIn("s3cret", printed)

    def test_secrets_are_not_shown(self):
        hidden = {"issuer.0.header.0.name": "x-key", "issuer.0.header.0.value": "s3cret-value",
                  "issuer.0.proxy": f"http://user:s3cret-word@127.0.0.1:{harness.free_port()}",
                  "issuer.0.issuer": "https://idp.example", "issuer.0.jwks_uri": "https://idp.example/keys"}
        token = self.issuer.mint()
        status, found, printed = run("https://idp.example", "--token", "-", sets=hidden.items(), input=token)
        self.assertEqual(status, 1)
        self.assert_fault((status, found, printed), "connection", "through the proxy 127.0.0.1:")
        self.assertNotIn("s3cret", printed)
        self.assertNotIn(token.split(".")[2][:20], printed)


class FirstHour(unittest.TestCase):
    """What somebody meets who begins says what to do."""

    def serve(self, *options, issuer="http://127.0.0.1:9"):
        return harness.Latchkey(issuer, *options, wait=False)

    def test_a_port_in_use(self):
        with listener() as holder:
            server = self.serve(f'server.listen=["127.0.0.1:{holder.getsockname()[1]}"]')
            server.wait_for(r"cannot listen on 127\.0\.0\.1:\d+: Address already in use; another program listens there "
                            r"\(ss -ltnp names it\): end it, or choose another port")
            self.assertEqual(server.wait(), 1)

    def test_a_certificate_that_is_missing(self):
        folder = pathlib.Path(harness.scratch("first"))
        folder.mkdir()
        options = [f"server.tls.certificate={folder}/server.pem", f"server.tls.private_key={folder}/server.key"]
        server = self.serve(*options)
        command = server.wait_for(r"for development, make one: (latchkey init .*)$").group(1)
        self.assertEqual(server.wait(), 1)
        subprocess.run([harness.BIN / "latchkey", *command.split()[1:]], check=True, capture_output=True)
        server = self.serve(*options)
        server.wait_for('"listening"')
        self.assertEqual(server.stop(), 0)

    def test_a_key_that_this_user_may_not_read(self):
        # Root without its capabilities is a user like others.
        without = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
        key = pathlib.Path(harness.scratch("kept.key"))
        shutil.copy(harness.certificate()[1], key)
        key.chmod(0)
        done = subprocess.run(
            [*without, harness.BIN / "latchkey", "serve", "--config", harness.CONFIG, "--set",
             f"server.tls.certificate={harness.certificate()[0]}", "--set", f"server.tls.private_key={key}"],
            capture_output=True, text=True, timeout=harness.PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("kept.key: Permission denied; let the user of the server read it (chown, chmod)", done.stderr)

    def test_a_provider_that_cannot_be_reached(self):
        issuer = f"http://127.0.0.1:{harness.free_port()}"
        server = harness.Latchkey(issuer)
        self.addCleanup(server.stop)
        server.wait_for("keys_fetch_failed")
        event = server.events("keys_fetch_failed")[0]
        self.assertEqual(event["issuer"], issuer)
        self.assertIn("Connection refused", event["error"])
        self.assertIn("latchkey doctor", event["advice"])
        with self.assertRaises(harness.urllib.request.HTTPError) as refused:
            harness.urllib.request.urlopen(f"{server.admin}/readyz", timeout=harness.PATIENCE)
        body = json.loads(refused.exception.read())
        refused.exception.close()
        self.assertEqual(body["checks"], {f"keys of {issuer}": False})
        self.assertEqual(body["reasons"][f"keys of {issuer}"],
                         f"Connection refused; asked: {issuer}/.well-known/jwks.json")
        checked = subprocess.run([harness.BIN / "latchkey", "healthcheck", "--url", f"{server.admin}/readyz"],
                                 capture_output=True, text=True)
        self.assertEqual(checked.returncode, 1)
        self.assertIn(f"keys of {issuer}: Connection refused; asked:", checked.stderr)


if __name__ == "__main__":
    harness.main()
