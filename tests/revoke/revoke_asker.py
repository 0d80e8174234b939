"""Asks the helper by hand: one request, one answer, and what holds of each."""

import json
import os
import subprocess

SECONDS = 60  # no run takes as long
DEAD = {"revoked", "unknown-token", "not-a-token"}
ALIVE = {"not-permitted", "unsupported", "refused", "no-answer", "no-api"}


def environment(**more):
    """No proxy, no authority, nobody's home; what a build with sanitizers is to know goes on."""
    keep = {name: os.environ[name] for name in ("LSAN_OPTIONS", "ASAN_OPTIONS") if name in os.environ}
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"} | keep | more


class Asker:
    """Asks the helper, and holds it to what it promises whatever the answer is."""

    def __init__(self, helper):
        self.command = [str(helper)]
        self.env = environment()

    def run(self, text):
        return subprocess.run(
            self.command, input=text, env=self.env, capture_output=True, text=True, timeout=SECONDS, check=False
        )

    def __call__(self, **request):
        """A request of version 1; `kind` is crates-io if none is given. What would be a long time is one second."""
        request = {"v": 1, "kind": "crates-io", "timeout": 1, "retry": 0} | request
        done = self.run(json.dumps(request) + "\n")
        assert (done.returncode, done.stderr) == (0, "")
        assert request["token"] not in done.stdout or not request["token"]
        assert done.stdout.count("\n") == 1 and done.stdout.endswith("\n")
        answer = json.loads(done.stdout)
        assert set(answer) <= {"dead", "how", "url", "status", "detail"}
        assert answer["how"] in (DEAD if answer["dead"] else ALIVE)
        assert "@" not in answer.get("url", "")
        assert all(len(str(value)) <= 1003 for value in answer.values())
        return answer
