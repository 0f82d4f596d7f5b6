"""Runs every command of the documentation, and checks the configurations and code it shows.

A block marked sh is run line by line as it stands, from the top of the repository, with the programs of this
build. A server is started with & and ended with its page; one without & is started, awaited and ended. A line
that ends in `# exit status N` must end with that status.
"""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import harness  # noqa: E402

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
DEFAULT_PORTS = (8443, 9000, 9400, 9901)
# What is running now, or would install and build.
NOT_RUN = {"scripts/test", "scripts/test --sanitize", "scripts/package --only-build build/release"}


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.M | re.S)


def commands(page):
    """The command lines of a page, continued ones joined."""
    for block in blocks(page, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip() and not line.startswith("#"):
                yield line


class Runner:
    """One shell for the commands of one page."""

    def __init__(self, page):
        self.folder = pathlib.Path(harness.scratch("docs-" + page.stem))
        self.folder.mkdir()
        for name in ("bench", "docs", "examples", "scripts", "tests"):
            (self.folder / name).symlink_to(ROOT / name)
        shutil.copytree(ROOT / "conf", self.folder / "conf", ignore=shutil.ignore_patterns("dev"))
        (self.folder / "build" / "release").mkdir(parents=True)
        (self.folder / "build" / "release" / "bin").symlink_to(harness.BIN)
        # What `cmake --install` reads of a build.
        (self.folder / "build" / "release" / "cmake_install.cmake").symlink_to(harness.BIN.parent / "cmake_install.cmake")
        (self.folder / "conf" / "dev").mkdir()
        for source, name in zip(harness.certificate(), ("server.pem", "server.key")):
            shutil.copy(source, self.folder / "conf" / "dev" / name)
        clean = {k: v for k, v in os.environ.items() if not k.startswith("LATCHKEY_")}
        clean["PATH"] = f"{harness.BIN}:{clean['PATH']}"
        clean["DEMO_BIN"] = str(harness.BIN)
        self.shell = subprocess.Popen(["bash"], cwd=self.folder, env=clean, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                      start_new_session=True)

    def run(self, line):
        """The exit status of a line and what it printed."""
        self.shell.stdin.write(f"{line}\necho; echo \"status-of-line $?\"\n".replace("echo; ", "_s=$?; echo; (exit $_s); "))
        self.shell.stdin.flush()
        printed = []
        for text in self.shell.stdout:
            if match := re.match(r"status-of-line (\d+)$", text):
                return int(match.group(1)), "".join(printed)
            printed.append(text)
        return -1, "".join(printed)

    def end(self):
        try:
            os.killpg(self.shell.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        self.shell.stdin.close()
        self.shell.stdout.close()
        self.shell.wait(harness.PATIENCE)


def await_port(port):
    import time

    until = time.monotonic() + harness.PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")


def expected_status(line):
    match = re.search(r"# exit status (\d+)", line)
    return int(match.group(1)) if match else 0


class Documentation(unittest.TestCase):
    def test_every_command(self):
        for port in DEFAULT_PORTS:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    self.skipTest(f"port {port}, which the documentation uses, is in use")
        total = 0
        for page in PAGES:
            lines = list(commands(page))
            total += len(lines)
            with self.subTest(page.name):
                self.run_page(page, lines)
        self.assertGreater(total, 20)

    def run_page(self, page, lines):
        runner = Runner(page)
        self.addCleanup(runner.end)
        text = "\n".join(lines)
        if lines and "latchkey-issuer serve" not in text and "scripts/demo" not in text.split("\n")[0]:
            runner.run("latchkey-issuer serve > issuer.log &")
            await_port(9400)
        if "latchkey serve" not in text and ":8443" in text:
            runner.run("latchkey serve --config conf/latchkey.toml > latchkey.log &")
            await_port(8443)
        for line in lines:
            if line.strip() in NOT_RUN:
                continue
            with self.subTest(line):
                self.run_line(runner, line)
        runner.end()
        self.await_free_ports()

    def run_line(self, runner, line):
        if line.strip() == "scripts/demo":
            line = "scripts/demo --once"
        serves = re.search(r"(latchkey|latchkey-issuer) serve", line)
        beside = re.search(r"&( \w+=\$!)?\s*(#.*)?$", line)
        if serves and not beside:
            # Started, awaited, and ended in good order.
            line = (f"timeout --preserve-status -s TERM 3 {line}")
        status, printed = runner.run(line)
        if serves and beside:
            await_port(9400 if "issuer" in serves.group(1) else 8443)
            if "issuer" not in serves.group(1):
                runner.run("until latchkey healthcheck --url http://127.0.0.1:9901/readyz; do sleep 0.1; done")
        self.assertEqual(status, expected_status(line), printed)

    def await_free_ports(self):
        import time

        until = time.monotonic() + harness.PATIENCE
        for port in DEFAULT_PORTS:
            while time.monotonic() < until:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) != 0:
                        break
                time.sleep(0.05)

    def test_code_is_that_of_the_examples(self):
        examples = "".join(path.read_text() for path in sorted((ROOT / "examples").glob("*.cpp")))
        shown = blocks(ROOT / "docs" / "library.md", "cpp")
        self.assertGreater(len(shown), 3)
        for block in shown:
            self.assertIn(block, examples)

    def test_configurations_are_valid(self):
        """A block of TOML is a whole configuration, or a part: of an issuer in place of the shipped one's, else beside it."""
        seen = 0
        shipped = (ROOT / "conf" / "latchkey.toml").read_text()
        start, end = shipped.index("[[issuer]]"), shipped.index("[docs]")
        for page in PAGES:
            for number, block in enumerate(blocks(page, "toml")):
                with self.subTest(f"{page.name} {number}"):
                    seen += 1
                    after = end if "[[issuer]]" in block else start
                    complete = "[[issuer]]" in block and "[[route]]" in block
                    whole = block if complete else shipped[:start] + block + "\n" + shipped[after:]
                    path = harness.scratch(f"{page.stem}-{number}.toml")
                    pathlib.Path(path).write_text(whole)
                    cert, key = harness.certificate()
                    for name, ending in re.findall(r'^(?:certificate|private_key|client_ca) = "(\w+\.(pem|key))"', block, re.M):
                        if not pathlib.Path(harness.scratch(name)).exists():
                            shutil.copy(cert if ending == "pem" else key, harness.scratch(name))
                    checked = subprocess.run(
                        [harness.BIN / "latchkey", "check-config", "--config", path, "--set",
                         f"server.tls.certificate={cert}", "--set", f"server.tls.private_key={key}"],
                        capture_output=True, text=True)
                    self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertGreater(seen, 2)

    def test_the_edge_that_is_shown_first_is_the_one_that_is_shipped(self):
        shipped = tomllib.loads((ROOT / "conf" / "edge.toml").read_text())
        shown = next(block for block in blocks(ROOT / "README.md", "toml") if "[[upstream]]" in block)
        shown = tomllib.loads(shown)
        self.assertEqual(shown["upstream"], shipped["upstream"])
        opened, guarded = shipped["route"]
        self.assertEqual(opened, {"path": "/public/*", "methods": ["*"], "public": True, "upstream": "api"})
        self.assertEqual(guarded.pop("token_to_upstream"), "remove", "which is the default")
        self.assertEqual(shown["route"], [guarded])

    def test_every_neighbour_is_told_of(self):
        page = (ROOT / "docs" / "forward-auth.md").read_text()
        names = sorted(one.name for one in (ROOT / "conf" / "neighbours").iterdir())
        self.assertGreater(len(names), 6)
        for name in names:
            self.assertIn(f"`{name}`", page)

    def test_links_lead_somewhere(self):
        for page in PAGES:
            # Code has brackets and parentheses of its own.
            text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
            targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
            targets += re.findall(r'(?:src|srcset|href)="([^"#:]+)(?:#[^"]*)?"', text)
            for target in targets:
                self.assertTrue((page.parent / target).exists(), f"{page.name}: {target}")

    def test_a_heading_that_is_linked_to_is_there(self):
        for page in PAGES:
            text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
            for target, heading in re.findall(r'(?:\]\(|href=")([^)#:"]*)#([^)"]+)[)"]', text):
                other = page.parent / target if target else page
                headings = re.findall(r"^#+ (.*)$", other.read_text(), re.M)
                anchors = [re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings]
                self.assertIn(heading, anchors, f"{page.name}: {target}")

    def test_the_readme_fits_two_screens_and_leads_to_every_page(self):
        text = (ROOT / "README.md").read_text()
        self.assertLessEqual(len(text.splitlines()), 120)
        for page in PAGES[1:]:
            self.assertIn(f"(docs/{page.name}", text)
        for picture in (ROOT / "docs" / "pictures").glob("readme-*.png"):
            self.assertLess(picture.stat().st_size, 120 * 1024, picture.name)
            self.assertIn(f"docs/pictures/{picture.name}", text)

    @staticmethod
    def reasons_of(layer):
        code = (ROOT / "src" / layer / "errc.cpp").read_text()
        return set(re.findall(r'return "(\w+)";', code)) - {"unknown"}

    def test_every_reason_of_a_refused_message_is_documented(self):
        reasons_of = self.reasons_of
        page = (ROOT / "docs" / "http.md").read_text()
        of_fetches = reasons_of("client") | {"too_many_lookups"}
        reasons = reasons_of("net") | reasons_of("http1") | reasons_of("server")
        self.assertGreater(len(reasons), 20)
        reasons -= of_fetches | {"closed", "tls_failed"}
        for reason in reasons:
            self.assertIn(f"`{reason}`", page)
        for reason in of_fetches:
            self.assertIn(f"`{reason}`", (ROOT / "docs" / "keys.md").read_text())

    def test_what_is_said_of_forwarding_is_all_of_it(self):
        page = (ROOT / "docs" / "edge.md").read_text()
        checks = (ROOT / "docs" / "forward-auth.md").read_text()
        reasons = self.reasons_of("edge")
        self.assertGreater(len(reasons), 15)
        # A health check's, which no request is refused for.
        for reason in reasons - {"upstream_unhealthy"}:
            self.assertIn(f"`{reason}`", page + checks)
        code = (ROOT / "src" / "edge" / "field_names.cpp").read_text()
        families = code[code.index("families[]"):]
        names = re.findall(r'\{"([a-z0-9_-]+)", field_role::\w+\}', code)
        self.assertGreater(len(names), 80)
        text = page.lower().replace("_", "-")
        for name in names:
            with self.subTest(name):
                self.assertTrue(self.is_listed(name.replace("_", "-"), text, f'"{name}"' in families))
        forwarding = (ROOT / "include" / "latchkey" / "http" / "forwarding.hpp").read_text()
        log = (ROOT / "docs" / "log.md").read_text()
        for word in re.findall(r'return "(\w+)";', forwarding):
            self.assertIn(f"`{word}`", log)

    @staticmethod
    def is_listed(name, text, family):
        """As it is, or as one of several that follow the first: `X-Client-Cert`, `-DN`."""
        if f"`{name}`" in text or (family and f"`{name}*`" in text):
            return True
        parts = name.split("-")
        splits = (("-".join(parts[:cut]), "-".join(parts[cut:])) for cut in range(1, len(parts)))
        return any(re.search(rf"`{first}-[a-z-]+`(, `-[a-z-]+`)*, `-{rest}`", text) for first, rest in splits)


if __name__ == "__main__":
    harness.main()
