"""The invariants that must hold after any single fault, and after a run that was stopped at any point. They are checked from outside.

    I1  every file parses, and is the old text, the new one, or one of the documented states between
    I2  nothing is lost that was not asked for (it is in each of those states); no file has another mode or owner, but a
        credentials file from which something was removed can have 0600
    I3  success, and "has been removed", are said only of what is gone
    I4  a second run completes what is left to do, and leaves nothing that was not there
    I5  no secret is in any output, nor in what a provider is given, nor, once it is gone, in the file's bytes
    I6  nothing hangs (the runs have a time limit)
    I7  no child is left, and none has a descriptor that is not its own; but where memory runs out the run ends at once
    I8  with --revoke, a token that is not there any more is dead
"""

import json
import os
import re
import stat

import scenarios

OUT_OF_MEMORY = "error: out of memory\n"
SHOWN = 400  # of what is wrong
SECRETS = re.compile("S3CRET")
CLAIM = f"token for `me` {scenarios.REMOVED} "


class Broken(AssertionError):
    pass


def require(condition, invariant, *details):
    if not condition:
        raise Broken(f"{invariant}: " + "; ".join(str(detail)[-SHOWN:] for detail in details))


class Judge:
    """One for a World: what was found good is not tried again."""

    def __init__(self, world):
        self.world = world
        world.reset()
        self.names = world.names()
        self.recovered = set()

    def check(self, run, killed=False):
        """`run` is an inject.Run or a subprocess result. `killed` means by SIGKILL, so that it could not wait for a child."""
        texts = self.world.texts()
        self._files(texts)
        gone = self.world.gone()
        require(run.status != 0 or gone, "I3", "exit status 0, but not everything is gone", *texts.values())
        self._claims(run)
        self._output(run)
        ended = killed or run.err.endswith(OUT_OF_MEMORY)
        require(run.left == 0 or ended, "I7", f"{run.left} children are left")
        if self.world.provider:
            self._provider()
        self._again()

    def _files(self, texts):
        for path, document in self.world.files.items():
            require(document.allows(texts[path]), "I1/I2", path, texts[path])
            document.gone(texts[path])  # reads it
            status = path.stat()
            private = path.name.startswith("credentials") and texts[path] != document.old
            modes = {self.world.modes[path], 0o600 if private else self.world.modes[path]}
            require(stat.S_IMODE(status.st_mode) in modes and status.st_uid == os.geteuid(), "I2", path, oct(status.st_mode))

    def _claims(self, run):
        """If the message has a location, that location is checked."""
        world = self.world
        for line in run.err.splitlines():
            if CLAIM not in line:
                continue
            place = line.split(CLAIM)[1]
            if place.startswith(("by credential provider", "from the Secret Service")):
                require(world.store.read_text() == "", "I3", line)
                continue
            home = (path for path in world.files if path.name.startswith("credentials"))
            paths = home if place == "from local storage" else [place.removeprefix("from `").removesuffix("`")]
            require(any(self._is_gone(path) for path in paths), "I3", line)
        if "json" in world.options:
            self._json(run)

    def _is_gone(self, path):
        path = type(self.world.root)(path)
        return self.world.files[path].gone(path.read_text())

    def _json(self, run):
        objects = [json.loads(line) for line in run.out.splitlines(keepends=True) if line.endswith("\n")]
        for found in objects:
            if found.get("result") == "removed" and found["location"]["type"] == "file":
                require(self._is_gone(found["location"]["path"]), "I3", found)
        if run.status == 0:
            require(objects and objects[-1]["reason"] == "logout-finished", "I3", "no last line, but status 0")
        for last in objects[-1:]:
            if last["reason"] == "logout-finished" and run.status >= 0:
                require(last["status"] == run.status, "I3", last, run.status)

    def _output(self, run):
        for text in (run.out, run.err):
            require(not SECRETS.search(text), "I5", text)
        require(run.status in (0, 101) or run.status < 0, "I3", f"exit status {run.status}", run.err)

    def _provider(self):
        given = self.world.given.read_text()
        if self.world.revokes and all(document.gone(path.read_text()) for path, document in self.world.files.items()):
            require(self.world.store.read_text() == "", "I8", "removed, but alive")
        require(not SECRETS.search(given), "I5", given)
        for number in re.findall(r"/proc/\d+/fd/(\d+)", given):
            # the next free one is the directory that it reads, and from 10 on the shell has its own
            require(int(number) <= 3 or int(number) >= 10, "I7", given)

    def _again(self):
        """Makes a second run, once for each state."""
        world = self.world
        state = world.state()
        require(world.names() == self.names, "I4", "litter", set(world.names()) ^ set(self.names))
        if state in self.recovered:
            return
        done = world.run()
        require(done.returncode == 0, "I4", done.stderr)
        require(world.gone(), "I4", "a second run leaves something")
        for path, document in world.files.items():
            text = path.read_text()
            require(document.allows(text), "I4", path, text)
            require(not any(cut.text in text for cut in document.cuts if cut.key), "I5", text)
        require(world.names() == self.names, "I4", "litter")
        require(not SECRETS.search(done.stdout + done.stderr), "I5", done.stderr)
        self.recovered.add(state)


def leaves_no_process(root):
    """Checks that no process that was started there still runs."""
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            where = os.readlink(f"/proc/{number}/cwd")
        except OSError:
            continue
        require(where != str(root), "I7", f"process {number}")
