"""Clients prove who they are by certificates, on listeners that ask for them."""

import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import urllib.request

import harness
from harness import PATIENCE, Answer, free_port, main, tls
from site_of_its_own import Serving, Site, WithIssuer, eventually
from upstream import Upstream

OPTIONS = """
[ca]
default_ca = own
[own]
database = {folder}/index.txt
serial = {folder}/serial
crlnumber = {folder}/crlnumber
new_certs_dir = {folder}
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
default_md = sha256
default_days = 2
policy = any
unique_subject = no
[any]
organizationName = optional
commonName = supplied
"""


def openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(done.stderr)


class Authority:
    """Made with the openssl program, as people make theirs."""

    def __init__(self, name):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ca-", dir=harness._scratch))
        self.pem = self.folder / "ca.pem"
        (self.folder / "index.txt").write_text("")
        (self.folder / "serial").write_text("1000\n")
        (self.folder / "crlnumber").write_text("01\n")
        (self.folder / "ca.cnf").write_text(OPTIONS.format(folder=self.folder))
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2,
                "-subj", f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                "-keyout", self.folder / "ca.key", "-out", self.pem)

    def issue(self, name, alternatives="", usage="clientAuth"):
        """The path of a file with the certificate and its key."""
        base = self.folder / name
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/O=Example/CN={name}",
                "-keyout", f"{base}.key", "-out", f"{base}.csr")
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"basicConstraints=CA:FALSE\nextendedKeyUsage={usage}\n" +
                              (f"subjectAltName={alternatives}\n" if alternatives else ""))
        openssl("ca", "-batch", "-config", self.folder / "ca.cnf", "-notext", "-in", f"{base}.csr", "-out", f"{base}.crt",
                "-extfile", extensions)
        both = self.folder / f"{name}.pem"
        both.write_text(pathlib.Path(f"{base}.crt").read_text() + pathlib.Path(f"{base}.key").read_text())
        return both

    def revoke(self, name):
        openssl("ca", "-config", self.folder / "ca.cnf", "-revoke", self.folder / f"{name}.crt")

    def list(self, path, hours=24):
        """Renamed into place, as a job that fetches it does."""
        part = pathlib.Path(f"{path}.new")
        openssl("ca", "-config", self.folder / "ca.cnf", "-gencrl", "-crlhours", hours, "-out", part)
        os.replace(part, path)


class Refused(Exception):
    """In the handshake, or by what stands in the place of the first answer."""


class Client:
    """One that keeps its session for next time."""

    def __init__(self, certificate=None, version=ssl.TLSVersion.TLSv1_3):
        self.context = tls()
        self.context.minimum_version = self.context.maximum_version = version
        if certificate is not None:
            self.context.load_cert_chain(certificate)
        self.session = None
        self.reused = False

    def get(self, port, path="/open", fields=(), session=True):
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        try:
            raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            with self.context.wrap_socket(raw, server_hostname="localhost",
                                          session=self.session if session else None) as stream:
                stream.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n".encode())
                text = bytearray()
                while piece := stream.recv(65536):
                    text += piece
                self.reused, self.session = stream.session_reused, stream.session
        except (ssl.SSLError, ConnectionError) as refused:
            raise Refused(str(refused)) from refused
        return Answer.parse(bytes(text))


class Kept:
    """A connection that is kept open from one request to the next."""

    def __init__(self, client, port):
        self.client = client
        self.raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)

    def start_tls(self):
        self.stream = self.client.context.wrap_socket(self.raw, server_hostname="localhost")
        return self

    def get(self, path="/open"):
        """The status, and whether it is the last answer."""
        self.stream.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        answer = http.client.HTTPResponse(self.stream)
        answer.begin()
        answer.read()
        return answer.status, answer.getheader("connection") == "close"

    def is_ended(self):
        return self.stream.recv(1) == b""


ROUTES = """
[[route]]
path = "/open"
methods = ["GET"]
public = true
upstream = "api"
claims_to_headers = {{ x-subject = "cert.subject", x-issuer = "cert.issuer", x-serial = "cert.serial", \
x-sha256 = "cert.sha256", x-dns = "cert.san.dns", x-uri = {{ claim = "cert.san.uri", form = "json" }}, \
x-mail = "cert.san.email" }}
[[route]]
path = "/closed"
methods = ["GET"]
public = true
client_certificate = "required"
upstream = "api"
[[upstream]]
name = "api"
addresses = ["{url}"]
"""


