"""A home where the real cargo and cargo-logout edit one credentials file, and the commands that can run there."""

import select
import subprocess

import homes
import inject

OTHER, NOBODY = "b", "nobody"  # the latter is known and has no token
NEW_TOKEN = "a new token"
BLOCKING = "    Blocking waiting for file lock on credentials' config file\n"
# Another program that runs at the same time as a logout of `me`, and the token of OTHER after both.
AFTER = {
    "cargo logs out": None,
    "cargo logs in": NEW_TOKEN,
    "cargo reads": f"token of {OTHER}",
    "ours, another": None,
    "ours, the same": f"token of {OTHER}",
}


class Stage:
    def __init__(self, home, cargo, index, program):
        self.home = home
        self.cargo = str(cargo)
        self.injector = inject.Injector(program)
        home.indexes(OTHER, NOBODY)
        config = home.dir / "config.toml"
        config.write_text(config.read_text().replace(f"https://example.com/{OTHER}", index))
        self.reset()

    def reset(self):
        self.home.write(homes.credentials(2, 2)[0] + homes.table(OTHER))

    def run(self, command, *arguments, **more):
        self.reset()
        return self.injector.run(command, *arguments, env=self.home.env(), cwd=self.home.root, **more)

    def start(self, name):
        commands = {
            "cargo logs out": [self.cargo, "logout", "--registry", OTHER],
            "cargo logs in": [self.cargo, "login", "--registry", OTHER],
            "cargo reads": [self.cargo, "logout", "--registry", NOBODY],
            "ours, another": self.home.command(registry=OTHER),
            "ours, the same": self.home.command(),
        }
        process = self.home.start(*commands[name], stdin=subprocess.PIPE)
        if name == "cargo logs in":
            process.stdin.write(NEW_TOKEN + "\n")
        process.stdin.close()
        return process

    def start_and_wait(self, name):
        """Waits until it exits or reports that it waits for the lock. Returns the process and its first line."""
        process = self.start(name)
        ready, _, _ = select.select([process.stderr], [], [], homes.TIME_LIMIT)
        assert ready, f"{name} prints nothing"
        said = process.stderr.readline()
        if said != BLOCKING:
            self.home.end(process, said)
        return process, said

    def check(self, name):
        """Checks that both changed what they had to change, and nothing else."""
        tokens = homes.tokens(self.home.text())
        assert tokens.pop(OTHER) == AFTER[name]
        assert tokens == {name: f"token of {name}" for name in ("a-0", "a-1", "z-0", "z-1")}
        assert homes.token(self.home.text()) is None
