"""For all tests: signals and variables are as in a terminal, even if the tests run in the background or in CI.

If a signal is ignored, it is also ignored in every program that a test starts, and a program that waits for Ctrl-C would wait forever. In CI, the
program prints other fixes; tests of these set the variables themselves.
"""

import os
import pathlib
import signal
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent
# Suites use modules of these. pytest puts a suite's own directory first.
sys.path += [str(TESTS / name) for name in ("cli", "fault", "libsecret", "places", "revoke", "toml")]

import oracle  # noqa: E402
import planted  # noqa: E402

planted.watch()

for name in ("CI", "GITHUB_ENV"):
    os.environ.pop(name, None)

for number, handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGQUIT, signal.SIG_DFL),
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGTERM, signal.SIG_DFL),
):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def program():
    """Path of the cargo-logout under test: $CARGO_LOGOUT, else the one in build/."""
    path = pathlib.Path(os.environ.get("CARGO_LOGOUT", TESTS.parent / "build/cargo-logout")).absolute()
    if not os.access(path, os.X_OK):
        pytest.fail(f"{path} is not built: run ./run, or set CARGO_LOGOUT", pytrace=False)
    return path


@pytest.fixture(scope="session")
def cargo():
    """Path of the real cargo."""
    return oracle.cargo_path()


LONG = ("test_deadlines", "test_every_call")
MARKS = {
    "slow": (os.environ.get("FAULTS") != "full", "takes too long for every run"),
    "unsanitized": ("WITHOUT_CARGO" in os.environ, "cannot run in a build with sanitizers"),
}


def pytest_configure(config):
    for mark, (_, meaning) in MARKS.items():
        config.addinivalue_line("markers", f"{mark}: {meaning}")


def pytest_collection_modifyitems(items):
    """Removes tests that do not belong to this run, because a test that is skipped later counts as failed. Starts the slowest tests first.
    """
    left_out = [mark for mark, (left_out, _) in MARKS.items() if left_out]
    items[:] = [item for item in items if not any(map(item.get_closest_marker, left_out))]
    items.sort(key=lambda item: not item.name.startswith(LONG))
