"""Completion in the shells themselves: each offers the options that there are, their values, and the registries with credentials."""

import os
import pathlib
import pty
import select
import shutil
import subprocess
import time

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = PROJECT / "completions"
PROMPT = b"ready> "
SOON = 20  # seconds, for a machine with much to do


class Shells:
    """A cargo home with two registries logged in, and a terminal to press Tab on."""

    def __init__(self, path, program):
        self.path = path
        (path / "bin").mkdir()
        (path / "bin/cargo-logout").symlink_to(program)
        (path / "credentials.toml").write_text(
            '[registry]\ntoken = "t1"\n[registries.my-reg]\ntoken = "t2"\n[registries."$(touch hurt)"]\ntoken = "t3"\n'
        )
        (path / "config.toml").write_text('[registries.my-reg]\nindex = "sparse+https://my-reg.example.com/"\n')
        self.env = {"HOME": str(path), "ZDOTDIR": str(path), "CARGO_HOME": str(path), "TERM": "dumb", "PATH": f"{path}/bin:/usr/bin:/bin"}

    def output(self, *command):
        done = subprocess.run(command, cwd=self.path, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=SOON)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def press(self, command, keys, wanted):
        """What an interactive shell shows from its prompt on, once `wanted` holds of it."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.path)
            os.execvpe(command[0], command, self.env)
        shown, sent, end = b"", False, time.monotonic() + SOON
        try:
            while time.monotonic() < end and not (sent and wanted(shown)):
                if select.select([terminal], [], [], 0.05)[0]:
                    shown += os.read(terminal, 65536)
                if not sent and PROMPT in shown:
                    os.write(terminal, keys)
                    sent, shown = True, b""
        finally:
            os.close(terminal)  # hangs up
            os.waitpid(pid, 0)
        assert wanted(shown), shown
        return shown


@pytest.fixture(scope="session")
def shells(tmp_path_factory, program):
    """One for all tests, as zsh takes seconds for its first start in a new home."""
    shells = Shells(tmp_path_factory.mktemp("home"), program)
    yield shells
    assert not (shells.path / "hurt").exists()


def bash(shells, *words):
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cargo_logout cargo-logout; printf "%s\\n" "${COMPREPLY[@]}"'
    return shells.output("bash", "--norc", "-uc", script, "bash", str(SCRIPTS / "cargo-logout.bash"), "cargo-logout", *words).split()


def fish(shells, *words):
    line = " ".join(["cargo-logout", *words])
    out = shells.output("fish", "--no-config", "-c", f"source {SCRIPTS}/cargo-logout.fish; complete -C '{line}'")
    return [offer.partition("\t")[0] for offer in out.splitlines()]


# Notes in a file what is offered, and offers it.
ZSH = """
PS1='%s'
fpath=(%s $fpath)
autoload -Uz compinit
compinit -u
compadd() {
    local -a hits
    if [[ $1 != -[OAD] ]]; then
        builtin compadd -A hits "$@"
        print -rl -- $hits >>$HOME/offered
    fi
    builtin compadd "$@"
}
done-completing() { zle complete-word; print >$HOME/done }
zle -N done-completing
bindkey '^I' done-completing
"""


def zsh(shells, *words):
    (shells.path / ".zshrc").write_text(ZSH % (PROMPT.decode(), SCRIPTS))
    (shells.path / "offered").write_text("")
    done = shells.path / "done"
    done.unlink(missing_ok=True)
    line = " ".join(["cargo-logout", *words]).encode()
    shells.press(["zsh", "-d", "-i"], line + b"\t", lambda _: done.exists())
    return (shells.path / "offered").read_text().split()


SHELLS = [pytest.param(shell, marks=pytest.mark.skipif(not shutil.which(shell.__name__), reason=f"needs {shell.__name__}")) for shell in (bash, zsh, fish)]


@pytest.mark.parametrize("shell", SHELLS)
def test_options(shell, shells, options):
    assert sorted(set(shell(shells, "-"))) == sorted(options.values)


@pytest.mark.parametrize("shell", SHELLS[:2])
def test_options_that_take_a_value(shell, shells, options):
    """No other option is offered after one; but fish does so for a word that starts with a dash."""
    for name, value in options.values.items():
        if value or name in ("--strict", "-v"):
            assert ("--frozen" in shell(shells, name, "-")) == (value is None), name


@pytest.mark.parametrize("shell", SHELLS)
def test_values(shell, shells, options):
    for name, values in options.possible.items():
        assert sorted(shell(shells, name, "")) == sorted(values)
        assert shell(shells, name, values[-1][:2]) == values[-1:]


@pytest.mark.parametrize("shell", SHELLS)
def test_registries(shell, shells):
    assert sorted(set(shell(shells, "--registry", ""))) == ["crates-io", "my-reg"]
    assert shell(shells, "-q", "--registry", "my") == ["my-reg"]


@pytest.mark.parametrize("shell", SHELLS)
def test_files(shell, shells):
    assert "config.toml" in shell(shells, "--config", "conf")


def test_bash_in_earnest(shells):
    """readline parts words at `=`."""
    start = f"PS1='{PROMPT.decode()}'; source {SCRIPTS}/cargo-logout.bash"
    (shells.path / "start").write_text(start)
    for keys, shown in ((b"cargo-logout --color=al\t", b"--color=always"), (b"cargo-logout --every\t", b"--everywhere"), (b"cargo-logout --registry=my\t", b"=my-reg")):
        shells.press(["bash", "--noprofile", "--rcfile", str(shells.path / "start"), "-i"], keys, lambda text: shown in text)


@pytest.mark.skipif(not shutil.which("fish"), reason="needs fish")
def test_fish_with_equals(shells):
    assert fish(shells, "--color=al") == ["--color=always"]
    assert fish(shells, "--registry=my") == ["--registry=my-reg"]


@pytest.mark.skipif(not shutil.which("zsh"), reason="needs zsh")
def test_zsh_leaves_out_what_is_excluded(shells):
    assert "--registry" not in zsh(shells, "--all", "--")
    assert {"--dry-run", "-n", "--status"}.isdisjoint(zsh(shells, "--status", "--"))


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*cargo-logout*")), ids=lambda path: path.name)
def test_the_shell_can_read_it(script):
    checks = {".bash": [["bash", "-n"], ["shellcheck", "-s", "bash"]], ".fish": [["fish", "--no-execute"]], "": [["zsh", "-n"]]}
    for check in checks[script.suffix]:
        if shutil.which(check[0]):
            subprocess.run([*check, script], check=True, timeout=SOON)
