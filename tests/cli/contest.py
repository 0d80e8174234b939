"""The contest: one world, cargo, ours, and what no named difference explains."""

from compare import differences, kept_bytes_in_order, report, secrets_shown, without_cache_tag
from differences import DIFFERENCES
from world import CREDENTIALS, run


def expected(world, cargo):
    """What we should do, given what cargo did: cargo's result, changed by each difference that applies."""
    for difference in DIFFERENCES:
        cargo = difference.expect(world, cargo) or cargo
    return cargo


def _own_promises(world, root, ours):
    """What holds whatever cargo does: no token is printed, and the file loses bytes but gets no new ones."""
    found = []
    if secrets_shown(world, ours):
        found.append("a token was printed")
    before = world.files.get(CREDENTIALS)
    after = ours.tree.get(CREDENTIALS)
    if isinstance(before, (str, bytes)) and after is not None:
        raw = before if isinstance(before, bytes) else before.encode()
        if not kept_bytes_in_order(raw.replace(b"{ROOT}", root.encode()), after.content):
            found.append(f"{CREDENTIALS}: not the old text with pieces cut out: {after.content}")
    return found


def unexplained(world, root, cargo, ours):
    """Texts, one for each thing that differs; empty when all is well. cargo and ours are argument lists."""
    theirs = without_cache_tag(world, run(world, root, cargo))
    result = run(world, root, ours)
    found = differences(expected(world, theirs), result) + _own_promises(world, root, result)
    if found:
        found.append(f"(cargo's own stderr: {theirs.stderr.decode('utf-8', 'backslashreplace')})")
    return found


