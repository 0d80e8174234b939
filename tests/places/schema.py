"""What --message-format json promises: the keys of each line, and what may stand there."""

import json

WHERE = {"credentials-file": "path", "config-file": "path", "environment": "variable", "provider": "provider"}
STATES = ("found", "not-asked", "removed", "absent", "not-supported", "failed", "would-be-removed")
NUMBERS = ("status", "removed", "remaining", "failed")


def _keys(line, needed, optional=()):
    assert list(line) == [key for key in [*needed, *optional] if key in needed or key in line], line


def _check_credential(line):
    place = line["place"]
    needed = ["reason", "registry", "kind", "place", WHERE[place], "state", "in_use", "remains"]
    if "line" in line:
        assert place in ("credentials-file", "config-file")
        assert type(line["line"]) is int and line["line"] > 0
        needed.insert(5, "line")
    _keys(line, needed, ["cure", "error"])
    assert isinstance(line["registry"], str) and line["registry"]
    assert line["kind"] in ("token", "secret-key")
    assert isinstance(line[WHERE[place]], str)
    assert line["state"] in STATES
    assert line["in_use"] in ("yes", "maybe", "no")
    assert isinstance(line["remains"], bool)
    assert not line["remains"] or line["state"] in ("found", "failed", "would-be-removed")
    only_gives = line.get("provider", "").startswith("cargo:token-from-stdout")
    assert ("cure" in line) == (line["remains"] and not only_gives)
    assert ("error" in line) == (line["state"] == "failed")


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
