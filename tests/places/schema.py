"""What --message-format json promises: the keys of each line, and the words in them (docs/json.md)."""

import json

WHERE = {"file": "path", "variable": "name", "provider": "program", "keyring": "index"}
EFFECTS = ("never-used", "used-if-others-go", "perhaps-used", "in-use")
PLANS = ("leave", "remove", "ask", "cannot")
GONE = ("removed", "not-found", "not-supported")
RESULTS = ("pending", "not-checked", "kept", "failed", *GONE)
COUNTERS = ("removed", "left", "not_checked", "failed")


def _keys(line, *names):
    """In this order; a name with `?` may be missing."""
    wanted = [name.strip("?") for name in names]
    assert list(line) == [key for key in wanted if key in line], line
    assert not [name for name in names if not name.endswith("?") and name not in line], line


def _check_location(at):
    _keys(at, "type", *(("file",) if at["type"] == "file" else ()), WHERE[at["type"]], "line?", "configured?", "text")
    assert all(type(value) is (int if key == "line" else str) for key, value in at.items())
    assert at.get("file", "config") in ("config", "credentials")
    assert "line" not in at or at["text"] == f"{at['path']}:{at['line']}"
    assert ("configured" in at) <= (at["type"] == "provider")


def _check_credential(line):
    _keys(line, "schema", "reason", "registry?", "index?", "kind", "location", "usable", "effect", "plan", "result",
          "valid?", "server?", "fix?", "error?")  # fmt: skip
    _check_location(line["location"])
    assert ("registry" in line) == (line["kind"] in ("token", "secret-key"))
    assert line["effect"] in EFFECTS and line["plan"] in PLANS and line["result"] in RESULTS
    if line["result"] in GONE or line["effect"] == "never-used":
        usable = "no"
    elif line["effect"] == "perhaps-used" or line["result"] == "not-checked":
        usable = "unknown"
    else:
        usable = "yes"
    assert line["usable"] == usable
    assert usable != "no" or "fix" not in line
    assert all(isinstance(word, str) and word for word in line.get("fix", ()))
    assert line["result"] not in ("kept", "failed") or line["error"]


def _check_copy(line):
    if line["kind"] == "not-checked":
        _keys(line, "schema", "reason", "kind", "text", "error")
        return
    _keys(line, "schema", "reason", "kind", "of?", "variable?", "home?", "location", "in_git", "result", "fix?", "error?")
    at = line["location"]
    _keys(at, "type", *(("file",) if at["type"] == "file" else ()), WHERE[at["type"]], "line?", "text")
    assert line["kind"] in ("copy", "origin", "unread-file", "possible")
    assert at.get("file", "cargo") in ("startup", "history", "client", "cargo")
    assert line["result"] in ("pending", "removed", "not-found", "kept", "failed")
    assert ("variable" in line) == (line["kind"] == "origin" or at["type"] == "variable")


def check(text, status):
    """The lines of one run that ended with `status`; fails if they are not as promised."""
    assert text.endswith("\n")
    *lines, last = map(json.loads, text.splitlines())
    for line in lines:
        assert line["schema"] == 1
        assert all(isinstance(cause, str) for cause in line.get("error", ()))
        if line["reason"] == "credential":
            _check_credential(line)
        elif line["reason"] == "registry":
            _keys(line, "schema", "reason", "registry", "index?", "usable")
        elif line["reason"] == "copy":
            _check_copy(line)
        elif line["reason"] == "keyring":
            _keys(line, "schema", "reason", "state", "error?")
        else:
            assert line["reason"] == "error"
            _keys(line, "schema", "reason", "registry?", "error")
    rows = [line for line in lines if line["reason"] == "credential"]
    for line in lines:
        if line["reason"] == "registry":
            of_it = {row["usable"] for row in rows if row.get("registry") == line["registry"]}
            assert line["usable"] == next((word for word in ("yes", "unknown") if word in of_it), "no")
    _keys(last, "schema", "reason", "status", *COUNTERS)
    assert (last["schema"], last["reason"], last["status"]) == (1, "logout-finished", status)
    assert last["removed"] == sum(row["result"] == "removed" for row in rows)
    assert last["left"] == sum(row["usable"] == "yes" for row in rows)
    keyring = any(line["reason"] == "keyring" and line["state"] in ("locked", "unknown") for line in lines)
    assert last["not_checked"] == sum(row["usable"] == "unknown" for row in rows) + keyring
    return lines
