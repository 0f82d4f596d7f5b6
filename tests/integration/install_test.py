"""What an installation is: into an empty root, by components, with the server run from there, the examples built
against it and run against the development issuer, and the packages made of it.

What takes more than a minute, a package in a clean Debian, is scripts/package --test.
"""

import os
import pathlib
import re
import shutil
import subprocess
import unittest
import urllib.error
import urllib.request

import harness

BUILD = pathlib.Path(os.environ["BUILD"])
CXX = os.environ.get("CXX", "c++")
ROOT = harness.ROOT
VERSION = re.search(r"project\(latchkey VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def install(root, prefix, component=None):
    """Installs below `root` as a package is made."""
    run("cmake", "--install", BUILD, "--prefix", prefix, *(("--component", component) if component else ()),
        env={**os.environ, "DESTDIR": str(root)})
    return pathlib.Path(root)


def files_of(root):
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = install(harness.scratch("root"), "/usr", "server")
        cls.usr = cls.root / "usr"

    def test_the_server_is_all_there(self):
        files = files_of(self.root)
        for wanted in ("usr/bin/latchkey", "usr/share/man/man1/latchkey.1.gz", "etc/latchkey/latchkey.toml",
                       "usr/lib/systemd/system/latchkey.service", "usr/lib/systemd/system/latchkey.socket",
                       "usr/share/bash-completion/completions/latchkey", "usr/share/zsh/vendor-completions/_latchkey",
                       "usr/share/fish/vendor_completions.d/latchkey.fish", "usr/share/doc/latchkey/copyright",
                       "usr/share/doc/latchkey/changelog.gz", "usr/share/latchkey/latchkey.schema.json",
                       "usr/share/doc/latchkey/examples/edge.toml", "usr/share/doc/latchkey/docs/operate.md"):
            self.assertIn(wanted, files)
        self.assertFalse([name for name in files if name.endswith((".hpp", ".a", ".cmake", ".pc"))])
        self.assertNotIn("usr/bin/latchkey-issuer", files, "it signs for anybody: not beside a server")

    def test_the_server_runs_from_there(self):
        program = self.usr / "bin" / "latchkey"
        self.assertEqual(run(program, "--version"), f"latchkey {VERSION}\n")
        issuer = harness.Issuer()
        self.addCleanup(issuer.stop)
        cert, key = harness.certificate()
        config = self.root / "etc" / "latchkey"
        shutil.copy(cert, config / "server.pem")
        shutil.copy(key, config / "server.key")
        command = [program, "serve", "--config", config / "latchkey.toml"]
        for setting in ('server.listen=["127.0.0.1:0"]', "admin.listen=127.0.0.1:0", "server.sandbox=off",
                        f"issuer.0.issuer={issuer.url}", 'issuer.0.audiences=["account"]',
                        "issuer.0.allow_internal=true"):
            command += ["--set", setting]
        server = harness.Program(*command)
        self.addCleanup(server.stop)
        server.wait_for(r'"listening","url":"https://127\.0\.0\.1:(\d+)"')
        admin = server.wait_for(r'"admin_listening","url":"(http://127\.0\.0\.1:\d+)"').group(1)
        run(program, "healthcheck", "--url", f"{admin}/livez")
        self.assertEqual(server.stop(), 0)

    def test_the_configuration_is_valid_but_for_its_certificate(self):
        done = subprocess.run([self.usr / "bin" / "latchkey", "check-config", "--config",
                               ROOT / "conf" / "installed" / "latchkey.toml"], capture_output=True, text=True)
        self.assertIn("2 problems; the configuration itself is valid", done.stderr + done.stdout)

    def test_a_configuration_that_is_there_stays(self):
        root = install(harness.scratch("again"), "/usr", "server")
        config = root / "etc" / "latchkey" / "latchkey.toml"
        config.write_text("mine\n")
        install(root, "/usr", "server")
        self.assertEqual(config.read_text(), "mine\n")

    def test_the_units_name_what_is_installed(self):
        root = install(harness.scratch("elsewhere"), "/opt/latchkey", "server")
        unit = (root / "opt/latchkey/lib/systemd/system/latchkey.service").read_text()
        self.assertIn("ExecStart=/opt/latchkey/bin/latchkey serve --config /opt/latchkey/etc/latchkey/latchkey.toml",
                      unit)
        self.assertTrue((root / "opt/latchkey/etc/latchkey/latchkey.toml").exists())
        unit = (self.usr / "lib/systemd/system/latchkey.service").read_text()
        self.assertIn("ExecStart=/usr/bin/latchkey serve --config /etc/latchkey/latchkey.toml", unit)

    def test_the_manual_is_the_help(self):
        page = self.usr / "share/man/man1/latchkey.1.gz"
        shown = run("gzip", "-dc", page)
        self.assertEqual(shown, run(harness.BIN / "latchkey", "manual-page"))
        if not shutil.which("man"):
            self.skipTest("man: not installed")
        done = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True,
                              env={**os.environ, "MANWIDTH": "200", "LC_ALL": "C.UTF-8"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("check-config", done.stdout)


class Development(unittest.TestCase):
    """Programs made with what is installed, and run against the development issuer."""

    @classmethod
    def setUpClass(cls):
        # The same place in every run, so that a compiler cache knows it.
        cls.prefix = BUILD / "install" / "prefix"
        shutil.rmtree(cls.prefix, ignore_errors=True)
        run("cmake", "--install", BUILD, "--prefix", cls.prefix, "--component", "development")
        cls.built = BUILD / "install" / "examples"
        cache = shutil.which("ccache")
        run("cmake", "-S", ROOT / "examples", "-B", cls.built, f"-DCMAKE_PREFIX_PATH={cls.prefix}",
            f"-DCMAKE_CXX_COMPILER={CXX}", "-DCMAKE_CXX_FLAGS=-Wall -Wextra", *(
                [f"-DCMAKE_CXX_COMPILER_LAUNCHER={cache}"] if cache else []))
        run("cmake", "--build", cls.built)
        cls.issuer = harness.Issuer()
        cls.addClassCleanup(cls.issuer.stop)

    def tokens(self):
        """A good token, one without the scope, and one that is refused, with what it is refused for."""
        return (self.issuer.mint(scope="greet", subject="ann"), self.issuer.mint(scope="other", subject="bob"),
                self.issuer.mint(scope="greet", audience="another"))

    @staticmethod
    def ask(url, token=None):
        """Status, WWW-Authenticate and body."""
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
        try:
            with urllib.request.urlopen(request, timeout=harness.PATIENCE, context=harness.tls()) as answer:
                return answer.status, None, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers.get("WWW-Authenticate"), refused.read().decode()

    def test_ones_own_handlers(self):
        server = harness.Program(self.built / "own_api", self.issuer.url, *harness.certificate())
        self.addCleanup(server.stop)
        url = server.wait_for(r"listening on (\S+)").group(1)
        good, less, bad = self.tokens()
        self.assertEqual(self.ask(f"{url}/greeting", good), (200, None, "hello, ann\n"))
        self.assertEqual(self.ask(f"{url}/greeting")[:2], (401, "Bearer"))
        self.assertEqual(self.ask(f"{url}/greeting", less)[:2],
                         (403, 'Bearer error="insufficient_scope", scope="greet"'))
        self.assertEqual(self.ask(f"{url}/greeting", bad)[:2],
                         (401, 'Bearer error="invalid_token", error_description="audience_mismatch"'))
        self.assertEqual(self.ask(f"{url}/health"), (200, None, "well\n"))
        self.assertEqual(server.stop(), 0)

    def test_a_server_of_beast_that_asks_the_verifier(self):
        server = harness.Program(self.built / "guard_beast", self.issuer.url)
        self.addCleanup(server.stop)
        url = server.wait_for(r"listening on (\S+)").group(1)
        good, _, bad = self.tokens()
        self.assertEqual(self.ask(url, good), (200, None, "hello, ann\n"))
        self.assertEqual(self.ask(url)[:2], (401, "Bearer"))
        self.assertEqual(self.ask(url, bad)[:2],
                         (401, 'Bearer error="invalid_token", error_description="audience_mismatch"'))
        self.assertEqual(server.stop(), 0)

    def check_verify_only(self, program):
        good, less, bad = self.tokens()
        said = run(program, self.issuer.url, input="\n".join((good, less, bad, "abc")) + "\n")
        self.assertEqual(said, "valid: ann, may greet\nvalid: bob\nrefused: audience_mismatch\n"
                               "refused: not_three_parts\n")

    def test_the_verifier_alone(self):
        self.check_verify_only(self.built / "verify_only")

    def test_the_verifier_alone_by_pkg_config(self):
        if not shutil.which("pkg-config"):
            self.skipTest("pkg-config: not installed")
        folder = next(self.prefix.rglob("pkgconfig"))
        environment = {**os.environ, "PKG_CONFIG_PATH": str(folder)}
        flags = run("pkg-config", "--cflags", "--libs", "--static", "latchkey-embed", env=environment).split()
        self.assertIn(VERSION, run("pkg-config", "--modversion", "latchkey-embed", env=environment))
        program = harness.scratch("verify_only")
        run(CXX, ROOT / "examples" / "verify_only.cpp", "-o", program, *flags)
        self.check_verify_only(program)

    def test_every_header_can_be_included(self):
        include = self.prefix / "include"
        names = sorted(str(path.relative_to(include)) for path in include.rglob("*.hpp"))
        self.assertGreater(len(names), 200)
        source = pathlib.Path(harness.scratch("all.cpp"))
        source.write_text("".join(f"#include <{name}>\n" for name in names))
        said = run(CXX, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-DBOOST_ASIO_SEPARATE_COMPILATION",
                   "-DBOOST_BEAST_SEPARATE_COMPILATION", "-DBOOST_ASIO_NO_DEPRECATED", f"-I{include}", source)
        self.assertEqual(said, "")

    def test_every_layer_is_a_target_and_no_path_of_the_build_is_in_the_package(self):
        layers = {path.name for path in (ROOT / "include" / "latchkey").iterdir() if path.is_dir()}
        text = "".join(path.read_text() for path in self.prefix.rglob("*.cmake"))
        for layer in layers:
            self.assertIn(f"add_library(latchkey::{layer} STATIC IMPORTED)", text)
        for path in (*self.prefix.rglob("*.cmake"), *self.prefix.rglob("*.pc")):
            self.assertNotIn(str(ROOT / "include"), path.read_text(), path.name)

    def test_a_component_or_a_version_that_there_is_not_is_refused(self):
        for asked in ("latchkey COMPONENTS nothing", "latchkey 0.2", "latchkey 1.0"):
            with self.subTest(asked):
                folder = pathlib.Path(harness.scratch("asks"))
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                (folder / "CMakeLists.txt").write_text(
                    f"cmake_minimum_required(VERSION 3.23)\nproject(asks CXX)\nfind_package({asked} REQUIRED)\n")
                done = subprocess.run(["cmake", "-S", folder, "-B", folder / "build",
                                       f"-DCMAKE_PREFIX_PATH={self.prefix}"], capture_output=True, text=True)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("latchkey", done.stderr)


class Packages(unittest.TestCase):
    """What cpack makes has what is installed, and nothing else; how it fares in a Debian is scripts/package --test."""

    def test_contents(self):
        if not shutil.which("dpkg-deb") or not shutil.which("dpkg-shlibdeps"):
            self.skipTest("dpkg: not installed")
        made = run(ROOT / "scripts" / "package", "--only-build", BUILD, cwd=ROOT).split()
        self.assertEqual(len(made), 2)
        for package, component in zip(sorted(made, key=len), ("server", "development")):
            root = install(harness.scratch(f"contents-{component}"), "/usr", component)
            listed = {line.split()[5].removeprefix("./") for line in
                      run("dpkg-deb", "--contents", ROOT / package).splitlines() if not line.startswith("d")}
            self.assertEqual(listed, files_of(root))
            said = run("dpkg-deb", "--info", ROOT / package)
            self.assertIn(f" Version: {VERSION}-", said)
        said = run("dpkg-deb", "--info", ROOT / min(made, key=len))
        self.assertRegex(said, r"Depends: .*libssl3")
        self.assertIn("conffiles", said)


class Completion(unittest.TestCase):
    """What the shells themselves make of the scripts."""

    folder = ROOT

    def asked(self, shell, lines):
        if not shutil.which(shell):
            self.skipTest(f"{shell}: not installed")
        script = harness.scratch(f"completion.{shell}")
        pathlib.Path(script).write_text(run(harness.BIN / "latchkey", "completion", shell))
        found = {}
        for line in lines:
            found[line] = self.ask(shell, script, line)
        return found

    def ask(self, shell, script, line):
        words = line.split(" ")
        if shell == "bash":
            program = (f'. {script}; compopt() {{ :; }}; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _latchkey; '
                       'printf "%s\\n" "${COMPREPLY[@]}"')
            return run("bash", "-c", program, "x", *words, cwd=self.folder).split()
        if shell == "fish":
            text = run("fish", "--no-config", "-c", f"source {script}; complete -C {line!r}", cwd=self.folder)
            return [one.split("\t")[0] for one in text.splitlines()]
        # The functions that zsh's completion gives, as far as the script asks for them.
        program = (f'compdef() {{ }}; _files() {{ print -l -- *(N) }}; _describe() {{ print -l -- ${{(P)2%%:*}}; for one in '
                   '"${(@P)2}"; do print -- "${one%%:*}"; done }; compadd() { shift; print -l -- "$@" }; '
                   f'words=("$@"); CURRENT=$#; source {script}')
        return run("zsh", "-f", "-c", program, "x", *words, cwd=self.folder).split()

    def check(self, shell):
        found = self.asked(shell, ["latchkey ", "latchkey token ", "latchkey token verify --",
                                   "latchkey serve --config READ", "latchkey completion "])
        self.assertIn("serve", found["latchkey "])
        self.assertIn("check-config", found["latchkey "])
        self.assertIn("inspect", found["latchkey token "])
        self.assertNotIn("serve", found["latchkey token "])
        self.assertIn("--jwks", found["latchkey token verify --"])
        self.assertIn("README.md", found["latchkey serve --config READ"])
        self.assertNotIn("--set", found["latchkey serve --config READ"])
        for one in ("bash", "zsh", "fish"):
            self.assertIn(one, found["latchkey completion "])

    def test_bash(self):
        self.check("bash")

    def test_zsh(self):
        self.check("zsh")

    def test_fish(self):
        self.check("fish")


if __name__ == "__main__":
    harness.main()
