"""With the real cargo, in both directions: each provider finds, sends and removes what the other has stored.

The registry is a loopback server that keeps the Authorization header of each call to its API.
"""

import json

import pytest

from desktop import SECONDS, Terminal
from registry_server import Registry
from test_keyring import SCHEMA

BUILT_IN = '"cargo:libsecret"'


class Cargo:
    """Runs cargo with one provider after the other, on the same session and registry."""

    def __init__(self, program, desktop, registry):
        self.program, self.desktop, self.registry = program, desktop, registry
        desktop.env["CARGO_HOME"] = str(desktop.root)

    def __call__(self, provider, *arguments, **more):
        config = f'[registries.corp]\nindex = "{self.registry.index}"\ncredential-provider = [{provider}]\n'
        (self.desktop.root / "config.toml").write_text(config)
        done = self.desktop.run(self.program, *arguments, cwd=self.desktop.root, **more)
        assert not (self.desktop.root / "credentials.toml").exists()
        return done

    def login(self, provider, token):
        done = self(provider, "login", "--registry", "corp", input=token + "\n")
        assert done.returncode == 0, done.stderr

    def sends(self, provider):
        """The token that reaches the registry when a version is yanked; None: cargo finds none."""
        self.registry.authorizations.clear()
        done = self(provider, "yank", "--registry", "corp", "foo@1.0.0")
        assert (done.returncode == 0) == bool(self.registry.authorizations), done.stderr
        return self.registry.authorizations[0] if self.registry.authorizations else None


@pytest.fixture
def ours(helper):
    return json.dumps(str(helper))


@pytest.fixture
def real(cargo, keyring):
    with Registry() as registry:
        yield Cargo(cargo, keyring, registry)


def test_one_logs_in_and_the_other_logs_out(real, ours):
    for one, other, token in ((BUILT_IN, ours, "t-1"), (ours, BUILT_IN, "t-2")):
        real.login(one, token)
        assert real.sends(other) == token
        done = real(other, "logout", "--registry", "corp")
        assert (done.returncode, done.stderr) == (0, "")
        assert real.sends(one) is real.sends(other) is None
        assert real.desktop.stored(*SCHEMA) == []
    done = real(ours, "logout", "--registry", "corp")
    assert done.returncode == 0 and "not currently logged in to `corp`" in done.stderr


def test_one_item_whoever_stored_it(real, ours):
    """Both write the same label and attributes, so the second login replaces the first."""
    real.login(BUILT_IN, "t-1")
    (theirs,) = real.desktop.stored(*SCHEMA)
    real.login(ours, "t-2")
    (item,) = real.desktop.stored(*SCHEMA)
    times = {"secret", "created", "modified"}
    assert {k: v for k, v in item.items() if k not in times} == {k: v for k, v in theirs.items() if k not in times}
    assert real.sends(BUILT_IN) == "t-2"


def test_the_same_question_as_cargos(real, ours):
    """`cargo login` at a terminal, without a token: either provider asks, in the same words."""
    questions = []
    for provider, token in [(BUILT_IN, b"t-1"), (ours, b"t-2")]:
        real(provider, "--version")  # for the configuration
        with Terminal(real.program, "login", "--registry", "corp", env=real.desktop.env) as terminal:
            questions.append(terminal.read_until(b" below\r\n").splitlines()[-1])
            terminal.type(token + b"\n")
            assert terminal.child.wait(SECONDS) == 0
    assert questions == [f"please paste the token found on {real.registry.url}/me below"] * 2
    assert real.sends(BUILT_IN) == "t-2"
