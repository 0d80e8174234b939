"""Compares cargo and cargo-logout in one world, and finds the differences that have no name."""

import dataclasses
import os
import re

import contents
from compare import differences, kept_bytes_in_order, report, secrets_shown, without_cache_tag
from differences import DIFFERENCES, Case
from messages import messages, only_in_one, plain
from world import run

_LOCATION = re.compile(r"warning: cargo can still use a (token|secret-key) for `.*?: (\S+):(\d+)\n", re.DOTALL)
_VARIABLE = re.compile(r"warning: cargo can still use a .* environment variable `(.*)`")


def unexplained_of(world, theirs, ours, root):
    """Returns a text for each difference that has no name."""
    missing, extra = only_in_one(messages(theirs.stderr), messages(ours.stderr))
    case = Case(world, dataclasses.replace(theirs), ours, missing, extra, dict(theirs.tree))
    for explain in DIFFERENCES.values():
        explain(case)
    status = ours.status if theirs.status in (0, 101) and ours.status in (0, 101) else case.theirs.status
    found = [f"not printed: {text}" for text in case.missing] + [f"printed: {text}" for text in case.extra]
    expected = dataclasses.replace(case.theirs, status=status, stderr=b"", tree=_at(case.tree, root))
    return found + differences(expected, dataclasses.replace(ours, stderr=b""))


def _at(tree, root):
    return {path: dataclasses.replace(node, content=node.content.replace(b"{ROOT}", root.encode())) for path, node in tree.items()}


def broken_promises(world, root, ours):
    """Checks what must be true whatever cargo does."""
    found = ["a token was printed"] if secrets_shown(world, ours) else []
    removed = False
    for path in contents.credentials_files(world):
        before = contents.text_of(world, path).replace(b"{ROOT}", root.encode())
        if path in ours.tree and not kept_bytes_in_order(before, ours.tree[path].content):
            found.append(f"{path}: not the old text with pieces cut out: {ours.tree[path].content}")
        removed |= path in ours.tree and ours.tree[path].content != before
    text = plain(ours.stderr.decode("utf-8", "backslashreplace"))
    said = " has been removed from local storage\n" in text
    is_quiet = re.search("^ +Logout", text, re.MULTILINE) is None
    if said != removed and not (removed and is_quiet):
        found.append("what is said to be removed from credentials files is not what was removed")
    if ours.status in (0, 101) and (ours.status == 101) != (re.search("^error: ", text, re.MULTILINE) is not None) and world.stdout != "full" and world.stderr in ("pipe", "tty"):
        found.append(f"exit status {ours.status}")
    for kind, path, line in _LOCATION.findall(text):
        real = os.path.relpath(path, root)
        lines = contents.text_of(world, contents.real(world, real)).split(b"\n") if contents.real(world, real) else []
        if int(line) > len(lines) or (kind.encode() not in lines[int(line) - 1] and b"\\u" not in lines[int(line) - 1]):
            found.append(f"no {kind} in {path}:{line}")
    found += [f"{variable} is not set" for variable in _VARIABLE.findall(text) if variable not in world.env]
    return found


def _ended_well(result):
    """What holds of a build with sanitizers: it says what it always says, and ends as it always does. The other build is compared."""
    fault = b"Sanitizer" in result.stderr or b"runtime error" in result.stderr or result.status not in (0, 1, 2, 101)
    return [f"ended with {result.status}: {result.stderr.decode('utf-8', 'backslashreplace')}"] if fault else []


def unexplained(world, root, cargo, ours):
    """Returns a text for each difference, or an empty list. `cargo` and `ours` are argument lists."""
    result = run(world, root, ours)
    if os.environ.get("WITHOUT_CARGO"):
        return _ended_well(result) + broken_promises(world, root, result)
    theirs = without_cache_tag(world, run(world, root, cargo))
    found = unexplained_of(world, theirs, result, root) + broken_promises(world, root, result)
    if found:
        found.append(f"(cargo's stderr: {theirs.stderr.decode('utf-8', 'backslashreplace')})")
        found.append(f"(our stderr: {result.stderr.decode('utf-8', 'backslashreplace')})")
    return found