class ClientCertificates(WithIssuer):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authority = Authority("clients")
        cls.other = Authority("others")
        cls.ann = cls.authority.issue("ann", "DNS:ann.example,DNS:b.example,URI:spiffe://example/ann,email:ann@example.com")
        cls.bob = cls.authority.issue("bob")
        cls.eve = cls.other.issue("eve")

    def serve(self, **settings):
        """One listener for each mode, and that of every site, which asks for nothing."""
        self.up = Upstream()
        self.addCleanup(self.up.stop)
        self.required, self.optional = free_port(), free_port()
        self.lists = pathlib.Path(tempfile.mkdtemp(prefix="crl-", dir=harness._scratch)) / "crl.pem"
        self.authority.list(self.lists)
        listeners = "".join(
            f'[[server.listener]]\nlisten = ["127.0.0.1:{port}"]\nclient_auth = "{mode}"\n'
            f'client_ca = "{self.authority.pem}"\nclient_crl = "{self.lists}"\n'
            for mode, port in (("required", self.required), ("optional", self.optional)))
        site = Site(self.issuer, tls=listeners, extra=ROUTES.format(url=self.up.url), **settings)
        server = Serving(site)
        self.addCleanup(server.stop)
        return server.await_ready()

    def refused(self, client, port, **how):
        with self.assertRaises(Refused):
            client.get(port, **how)

    def test_modes(self):
        server = self.serve()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            ann, eve, nobody = Client(self.ann, version), Client(self.eve, version), Client(None, version)
            self.assertEqual(ann.get(self.required).status, 200)
            self.assertEqual(ann.get(self.optional, session=False).status, 200)
            self.assertEqual(ann.get(server.port, session=False).status, 200)
            self.assertEqual(nobody.get(self.optional).status, 200)
            self.assertEqual(eve.get(server.port).status, 200, "it is not asked")
            self.refused(eve, self.required, session=False)
            self.refused(eve, self.optional, session=False)
            self.refused(nobody, self.required, session=False)
        server.wait_for(r'"reason":"client_certificate_missing"')
        server.wait_for(r'"reason":"client_certificate_unknown"')
        self.assertEqual(self.failures(server, "client_certificate_missing"), 2)
        self.assertEqual(self.failures(server, "client_certificate_unknown"), 4)

    def failures(self, server, reason):
        with urllib.request.urlopen(f"{server.admin}/metrics", timeout=PATIENCE) as answer:
            for line in answer.read().decode().splitlines():
                if f'"{reason}"' in line:
                    return float(line.rpartition(" ")[2])
        return 0

    def test_upstreams_are_told_by_fields_that_no_client_can_set(self):
        server = self.serve()
        spoofed = [("X-Subject", "CN=root"), ("x_subject", "CN=root"), ("X-Dns", "root.example")]
        self.assertEqual(Client(self.ann).get(self.required, fields=spoofed).status, 200)
        self.assertEqual(Client().get(self.optional, fields=spoofed).status, 200)
        self.assertEqual(Client(self.bob).get(self.optional).status, 200)
        self.assertEqual(Client(self.ann).get(server.port, fields=spoofed).status, 200)
        ann, nobody, bob, unasked = self.up.requests
        self.assertEqual(ann.all("x-subject"), ["CN=ann,O=Example"])
        self.assertEqual(ann.all("x-issuer"), ["CN=clients"])
        self.assertRegex(ann.get("x-serial"), "^10[0-9A-F]{2}$")
        self.assertRegex(ann.get("x-sha256"), "^[A-Za-z0-9_-]{43}$")
        self.assertEqual(ann.all("x-dns"), ["ann.example,b.example"])
        self.assertEqual(json.loads(ann.get("x-uri")), ["spiffe://example/ann"])
        self.assertEqual(ann.all("x-mail"), ["ann@example.com"])
        for one in (nobody, unasked):
            self.assertEqual([name for name, _ in one.fields if name.lower().replace("_", "-") in
                              ("x-subject", "x-issuer", "x-serial", "x-sha256", "x-dns", "x-uri", "x-mail")], [])
        self.assertEqual((bob.all("x-subject"), bob.all("x-dns")), (["CN=bob,O=Example"], []))

    def test_a_route_can_require_one(self):
        server = self.serve()
        self.assertEqual(Client(self.ann).get(self.optional, "/closed").status, 200)
        for port in (self.optional, server.port):
            self.assertEqual(Client().get(port, "/closed").status, 403)
        server.wait_for(r'"status":403,"reason":"client_certificate_required"')
        self.assertEqual(len(self.up.requests), 1)

    def test_the_log_says_who_it_was(self):
        server = self.serve()
        Client(self.ann).get(self.required)
        Client().get(self.optional)
        eventually(lambda: len(server.events("request")) == 2, "two lines")
        ann, nobody = server.events("request")
        self.assertEqual(ann["cert"], "CN=ann,O=Example")
        self.assertEqual(ann["cert_sha256"], self.up.requests[0].get("x-sha256"))
        self.assertNotIn("cert", nobody)
        self.assertNotIn("cert_sha256", nobody)

    def test_a_session_is_worth_something_at_its_own_listener_alone(self):
        server = self.serve()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            ann = Client(self.ann, version)
            ann.get(self.required)
            ann.get(self.required)
            self.assertTrue(ann.reused)
            self.assertEqual(self.up.requests[-1].all("x-subject"), ["CN=ann,O=Example"], "of the session")
            ann.get(self.optional)
            self.assertFalse(ann.reused)
            ann.get(server.port)
            self.assertFalse(ann.reused)
            # Without a certificate, by what somebody was given without one, or where nobody asks.
            for begins in (server.port, self.optional):
                nobody = Client(None, version)
                nobody.get(begins)
                self.assertIsNotNone(nobody.session)
                self.refused(nobody, self.required)

    def test_who_is_revoked_is_out_with_the_next_connection(self):
        server = self.serve(reload="watch")
        cid = self.authority.issue("cid")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version):
                self.assertEqual(Client(cid, version).get(self.required).status, 200)
        clients = [Client(cid, version) for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)]
        for one in clients:
            one.get(self.required)
            one.get(self.required)
            self.assertTrue(one.reused)
        self.authority.revoke("cid")
        self.authority.list(self.lists)
        eventually(lambda: server.configuration()["generation"] == 2, "the list is read")
        for one in clients:
            self.refused(one, self.required)
            self.refused(one, self.required, session=False)
            self.refused(one, self.optional, session=False)
        self.assertEqual(Client(self.bob).get(self.required).status, 200)
        server.wait_for(r'"reason":"client_certificate_revoked"')

    def test_who_is_revoked_is_out_of_open_connections_too(self):
        server = self.serve()
        dan = self.authority.issue("dan")
        versions = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
        # Accepted before all that comes, and silent until the end of it.
        held = [Kept(Client(dan, version), self.required) for version in versions]
        kept = [Kept(Client(who, version), self.required).start_tls() for version in versions for who in (dan, self.bob)]
        unasked = Kept(Client(), server.port).start_tls()
        self.assertEqual(server.reload()[0], 200)
        for one in (*kept, unasked):
            for _ in range(2):
                self.assertEqual(one.get(), (200, False), "the same rules")
        self.authority.revoke("dan")
        self.authority.list(self.lists)
        self.assertEqual(server.reload()[0], 200)
        for one in kept:
            self.assertEqual(one.get(), (200, True))
            self.assertTrue(one.is_ended())
        self.assertEqual(unasked.get(), (200, False))
        for one in held:
            with self.assertRaises((OSError, http.client.HTTPException)):
                one.start_tls().get()
        self.assertEqual(self.failures(server, "client_certificate_refused"), 2)
        for version in versions:
            self.refused(Client(dan, version), self.required)
            self.assertEqual(Client(self.bob, version).get(self.required).status, 200)

    def test_a_list_that_has_expired_lets_nobody_in_and_is_warned_of(self):
        server = self.serve()
        expired = self.lists.with_name("expired.pem")
        openssl("ca", "-config", self.authority.folder / "ca.cnf", "-gencrl", "-crl_lastupdate", "20200101000000Z",
                "-crl_nextupdate", "20200102000000Z", "-out", expired)
        os.replace(expired, self.lists)
        self.assertEqual(server.reload()[0], 200)
        server.wait_for(r'"event":"certificate","key":"server\.listener\.0\.client_crl".*has expired')
        self.refused(Client(self.bob), self.required)
        self.refused(Client(self.bob), self.optional)
        self.assertEqual(Client().get(self.optional).status, 200)
        server.wait_for(r'"reason":"client_certificate_unchecked"')

    def test_a_reload_with_a_bad_file_changes_nothing(self):
        server = self.serve()
        good = self.lists.read_text()
        for bad in ("", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", self.authority.pem.read_text()):
            self.lists.write_text(bad)
            status, report = server.reload()
            self.assertEqual(status, 422, report)
            self.assertIn("server.listener.0: cannot use the revocation lists", " ".join(report["problems"]))
            self.assertEqual(Client(self.ann).get(self.required).status, 200)
        self.lists.write_text(good)
        self.assertEqual(server.reload()[0], 200)

    def test_a_reload_changes_the_mode(self):
        server = self.serve()
        nobody = Client()
        self.refused(nobody, self.required)
        server.site.write(tls=server.site.values["tls"].replace('"required"', '"optional"'))
        self.assertEqual(server.reload()[0], 200)
        self.assertEqual(nobody.get(self.required).status, 200)
        server.site.write(tls=server.site.values["tls"].replace('"optional"', '"required"'))
        self.assertEqual(server.reload()[0], 200)
        self.refused(nobody, self.required)
        self.refused(nobody, self.optional)


if __name__ == "__main__":
    main()
