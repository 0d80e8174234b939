"""Power cuts at any time, on real file systems. See docs/powercut.md."""

import fcntl
import os
import pathlib
import sys
import tempfile
import time
import tomllib

import invariants
import powercut
import pytest
import scenarios
from registry_server import Registry
from scenarios import World, config, kept, pair, secret

CREDENTIALS = "credentials.toml"
WAITS = "Blocking waiting for file lock"
TIME_LIMIT = 60

# What people write who know that cargo's logout is not safe; "flushed": and who know about fsync too.
RENAMES = """
import os, sys
path, flushes = sys.argv[1], sys.argv[2] == "flushed"
text = "".join(line for line in open(path) if "S3CRET-of-me" not in line)
with open(path + ".new", "w") as new:
    new.write(text)
    new.flush()
    if flushes:
        os.fsync(new.fileno())
os.rename(path + ".new", path)
if flushes:
    os.fsync(os.open(os.path.dirname(path), os.O_RDONLY))
print("token for `me` has been removed", flush=True)
"""


def secret_key(root, program):
    world = World(root, program, "--registry", "me")
    world.add(world.home / "config.toml", config("me"))
    pairs = pair("me"), pair("me", "secret-key"), pair("me", "secret-key-subject")
    world.add(world.home / CREDENTIALS, kept("a"), "[registries.me]\n", *pairs, kept("z"), mode=0o600)
    return world


SCENARIOS = {
    "small": scenarios.small,
    "large": scenarios.large,
    "crossing": scenarios.crossing,
    "secret-key": secret_key,
    "all": scenarios.all_registries,
    "everywhere": scenarios.everywhere,
}


def run_again(world):
    again = world.run()
    invariants.require(again.returncode == 0, "I4", again.stderr)


def mend(world, files):
    """A truncation that was interrupted can leave NULs at the end of a file. A second run replaces them."""
    if any(path.read_bytes().endswith(b"\0") for path in files):
        run_again(world)


class Judge(invariants.Judge):
    """For cargo-logout: what tests/fault asks for, and that each registry that was reported is gone from all files."""

    def contents(self):
        return tuple(path.read_bytes() for path in self.world.files)

    def check(self, run):
        mend(self.world, self.world.files)
        texts = self.world.texts()
        super().check(run)
        for path, document in self.world.files.items():
            for cut in document.cuts:
                if any(name in cut.key for name in powercut.claims(run.err)):
                    invariants.require(cut.text not in texts[path], "I3", "it is back", texts[path])


class Plain:
    """For any program that logs out of `me`: the file is TOML, the others' tokens stay, what was removed is gone."""

    def __init__(self, world):
        world.reset()
        self.world = world
        self.path = world.home / CREDENTIALS
        self.names = self.visible()

    def visible(self):
        """In cargo's home, but for what cargo keeps there on every run."""
        return sorted(name for name in os.listdir(self.world.home) if not name.startswith(".") and name != "registry")

    def contents(self):
        return (self.path.read_bytes(),)

    def check(self, run):
        text = self.path.read_text()
        registries = tomllib.loads(text).get("registries", {})
        for name in ("a", "z"):
            invariants.require(registries.get(name, {}).get("token") == secret(name), "I2", f"{name} is lost", text)
        back = "me" in powercut.claims(run.err) and "token" in registries.get("me", {})
        invariants.require(not back, "I3", "it is back", text)
        invariants.require(self.visible() == self.names, "I4", "litter", self.visible())


class BesideLogin(Plain):
    """cargo writes without a sync: what a power cut leaves of its login may be no TOML, until our flush has come.

    `flushes`: the logout began after the login had ended.
    """

    def __init__(self, world, flushes):
        super().__init__(world)
        self.flushes = flushes

    def check(self, run):
        mend(self.world, [self.path])
        text = self.path.read_text()
        removed = run.err.find("has been removed")
        invariants.require(removed < 0 or secret("me") not in text, "I3", "it is back", text)
        flushed = self.flushes and removed >= 0
        try:
            tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            if flushed:
                raise
            return
        super().check(run)
        invariants.require(not flushed or "token of other" in text, "I2", "the login is lost", text)
        run_again(self.world)
        invariants.require(secret("me") not in self.path.read_text(), "I4", "a second run leaves it")


