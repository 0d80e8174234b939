"""Checks the promises of --message-format json (docs/json.md): each line matches the schema, and the lines of a run agree with each other."""

import json
import pathlib

import jsonschema

SCHEMA = json.loads((pathlib.Path(__file__).resolve().parents[2] / "docs/json-schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
WHERE = {"file": "path", "variable": "name", "provider": "program", "keyring": "index"}
GONE = ("removed", "not-found", "not-supported")


def _check_credential(line):
    at = line["location"]
    assert "line" not in at or not at["path"].isprintable() or at["text"] == f"{at['path']}:{at['line']}"
    if line["result"] in GONE or line["effect"] == "never-used":
        usable = "no"
    elif line["effect"] == "perhaps-used" or line["result"] == "not-checked":
        usable = "unknown"
    else:
        usable = "yes"
    assert line["usable"] == usable
    assert usable != "no" or "fix" not in line
    assert line["result"] not in ("kept", "failed") or line["error"]


def check(text, status):
    """Returns the lines of a run that exited with `status`, or with minus the number of a signal. Fails if they break a promise."""
    assert text.endswith("\n")
    *lines, last = map(json.loads, text.splitlines())
    for line in (*lines, last):
        VALIDATOR.validate(line)
    rows = [line for line in lines if line["reason"] == "credential"]
    for row in rows:
        _check_credential(row)
    for line in lines:
        if line["reason"] == "registry":
            of_it = {row["usable"] for row in rows if row.get("registry") == line["registry"]}
            assert line["usable"] == next((word for word in ("yes", "unknown") if word in of_it), "no")
        if line["reason"] == "copy" and line["kind"] != "not-checked":
            assert ("variable" in line) == (line["kind"] == "origin" or line["location"]["type"] == "variable")
    assert last["reason"] == "logout-finished" and (last["status"] == status or status < 0)
    assert last["removed"] == sum(row["result"] == "removed" for row in rows)
    assert last["left"] == sum(row["usable"] == "yes" for row in rows)
    keyring = any(line["reason"] == "keyring" and line["state"] in ("locked", "unknown") for line in lines)
    assert last["not_checked"] == sum(row["usable"] == "unknown" for row in rows) + keyring
    return lines
