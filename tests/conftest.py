"""For all tests: signals are as in a terminal, even where ./test runs in the background, with them ignored.

What is ignored stays ignored in every program that a test starts, and then one that waits for a Ctrl-C waits for ever.
"""

import signal

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
