"""A stack of 256 KiB is enough for a text of any depth."""

import os
import pathlib
import resource
import subprocess
import sys

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/toml"))

import shapes  # noqa: E402

STACK = 256 * 1024
DEEP = {name: shape for name, shape in {**shapes.TAKEN, **shapes.REFUSED}.items() if any(word in name for word in ("dots", "arrays", "tables"))}
INCLUDES = 120  # more than are followed


@pytest.fixture
def home(tmp_path):
    (tmp_path / "config.toml").write_text('[registries.me]\nindex = "https://example.com/"\n')
    (tmp_path / "credentials.toml").write_text('[registries.me]\ntoken = "t"\n')
    return tmp_path


def run(home, *options):
    program = os.environ.get("CARGO_LOGOUT", str(PROJECT / "build/cargo-logout"))
    env = {"HOME": str(home), "CARGO_HOME": str(home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [program, *options], cwd=home, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (STACK, STACK)),
    )  # fmt: skip
    assert done.returncode in (0, 101), done.stderr[-400:]
    return done


@pytest.mark.parametrize("options", (["--registry", "me"], ["--all", "--everywhere"], ["--status", "-v"]), ids=" ".join)
def test_an_ordinary_run(home, options):
    assert run(home, *options).returncode == 0


@pytest.mark.parametrize("file", ("credentials.toml", "config.toml"))
@pytest.mark.parametrize("shape", DEEP)
def test_a_deep_text(home, shape, file):
    count = min(DEEP[shape].count, 100_000)
    text = DEEP[shape].text(count)
    (home / file).write_text(text if shape.startswith("open") else text + '[registries.me]\ntoken = "t"\n')
    run(home, "--all", "--everywhere")
    run(home, "--status", "--message-format=json")


def test_a_deep_pair_is_removed(home):
    """The greatest depth, in inline tables."""
    for depth in (20, 60):
        inline = "{a = " * depth + "1" + "}" * depth
        (home / "credentials.toml").write_text(f"registries.me = {{token = 't', x = {inline}}}\n")
        assert run(home, "--registry", "me").returncode == 0
        assert "'t'" not in (home / "credentials.toml").read_text()


def test_many_includes(home):
    for number in range(INCLUDES):
        (home / f"{number}.toml").write_text(f"include = ['{number + 1}.toml']\n")
    (home / "config.toml").write_text("include = ['0.toml']\n")
    assert "more than 100 files include each other" in run(home, "--all", "--everywhere").stderr
    run(home, "--status", "-v")