class Lab:
    """Runs on one file system, each with all power cuts that there can be in it."""

    def __init__(self, directory, program, fs):
        tools = program.parent / "tests/powercut"
        self.recorder = powercut.Recorder(directory, tools / "recorder", powercut.FILE_SYSTEMS[fs])
        self.preload = str(tools / "libdisturb.so")
        self.root = self.recorder.where / "world"
        self.outside = directory / "outside"
        self.judge = None

    @property
    def credentials(self):
        return self.judge.world.home / CREDENTIALS

    def start(self, command, disturb=""):
        env = self.judge.world.env | {"LD_PRELOAD": self.preload, "DISTURB": disturb}
        return self.recorder.start(command, env, self.judge.world.root)

    @staticmethod
    def finish(process, stdin=None):
        process.communicate(stdin, timeout=TIME_LIMIT)
        return process.returncode

    def wait_for(self, text, times=1):
        end = time.monotonic() + TIME_LIMIT
        while self.recorder.said().count(text) < times:
            assert time.monotonic() < end, self.recorder.said()
            time.sleep(0.01)

    def command(self, disturb=""):
        """The world's command, alone."""

        def run():
            status = self.finish(self.start(self.judge.world.command(), disturb))
            self.recorder.say(f"exit {status}\n")

        return run

    def cut(self, make_judge, run):
        """`make_judge(root)` makes the world and its judge; `run()` is what the power cut interrupts. How often each invariant is broken."""

        def prepare():
            self.judge = make_judge(self.root)

        base, records = self.recorder.record(prepare, run)
        result = powercut.judge_all(self.recorder, base, records, self.judge)
        print(f"{os.environ['PYTEST_CURRENT_TEST']}: {result.disks} disks, {len(result.contents)} contents, {dict(result.broken) or 'all good'}")
        print(*result.examples.values(), sep="\n")
        return result.broken


@pytest.fixture(scope="session")
def program(program):
    powercut.hide_mounts()
    return program


@pytest.fixture(params=powercut.FILE_SYSTEMS)
def lab(request, program):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
        yield Lab(pathlib.Path(directory), program, request.param)


@pytest.mark.parametrize("disturb", ("", "sync"), ids=("alone", "written-back"))
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_logout(lab, program, name, disturb):
    assert not lab.cut(lambda root: Judge(SCENARIOS[name](root, program)), lab.command(disturb))


def test_a_logout_that_waits_for_the_lock(lab, program):
    def run():
        with open(lab.credentials, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            process = lab.start(lab.judge.world.command())
            lab.wait_for(WAITS)
        lab.recorder.say(f"\nexit {lab.finish(process)}\n")

    assert not lab.cut(lambda root: Judge(scenarios.small(root, program)), run)


@pytest.mark.parametrize("order", ("after", "at-once"))
def test_a_logout_beside_the_login_of_cargo(lab, program, cargo, order):
    def make_judge(root):
        world = World(root, program, "--registry", "me")
        world.env["NO_PROXY"] = "127.0.0.1"
        lab.outside.mkdir()
        (world.home / "registry").symlink_to(lab.outside)  # what cargo keeps of an index
        world.add(world.home / "config.toml", config("me"), f'[registries.other]\nindex = "{registry.index}"\n')
        world.add(world.home / CREDENTIALS, kept("a"), "# mine\n[registries.me]\n", pair("me"), kept("z"))
        return BesideLogin(world, order == "after")

    def after():
        assert lab.finish(lab.start(login), "token of other\n") == 0
        assert lab.finish(lab.start(lab.judge.world.command())) == 0

    def at_once():
        with open(lab.credentials, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            ours = lab.start(lab.judge.world.command())
            lab.wait_for(WAITS)
            cargos = lab.start(login)
            cargos.stdin.write("token of other\n")
            cargos.stdin.close()
            cargos.stdin = None
            lab.wait_for(WAITS, 2)
        assert lab.finish(ours) == 0
        assert lab.finish(cargos) == 0

    login = [cargo, "login", "--registry", "other"]
    with Registry() as registry:
        assert not lab.cut(make_judge, after if order == "after" else at_once)


@pytest.mark.parametrize("name", ("small", "large", "crossing"))
@pytest.mark.parametrize("fault", ("unflushed", "truncated sync"))
def test_a_fault_that_was_planted_is_found(lab, program, name, fault):
    broken = lab.cut(lambda root: Judge(SCENARIOS[name](root, program)), lab.command(fault))
    assert broken["I3" if fault == "unflushed" else "I1"]


@pytest.mark.parametrize("how", ("cargo", "renames", "renames flushed"))
def test_what_others_do(lab, program, cargo, how):
    """None of them holds in all power cuts; which invariants are broken is in docs/powercut.md."""

    def make_judge(root):
        world = scenarios.small(root, program)
        words = [cargo, "logout", "--registry", "me"]
        if how != "cargo":
            words = [sys.executable, "-c", RENAMES, str(world.home / CREDENTIALS), how.split()[-1]]
        world.command = lambda: words
        return Plain(world)

    assert lab.cut(make_judge, lab.command())
