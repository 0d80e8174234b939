"""Where we do not do as cargo does: each has a name, which README's section Differences uses too.

A difference turns cargo's result in a world into the one expected of us, or says None where it does not apply. What is
not expected here is a bug, in cargo-logout or in this list.
"""

import dataclasses
import re
import typing

import compare
from world import CARGO_HOME, CREDENTIALS, Node, Result, World

KEYS = ("token", "secret-key", "secret-key-subject")
NOT_LOGGED_IN = re.compile(rb"      Logout not currently logged in to `(.*)`\n")
REMOVED = re.compile(rb"      Logout token for `(.*)` has been removed from local storage\n")
NOTE = (
    "note: This does not revoke the token on the registry server.\n"
    "    If you need to revoke the token, visit {} and follow the instructions there.\n"
)


def _nothing(_world: World, _cargo: Result):
    return None


@dataclasses.dataclass(frozen=True)
class Difference:
    name: str
    expect: typing.Callable = _nothing


def _before(world):
    """The credentials before the run, as a value; None if there are none that can be read."""
    what = world.files.get(CREDENTIALS)
    if what is None:
        return None
    text = getattr(what, "text", what)
    if not isinstance(text, (str, bytes)):
        return None
    try:
        return compare.toml_value(text if isinstance(text, bytes) else text.encode())
    except compare.NotToml:
        return None


def _table(credentials, name):
    """The table that holds the token of a registry; None if there is none."""
    if name == "crates-io":
        return credentials.get("registry")
    registries = credentials.get("registries")
    return registries.get(name) if isinstance(registries, dict) else None


def _with_stderr(result, stderr):
    return dataclasses.replace(result, stderr=stderr)


def _without_node(result, name):
    return dataclasses.replace(result, tree={path: node for path, node in result.tree.items() if path != name})


def _keeps_text(_world, _cargo):
    """Nothing to expect: credentials are compared by value, and contest.py sees that the text only lost bytes."""


def _creates_nothing(world, cargo):
    """cargo makes an empty credentials file, and the folders above it, when only a variable or a config has a token."""
    node = cargo.tree.get(CREDENTIALS)
    if CREDENTIALS in world.files or node is None or node.content:
        return None
    return _without_node(cargo, CREDENTIALS)


def _quiet(_world, cargo):
    """With -q cargo prints the note on the removal, but not the removal."""
    orphan = re.fullmatch(rb"note: This does not revoke.*\n    If you need.*\n", cargo.stderr)
    return _with_stderr(cargo, b"") if orphan else None


DIFFERENCES = (
    Difference("keeps-text", _keeps_text),
    Difference("creates-nothing", _creates_nothing),
    Difference("quiet", _quiet),
)

