"""Two programs edit one credentials file, in every interleaving: one is stopped before each of its calls while the other runs. It
waits until the other has exited or reports that it waits for the lock, which the first has.
"""

import os
import select
import shutil
import subprocess

import pytest

import homes
import inject
from registry_server import Registry

OTHER, NOBODY = "b", "nobody"  # two registries, the second one without a token
NEW_TOKEN = "a new token"
ROUNDS = 500 if homes.FULL else 25
BLOCKING = "    Blocking waiting for file lock on credentials' config file\n"
# Another program that runs at the same time as a logout of `me`, and the token of OTHER after both.
AFTER = {
    "cargo logs out": None,
    "cargo logs in": NEW_TOKEN,
    "cargo reads": f"token of {OTHER}",
    "ours, another": None,
    "ours, the same": f"token of {OTHER}",
}


class Stage:
    """A home where the real cargo and cargo-logout edit one credentials file."""

    def __init__(self, home, cargo, index, program):
        self.home = home
        self.cargo = str(cargo)
        self.injector = inject.Injector(program)
        (home.dir / "config.toml").write_text(homes.index(homes.ME) + homes.index(NOBODY) + homes.index(OTHER, index))
        self.reset()

    def reset(self):
        self.home.write(homes.credentials(2, 2)[0] + homes.table(OTHER))

    def run(self, command, *arguments, **more):
        self.reset()
        return self.injector.run(command, *arguments, env=self.home.env(), cwd=self.home.root, **more)

    def start(self, name):
        commands = {
            "cargo logs out": [self.cargo, "logout", "--registry", OTHER],
            "cargo logs in": [self.cargo, "login", "--registry", OTHER],
            "cargo reads": [self.cargo, "logout", "--registry", NOBODY],
            "ours, another": self.home.command(registry=OTHER),
            "ours, the same": self.home.command(),
        }
        process = self.home.start(*commands[name], stdin=subprocess.PIPE)
        if name == "cargo logs in":
            process.stdin.write(NEW_TOKEN + "\n")
        process.stdin.close()
        return process

    def start_and_wait(self, name):
        """Waits until it exits or reports that it waits for the lock. Returns the process and its first line."""
        process = self.start(name)
        ready, _, _ = select.select([process.stderr], [], [], homes.TIME_LIMIT)
        assert ready, f"{name} prints nothing"
        said = process.stderr.readline()
        if said != BLOCKING:
            self.home.end(process, said)
        return process, said

    def check(self, name):
        """Checks that both changed what they had to change, and nothing else."""
        tokens = homes.tokens(self.home.text())
        assert tokens.pop(OTHER) == AFTER[name]
        assert tokens == {name: f"token of {name}" for name in ("a-0", "a-1", "z-0", "z-1")}
        assert homes.token(self.home.text()) is None


@pytest.fixture(scope="session")
def index():
    """The index of a registry on the loopback device, which cargo login can read."""
    with Registry() as registry:
        yield registry.index


@pytest.fixture
def stage(home, cargo, index, program):
    return Stage(home, cargo, index, program)


def at_each_call(stage, command, looking, other):
    """Runs `other` before each call of the command, from some calls before its lock on. Returns how often it waited for the lock."""
    calls = [call for call in stage.run(command).calls if call.process == 0]
    waited = 0
    for call in calls[inject.before_lock(calls) - looking :]:
        started = []
        run = stage.run(command, call, "pause", at_pause=lambda: started.append(stage.start_and_wait(other)))
        assert run.status == 0, run.err
        if not run.hit:
            continue  # runs of cargo do not always make the same calls
        process, said = started[0]
        if not process.stderr.closed:
            stage.home.end(process, said)
        stage.check(other if command[0] != stage.cargo else "cargo logs out")
        waited += said == BLOCKING
    return waited


@pytest.mark.parametrize("other", AFTER)
def test_at_each_of_our_calls(stage, other):
    """Neither program writes the files of the earlier calls."""
    waited = at_each_call(stage, stage.home.command(), 8, other)
    assert (waited > 0) == (other != "cargo reads")


def test_at_each_call_of_cargo(stage):
    """From its search for the credentials on. While cargo shortens a file, the file is not TOML."""
    assert at_each_call(stage, [stage.cargo, "logout", "--registry", OTHER], 12, "ours, the same") > 0


