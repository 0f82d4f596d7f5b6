"""What the summary of a run makes of the programs' output."""

import collections
import contextlib
import io
import pathlib
import tempfile
import unittest
from xml.sax.saxutils import escape

import summary

GOOGLETEST = """[==========] Running 3 tests from 1 test suite.
[ RUN      ] suite.good
[       OK ] suite.good (0 ms)
[ RUN      ] suite.left_out
/a/b.cpp:7: Skipped
test vectors not found: /a/vectors

[  SKIPPED ] suite.left_out (0 ms)
[ RUN      ] suite.bad
[  FAILED  ] suite.bad, where GetParam() = 3 (2 ms)
[==========] 3 tests from 1 test suite ran. (2 ms total)
[  PASSED  ] 1 test.
[  SKIPPED ] 1 test, listed below:
[  SKIPPED ] suite.left_out
[  FAILED  ] 1 test, listed below:
[  FAILED  ] suite.bad, where GetParam() = 3
"""
UNITTEST = """test_a (__main__.Some.test_a) ... ok
test_b (__main__.Some.test_b) ... skipped "Node.js isn't there"
test_c (__main__.Some.test_c) ... FAIL

----------------------------------------------------------------------
Ran 3 tests in 0.001s

FAILED (failures=1, skipped=1)
"""


def run(*cases):
    """The printed summary and the exit status for (status, output) of each program."""
    rows = "".join(
        f'<testcase name="x" status="{status}">{"<skipped/>" if status == "notrun" else ""}'
        f"<system-out>{escape(out)}</system-out></testcase>" for status, out in cases)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "tests.xml"
        path.write_text(f"<testsuite>{rows}</testsuite>")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            status = summary.main(path)
    return printed.getvalue(), status


class Summary(unittest.TestCase):
    def test_counts_the_cases_of_googletest(self):
        self.assertEqual(summary.of_googletest(GOOGLETEST),
                         (1, 1, 1, collections.Counter(["test vectors not found: /a/vectors"])))

    def test_counts_the_cases_of_unittest(self):
        self.assertEqual(summary.of_unittest(UNITTEST),
                         (1, 1, 1, collections.Counter(["Node.js isn't there"])))

    def test_groups_by_reason_and_fails_where_one_failed(self):
        printed, status = run(("fail", GOOGLETEST), ("run", GOOGLETEST.replace("bad", "fine").replace(
            "[  FAILED  ] suite.fine, where GetParam() = 3 (2 ms)", "[       OK ] suite.fine (2 ms)")))
        self.assertIn("6 tests in 2 runs", printed)
        self.assertIn("2 skipped: test vectors not found\n", printed)
        self.assertTrue(printed.endswith("3 passed, 1 failed, 2 skipped\n"))
        self.assertEqual(status, 1)

    def test_a_program_that_crashed_counts_as_failed(self):
        printed, status = run(("fail", "[==========] Running 3 tests from 1 test suite.\n"))
        self.assertIn("0 passed, 1 failed, 0 skipped", printed)
        self.assertEqual(status, 1)

    def test_other_programs_count_as_one(self):
        printed, status = run(("run", "done"), ("notrun", "there is no browser"))
        self.assertIn("1 skipped: there is no browser\n", printed)
        self.assertIn("1 passed, 0 failed, 1 skipped", printed)
        self.assertEqual(status, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
