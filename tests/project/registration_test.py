"""Every case of every test program is run by exactly one test of ctest."""

import collections
import functools
import json
import os
import pathlib
import re
import subprocess
import unittest


@functools.cache
def listing(program):
    """What a program of GoogleTest says its cases are. Some take seconds to make their parameters."""
    return subprocess.run([program, "--gtest_list_tests"], capture_output=True, text=True,
                          check=True).stdout


def cases(program):
    """The full names of the cases a program of GoogleTest would run."""
    suite, found = "", []
    for line in listing(program).splitlines():
        name = line.split("#")[0].rstrip()
        if name.startswith("  "):
            found.append(suite + name.strip())
        elif name.endswith("."):
            suite = name
    return found


def matches(filters, name):
    """Whether GoogleTest runs the case: patterns of * and ?, between colons."""
    return any(re.fullmatch(re.escape(one).replace(r"\*", ".*").replace(r"\?", "."), name)
               for one in filters.split(":"))


def test_programs():
    """The test programs of this build, with the filters that its tests give each of them."""
    listed = subprocess.run(["ctest", "--test-dir", os.environ["BUILD"], "--show-only=json-v1"],
                            capture_output=True, text=True, check=True).stdout
    programs = collections.defaultdict(list)
    for test in json.loads(listed)["tests"]:
        program, *arguments = test.get("command", [""])
        wanted = [argument for argument in arguments if argument.startswith("--gtest_filter=")]
        if wanted:
            # Exclusions are not understood here, and none is used.
            assert "-" not in wanted[0].removeprefix("--gtest_filter="), wanted
            programs[program].append(wanted[0].removeprefix("--gtest_filter="))
    return programs


class Registration(unittest.TestCase):
    def test_every_case_is_run_once(self):
        programs = test_programs()
        self.assertTrue(programs)
        for program, filters in programs.items():
            with self.subTest(program):
                if not pathlib.Path(program).exists():
                    self.skipTest("test program not built")
                counts = collections.Counter()
                everything = cases(program)
                for wanted in filters:
                    counts.update(name for name in everything if matches(wanted, name))
                self.assertTrue(everything)
                self.assertEqual(sorted(counts.elements()), sorted(everything))

    def test_no_parameter_is_shown_as_bytes(self):
        for program in test_programs():
            with self.subTest(program):
                if not pathlib.Path(program).exists():
                    self.skipTest("test program not built")
                found = [line for line in listing(program).splitlines() if "-byte object <" in line]
                self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
