"""The real cargo and cargo-logout edit one credentials file at the same time, and no change of either is lost."""

import contextlib
import fcntl
import random
import subprocess
import threading
import time
import tomllib

import pytest

import homes

ROUNDS = 500 if homes.FULL else 25
OTHER = "b"
NEW_TOKEN = "a new token"
BLOCKING = "    Blocking waiting for file lock on credentials' config file\n"


class Race:
    def __init__(self, home, cargo, action, index):
        self.home = home
        self.action = action
        self.cargo = [cargo, action, "--registry", OTHER]
        home.indexes(OTHER)
        config = home.dir / "config.toml"
        config.write_text(config.read_text().replace(f"https://example.com/{OTHER}", index))
        self.reset()
        self.end(self.start_cargo())  # cargo fills its caches now, not in a race

    def reset(self):
        self.home.write(homes.credentials(2, 2)[0] + homes.table(OTHER))

    def start_cargo(self):
        process = subprocess.Popen(
            self.cargo, cwd=self.home.root, env=self.home.env(), stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if self.action == "login":
            process.stdin.write(NEW_TOKEN + "\n")
        process.stdin.close()
        return process

    def start_ours(self):
        return self.home.start(self.home.command())

    def end(self, process, said=""):
        with process:
            said += process.stderr.read()
            assert process.wait(timeout=homes.TIME_LIMIT) == 0, said
        return said

    def check(self):
        """Both have done their work, and everything else is still there."""
        tokens = homes.tokens(self.home.text())
        assert tokens.pop(OTHER) == (NEW_TOKEN if self.action == "login" else None)
        assert tokens == {name: f"token of {name}" for name in ("a-0", "a-1", "z-0", "z-1")}
        assert homes.token(self.home.text()) is None
        assert self.home.mode() == 0o600


@pytest.fixture(params=("logout", "login"))
def race(request, home, cargo, index):
    return Race(home, cargo, request.param, index)


def test_both_at_once(race):
    """cargo-logout, which is faster, starts at a random time during cargo's run, and every other time before it."""
    chance = random.Random(2)
    began = time.monotonic()
    race.reset()
    race.end(race.start_cargo())
    length = time.monotonic() - began
    for turn in range(ROUNDS):
        race.reset()
        if turn % 2:
            ours, theirs = race.start_ours(), race.start_cargo()
        else:
            theirs = race.start_cargo()
            time.sleep(chance.uniform(0, length))
            ours = race.start_ours()
        race.end(theirs)
        race.end(ours)
        race.check()


@contextlib.contextmanager
def locked(path):
    with open(path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.parametrize("first", ("cargo", "ours"))
def test_both_wait_for_the_lock(race, first):
    """Both have opened the file and wait. Then they get the lock one after the other."""
    starts = [race.start_cargo, race.start_ours]
    if first == "ours":
        starts.reverse()
    for _ in range(10):
        race.reset()
        with locked(race.home.file):
            processes = [start() for start in starts]
            said = [process.stderr.readline() for process in processes]
        assert said == [BLOCKING, BLOCKING]
        for process, begin in zip(processes, said):
            race.end(process, begin)
        race.check()


@pytest.mark.parametrize("filler", (0, 100), ids=("moved", "blank"))
def test_eight_of_ours_at_once(home, filler):
    """Two of each program, for different registries. The second finds nothing to do."""
    names = [f"r-{i}" for i in range(4)]
    home.indexes(*names)
    text = "".join(homes.table(name) for name in names) + homes.credentials(filler, filler)[0]
    for _ in range(ROUNDS):
        home.write(text)
        processes = [home.start(home.command(registry=name)) for name in names * 2]
        said = []
        for process in processes:
            with process:
                said.append(process.stderr.read())
                assert process.wait(timeout=homes.TIME_LIMIT) == 0, said[-1]
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
            theirs = home.start([cargo, "logout", "--registry", "nobody"])
            for _ in range(3):
                assert home.run().returncode == 0
            with theirs:
                said = theirs.stderr.read()
                assert theirs.wait(timeout=homes.TIME_LIMIT) == 0, said
    finally:
        stop.set()
        reader.join()
    assert not broken, broken[0]


def test_ours_reads_between_the_write_and_the_truncate_of_cargo(home, cargo):
    """While cargo shortens a file, its end is garbage, so the file is not TOML."""
    home.indexes(OTHER)
    home.write(homes.table(OTHER) + homes.credentials(1, 1)[0])
    before = home.text()
    held = "inject=ftruncate:delay_enter=1000000"
    theirs = home.start(["strace", "-f", "-o", "/dev/null", "-e", held, cargo, "logout", "--registry", OTHER])
    while home.text() == before and theirs.poll() is None:
        time.sleep(0.01)
    with pytest.raises(tomllib.TOMLDecodeError):
        homes.tokens(home.text())
    result = home.run()
    assert result.returncode == 0, result.stderr
    assert result.stderr.startswith(BLOCKING)
    with theirs:
        assert theirs.wait(timeout=homes.TIME_LIMIT) == 0
    assert homes.tokens(home.text()) == {"a-0": "token of a-0", "z-0": "token of z-0", OTHER: None}
    assert homes.token(home.text()) is None
