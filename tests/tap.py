"""Runs pytest for `meson test`. Prints one line of TAP for each test on stdout, and pytest's own report on stderr.

    tests/tap.py PYTEST-ARGUMENTS...

A skipped test counts as failed: meson registers only what can run here.
"""

import os
import sys

import pytest


class Tap:
    def __init__(self, out):
        self.out, self.count = out, 0

    def pytest_runtest_logreport(self, report):
        """Called for setup, call and teardown of each test; a setup or teardown that passes is not a result."""
        if report.when == "call" or not report.passed:
            self.count += 1
            name = report.nodeid.encode("unicode_escape").decode().replace("#", "\\x23")
            print("ok" if report.passed else "not ok", self.count, "-", name, file=self.out, flush=True)

    def pytest_sessionfinish(self):
        print(f"1..{self.count}", file=self.out, flush=True)


def main():
    tap = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    workers = 2 * len(os.sched_getaffinity(0))  # most tests wait: for a disk, a process, a deadline
    return pytest.main(["-q", "-n", str(workers), "-p", "no:cacheprovider", "--tb=short", "-rfEs", *sys.argv[1:]], plugins=[Tap(tap)])


if __name__ == "__main__":
    sys.exit(main())
