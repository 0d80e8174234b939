"""Finds the real cargo to compare with, 1.96 or newer: $CARGO, or else the one from Debian's package. As a program, it prints the version and the
path.
"""

import functools
import os
import re
import subprocess
import sys

OLDEST = (1, 96)
# Debian's cargo treats itself as a development build, which accepts -Z and reads [unstable]. With this variable, it behaves like a release.
AS_RELEASE = {"__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS": "stable"}


class NoOracle(Exception):
    """Raised if no cargo is installed that is new enough."""


@functools.cache
def cargo_path():
    path = os.environ.get("CARGO") or "/usr/bin/cargo"
    if _version(path) < OLDEST:
        raise NoOracle(f"{path} is no cargo of 1.96 or newer: apt-get install cargo-web, or set CARGO")
    return path


def _version(path):
    """(major, minor) of the cargo at this path; (0, 0) if it is not one."""
    environment = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"}
    try:
        out = subprocess.run([path, "-V"], env=environment, capture_output=True, timeout=20, check=False).stdout
    except OSError:
        return 0, 0
    found = re.match(rb"cargo (\d+)\.(\d+)\.", out)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def cargo_version():
    return _version(cargo_path())


def main():
    try:
        print(f"cargo {'.'.join(map(str, cargo_version()))}, {cargo_path()}")
    except NoOracle as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
