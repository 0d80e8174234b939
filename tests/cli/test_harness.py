"""Tests the harness: cargo equals itself, each kind of difference is found, and each named difference is documented."""

import dataclasses
import pathlib
import re

import compare
import contest as contests
import messages
import pytest
from cases import LOGGED_IN, MY_REG, mine, world
from differences import DIFFERENCES
from world import CREDENTIALS, Node, Result, run

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/differences.md"


@pytest.mark.parametrize("case", [world(), mine(creds=None), world("--frob"), world(stderr="tty", env={"TERM": "xterm"})])
def test_cargo_agrees_with_itself(case, root, cargo):
    first, second = (run(case, root, [cargo, "logout"]) for _ in range(2))
    assert compare.differences(first, second) == []


def test_a_program_that_does_nothing_is_found_out(root, cargo, monkeypatch):
    monkeypatch.delenv("WITHOUT_CARGO", raising=False)
    found = contests.unexplained(mine(creds=LOGGED_IN, config=MY_REG), root, [cargo, "logout"], ["/bin/true"])
    assert any("has been removed" in text for text in found)
    assert any(text.startswith(CREDENTIALS) for text in found)


def test_credentials_are_compared_by_value_and_all_else_by_its_bytes():
    def result(credentials, other):
        return Result(0, b"", b"", {CREDENTIALS: Node("file", 0o600, credentials), "other": Node("file", 0o644, other)})

    assert compare.differences(result(b"a = 1\n", b"a = 1\n"), result(b"\xef\xbb\xbf# one\r\na = 0x1\r\n", b"a = 1\n")) == []
    for credentials, other in ((b"a = 1.0\n", b"a = 1\n"), (b"a = 1\n[b]\n", b"a = 1\n"), (b"a = \n", b"a = 1\n"), (b"a = 1\n", b"a = 1 \n")):
        assert compare.differences(result(b"a = 1\n", b"a = 1\n"), result(credentials, other))


def test_each_difference_is_documented():
    told = re.findall(r"^- `([a-z0-9-]+)`: ", DOCUMENT.read_text(), re.MULTILINE)
    assert sorted(told) == sorted(DIFFERENCES)


def test_messages():
    text = b"warning: a\n  |\n  = help: b\n      Logout c\nnote: d\n    If e\nnoise\nerror: f\n\nCaused by:\n  g\nerror: h\n"
    taken_apart = ["warning: a\n  |\n  = help: b\n", "      Logout c\n", "note: d\n    If e\n", "noise\n", "error: f\n\nCaused by:\n  g\n", "error: h\n"]
    assert messages.messages(text) == taken_apart
    assert messages.only_in_one(["a", "b", "c"], ["a", "c", "b"]) in ((["b"], ["b"]), (["c"], ["c"]))


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
