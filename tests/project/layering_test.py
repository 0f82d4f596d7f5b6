"""What holds for every source file: layers include only what stands to their right, ASCII, a preamble."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# programs -> app -> edge, store -> server, client, auth, middleware -> http1, net -> http -> jose, trace -> async -> core
# Beside edge stands embed, which nothing of ours includes.
MAY_INCLUDE = {
    "core": set(),
    "jose": {"core"},
    "async": {"core"},
    "trace": {"async", "core"},
    "http": {"trace", "async", "core"},
    "middleware": {"http", "trace", "async", "core"},
    "auth": {"http", "jose", "trace", "async", "core"},
    "net": {"async", "core"},
    "http1": {"http", "trace", "async", "core"},
    "client": {"http1", "net", "http", "trace", "async", "core"},
    "server": {"http1", "net", "http", "trace", "async", "core"},
    "edge": {"server", "client", "auth", "middleware", "http1", "net", "http", "jose", "trace", "async", "core"},
    "embed": {"server", "client", "auth", "middleware", "http1", "net", "http", "jose", "trace", "async", "core"},
    "store": {"net", "http", "jose", "trace", "async", "core"},
    "app": {"edge", "store", "server", "client", "auth", "middleware", "http1", "net", "http", "jose", "trace", "async", "core"},
}
WITHOUT_ASIO = {"core", "jose"}
WITHOUT_OPENSSL = {"core", "async", "trace", "http", "http1", "middleware", "auth", "edge", "embed", "store"}
# What another program includes without an event loop of ours.
HEADERS_WITHOUT_ASIO = ("token_verifier", "issuer", "refusal")


def sources(*folders, endings=(".hpp", ".cpp")):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in endings:
                yield path


def includes(path):
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.M)


class Sources(unittest.TestCase):
    def test_layers_include_only_what_stands_to_their_right(self):
        seen = 0
        for layer, allowed in MAY_INCLUDE.items():
            for path in sources(f"include/latchkey/{layer}", f"src/{layer}"):
                seen += 1
                for name in includes(path):
                    where = f"{path.relative_to(ROOT)} includes {name}"
                    if match := re.match(r"latchkey/(\w+)/", name):
                        self.assertIn(match.group(1), allowed | {layer}, where)
                    if layer in WITHOUT_ASIO:
                        self.assertNotRegex(name, r"^boost/(asio|beast)", where)
                    if layer in WITHOUT_OPENSSL:
                        self.assertNotRegex(name, r"^(openssl|boost/asio/ssl)", where)
        self.assertGreater(seen, 60, "files looked at")

    def test_a_verifier_is_to_be_had_without_asio(self):
        """Of the headers that those of the verifier lead to, none is of Asio or Beast."""
        todo = [f"latchkey/embed/{name}.hpp" for name in HEADERS_WITHOUT_ASIO]
        seen = set()
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            self.assertNotRegex(name, r"^boost/(asio|beast)")
            if name.startswith("latchkey/"):
                todo += includes(ROOT / "include" / name)
        self.assertGreater(len(seen), 10)

    def test_every_layer_is_known(self):
        layers = {path.name for path in (ROOT / "include" / "latchkey").iterdir() if path.is_dir()}
        self.assertEqual(layers, set(MAY_INCLUDE))

    def test_sources_are_ascii_without_tabs(self):
        for path in sources("include", "src", "tests", "bench"):
            for number, line in enumerate(path.read_bytes().splitlines(), 1):
                self.assertTrue(line.isascii() and b"\t" not in line, f"{path.relative_to(ROOT)}:{number}")

    def test_public_headers_say_what_they_are_for(self):
        for path in sources("include", endings=(".hpp",)):
            lines = path.read_text().splitlines()
            name = str(path.relative_to(ROOT))
            self.assertTrue(lines[0].startswith("// "), name)
            self.assertIn("#pragma once", lines[:8], name)

    def test_every_source_has_its_header_and_place(self):
        for layer in MAY_INCLUDE:
            for path in sources(f"include/latchkey/{layer}", endings=(".hpp",)):
                text = path.read_text()
                namespace = f"namespace latchkey::{layer}"
                self.assertIn(namespace, text, str(path.relative_to(ROOT)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
