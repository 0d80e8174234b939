"""All providers of a chain are gone through: each says what cargo hears from it when it is the only one."""

import dataclasses
import re

from cargo_says import louder
from contents import credentials_files
from outcome import BUILT_IN, OTHER_SYSTEMS
from world import CARGO_HOME


def _announced(outcome, words):
    left, right = ("\x1b[1m\x1b[92m", "\x1b[0m") if outcome.painted else ("", "")
    return f"{left}  Credential{right} {' '.join(words)} logout {outcome.name}\n".encode()


def _no_handler(outcome):
    word = b"\x1b[1m\x1b[91merror\x1b[0m" if outcome.painted else b"error"
    return word + b": no credential providers could handle the request\n"


def _is_cargos(world, path):
    return path == CARGO_HOME or path.startswith(f"{CARGO_HOME}/") or path in credentials_files(world)


def _with_changes(world, tree, before, after):
    """The tree with what a provider changed of its own files: what it wrote at the end of one comes to the end."""
    tree = dict(tree)
    for path in before.keys() | after.keys():
        old, new = before.get(path), after.get(path)
        if _is_cargos(world, path) or old == new:
            continue
        written = new.content.removeprefix(old.content if old else b"") if new else b""
        if new is None:
            tree.pop(path, None)
        elif path in tree and new.content == (old.content if old else b"") + written:
            tree[path] = dataclasses.replace(new, content=tree[path].content + written)
        else:
            tree[path] = new
    return tree


def gone_through(world, outcome, cargo):
    """The outcome with the steps, answers and failures of all providers; what it has removed from files stays."""
    steps, removed, tree = [], list(outcome.removed), outcome.tree
    failed = [(error, outcome.chain[0]) for error in outcome.errors] if outcome.token_failed else []
    handled = bool(removed) or not outcome.chain
    before = {}
    if any(words[0] not in BUILT_IN for words in outcome.chain):
        before = cargo.before(outcome.world)
        tree = {path: node for path, node in tree.items() if _is_cargos(world, path)}
        tree.update({path: node for path, node in cargo.before(world).items() if not _is_cargos(world, path)})
    for words in outcome.chain:
        if words[0] == "cargo:token":
            handled = True
            steps.append(_announced(outcome, words) if outcome.verbose and not outcome.fault else b"")
            continue
        only = cargo.run(louder(outcome.world)) if len(outcome.chain) == 1 else None
        answer = cargo.answer(outcome.world, outcome.name, words, only)
        is_told = outcome.verbose and not (outcome.fault and words[0] in OTHER_SYSTEMS)
        steps.append((answer.announced if is_told else b"") + answer.said)
        handled |= answer.handled
        failed += [(answer.error, words)] if answer.error else []
        shown = re.sub("[\x00-\x08\x0b\x0e-\x1f\x7f]", "", " ".join(words))
        removed += [("token", f"by credential provider `{shown}`")] if answer.removed else []
        tree = _with_changes(world, tree, before, answer.tree) if before else tree
    failed += [] if handled else [(_no_handler(outcome), None)]
    errors, failed_by = zip(*failed) if failed else ((), ())
    return dataclasses.replace(
        outcome, steps=tuple(steps), removed=tuple(dict.fromkeys(removed)), errors=errors, failed_by=failed_by, tree=tree
    )
