"""Tests the harness: it finds a difference that has no name, and each named difference is documented."""

import dataclasses
import pathlib
import re

import contest as contests
import pytest
from cases import LOGGED_IN, world
from differences import DIFFERENCES
from world import CREDENTIALS, Node, Result, run

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/differences.md"


def test_each_difference_is_documented():
    told = re.findall(r"^- `([a-z0-9-]+)`: ", DOCUMENT.read_text(), re.MULTILINE)
    assert sorted(told) == sorted(DIFFERENCES)


def changed(case, result, **changes):
    """Returns the differences that are found if cargo's own result had this change."""
    return contests.unexplained_of(case, result, dataclasses.replace(result, **changes), "/root")


@pytest.mark.parametrize(
    "changes",
    [
        {"stderr": b""},
        {"stderr": b"      Logout token for `crates-io` has been removed from local storage\n"},
        {"stderr": b"error: x\n", "status": 101},
        {"status": 2},
        {"stdout": b"x"},
        {"tree": {CREDENTIALS: Node("file", 0o600, LOGGED_IN.encode())}},
        {"tree": {CREDENTIALS: Node("file", 0o600, b"")}},
        {"tree": {}},
    ],
)
def test_what_no_difference_explains_is_found(changes, root, cargo):
    case = world()
    assert changed(case, run(case, root, [cargo, "logout"])) == []
    assert changed(case, run(case, root, [cargo, "logout"]), **changes)


@pytest.mark.parametrize(
    "wrong",
    [
        "      Logout token for `crates-io` has been removed from local storage\n",
        "warning: cargo can still use a token for `crates-io`: environment variable `CARGO_REGISTRY_TOKEN`\n",
        "warning: cargo can still use a token for `crates-io`: {ROOT}/home/.cargo/credentials.toml:9\n",
        "error: x\n",
        "s3cret",
    ],
)
def test_what_is_not_true_is_found(wrong):
    tree = {CREDENTIALS: Node("file", 0o644, LOGGED_IN.encode())}
    assert contests.broken_promises(world(), "/root", Result(0, b"", b"", tree)) == []
    assert contests.broken_promises(world(), "/root", Result(0, b"", wrong.replace("{ROOT}", "/root").encode(), tree))
