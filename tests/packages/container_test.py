"""The root file system of a container, as scripts/root-filesystem makes it: run below a chroot as a container runs it,
by a user without rights, with the root mounted read-only and the health check of the Containerfile.

Run by scripts/package --test, and by ctest where LATCHKEY_TEST_PACKAGES is on: it takes a minute or two.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import debian_root  # noqa: E402
import harness  # noqa: E402

RECIPE = (ROOT / "packaging" / "container" / "Containerfile").read_text()


def stated(word):
    """The value of an instruction of the recipe's last stage."""
    found = re.findall(rf"^{word} (.*)$", RECIPE.replace("\\\n", " "), re.M)
    return found[-1]


class Container(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        debian_root.need()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="latchkey_container_"))
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.path = folder / "root"
        debian_root.run(ROOT / "scripts" / "root-filesystem", cls.path)
        cls.size = int(debian_root.run("du", "-sm", cls.path).stdout.split()[0])
        cls.mount()

    @classmethod
    def mount(cls):
        """The configuration is there, and then nothing can be written any more."""
        config = cls.path / "etc" / "latchkey"
        shutil.copy(ROOT / "conf" / "kubernetes" / "latchkey.toml", config / "latchkey.toml")
        tls = cls.path / "etc" / "latchkey-tls"
        tls.mkdir()
        for source, name in zip(harness.certificate(), ("tls.crt", "tls.key")):
            shutil.copy(source, tls / name)
            (tls / name).chmod(0o644)
        for command in (("mount", "--bind", cls.path, cls.path),
                        ("mount", "-t", "proc", "proc", cls.path / "proc"),
                        ("mount", "-o", "remount,bind,ro", cls.path)):
            debian_root.run(*command)
            if len(command) == 4:
                cls.addClassCleanup(debian_root.run, "umount", "-R", "-l", cls.path, check=False)

    def command(self, *command):
        user = stated("USER")
        return ["chroot", f"--userspec={user}", str(self.path), *command]

    def test_it_serves_as_a_user_without_rights_on_a_root_that_is_read_only(self):
        issuer = harness.Issuer()
        self.addCleanup(issuer.stop)
        admin, port = harness.free_port(), harness.free_port()
        start = json.loads(stated("ENTRYPOINT")) + json.loads(stated("CMD"))
        for setting in (f'server.listen=["127.0.0.1:{port}"]', f"admin.listen=127.0.0.1:{admin}",
                        f"issuer.0.issuer={issuer.url}", 'issuer.0.audiences=["account"]',
                        "issuer.0.allow_internal=true"):
            start += ["--set", setting]
        server = harness.Program(*self.command(*start))
        self.addCleanup(server.stop)
        server.wait_for('"event":"listening"')
        health = json.loads(re.search(r"CMD (\[.*\])", stated("HEALTHCHECK")).group(1))
        health = [one.replace("9901", str(admin)) for one in health]
        self.assertEqual(subprocess.run(self.command(*health), capture_output=True).returncode, 0)
        self.assertEqual(self.ids_of(server), stated("USER").split(":"))
        ready = [one.replace("livez", "readyz") for one in health]
        until = time.monotonic() + harness.PATIENCE
        while subprocess.run(self.command(*ready), capture_output=True).returncode != 0:
            self.assertLess(time.monotonic(), until, "\n".join(server.lines))
            time.sleep(0.1)
        for token, wanted in ((None, "401"), (issuer.mint(scope="other"), "403")):
            fields = ("-H", f"Authorization: Bearer {token}") if token else ()
            got = debian_root.run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert",
                                  harness.certificate()[0], *fields, f"https://127.0.0.1:{port}/")
            self.assertEqual(got.stdout, wanted)
        self.assertEqual(server.stop(), 0)
        self.assertNotEqual(subprocess.run(self.command(*health), capture_output=True).returncode, 0)

    @staticmethod
    def ids_of(server):
        status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
        return [re.search(rf"^{name}:\s+(\d+)", status, re.M).group(1) for name in ("Uid", "Gid")]

    def test_nothing_can_be_written(self):
        done = subprocess.run(["chroot", str(self.path), "touch", "/etc/x"], capture_output=True, text=True)
        self.assertIn("Read-only file system", done.stderr)

    def test_the_issuer_that_signs_for_anybody_is_not_in_it(self):
        self.assertFalse((self.path / "usr/bin/latchkey-issuer").exists())

    def test_what_it_takes(self):
        print(f"{self.size} MiB")
        self.assertLess(self.size, 400)


if __name__ == "__main__":
    harness.main()