def swap_directory(home, fresh):
    away = home.root / "away"
    home.dir.rename(away)
    fresh.rename(home.dir)
    return away / "credentials.toml"


def swap_link(home, fresh):
    """The file was a link, and is one to another file now."""
    away = remove_file(home, fresh)
    home.file.symlink_to(fresh / "credentials.toml")
    return away


def replace_file(home, fresh):
    """As editors save a file: the name leads to another file now."""
    away = home.root / "away.toml"
    os.link(home.file, away)
    (fresh / "credentials.toml").rename(home.file)
    return away


def remove_file(home, _):
    return home.file.rename(home.root / "away.toml")


@pytest.mark.parametrize("swap", (swap_directory, swap_link, replace_file, remove_file))
def test_what_is_swapped_in_the_middle(stage, swap):
    """Both files are complete. A file that gets the name before its last check is cleared too."""
    home = stage.home
    old = [text + homes.table(OTHER) for text in homes.credentials(2, 2)]
    new = homes.credentials(3, 3)
    calls = inject.from_main(stage.run(home.command()).calls)
    looked = [at for at, call in enumerate(calls) if call.name == "newfstatat"][-2]  # by path; the last is of the file
    config = (home.dir / "config.toml").read_text()
    for at, call in enumerate(calls):
        for path in home.root.iterdir():
            (shutil.rmtree if path.is_dir() else os.unlink)(path)
        fresh = home.root / "fresh"
        for folder in (home.dir, fresh):
            folder.mkdir()
            (folder / "config.toml").write_text(config)
        (fresh / "credentials.toml").write_text(new[0])
        swapped = []
        run = stage.run(home.command(), call, "pause", at_pause=lambda: swapped.append(swap(home, fresh)))
        assert run.hit and run.status in (0, 101), run.err
        assert swapped[0].read_text().rstrip("\n") + "\n" in old
        if home.file.exists():
            assert home.text() in new
            if run.status == 0 and at <= looked:
                assert home.text() == new[1], call
        assert homes.SECRET not in run.err


def test_what_is_appended_in_the_middle(stage):
    """By a program that ignores the lock. Nothing helps between the last check of the size and ftruncate."""
    command = stage.home.command()
    calls = [call for call in inject.from_main(stage.run(command).calls) if call.name != "ftruncate"]
    more = "[appended]\nkey = 'kept'\n"

    def append():
        with stage.home.file.open("a") as file:
            file.write(more)

    shortened = 0
    for call in calls:
        run = stage.run(command, call, "pause", at_pause=append)
        text = stage.home.text()
        assert run.hit and run.status == 0, run.err
        assert text.endswith(more), call
        assert homes.token(text) is None
        shortened += "\n\n\n" not in text
    assert 0 < shortened < len(calls)


@pytest.mark.parametrize("action", ("cargo logs out", "cargo logs in"))
def test_both_at_once(stage, action):
    """Without being stopped: each is started first in every other round."""
    for turn in range(ROUNDS):
        stage.reset()
        first, second = (stage.home.start, lambda: stage.start(action)) if turn % 2 else (lambda: stage.start(action), stage.home.start)
        for process in [first(), second()]:
            stage.home.end(process)
        stage.check(action)
        assert stage.home.mode() == 0o600


@pytest.mark.parametrize("filler", (0, 100), ids=("moved", "blank"))
def test_eight_of_ours_at_once(home, filler):
    """Two of each program, for different registries. The second finds nothing to do."""
    names = [f"r-{i}" for i in range(4)]
    (home.dir / "config.toml").write_text("".join(map(homes.index, names)))
    text = "".join(homes.table(name) for name in names) + homes.credentials(filler, filler)[0]
    for _ in range(ROUNDS):
        home.write(text)
        processes = [home.start(*home.command(registry=name)) for name in names * 2]
        said = [home.end(process) for process in processes]
        tokens = homes.tokens(home.text())
        assert [tokens[name] for name in names] == [None] * 4
        assert len(tokens) == 4 + 2 * filler
        assert all(value == f"token of {name}" for name, value in tokens.items() if name not in names)
        for name in names:
            assert sum(f"for `{name}` has been removed" in text for text in said) == 1
