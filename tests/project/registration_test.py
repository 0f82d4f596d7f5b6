"""Every case of every test program is run by exactly one test of ctest."""

import collections
import json
import os
import pathlib
import subprocess
import unittest


def cases(program, *arguments):
    """The full names of the cases a program of GoogleTest would run."""
    out = subprocess.run([program, "--gtest_list_tests", *arguments], capture_output=True, text=True,
                         check=True).stdout
    suite, found = "", []
    for line in out.splitlines():
        name = line.split("#")[0].rstrip()
        if name.startswith("  "):
            found.append(suite + name.strip())
        elif name.endswith("."):
            suite = name
    return found


def test_programs():
    """The test programs of this build, with the filters that its tests give each of them."""
    listed = subprocess.run(["ctest", "--test-dir", os.environ["BUILD"], "--show-only=json-v1"],
                            capture_output=True, text=True, check=True).stdout
    programs = collections.defaultdict(list)
    for test in json.loads(listed)["tests"]:
        program, *arguments = test.get("command", [""])
        if any(argument.startswith("--gtest_filter=") for argument in arguments):
            programs[program].append(arguments)
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
                for arguments in filters:
                    counts.update(cases(program, *arguments))
                everything = cases(program)
                self.assertTrue(everything)
                self.assertEqual(sorted(counts.elements()), sorted(everything))

    def test_no_parameter_is_shown_as_bytes(self):
        for program in test_programs():
            with self.subTest(program):
                if not pathlib.Path(program).exists():
                    self.skipTest("test program not built")
                out = subprocess.run([program, "--gtest_list_tests"], capture_output=True, text=True,
                                     check=True).stdout
                self.assertEqual([line for line in out.splitlines() if "-byte object <" in line], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
