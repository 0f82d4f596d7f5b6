"""A Debian of its own below a folder, made by mmdebstrap, for the tests of packages."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

MIRROR = "http://deb.debian.org/debian"
SUITE = "bookworm"


def run(*command, check=True, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done


def need():
    """Skips the test, with the reason, where such a root cannot be had."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("not root: no clean Debian can be made")
    if not shutil.which("mmdebstrap"):
        raise unittest.SkipTest("mmdebstrap: not installed")
    if run("curl", "-fsI", "--max-time", "20", f"{MIRROR}/dists/{SUITE}/Release", check=False).returncode != 0:
        raise unittest.SkipTest(f"no way to {MIRROR}: no clean Debian can be made")


class Root:
    """Its folder, and programs that run within."""

    def __init__(self, packages=()):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="latchkey_root_"))
        include = [f"--include={','.join(packages)}"] if packages else []
        run("mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", *include, SUITE, self.path, MIRROR)
        # What a package starts is for the test to start.
        policy = self.path / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def command(self, *command, user=None):
        as_user = ["--userspec", f"{user}:{user}"] if user else []
        return ["chroot", *as_user, str(self.path), *(str(part) for part in command)]

    def run(self, *command, user=None, check=True):
        clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        return run(*self.command(*command, user=user), check=check, env=clean)

    @contextlib.contextmanager
    def mounts(self):
        """/proc and /dev of this machine within, for what asks for them."""
        made = []
        try:
            run("mount", "-t", "proc", "proc", self.path / "proc")
            made.append(self.path / "proc")
            run("mount", "--rbind", "--make-rslave", "/dev", self.path / "dev")
            made.append(self.path / "dev")
            yield
        finally:
            for one in reversed(made):
                run("umount", "-R", "-l", one, check=False)
