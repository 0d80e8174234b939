"""For all tests: signals and variables are as in a terminal, even if the tests run in the background or in CI.

A signal that is ignored stays ignored in every program that a test starts, and a program that waits for a Ctrl-C would wait for ever.
In CI the program gives other advice; a test of that sets the variables itself.
"""

import os
import signal

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

LONG = ("test_deadlines", "test_every_call")


def pytest_collection_modifyitems(items):
    """What takes longest begins first: at the end nobody has to wait for it alone."""
    items.sort(key=lambda item: not item.name.startswith(LONG))
