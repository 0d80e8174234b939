"""The run is killed before each of its system calls. The file is valid, and a second run completes the logout. This does what test_sweep.py does with
every fault, for files whose length matters.
"""

import pytest

import homes

FILES = {
    "at the end": homes.credentials(200, 0),
    "in the middle": homes.credentials(250, 250),
}
MOVED = ("at the end",)
DONE = "has been removed"


def blanked(text, pair=homes.PAIR):
    return text.replace(pair, " " * (len(pair) - 1) + "\n")


def check_left(text, before, after):
    """A file as a stopped run can leave it: only the bytes of the pair are changed or removed."""
    assert homes.tokens(text) == homes.tokens(before)
    start = before.index(homes.PAIR)
    end = start + len(homes.PAIR)
    in_place = len(text) == len(before) and text[:start] == before[:start] and text[end:] == before[end:]
    if homes.token(text) is None:
        assert in_place or text.rstrip("\n") == after.rstrip("\n")
        assert homes.SECRET not in text
    else:
        assert in_place


def sweep(home, before, after, final):
    """{what was left} of runs killed before each call from the opening of the file on."""
    home.write(before, 0o640)
    calls = home.calls()
    assert ("pwrite64", 1) in calls
    states = set()
    for name, nth in calls:
        home.write(before, 0o640)
        result = home.strace("-e", f"inject={name}:signal=SIGKILL:when={nth}")
        assert result.returncode == -9, (name, nth, result.stderr)
        left = home.text()
        check_left(left, before, after)
        assert home.mode() in ((0o640, 0o600) if homes.token(left) is None else (0o640,))
        states.add(left)
        again = home.run()
        assert again.returncode == 0, again.stderr
        assert (DONE in again.stderr) == (homes.token(left) is not None)
        assert home.text() == (left if homes.token(left) is None else final)
        assert home.mode() == 0o600 or homes.token(left) is None  # what has nothing to remove is not changed
    return states


@pytest.mark.parametrize("kind", FILES)
def test_kill_before_each_call(home, kind):
    before, after = FILES[kind]
    final = after if kind in MOVED else blanked(before)
    states = sweep(home, before, after, final)
    assert states >= {before, final}
    assert len(states) == (3 if kind in MOVED else 2)  # the third: blank lines at the end
