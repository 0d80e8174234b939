"""What --message-format json promises: the keys of each line, and what may stand there."""

import json

WHERE = {"credentials-file": "path", "config-file": "path", "environment": "variable", "provider": "provider"}
STATES = ("found", "not-asked", "removed", "absent", "not-supported", "kept", "failed", "would-be-removed")
DEAD = ("revoked", "unknown-token", "not-a-token")
ALIVE = ("not-permitted", "unsupported", "refused", "no-answer", "no-api", "not-sent")
PLANNED = ("would-be-tried", "would-not-be-tried")
NUMBERS = ("status", "removed", "remaining", "failed")


def _keys(line, needed, optional=()):
    assert list(line) == [key for key in [*needed, *optional] if key in needed or key in line], line


def _check_revocation(line):
    """The keys of what became of it on its server, where it was asked, or would be."""
    assert line["revocable"] in ("yes", "maybe", "no", "unknown")
    assert line["kind"] == "token" or line["revocable"] == "no"
    word = line.get("revocation")
    if word in (None, *PLANNED):
        return ["revocation"] if word else []
    assert word in DEAD + ALIVE and line["kind"] == "token"
    assert line["dead"] == (word in DEAD)
    assert line["dead"] or line["state"] == "kept"
    assert type(line.get("http_status", 0)) is int
    return ["revocation", "dead", *(key for key in ("url", "http_status", "detail") if key in line)]


def _check_credential(line):
    place = line["place"]
    needed = ["reason", "registry", "kind", "place", WHERE[place], "state", "in_use", "revocable", "remains"]
    if "line" in line:
        assert place in ("credentials-file", "config-file")
        assert type(line["line"]) is int and line["line"] > 0
        needed.insert(5, "line")
    at = needed.index("remains")
    needed[at:at] = _check_revocation(line)
    _keys(line, needed, ["cure", "error"])
    assert isinstance(line["registry"], str) and line["registry"]
    assert line["kind"] in ("token", "secret-key")
    assert isinstance(line[WHERE[place]], str)
    assert line["state"] in STATES
    assert line["in_use"] in ("yes", "maybe", "no")
    assert isinstance(line["remains"], bool)
    assert not line["remains"] or line["state"] in ("found", "kept", "failed", "would-be-removed")
    assert not (line["remains"] and line.get("dead"))
    only_gives = line.get("provider", "").startswith("cargo:token-from-stdout")
    assert ("cure" in line) == (line["remains"] and not only_gives)
    assert ("error" in line) == (line["state"] in ("kept", "failed"))


def check(text, status):
    """The lines of one run that ended with `status`; fails where they are not as promised."""
    assert text.endswith("\n")
    *lines, last = map(json.loads, text.splitlines())
    for line in lines:
        if line["reason"] == "credential":
            _check_credential(line)
        else:
            assert line["reason"] == "error"
            _keys(line, ["reason", "registry", "error"] if "registry" in line else ["reason", "error"])
            assert all(isinstance(value, str) for value in line.values())
    assert last["reason"] == "logout-finished"
    _keys(last, ["reason", *NUMBERS])
    assert last == {
        "reason": "logout-finished",
        "status": status,
        "removed": sum(line.get("state") == "removed" for line in lines),
        "remaining": sum(line.get("remains", False) for line in lines),
        "failed": sum("error" in line for line in lines),
    }
    assert (status == 101) == (last["failed"] > 0)
    return lines
