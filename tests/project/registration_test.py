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


class Registration(unittest.TestCase):
    def test_every_case_is_run_once(self):
        listed = subprocess.run(["ctest", "--test-dir", os.environ["BUILD"], "--show-only=json-v1"],
                                capture_output=True, text=True, check=True).stdout
        run = collections.defaultdict(collections.Counter)
        for test in json.loads(listed)["tests"]:
            program, *arguments = test.get("command", [""])
            if any(argument.startswith("--gtest_filter=") for argument in arguments):
                run[program].update(cases(program, *arguments))
        self.assertTrue(run)
        for program, counts in run.items():
            with self.subTest(program):
                if not pathlib.Path(program).exists():
                    self.skipTest("test program not built")
                everything = cases(program)
                self.assertTrue(everything)
                self.assertEqual(sorted(counts.elements()), sorted(everything))


if __name__ == "__main__":
    unittest.main(verbosity=2)
