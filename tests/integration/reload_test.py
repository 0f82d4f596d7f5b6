"""The configuration changes while the server runs: all of it or nothing, and no request notices."""

import json
import os
import pathlib
import signal
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request

import harness
from harness import PATIENCE, Answer, Issuer, free_port, main, scratch
from site_of_its_own import WithIssuer, der_of, eventually, make_certificate


class Reload(WithIssuer):
    def test_takes_another_route_and_scope(self):
        site, server = self.serve()
        self.assertEqual(server.request("GET", "/notes", self.token).status, 200)
        site.write(scope="example:note:write",
                   extra='[[route]]\npath = "/mine"\nmethods = ["GET"]\nhandler = "token"\n')
        self.assertEqual(server.reload(), (200, {"reloaded": True, "generation": 2, "restart": []}))
        self.assertEqual(server.request("GET", "/notes", self.token).status, 403)
        self.assertEqual(server.request("GET", "/mine", self.token).status, 200)
        told = server.configuration()
        self.assertEqual(told["generation"], 2)
        self.assertEqual(told["reloads"], {"taken": 1, "refused": 0})
        self.assertEqual(server.metric("latchkey_config_generation"), 2)

    def test_takes_no_new_keys_for_what_has_not_changed(self):
        site, server = self.serve()
        server.request("GET", "/notes", self.token)
        before = self.issuer.fetches()
        hits = server.metric("latchkey_token_cache_hits_total")
        for _ in range(3):
            server.reload_taken()
        for _ in range(10):
            server.request("GET", "/notes", self.token)
        self.assertEqual(self.issuer.fetches(), before)
        self.assertEqual(server.metric("latchkey_token_cache_hits_total"), hits + 10, "it is still remembered")
        site.write(audience="somebody-else")
        server.reload_taken()
        self.assertEqual(server.request("GET", "/notes", self.token).status, 401, "nothing is remembered of old terms")
        self.assertEqual(self.issuer.fetches(), before, "the keys are those of before")
        site.write(audience="account")
        server.reload_taken()
        self.assertEqual(server.request("GET", "/notes", self.token).status, 200)

    def test_an_issuer_comes_and_goes(self):
        other = Issuer(key=scratch("other.pem"))
        self.addCleanup(other.stop)
        token = other.mint(audience="account", scope="example:note:read")
        site, server = self.serve()
        self.assertEqual(server.request("GET", "/notes", token).status, 401)
        first = site.values["issuers"]
        site.write(issuers=[(other.url, f"{other.url}/.well-known/jwks.json"), *first])
        server.reload_taken()
        self.assertEqual(server.request("GET", "/notes", token).status, 200, "its keys were there at once")
        self.assertEqual(server.request("GET", "/notes", self.token).status, 200)
        site.write(issuers=first)
        server.reload_taken()
        self.assertEqual(server.request("GET", "/notes", token).status, 401)
        self.assertEqual(server.request("GET", "/notes", self.token).status, 200)

    def test_refuses_all_of_what_is_wrong_in_any_way(self):
        site, server = self.serve()
        good = dict(site.values)
        folder, empty = scratch("folder"), scratch("empty.pem")
        os.makedirs(folder, exist_ok=True)
        pathlib.Path(empty).write_text("")
        busy = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(busy.close)
        wrong = {
            "not TOML": {"extra": "["},
            "an unknown key": {"server": "listne = 1"},
            "a missing certificate": {"certificate": scratch("nowhere.pem")},
            "an empty certificate": {"certificate": empty},
            "a folder for a key": {"private_key": folder},
            "a key of another certificate": {"private_key": make_certificate("stranger", "a.example")[1]},
            "a busy address": {"listen": [f"127.0.0.1:{site.port}", f"127.0.0.1:{busy.getsockname()[1]}"]},
            "no issuer": {"issuers": []},
        }
        descriptors = None
        for what, change in wrong.items():
            with self.subTest(what):
                # What is right in the file is not taken either.
                site.write(**{**good, "scope": "example:note:write", "level": "debug", **change})
                status, report = server.reload()
                self.assertEqual(status, 422, report)
                self.assertFalse(report["reloaded"])
                self.assertEqual(report["generation"], 1)
                self.assertTrue(report["problems"][0])
                self.assertEqual(server.request("GET", "/notes", self.token).status, 200)
                self.assertEqual(server.configuration()["last_reload"]["problems"], report["problems"])
                descriptors = descriptors or server.descriptors()
        self.assertEqual(server.metric("latchkey_config_last_reload_taken"), 0)
        self.assertLessEqual(server.descriptors(), descriptors + 2)
        eventually(lambda: len(server.events("reload_refused")) == len(wrong), "a line for each")
        site.path.unlink()
        self.assertEqual(server.reload()[0], 422)
        os.mkfifo(site.path)
        self.assertEqual(server.reload()[0], 422, "nobody waits for who writes into a pipe")
        site.path.unlink()
        site.write(**good)
        server.reload_taken()
        self.assertEqual(server.metric("latchkey_config_last_reload_taken"), 1)

    def test_tells_what_needs_a_restart(self):
        site, server = self.serve()
        site.write(server="workers = 7\nipv6_only = true", scope="example:note:write")
        status, report = server.reload()
        self.assertEqual((status, report["restart"]), (200, ["server.ipv6_only", "server.workers"]))
        self.assertEqual(server.request("GET", "/notes", self.token).status, 403, "the rest is taken")

    def test_signal_and_level(self):
        site, server = self.serve()
        site.write(level="debug")
        server.process.send_signal(signal.SIGHUP)
        server.wait_for('"reloaded","cause":"SIGHUP","generation":2')
        with urllib.request.urlopen(f"{server.admin}/log") as answer:
            self.assertEqual(json.load(answer)["level"], "debug")

    def test_many_at_once(self):
        site, server = self.serve()
        answers = []
        askers = [threading.Thread(target=lambda: answers.append(server.reload())) for _ in range(20)]
        for one in askers:
            one.start()
        for _ in range(20):
            server.process.send_signal(signal.SIGHUP)
        for one in askers:
            one.join(PATIENCE)
        self.assertEqual(len(answers), 20)
        self.assertLessEqual({status for status, _ in answers}, {200, 503}, "some may find enough that wait")
        self.assertIn(200, {status for status, _ in answers})
        self.assertLessEqual(server.configuration()["generation"], 42)

    def test_a_file_that_is_none_holds_nobody_up(self):
        pipe = scratch("pipe")
        os.mkfifo(pipe)
        for what in ("certificate", "private_key"):
            for path, said in ((pipe, "not a file, but a pipe"), ("/dev/zero", "not a file, but a device")):
                with self.subTest(what, path=path):
                    site, server = self.serve()
                    site.write(**{what: path})
                    status, report = server.reload()
                    self.assertEqual(status, 422)
                    self.assertIn(said, report["problems"][0])
                    self.ends_soon(server)
        site, server = self.serve()
        site.path.unlink()
        site.path.symlink_to("/dev/zero")
        self.assertIn("not a file, but a device", server.reload()[1]["problems"][0])
        self.ends_soon(server)

    def ends_soon(self, server, within=4.0):
        """Far sooner than what is being read would take, even where all is slow."""
        began = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - began, within)

    def hanging(self):
        """The address of a provider that takes connections and never answers."""
        mute = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.addCleanup(mute.close)
        return f"http://127.0.0.1:{mute.getsockname()[1]}"

    def test_many_that_take_long_leave_probes_their_places(self):
        site, server = self.serve()
        site.write(issuers=[*site.values["issuers"], (self.hanging(), f"{self.hanging()}/keys")])
        answers, askers = [], []
        for _ in range(64):
            askers.append(threading.Thread(target=lambda: answers.append(server.reload())))
            askers[-1].start()
        eventually(lambda: len(answers) >= 32, "most are told at once to come again")
        self.assertEqual({status for status, _ in answers}, {503})
        self.assertIn("Enough others wait", answers[0][1]["detail"])
        for _ in range(5):
            began = time.monotonic()
            self.assertTrue(server.is_live())
            self.assertLess(time.monotonic() - began, 0.25)
        for one in askers:
            one.join(PATIENCE)
        taken = [report for status, report in answers if status == 200]
        self.assertIn(len(taken), range(2, 7), "the first, and those that could wait")

    def test_one_that_is_asked_for_while_the_server_ends_says_so(self):
        site, server = self.serve(server='[server.timeouts]\ndrain = "5s"')
        with server.connect() as held:
            held.sendall(b"POST /notes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
                         b"Authorization: Bearer " + self.token.encode() + b"\r\n\r\n")
            server.request("GET", "/notes", self.token)
            site.write(issuers=[*site.values["issuers"], (self.hanging(), f"{self.hanging()}/keys")])
            answers = []
            under_way = threading.Thread(target=lambda: answers.append(server.reload()))
            under_way.start()
            eventually(lambda: server.metric("latchkey_config_reloads_total") is not None, "it answers beside it")
            server.process.send_signal(signal.SIGTERM)
            server.wait_for('"draining"')
            if server.process.poll() is None:
                status, report = server.reload()
                self.assertEqual((status, report["detail"]), (503, "The server is ending"))
            under_way.join(PATIENCE)
        self.assertEqual(answers[0][0], 503)
        self.assertEqual(server.wait(), 0)

    def test_one_that_reads_long_ends_with_the_server(self):
        site, server = self.serve()
        cert, key = make_certificate("one-of-many", "many.example")
        site.write(tls="".join(f'[[server.certificate]]\ncertificate = "{cert}"\nprivate_key = "{key}"\n'
                               f'names = ["a{i}.example"]\n' for i in range(5000)))
        server.process.send_signal(signal.SIGHUP)
        server.wait_for('"signal":"SIGHUP"')
        time.sleep(0.5)
        self.ends_soon(server)
        self.assertFalse(server.events("reloaded"), "it was still reading")

    def test_only_from_this_machine_and_not_by_pages(self):
        _, server = self.serve()
        request = urllib.request.Request(f"{server.admin}/reload", data=b"", method="POST",
                                         headers={"Origin": "https://attacker.example"})
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=PATIENCE)
        self.assertEqual(refused.exception.code, 403)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{server.admin}/reload", timeout=PATIENCE)
        self.assertEqual(refused.exception.code, 405)
        self.assertEqual(server.configuration()["generation"], 1)

    def test_addresses_come_and_go(self):
        site, server = self.serve()
        more = free_port()
        site.write(listen=[f"127.0.0.1:{site.port}", f"127.0.0.1:{more}"])
        server.reload_taken()
        before = server.connect()
        self.addCleanup(before.close)
        ask = (b"GET /notes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + self.token.encode() + b"\r\n\r\n")
        for port in (site.port, more):
            server.port = port
            self.assertEqual(server.request("GET", "/notes", self.token).status, 200)
        site.write(listen=[f"127.0.0.1:{more}"])
        server.reload_taken()
        eventually(lambda: self.refuses(site.port), "the address is given up")
        self.assertEqual(server.request("GET", "/notes", self.token).status, 200)
        before.sendall(ask)
        self.assertEqual(Answer.parse(before.recv(65536)).status, 200, "its connections live on")
        site.write(listen=[f"127.0.0.1:{site.port}"])
        server.reload_taken()
        server.port = site.port
        self.assertEqual(server.request("GET", "/notes", self.token).status, 200)
        eventually(lambda: self.refuses(more), "the address is given up")

    @staticmethod
    def refuses(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) != 0

    def test_keeps_what_it_needs_and_no_more(self):
        site, server = self.serve()
        for _ in range(20):
            server.reload()
        time.sleep(1.5)
        before, memory = server.descriptors(), server.resident_bytes()
        for i in range(100):
            site.write(scope="example:note:read" if i % 2 else "example:note:write")
            server.reload_taken()
        eventually(lambda: server.descriptors() <= before, "descriptors as at the start")
        if os.environ.get("SANITIZED"):
            self.skipTest("a sanitizer keeps what has been freed for a while")
        self.assertLess(server.resident_bytes(), memory * 1.25)


class Certificates(WithIssuer):
    @staticmethod
    def table(cert, key, names=None):
        text = f'[[server.certificate]]\ncertificate = "{cert}"\nprivate_key = "{key}"\n'
        return text + (f"names = {json.dumps(names)}\n" if names else "")

    def test_by_name(self):
        one = make_certificate("one", "one.example", "also.example")
        star = make_certificate("star", "*.star.example")
        named = make_certificate("named", "unused.example")
        _, server = self.serve(tls=self.table(*one) + self.table(*star) + self.table(*named, ["Named.example"]))
        standard = der_of(harness.certificate()[0])
        cases = {"one.example": one[0], "ALSO.example": one[0], "a.star.example": star[0],
                 "named.example": named[0]}
        for name, cert in cases.items():
            self.assertEqual(server.shown(name), der_of(cert), name)
        for name in ("a.b.star.example", "star.example", "unused.example", "elsewhere.example", "localhost", None):
            self.assertEqual(server.shown(name), standard, name)

    def test_by_the_type_of_the_key(self):
        ec = make_certificate("both-ec", "both.example")
        rsa = make_certificate("both-rsa", "both.example", kind="rsa")
        _, server = self.serve(tls=self.table(*ec) + self.table(*rsa))
        self.assertEqual(server.shown("both.example", ciphers="ECDHE+aRSA"), der_of(rsa[0]))
        self.assertEqual(server.shown("both.example", ciphers="ECDHE+aECDSA"), der_of(ec[0]))

    def test_beside_the_standard_one(self):
        rsa = make_certificate("standard-rsa", "localhost", kind="rsa")
        _, server = self.serve(tls=self.table(*rsa))
        for name in ("localhost", "elsewhere.example"):
            self.assertEqual(server.shown(name, ciphers="ECDHE+aRSA"), der_of(rsa[0]))
            self.assertEqual(server.shown(name, ciphers="ECDHE+aECDSA"), der_of(harness.certificate()[0]))

    def test_two_of_one_type_for_one_name_are_refused(self):
        site, server = self.serve()
        tables = self.table(*make_certificate("twin-a", "twin.example"))
        tables += self.table(*make_certificate("twin-b", "twin.example"))
        site.write(tls=tables)
        status, report = server.reload()
        self.assertEqual(status, 422)
        self.assertIn("twin.example", report["problems"][0])

    def test_a_new_one_is_served_and_tickets_stay_good(self):
        site, server = self.serve()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with context.wrap_socket(socket.create_connection(("127.0.0.1", server.port)),
                                 server_hostname="localhost") as first:
            session = first.session
        new = make_certificate("new", "localhost")
        site.write(certificate=new[0], private_key=new[1])
        server.reload_taken()
        self.assertEqual(server.shown(), der_of(new[0]))
        with context.wrap_socket(socket.create_connection(("127.0.0.1", server.port)),
                                 server_hostname="localhost", session=session) as again:
            self.assertTrue(again.session_reused)
        told = server.configuration()["certificates"]
        self.assertEqual([one["file"] for one in told], [new[0]])
        self.assertEqual(told[0]["names"], ["localhost"])
        self.assertAlmostEqual(told[0]["seconds_left"], 30 * 86400, delta=3600)
        self.assertAlmostEqual(server.metric("latchkey_certificate_not_after_seconds"), time.time() + 30 * 86400,
                               delta=3600)

    def test_watched_files(self):
        folder = pathlib.Path(scratch("live"))
        for i, version in enumerate(("v1", "v2", "v3")):
            (folder / version).mkdir(parents=True, exist_ok=True)
            cert, key = make_certificate(f"live-{i}", "localhost")
            os.replace(cert, folder / version / "tls.crt")
            os.replace(key, folder / version / "tls.key")
        # As Kubernetes mounts secrets: the files lead through one link, which is replaced.
        link = folder / "..data"
        link.symlink_to("v1")
        for name in ("tls.crt", "tls.key"):
            (folder / name).symlink_to(f"..data/{name}")
        site, server = self.serve(certificate=folder / "tls.crt", private_key=folder / "tls.key", reload="watch")
        self.assertEqual(server.shown(), der_of(folder / "v1" / "tls.crt"))
        part = folder / "..new"
        part.symlink_to("v2")
        os.replace(part, link)
        eventually(lambda: server.shown() == der_of(folder / "v2" / "tls.crt"), "the linked certificate")
        # Renamed into place, the certificate first: for a moment the key belongs to another.
        os.replace(folder / "v3" / "tls.crt", folder / "v2" / "tls.crt")
        os.replace(folder / "v3" / "tls.key", folder / "v2" / "tls.key")
        eventually(lambda: server.shown() == der_of(folder / "v2" / "tls.crt"), "the renamed certificate")
        generation = server.configuration()["generation"]
        site.write(extra="[")
        server.wait_for('"reload_refused","cause":"a file has changed"')
        site.write(extra="")
        eventually(lambda: server.configuration()["generation"] > generation, "the mended configuration")


if __name__ == "__main__":
    main()
