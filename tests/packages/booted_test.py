"""The package under systemd itself: a clean Debian that is booted in a container (systemd-nspawn), with the units as they
are shipped: the port below 1024, reload, kill -9, the watchdog, an upgrade, and a configuration that is wrong.

Run by scripts/package --test, and by ctest where LATCHKEY_TEST_PACKAGES is on: it takes minutes.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import debian_root  # noqa: E402
import harness  # noqa: E402
from package_test import package  # noqa: E402
from site_of_its_own import eventually  # noqa: E402

SERVICE = "latchkey.service"
# What docs/operate.md says that systemd-analyze gives.
EXPOSURE = 1.2


class Booted(unittest.TestCase):
    """One system for all steps, in the order in which an operator meets them."""

    @classmethod
    def setUpClass(cls):
        debian_root.need()
        if not shutil.which("systemd-nspawn"):
            raise unittest.SkipTest("systemd-nspawn: not installed (systemd-container)")
        cls.root = debian_root.Root(("systemd", "systemd-sysv", "dbus", "curl", "ca-certificates"))
        cls.addClassCleanup(cls.root.remove)
        shutil.copy(package("latchkey"), cls.root.path / "latchkey.deb")
        with cls.root.mounts():
            cls.root.run("apt-get", "update", "-q")
            cls.root.run("apt-get", "install", "-y", "-q", "--no-install-recommends", "/latchkey.deb")
        (cls.root.path / "etc/machine-id").write_text("")
        cls.boot()

    @classmethod
    def boot(cls):
        """A network of its own, so that the port of the unit is nobody else's."""
        cls.system = harness.Program("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot",
                                     "--console=pipe", "--private-network", "--directory", cls.root.path)
        cls.addClassCleanup(cls.halt)
        cls.first = eventually(cls.first_process, "a first process")
        eventually(lambda: cls.within("systemctl", "is-system-running", check=False).stdout.strip()
                       in ("running", "degraded"), "booted", 120)

    @classmethod
    def first_process(cls):
        """The container's systemd, as this machine numbers it; None before it is there."""
        children = pathlib.Path(f"/proc/{cls.system.process.pid}/task/{cls.system.process.pid}/children")
        for child in children.read_text().split():
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                    return child
        return None

    @classmethod
    def halt(cls):
        # What systemd takes as the order to power off.
        if cls.system.process.poll() is None:
            os.kill(int(cls.first), signal.SIGRTMIN + 4)
            cls.system.wait(60)

    @classmethod
    def within(cls, *command, check=True):
        """A program of the container."""
        return debian_root.run("nsenter", f"--target={cls.first}", "--all", "--", "env",
                               "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", *command,
                               check=check)

    @classmethod
    def beside(cls, *command):
        """A program of this machine, in the network of the container."""
        return ("nsenter", f"--net=/proc/{cls.first}/ns/net", "--", *command)

    @classmethod
    def shown(cls, name):
        return cls.within("systemctl", "show", "--value", f"--property={name}", SERVICE).stdout.strip()

    @classmethod
    def journal(cls):
        return cls.within("journalctl", "--no-pager", "--output=cat", "--unit", SERVICE).stdout

    def status_of(self, token=None, path="/"):
        fields = ("-H", f"Authorization: Bearer {token}") if token else ()
        said = self.within("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert",
                           "/etc/latchkey/server.pem", "--max-time", "30", *fields, f"https://localhost{path}",
                           check=False)
        return int(said.stdout or 0)

    def test_a_service(self):
        self.start_neighbours()
        self.write_configuration()
        for step in (self.starts, self.is_confined, self.reloads, self.refuses_what_is_wrong, self.survives_kill,
                     self.survives_hanging, self.is_upgraded, self.stops, self.does_not_start_with_what_is_wrong):
            with self.subTest(step.__name__):
                step()

    def start_neighbours(self):
        """An issuer, and an API behind."""
        issuer = harness.Program(*self.beside(harness.BIN / "latchkey-issuer", "serve", "--listen", "127.0.0.1:0",
                                              "--key", harness.scratch("booted.pem")))
        self.addCleanup(issuer.stop)
        self.issuer = issuer.wait_for(r"listening on (\S+)").group(1)
        control = issuer.wait_for(r"control on (\S+)").group(1)
        self.mint = lambda scope: debian_root.run(*self.beside(
            harness.BIN / "latchkey-issuer", "mint", f"--issuer-url={control}", f"--scope={scope}")).stdout.strip()
        behind = harness.scratch("behind")
        pathlib.Path(behind).mkdir(exist_ok=True)
        api = harness.Program(*self.beside(sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1",
                                           "--directory", behind, "9000"))
        self.addCleanup(api.stop)
        api.wait_for("Serving HTTP")

    def write_configuration(self):
        """The one that comes with the package, with an issuer and a certificate that are there."""
        folder = self.root.path / "etc/latchkey"
        for source, name in zip(harness.certificate(), ("server.pem", "server.key")):
            shutil.copy(source, folder / name)
        self.within("chown", "root:latchkey", "/etc/latchkey/server.key")
        self.within("chmod", "640", "/etc/latchkey/server.key")
        self.config = folder / "latchkey.toml"
        text = self.config.read_text()
        for old, new in (('issuer = "https://idp.example.com/"', f'issuer = "{self.issuer}"\nallow_internal = true'),
                         ('audiences = ["https://api.example.com"]', 'audiences = ["account"]')):
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new)
        self.config.write_text(text)

    def starts(self):
        self.within("systemctl", "enable", "--now", "latchkey.socket", SERVICE)
        self.assertEqual(self.shown("ActiveState"), "active")
        # The unit's user, not root.
        process = self.shown("MainPID")
        self.assertEqual(self.within("stat", "-c", "%U", f"/proc/{process}").stdout.strip(), "latchkey")
        eventually(lambda: self.within("latchkey", "healthcheck", "--url", "http://127.0.0.1:9901/readyz",
                                            check=False).returncode == 0, "ready")
        self.assertEqual(self.status_of(), 401)
        self.assertEqual(self.status_of(self.mint("other")), 403)
        self.assertEqual(self.status_of(self.mint("example:read")), 200)

    def is_confined(self):
        said = self.within("systemd-analyze", "security", "--no-pager", SERVICE).stdout
        exposure = re.search(r"Overall exposure level for latchkey.service: ([\d.]+)", said)
        self.assertIsNotNone(exposure, said)
        print(exposure.group(0))
        self.assertLessEqual(float(exposure.group(1)), EXPOSURE)

    def reloads(self):
        before = self.shown("MainPID")
        self.config.write_text(self.config.read_text().replace('"example:read"', '"example:write"'))
        self.within("systemctl", "reload", SERVICE)
        eventually(lambda: self.status_of(self.mint("example:read")) == 403, "the new scope")
        self.assertEqual(self.status_of(self.mint("example:write")), 200)
        self.assertEqual(self.shown("MainPID"), before)

    def refuses_what_is_wrong(self):
        """A reload with a fault changes nothing, and the service's status tells it."""
        right = self.config.read_text()
        self.config.write_text(right + "\nno_such_key = 1\n")
        self.within("systemctl", "reload", SERVICE)
        eventually(lambda: "no_such_key" in self.shown("StatusText"), "the reason in the status")
        self.assertEqual(self.status_of(self.mint("example:write")), 200)
        self.config.write_text(right)
        self.within("systemctl", "reload", SERVICE)
        eventually(lambda: "no_such_key" not in self.shown("StatusText"), "the reason gone")

    def survives_kill(self):
        """Who connects while there is no process waits in the socket that systemd holds."""
        self.replaced(lambda: self.signal("KILL"))

    def survives_hanging(self):
        """The watchdog of the unit (10 s) ends what gives no sign of life."""
        self.replaced(lambda: self.signal("STOP"))
        self.assertIn("Watchdog timeout", self.journal())

    def is_upgraded(self):
        self.replaced(lambda: self.within("dpkg", "--force-confold", "-i", "/latchkey.deb"))

    def signal(self, name):
        self.within("systemctl", "kill", f"--signal={name}", "--kill-who=main", SERVICE)

    def replaced(self, disturb):
        """That another process serves afterwards, and nobody was refused meanwhile."""
        before, token = self.shown("MainPID"), self.mint("example:write")
        disturb()
        self.assertEqual(self.status_of(token), 200, self.journal())
        eventually(lambda: self.shown("ActiveState") == "active", "active")
        self.assertNotIn(self.shown("MainPID"), ("0", before))

    def stops(self):
        self.within("systemctl", "stop", "latchkey.socket", SERVICE)
        self.assertEqual((self.shown("ActiveState"), self.shown("Result")), ("inactive", "success"))
        self.assertEqual(self.status_of(), 0)

    def does_not_start_with_what_is_wrong(self):
        """The journal names the fault, and systemd gives up instead of trying for ever."""
        self.config.write_text(self.config.read_text() + "\nno_such_key = 1\n")
        self.assertNotEqual(self.within("systemctl", "start", SERVICE, check=False).returncode, 0)
        self.assertIn("no_such_key", self.journal())
        eventually(lambda: self.shown("ActiveState") == "failed", "given up")


if __name__ == "__main__":
    harness.main()
