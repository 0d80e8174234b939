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
from world import CREDENTIALS, File, Node, Result, run

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


def result(content=b"a = 1\n", mode=0o600, **changes):
    return dataclasses.replace(Result(0, b"out", b"err", {CREDENTIALS: Node("file", mode, content), "other": Node("file", 0o644, content)}), **changes)


@pytest.mark.parametrize(
    "other",
    [
        result(status=1),
        result(stdout=b""),
        result(stderr=b"err\n"),
        result(mode=0o644),
        result(content=b"a = 2\n"),
        result(content=b"a = 1.0\n"),
        result(content=b"a = true\n"),
        result(content=b"a = 1\n[b]\n"),
        result(content=b"a = \n"),
        result(tree={}),
        result(tree={**result().tree, "new": Node("dir", 0o755)}),
        result(tree={CREDENTIALS: Node("link", 0), "other": result().tree["other"]}),
        result(tree={**result().tree, "other": Node("file", 0o644, b"a = 1 \n")}),
    ],
)
def test_each_kind_of_difference_is_seen(other):
    assert compare.differences(result(), other) != []


def test_credentials_are_compared_by_value():
    spelled = {**result().tree, CREDENTIALS: Node("file", 0o600, b"\xef\xbb\xbf# one\r\na = 0x1\r\n")}
    assert compare.differences(result(), result(tree=spelled)) == []


@pytest.mark.parametrize(
    "new, old",
    [
        ("a = {b = 1,\n c = [1,\n2],\n}\n", "a = {b = 1, c = [1, 2]}\n"),
        ('a = "\\e\\x41\\\\e"\n', 'a = "\\u001bA\\\\e"\n'),
        ("a = { # one }\n b = ',}',\n}", "a = { b = ',}' }"),
        ("[[a]]\nb = [{c = 1,},]\n[d]\ne = '''x''''\n", "[[a]]\nb = [{c = 1}]\n[d]\ne = \"x'\"\n"),
    ],
)
def test_toml_1_1_is_read(new, old):
    assert compare.toml_value(new.encode()) == compare.toml_value(old.encode())


def test_bytes_kept_in_order():
    assert compare.kept_bytes_in_order(b"abcdef", b"acf")
    assert not compare.kept_bytes_in_order(b"abcdef", b"ca")


def test_a_shown_token_is_seen():
    assert compare.secrets_shown(world(), result(stderr=b"token = s3cret"))
    assert not compare.secrets_shown(world(), result())


def test_worlds_have_modes(root):
    case = world(creds=File(LOGGED_IN, mode=0o4711))
    assert run(case, root, ["/bin/true"]).tree[CREDENTIALS].mode == 0o4711


def test_each_difference_is_documented():
    told = re.findall(r"^- `([a-z0-9-]+)`: ", DOCUMENT.read_text(), re.MULTILINE)
    assert sorted(told) == sorted(difference.name for difference in DIFFERENCES)


def test_messages():
    text = b"warning: a\n  |\n  = help: b\n      Logout c\nnote: d\n    If e\nnoise\nerror: f\n\nCaused by:\n  g\nerror: h\n"
    taken_apart = ["warning: a\n  |\n  = help: b\n", "      Logout c\n", "note: d\n    If e\n", "noise\n", "error: f\n\nCaused by:\n  g\n", "error: h\n"]
    assert messages.messages(text) == taken_apart


def test_an_order_that_differs_is_seen():
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
