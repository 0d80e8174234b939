"""Fixtures: a cargo with Debian's crates instead of crates.io, and a loopback registry of files."""

import fcntl
import functools
import http.server
import os
import pathlib
import shutil
import subprocess

import loopback
import oracle
import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]

DEBIAN = '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "/usr/share/cargo/registry"\n'
FEATURES = ("--features", "revoke,libsecret")


class Cargo:
    """A cargo whose home and target directory are in `top`, without a network."""

    def __init__(self, top):
        self.top = top
        self.env = {
            "CARGO_HOME": str(top / "home"),
            "CARGO_TARGET_DIR": str(top / "target"),
            "HOME": str(top),
            "PATH": f"{pathlib.Path(oracle.cargo_path()).parent}:/usr/bin:/bin",
        }

    def home(self, config=""):
        (self.top / "home").mkdir(parents=True, exist_ok=True)
        (self.top / "home/config.toml").write_text(DEBIAN + config)

    def __call__(self, *words, cwd=None, env=None):
        command = [oracle.cargo_path(), *map(str, words)]
        return subprocess.run(command, cwd=cwd or self.top, env=self.env | (env or {}), capture_output=True, text=True, timeout=600, check=False)

    def must(self, *words, **options):
        done = self(*words, **options)
        assert done.returncode == 0, done.stderr
        return done


@pytest.fixture(scope="session")
def crate(tmp_path_factory):
    """Paths that all workers share. The first worker creates them: `source`, a copy of the tree, and `root`, where it is installed."""
    base = tmp_path_factory.getbasetemp()
    top = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "crate"
    top.mkdir(exist_ok=True)
    with open(top / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (top / "done").exists():
            for name in ("src", "helper", "packaging", "man"):
                shutil.copytree(PROJECT / name, top / "source" / name, dirs_exist_ok=True)
            for name in ("Cargo.toml", "meson.build", "README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"):
                shutil.copy(PROJECT / name, top / "source")
            cargo = Cargo(top)
            cargo.home()
            cargo.must("install", "--offline", "--path", top / "source", "--root", top / "root", *FEATURES)
            (top / "done").touch()
    return top


@pytest.fixture(scope="session")
def program(crate):
    return crate / "root/bin/cargo-logout"


@pytest.fixture
def cargo(crate, tmp_path):
    """A cargo whose home belongs to this test. The target directory is shared."""
    made = Cargo(tmp_path)
    made.home()
    made.env["CARGO_TARGET_DIR"] = str(crate / "target")
    return made


@pytest.fixture
def registry(tmp_path):
    """A directory that a loopback server serves, and its URL."""
    files = tmp_path / "registry"
    files.mkdir()
    handler = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with loopback.Server(functools.partial(handler, directory=files)) as server:
        yield files, server.url
