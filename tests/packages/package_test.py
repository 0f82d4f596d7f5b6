"""The packages in build/packages: judged by lintian, installed, run, upgraded and purged in a clean Debian.

Run by scripts/package --test, and by ctest where LATCHKEY_TEST_PACKAGES is on: it takes minutes.
"""

import http.server
import pathlib
import re
import shutil
import sys
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import debian_root  # noqa: E402
import harness  # noqa: E402

PACKAGES = ROOT / "build" / "packages"


def package(name):
    found = sorted(PACKAGES.glob(f"{name}_*.deb"))
    if len(found) != 1:
        raise AssertionError(f"{len(found)} packages {name} in {PACKAGES}: run scripts/package first")
    return found[0]


class Packages(unittest.TestCase):
    def test_lintian_has_no_error(self):
        if not shutil.which("lintian"):
            self.skipTest("lintian: not installed")
        said = debian_root.run("lintian", "--allow-root", "--fail-on", "error", package("latchkey"),
                               package("latchkey-dev"), check=False)
        print(said.stdout, end="")
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)


class Clean(unittest.TestCase):
    """One root for all steps, in the order of a package's life."""

    @classmethod
    def setUpClass(cls):
        debian_root.need()
        cls.root = debian_root.Root()
        cls.addClassCleanup(cls.root.remove)
        mounts = cls.root.mounts()
        mounts.__enter__()
        cls.addClassCleanup(mounts.__exit__, None, None, None)
        shutil.copy(package("latchkey"), cls.root.path / "latchkey.deb")

    def test_a_life(self):
        with self.subTest("installed"):
            self.root.run("apt-get", "update", "-q")
            self.root.run("apt-get", "install", "-y", "-q", "--no-install-recommends", "/latchkey.deb")
            self.assertIn("latchkey", self.root.run("latchkey", "--version").stdout)
            user = self.root.run("getent", "passwd", "latchkey").stdout
            self.assertTrue(user.rstrip().endswith("/usr/sbin/nologin"), user)
        with self.subTest("configured and started"):
            self.serve()
        with self.subTest("upgraded: what was written stays"):
            config = self.root.path / "etc/latchkey/latchkey.toml"
            config.write_text(config.read_text() + "# mine\n")
            self.root.run("dpkg", "--force-confold", "-i", "/latchkey.deb")
            self.assertIn("# mine", config.read_text())
        with self.subTest("purged"):
            for name in ("server.pem", "server.key"):
                (self.root.path / "etc/latchkey" / name).unlink()
            self.root.run("apt-get", "purge", "-y", "-q", "latchkey")
            # On this file system alone: /proc and /dev are this machine's.
            left = debian_root.run("find", self.root.path, "-xdev", "-name", "*latchkey*").stdout.split()
            self.assertEqual(left, [str(self.root.path), f"{self.root.path}/latchkey.deb"])

    def serve(self):
        """As the unit starts it, by its user, with a key that only its group may read."""
        issuer = harness.Issuer()
        self.addCleanup(issuer.stop)
        folder = self.root.path / "etc/latchkey"
        for source, name in zip(harness.certificate(), ("server.pem", "server.key")):
            shutil.copy(source, folder / name)
        self.root.run("chown", "root:latchkey", "/etc/latchkey/server.key")
        self.root.run("chmod", "640", "/etc/latchkey/server.key")
        unit = (self.root.path / "lib/systemd/system/latchkey.service").read_text()
        start = re.search(r"^ExecStart=(.*)$", unit, re.M).group(1).split()
        behind = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
        self.addCleanup(behind.server_close)
        self.addCleanup(behind.shutdown)
        threading.Thread(target=behind.serve_forever, daemon=True).start()
        admin, port = harness.free_port(), harness.free_port()
        for setting in (f'server.listen=["127.0.0.1:{port}"]', f"admin.listen=127.0.0.1:{admin}",
                        f"issuer.0.issuer={issuer.url}", 'issuer.0.audiences=["account"]',
                        "issuer.0.allow_internal=true",
                        f'upstream.0.addresses=["http://127.0.0.1:{behind.server_port}"]'):
            start += ["--set", setting]
        server = harness.Program(*self.root.command(*start, user="latchkey"))
        self.addCleanup(server.stop)
        server.wait_for('"event":"listening"')
        until = time.monotonic() + harness.PATIENCE
        probe = ("latchkey", "healthcheck", "--url", f"http://127.0.0.1:{admin}/readyz")
        while self.root.run(*probe, check=False).returncode != 0:
            self.assertLess(time.monotonic(), until, "never ready:\n" + "\n".join(server.lines))
            time.sleep(0.1)
        self.assertEqual(self.status_of(port, None), 401)
        self.assertEqual(self.status_of(port, issuer.mint(scope="other")), 403)
        self.assertEqual(self.status_of(port, issuer.mint(scope="example:read")), 200)
        self.assertEqual(server.stop(), 0)

    @staticmethod
    def status_of(port, token):
        fields = ("-H", f"Authorization: Bearer {token}") if token else ()
        cert, _ = harness.certificate()
        return int(debian_root.run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", cert, *fields,
                                   f"https://127.0.0.1:{port}/").stdout)


if __name__ == "__main__":
    harness.main()
