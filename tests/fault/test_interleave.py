"""Two programs edit one credentials file, in every interleaving: one is stopped before each of its calls while the other runs. The races of
test_race.py reach some of these by chance. Here, the first waits until the other has exited or reports that it waits for the lock, which the first
has.
"""

import os
import select
import subprocess

import pytest

import homes
import inject
from test_race import BLOCKING, NEW_TOKEN, OTHER

NOBODY = "nobody"  # is known and has no token


class Stage:
    """A home where `me` and OTHER are logged in, and what one can do there."""

    def __init__(self, home, cargo, index, program):
        self.home = home
        self.cargo = str(cargo)
        self.injector = inject.Injector(program)
        home.indexes(OTHER, NOBODY)
        config = home.dir / "config.toml"
        config.write_text(config.read_text().replace(f"https://example.com/{OTHER}", index))
        self.reset()

    def reset(self):
        self.home.write(homes.credentials(2, 2)[0] + homes.table(OTHER))

    def run(self, command, *arguments, **more):
        self.reset()
        return self.injector.run(command, *arguments, env=self.home.env(), cwd=self.home.root, **more)

    def login(self):
        process = subprocess.Popen(
            [self.cargo, "login", "--registry", OTHER], cwd=self.home.root, env=self.home.env(), stdin=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        process.stdin.write(NEW_TOKEN + "\n")
        process.stdin.close()
        return process

    def start(self, name):
        commands = {
            "cargo logs out": [self.cargo, "logout", "--registry", OTHER],
            "cargo reads": [self.cargo, "logout", "--registry", NOBODY],
            "ours, another": self.home.command(registry=OTHER),
            "ours, the same": self.home.command(),
        }
        return self.login() if name == "cargo logs in" else self.home.start(commands[name])

    def start_and_wait(self, name):
        """Until it has ended or waits for the lock. (process, its first line)"""
        process = self.start(name)
        ready, _, _ = select.select([process.stderr], [], [], homes.TIME_LIMIT)
        assert ready, f"{name} says nothing"
        said = process.stderr.readline()
        if said != BLOCKING:
            self.end(process, said)
        return process, said

    @staticmethod
    def end(process, said):
        if process.stderr.closed:
            return
        with process:
            said += process.stderr.read()
            assert process.wait(timeout=homes.TIME_LIMIT) == 0, said

    def check(self, other):
        """Both have done their work, and everything else is still there."""
        tokens = homes.tokens(self.home.text())
        assert tokens.pop(OTHER) == other
        assert tokens == {name: f"token of {name}" for name in ("a-0", "a-1", "z-0", "z-1")}
        assert homes.token(self.home.text()) is None


@pytest.fixture
def stage(home, cargo, index, program):
    return Stage(home, cargo, index, program)


AFTER = {
    "cargo logs out": None,
    "cargo logs in": NEW_TOKEN,
    "cargo reads": f"token of {OTHER}",
    "ours, another": None,
    "ours, the same": f"token of {OTHER}",
}


@pytest.mark.parametrize("other", AFTER)
def test_at_each_of_our_calls(stage, other):
    command = stage.home.command()
    calls = stage.run(command).calls
    looking = inject.before_lock(calls) - 8  # the files before that are not written by anybody
    waited = 0
    for call in calls[looking:]:
        started = []
        run = stage.run(command, call, "pause", at_pause=lambda: started.append(stage.start_and_wait(other)))
        assert run.hit and run.status == 0, run.err
        stage.end(*started[0])
        stage.check(AFTER[other])
        waited += started[0][1] == BLOCKING
    assert (waited > 0) == (other != "cargo reads")
    print(f"{len(calls) - looking} calls, at {waited} the other waited")


def test_at_each_call_of_cargo(stage):
    """From where it looks for the credentials to its end."""
    command = [stage.cargo, "logout", "--registry", OTHER]
    calls = [call for call in stage.run(command).calls if call.process == 0]
    looking = inject.before_lock(calls) - 12
    waited = 0
    for call in calls[looking:]:
        started = []
        run = stage.run(command, call, "pause", at_pause=lambda: started.append(stage.start_and_wait("ours, the same")))
        assert run.status == 0, run.err
        if not run.hit:
            continue  # not each run makes the same calls
        stage.end(*started[0])
        stage.check(None)
        waited += started[0][1] == BLOCKING
    assert waited > 0


def pair_of_homes(stage):
    """The home, and another one that is to be put in its place."""
    fresh = stage.home.root / "fresh"
    fresh.mkdir(exist_ok=True)
    (fresh / "config.toml").write_text((stage.home.dir / "config.toml").read_text())
    (fresh / "credentials.toml").write_text(homes.credentials(3, 3)[0])
    return fresh


def swap_directory(stage):
    fresh = pair_of_homes(stage)
    away = stage.home.root / "away"
    stage.home.dir.rename(away)
    fresh.rename(stage.home.dir)
    return away / "credentials.toml"


def swap_link(stage):
    """The file was a link, and is one to another file now."""
    fresh = pair_of_homes(stage) / "credentials.toml"
    away = stage.home.root / "away.toml"
    stage.home.file.rename(away)
    stage.home.file.symlink_to(fresh)
    return away


def replace_file(stage):
    """As editors save a file: the name leads to another file now."""
    away = stage.home.root / "away.toml"
    os.link(stage.home.file, away)
    (pair_of_homes(stage) / "credentials.toml").rename(stage.home.file)
    return away


def remove_file(stage):
    away = stage.home.root / "away.toml"
    stage.home.file.rename(away)
    return away


def swap_back(stage, away):
    if away.parent != stage.home.root:
        stage.home.dir.rename(stage.home.root / "gone")
        away.parent.rename(stage.home.dir)
        for path in (stage.home.root / "gone").iterdir():
            path.unlink()
        (stage.home.root / "gone").rmdir()
    else:
        stage.home.file.unlink(missing_ok=True)
        away.rename(stage.home.file)


@pytest.mark.parametrize("swap", (swap_directory, swap_link, replace_file, remove_file))
def test_what_is_swapped_in_the_middle(stage, swap):
    """Both files are complete. A file that gets the name before its last check is cleared too."""
    old = homes.credentials(2, 2)[0] + homes.table(OTHER), homes.credentials(2, 2)[1] + homes.table(OTHER)
    new = homes.credentials(3, 3)
    command = stage.home.command()
    calls = inject.from_main(stage.run(command).calls)
    looked = [at for at, call in enumerate(calls) if call.name == "newfstatat"][-2]  # by path; the last is of the file
    for at, call in enumerate(calls):
        swapped = []
        run = stage.run(command, call, "pause", at_pause=lambda: swapped.append(swap(stage)))
        away = swapped[0]
        assert run.hit and run.status in (0, 101), run.err
        assert away.read_text().rstrip("\n") + "\n" in old
        if stage.home.file.exists():
            text = stage.home.text()
            assert text in new
            if run.status == 0 and at <= looked:
                assert text == new[1], call
        assert homes.SECRET not in run.err
        swap_back(stage, away)


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
