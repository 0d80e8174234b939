"""The real cargo and cargo-logout edit one credentials file at the same time, and no change of either is lost."""

import random
import threading
import time
import tomllib

import pytest

import homes

ROUNDS = 500 if homes.FULL else 25


@pytest.mark.parametrize("action", ("cargo logs out", "cargo logs in"))
def test_both_at_once(stage, action):
    """cargo-logout, which is faster, starts at a random time during cargo's run, and every other time before it."""
    chance = random.Random(2)
    home = stage.home
    for _ in range(2):  # the first fills cargo's caches
        stage.reset()
        began = time.monotonic()
        home.end(stage.start(action))
    length = time.monotonic() - began
    for turn in range(ROUNDS):
        stage.reset()
        if turn % 2:
            ours, theirs = home.start(), stage.start(action)
        else:
            theirs = stage.start(action)
            time.sleep(chance.uniform(0, length))
            ours = home.start()
        home.end(theirs)
        home.end(ours)
        stage.check(action)
        assert home.mode() == 0o600


@pytest.mark.parametrize("filler", (0, 100), ids=("moved", "blank"))
def test_eight_of_ours_at_once(home, filler):
    """Two of each program, for different registries. The second finds nothing to do."""
    names = [f"r-{i}" for i in range(4)]
    home.indexes(*names)
    text = "".join(homes.table(name) for name in names) + homes.credentials(filler, filler)[0]
    for _ in range(ROUNDS):
        home.write(text)
        processes = [home.start(*home.command(registry=name)) for name in names * 2]
        said = [home.end(process) for process in processes]
        tokens = homes.tokens(home.text())
        assert [tokens[name] for name in names] == [None] * 4
        assert len(tokens) == 4 + 2 * filler
        assert all(value == f"token of {name}" for name, value in tokens.items() if name not in names)
        assert homes.token(home.text()) == homes.SECRET
        for name in names:
            assert sum(f"for `{name}` has been removed" in text for text in said) == 1


@pytest.mark.parametrize("filler", (1, 60), ids=("moved", "blank"))
def test_a_reader_sees_no_broken_file(home, cargo, filler):
    """cargo reads without a lock. It runs in the time of ours, and a reader of Python's as often as it can."""
    home.indexes("nobody")
    before, _ = homes.credentials(filler, filler)
    stop = threading.Event()
    broken = []

    def read():
        while not stop.is_set():
            text = home.text()
            try:
                tomllib.loads(text)
            except tomllib.TOMLDecodeError:
                broken.append(text)

    home.write(before)
    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(ROUNDS):
            replacement = home.dir / "new"
            replacement.write_text(before)
            replacement.rename(home.file)
            theirs = home.start(cargo, "logout", "--registry", "nobody")
            for _ in range(3):
                assert home.run().returncode == 0
            home.end(theirs)
    finally:
        stop.set()
        reader.join()
    assert not broken, broken[0]
