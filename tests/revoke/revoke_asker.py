"""Sends requests to the helper directly, and checks what must be true for each answer."""

import json
import os
import subprocess

SECONDS = 60  # no run takes as long
VERDICTS = {"revoked-checked", "revoked-unchecked", "already-invalid", "unrecognized", "not-a-token", "valid", "not-permitted", "unsupported",
            "refused", "no-answer", "no-api", "unknown"}  # fmt: skip
KEYS = {"verdict", "url", "status", "detail", "who", "scopes", "expires", "page"}


def environment(**more):
    """No proxy, no authority, nobody's home. The options of sanitizers are kept."""
    keep = {name: os.environ[name] for name in ("LSAN_OPTIONS", "ASAN_OPTIONS") if name in os.environ}
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"} | keep | more


def request(**keys):
    """One request, with short times. A key with None is left out."""
    defaults = {"id": 0, "revokes": True, "kind": "other", "timeout": 1, "retry": 0, "recheck_ms": 1, "poll_ms": 1, "limit_ms": 20000}
    return {key: value for key, value in (defaults | keys).items() if value is not None}


def document(*requests):
    """What the helper reads. `group` is the group of a request."""
    groups = {}
    for each in requests:
        groups.setdefault(each.get("group", ""), []).append(each)
    return json.dumps({"v": 4, "run_ms": 300000, "groups": groups})


class Asker:
    """Asks the helper, and checks what it promises for every answer."""

    def __init__(self, helper):
        self.command = [str(helper)]
        self.env = environment()

    def run(self, text):
        return subprocess.run(self.command, input=text, env=self.env, capture_output=True, text=True, timeout=SECONDS, check=False)

    def all(self, *requests):
        """The answers by id, in the order in which they came."""
        done = self.run(document(*requests))
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith("\n")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        answers = {line.pop("id"): line for line in lines}
        assert sorted(answers) == sorted(each["id"] for each in requests)
        for each in requests:
            token = each["token"].split(" ")[-1]
            assert not token or token not in done.stdout
        for answer in answers.values():
            assert set(answer) <= KEYS
            assert answer["verdict"] in VERDICTS
            assert "@" not in answer.get("url", "") and "?" not in answer.get("url", "")
        return answers

    def __call__(self, **keys):
        return self.all(request(**keys))[0]
