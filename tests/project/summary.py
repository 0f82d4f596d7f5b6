"""Says in the last lines of a run how many tests were run and how many were skipped, by reason.

Reads the JUnit file that ctest wrote: a test of ctest there is a program, which runs many cases.
"""

import collections
import re
import sys
import xml.etree.ElementTree as ElementTree

Counts = collections.namedtuple("Counts", "passed failed skipped reasons")


def of_googletest(out):
    """The counts of a program of GoogleTest, or None where the text is not of one."""
    if not re.search(r"^\[={10}\] \d+ tests? from", out, re.M):
        return None
    reasons = collections.Counter(
        reason.strip() for reason in re.findall(r": Skipped\n(.*)$", out, re.M))
    skipped = len(re.findall(r"^\[  SKIPPED \] \S+ \(\d+ ms\)$", out, re.M))
    failed = len(re.findall(r"^\[  FAILED  \] .+ \(\d+ ms\)$", out, re.M))
    passed = len(re.findall(r"^\[       OK \] .+ \(\d+ ms\)$", out, re.M))
    reasons["no reason given"] += skipped - sum(reasons.values())
    return Counts(passed, failed, skipped, +reasons)


def of_unittest(out):
    """The counts of a program of Python's unittest, or None where the text is not of one."""
    ran = re.search(r"^Ran (\d+) tests? in ", out, re.M)
    if not ran:
        return None
    tail = out[ran.end():]
    number = {name: int(count) for name, count in re.findall(r"(failures|errors|skipped)=(\d+)", tail)}
    reasons = collections.Counter(
        reason for _, reason in re.findall(r"skipped (['\"])(.*)\1$", out, re.M))
    skipped = number.get("skipped", 0)
    failed = min(int(ran[1]) - skipped, number.get("failures", 0) + number.get("errors", 0))
    return Counts(int(ran[1]) - skipped - failed, failed, skipped, reasons)


def of_case(case):
    """The counts of one test of ctest: as its program counts, or one."""
    out = "\n".join(part.text or "" for part in case.iter("system-out"))
    status = case.get("status")
    counts = of_googletest(out) or of_unittest(out)
    if status == "notrun" or (status != "fail" and counts is None and case.find("skipped") is not None):
        last = [line for line in out.splitlines() if line.strip()]
        return Counts(0, 0, 1, collections.Counter([last[-1] if last else "not run"]))
    if counts is None:
        counts = Counts(int(status != "fail"), 0, 0, collections.Counter())
    if status == "fail" and counts.failed == 0:
        counts = counts._replace(failed=1)  # ended before it could count, or left none running
    return counts


def group(reason):
    """What a reason says before the part that differs from case to case."""
    reason = re.sub(r"^SKIPPED: ", "", reason)
    return re.sub(r"^\d+ cases not run: ", "", reason).split(": ")[0]


def main(path):
    passed = failed = skipped = 0
    reasons = collections.Counter()
    programs = ElementTree.parse(path).getroot().findall("testcase")
    for case in programs:
        counts = of_case(case)
        passed += counts.passed
        failed += counts.failed
        skipped += counts.skipped
        for reason, number in counts.reasons.items():
            reasons[group(reason)] += number
    print(f"\ntest: {passed + failed + skipped} tests in {len(programs)} runs of programs")
    for reason, number in reasons.most_common():
        print(f"test: {number} skipped: {reason}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
