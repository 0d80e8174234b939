"""The contest: one world, cargo, ours, and what no named difference explains."""

import dataclasses
import os

import contents
import outcome as outcomes
from cargo_says import Cargo
from compare import differences, kept_bytes_in_order, report, secrets_shown, without_cache_tag
from differences import DIFFERENCES
from world import run


def _with_cure(world, result, cargo):
    """What cargo's run came to in a world without the trouble that a difference is about: only credentials may change there.

    And its result. Those of the world as it is if no difference is about such trouble.
    """
    outcome = outcomes.outcome_of(world, result, cargo)
    for difference in DIFFERENCES:
        cured = difference.of_world(world, outcome, result)
        if cured:
            better = cargo.run(cured)
            changed = {path: better.tree.get(path) for path in contents.credentials_files(world)}
            tree = {**result.tree, **{path: node for path, node in changed.items() if node}}
            better = dataclasses.replace(better, tree=tree)
            return outcomes.outcome_of(cured, better, cargo), better
    return outcome, result


def expected(world, root, program, result, ours):
    """What we should do, given what cargo did: cargo's result, changed by each difference that applies."""
    cargo = Cargo(root, program)
    outcome, result = _with_cure(world, result, cargo)
    if outcome:
        for difference in DIFFERENCES:
            outcome = difference.of_outcome(world, outcome, cargo) or outcome
        result = outcomes.result_of(outcome)
        result.stderr = result.stderr.replace(b"{ROOT}", root.encode())
    for difference in DIFFERENCES:
        result = difference.of_result(world, result, ours) or result
    return result


def _own_promises(world, root, ours):
    """What holds whatever cargo does: no token is printed, and credentials files lose bytes but get no new ones."""
    found = ["a token was printed"] if secrets_shown(world, ours) else []
    for path in contents.credentials_files(world):
        before = contents.text_of(world, path).replace(b"{ROOT}", root.encode())
        if path in ours.tree and not kept_bytes_in_order(before, ours.tree[path].content):
            found.append(f"{path}: not the old text with pieces cut out: {ours.tree[path].content}")
    return found


def _ended_well(result):
    """What holds of a build with sanitizers: it says what it always says, and ends as it always does. The other build is compared."""
    fault = b"Sanitizer" in result.stderr or b"runtime error" in result.stderr or result.status not in (0, 1, 2, 101)
    return [f"ended with {result.status}: {result.stderr.decode('utf-8', 'backslashreplace')}"] if fault else []


def unexplained(world, root, cargo, ours):
    """Texts, one for each thing that differs; empty when all is well. cargo and ours are argument lists."""
    if os.environ.get("WITHOUT_CARGO"):
        result = run(world, root, ours)
        return _ended_well(result) + _own_promises(world, root, result)
    theirs = without_cache_tag(world, run(world, root, cargo))
    result = run(world, root, ours)
    found = differences(expected(world, root, cargo, theirs, result), result) + _own_promises(world, root, result)
    if found:
        found.append(f"(cargo's own stderr: {theirs.stderr.decode('utf-8', 'backslashreplace')})")
    return found


