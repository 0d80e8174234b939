"""Completions in real shells: each shell offers the options in the help, their values, and the names of registries in cargo's files."""

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
SOON = 20  # seconds, enough for a busy machine


NAMES = ["corp", "crates-io", "in_table", "my-reg", "quoted", "ümlaut"]


class Shells:
    """A cargo home, a project with its own configuration, and a terminal to press Tab on."""

    def __init__(self, path):
        self.path = path
        self.cwd = path / "project/sub"
        for directory in (path / "bin", path / "project/.cargo", self.cwd / ".cargo"):
            directory.mkdir(parents=True)
        (path / "bin/cargo-logout").write_text(f"#!/bin/sh\ntouch {path}/started\n")
        (path / "bin/cargo-logout").chmod(0o755)
        hostile = "".join(f"[registries.{name}]\ntoken = 't'\n" for name in ('"$(touch hurt)"', '"`touch hurt`"', '"a;touch hurt"', "'x' # $(touch hurt)"))
        (path / "credentials.toml").write_text("[registry]\ntoken = 't'\n[registries.my-reg]\ntoken = 't'\n" + hostile)
        (path / "config.toml").write_text("""registries.corp.index = "x"\n[ registries . "quoted" ] # it\nindex = "x"\n[net]\nother.index = 1\n[registries.ümlaut]\n""")
        (path / "project/.cargo/config.toml").write_text('# [registries.no]\n[registries]\nin_table = { index = "x" }\nmy-reg.index = "x"\n')
        (path / ".cargo").mkdir()
        (path / ".cargo/config.toml").write_text('not_in_table = 1\n[registries]\n[alias]\nb = "x"\n')
        os.mkfifo(self.cwd / ".cargo/config.toml")
        (self.cwd / "config.toml").touch()
        self.env = {"HOME": str(path), "ZDOTDIR": str(path), "CARGO_HOME": str(path), "TERM": "dumb", "PATH": f"{path}/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def output(self, *command):
        done = subprocess.run(command, cwd=self.cwd, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=SOON)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def press(self, command, keys, wanted):
        """Returns what an interactive shell shows after its prompt, as soon as `wanted` is true for it."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.cwd)
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
def shells(tmp_path_factory):
    """One for all tests, as zsh takes seconds for its first start in a new home. Nothing in files is run, nor is cargo-logout."""
    shells = Shells(tmp_path_factory.mktemp("home"))
    yield shells
    assert not [path for path in shells.path.rglob("*") if path.name in ("hurt", "started")]


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


SHELLS = [bash, zsh, fish]


@pytest.mark.parametrize("shell", SHELLS)
def test_options(shell, shells, options):
    assert sorted(set(shell(shells, "-"))) == sorted(options.values)


@pytest.mark.parametrize("shell", SHELLS[:2])
def test_options_that_take_a_value(shell, shells, options):
    """No other option is offered as a value, except by fish for a word that starts with a dash."""
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
    assert sorted(set(shell(shells, "--registry", ""))) == NAMES
    assert shell(shells, "-q", "--registry", "my") == ["my-reg"]


@pytest.mark.parametrize("shell", SHELLS)
def test_files_and_words_with_equals(shell, shells):
    assert "config.toml" in shell(shells, "--config", "conf")
    if shell is fish:
        assert (fish(shells, "--color=al"), fish(shells, "--registry=my")) == (["--color=always"], ["--registry=my-reg"])


def test_bash_in_earnest(shells):
    """readline splits words at `=`."""
    start = f"PS1='{PROMPT.decode()}'; source {SCRIPTS}/cargo-logout.bash"
    (shells.path / "start").write_text(start)
    for keys, shown in ((b"cargo-logout --color=al\t", b"--color=always"), (b"cargo-logout --every\t", b"--everywhere"), (b"cargo-logout --registry=my\t", b"=my-reg")):
        shells.press(["bash", "--noprofile", "--rcfile", str(shells.path / "start"), "-i"], keys, lambda text: shown in text)


def test_zsh_leaves_out_what_is_excluded(shells):
    assert "--registry" not in zsh(shells, "--all", "--")
    assert {"--dry-run", "-n", "--status"}.isdisjoint(zsh(shells, "--status", "--"))


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*cargo-logout*")), ids=lambda path: path.name)
def test_the_shell_can_read_it(script):
    checks = {".bash": [["bash", "-n"], ["shellcheck", "-s", "bash"]], ".fish": [["fish", "--no-execute"]], "": [["zsh", "-n"]]}
    for check in checks[script.suffix]:
        if shutil.which(check[0]):
            subprocess.run([*check, script], check=True, timeout=SOON)
