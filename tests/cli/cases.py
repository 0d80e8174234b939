"""Helpers to write worlds, and to turn a table of them into test cases."""

import shlex

import pytest

from world import CARGO_HOME, CREDENTIALS, World

# A token in a world begins with s3cret, so that a leak is noticed.
LOGGED_IN = '[registry]\ntoken = "s3cret"\n\n[registries.my-reg]\ntoken = "s3cret-mine"\n'
MY_REG = '[registries.my-reg]\nindex = "sparse+https://example.com/index/"\n'


def world(args="", creds=LOGGED_IN, config=None, project=None, files=None, env=None, **options):
    """A world with the usual files: credentials, the cargo home's config, the project's config. None: no such file."""
    usual = {CREDENTIALS: creds, f"{CARGO_HOME}/config.toml": config, "proj/.cargo/config.toml": project}
    every = {name: what for name, what in usual.items() if what is not None}
    every.update(files or {})
    return World(args=tuple(shlex.split(args) if isinstance(args, str) else args), files=every, env=env or {}, **options)


def mine(args="", **rest):
    """`--registry my-reg` in a world that knows my-reg."""
    rest.setdefault("config", MY_REG)
    return world(["--registry", "my-reg", *shlex.split(args)], **rest)


def contests(table):
    """The test function that compares each named world of the table with cargo."""

    @pytest.mark.parametrize("case", table.values(), ids=table)
    def test(case, contest):
        contest(case)

    return test
