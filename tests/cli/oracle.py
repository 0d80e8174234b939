"""The oracle: a real cargo of 1.95 or newer, against which ours is compared.

Looked for in this order: $CARGO_LOGOUT_ORACLE; the toolchains of rustup, stable before nightly and newer before older (the
toolchain's own program, never rustup's shim, which answers other questions too); Debian's package cargo-web.
"""

import functools
import os
import pathlib
import pwd
import re
import subprocess

OLDEST = (1, 95)


class NoOracle(Exception):
    """No cargo new enough is installed."""


def _version(program):
    """(major, minor) of the cargo at this path; None if it is not one."""
    environment = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"}
    try:
        out = subprocess.run([program, "-V"], env=environment, capture_output=True, timeout=20, check=False).stdout
    except OSError:
        return None
    found = re.match(rb"cargo (\d+)\.(\d+)\.", out)
    return (int(found[1]), int(found[2])) if found else None


def _candidates():
    given = os.environ.get("CARGO_LOGOUT_ORACLE")
    if given:
        yield given
        return
    homes = [os.environ.get("RUSTUP_HOME"), pathlib.Path(pwd.getpwuid(os.geteuid()).pw_dir) / ".rustup"]
    toolchains = [path for home in homes if home for path in pathlib.Path(home).glob("toolchains/*/bin/cargo")]
    steady = [path for path in toolchains if "nightly" not in str(path) and "beta" not in str(path)]
    yield from sorted(map(str, steady), key=lambda path: _version(path) or (0, 0), reverse=True)
    yield "/usr/bin/cargo"


@functools.cache
def cargo_path():
    for program in _candidates():
        if (_version(program) or (0, 0)) >= OLDEST:
            return program
    raise NoOracle("no cargo of 1.95 or newer: apt-get install cargo-web, or set CARGO_LOGOUT_ORACLE")


@functools.cache
def cargo_version():
    return _version(cargo_path())


# What newer cargos do in another way than 1.95, which ours follows. A case that depends on one names it in `needs`
# and is left out where the oracle does not have it.
_UNTIL_195 = {
    "z-refused",  # Debian's 1.96 is a development build and takes -Z
    "config-late",  # and such a build tells a broken config before it looks at the command line, and knows [unstable]
    "toml-texts",  # 1.96 points elsewhere at the end of a file, and counts bytes, not characters, for carets under a key
    "sparse-github-folded",  # Debian's 1.96 no longer folds the case of sparse+https://github.com/...
    "home-as-given",  # 1.96 writes the cargo home in normal form
}


def oracle_has(feature):
    assert feature in _UNTIL_195, feature
    return cargo_version() < (1, 96)


def leaves_cache_tag():
    """1.96 writes $CARGO_HOME/registry/CACHEDIR.TAG on the way."""
    return cargo_version() >= (1, 96)


def incomparable(world, result):
    """Whether a cargo newer than 1.95 did what it does in another order: only for random worlds, which cannot name their needs."""
    early = not oracle_has("config-late") and b"could not load Cargo configuration" in result.stderr
    return early and bool(world.args)


if __name__ == "__main__":
    print(f"cargo {'.'.join(map(str, cargo_version()))}, {cargo_path()}")
