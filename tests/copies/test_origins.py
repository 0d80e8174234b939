"""Origins of variables: what real shells set, which line the fix has, and that the fix removes the variable."""

import re

import pytest

from shells import TOKEN

NAME = "CARGO_REGISTRIES_CORP_TOKEN"
LOGIN = {"bash": ["bash", "-l", "-c"], "bash-i": ["bash", "-i", "-c"], "zsh": ["zsh", "-l", "-i", "-c"], "fish": ["fish", "-l", "-c"]}
SET = f"export {NAME}={TOKEN}"
SHELLS = {
    "profile": ("bash", ".profile", f"# first\n{SET}\n"),
    "bash_profile": ("bash", ".bash_profile", f"umask 022\n{SET} OTHER=1\n"),
    "bashrc": ("bash-i", ".bashrc", f"if true; then\n  {NAME}='{TOKEN}'; export {NAME}\nfi\n"),
    "zshenv": ("zsh", ".zshenv", f"{SET}\n"),
    "zprofile": ("zsh", ".zprofile", f"typeset -x {NAME}={TOKEN}\n"),
    "zshrc": ("zsh", ".zshrc", f"\n\n{SET} # mine\n"),
    "config.fish": ("fish", ".config/fish/config.fish", f"set -gx {NAME} {TOKEN}\n"),
    "conf.d": ("fish", ".config/fish/conf.d/a.fish", f"set -g --export {NAME} '{TOKEN}'\n"),
}


@pytest.mark.parametrize("case", SHELLS)
def test_the_fix_ends_it(home, case):
    """A new login shell has the variable until the line of the fix is deleted."""
    shell, name, text = SHELLS[case]
    home.env["SHELL"] = f"/usr/bin/{LOGIN[shell][0]}"
    path = home.write(name, text)
    command = [*LOGIN[shell], f"{home.program} --registry corp --strict"]
    done = home.run(*command, status=2)
    unset = "set -e" if shell == "fish" else "unset"
    found = re.search(rf"to remove it, run `{unset} {NAME}` and delete the line (\S+):(\d+)\n", done.err)
    assert found and found[1] == str(path)
    lines = text.splitlines(keepends=True)
    assert TOKEN in lines[int(found[2]) - 1]
    del lines[int(found[2]) - 1]
    path.write_text("".join(lines))
    assert "not currently logged in to `corp`" in home.run(*command, status=0).err


def test_universal_variable(home):
    home.env["SHELL"] = "/usr/bin/fish"
    home.run("fish", "-c", f"set -Ux {NAME} {TOKEN}", status=0)
    command = ["fish", "-l", "-c", f"{home.program} --registry corp --strict"]
    done = home.run(*command, status=2)
    found = re.search(rf"run `set -e {NAME}` and delete the line {home.top}/(\S+):(\d+)\n", done.err)
    path = home.path(found[1])
    lines = path.read_text().splitlines(keepends=True)
    del lines[int(found[2]) - 1]
    path.write_text("".join(lines))
    home.run(*command, status=0)


ASSIGNMENTS = {
    "NAME=VALUE": ".env", "export NAME=VALUE": ".envrc", '  export "NAME=VALUE"': ".bashrc", "A=1;NAME=VALUE": ".bashrc",
    "NAME DEFAULT=VALUE": ".pam_environment", 'NAME="VALUE"': ".config/environment.d/a.conf", "NAME+=VALUE": ".zshrc",
    "set --global -x NAME VALUE": ".config/fish/config.fish", "true; and set -Ux NAME VALUE": ".config/fish/config.fish",
    "set -gx -- NAME VALUE": ".config/fish/config.fish",
}  # fmt: skip
OTHERS = (
    "# NAME=x", "true # NAME=x", "echo $NAME=x", "echo ${NAME}", "unset NAME", "NAME=", 'NAME=""; true', "export NAME",
    "MY_NAME=x", "NAME_2=x", "NAME = x", "set -e NAME x", "set -q NAME x", "set --erase NAME x", "-DNAME=x", "setx NAME x",
)  # fmt: skip


@pytest.mark.parametrize("text", ASSIGNMENTS)
def test_assignments(home, text):
    name = ASSIGNMENTS[text]
    home.write(f"/work/{name}" if name.startswith(".env") else name, "a=1\n" + text.replace("NAME", NAME).replace("VALUE", TOKEN))
    where = f"/work/{name}:2" if name.startswith(".env") else f"~/{name}:2"
    assert home.found("--registry", "corp", env={NAME: TOKEN}) == [("origin", where)]


def test_no_assignments(home):
    home.write(".bashrc", "\n".join(OTHERS).replace("NAME", NAME))
    done = home.logout("--registry", "corp", "-v", env={NAME: TOKEN})
    assert f"to remove it, run `unset {NAME}`\n" in done.err
    assert f"note: no startup file sets `{NAME}`; checked " in done.err and f"{home.top}/.bashrc" in done.err


def test_provider_variable(home):
    home.write(".profile", "export CARGO_REGISTRIES_CORP_CREDENTIAL_PROVIDER='cargo:token-from-stdout /bin/pass'\n")
    done = home.run("bash", "-l", "-c", f"{home.program} --registry corp", status=101)
    assert f"`unset CARGO_REGISTRIES_CORP_CREDENTIAL_PROVIDER` and delete the line {home.top}/.profile:1" in done.err


def test_what_this_process_does_not_have(home):
    """A service does not start from a login shell, so --status --copies reads what one would set."""
    home.write(".profile", f'{SET}\nexport CARGO_HOME="$HOME/other"\nexport CARGO_REGISTRIES_ZETA_TOKEN={TOKEN}\n')
    home.write("other/credentials.toml", f'[registries.corp]\ntoken = "{TOKEN}"\n')
    assert home.found("--status") == []
    found = [("origin", "~/.profile:1"), ("origin", "~/.profile:2"), ("origin", "~/.profile:3"), ("unread-file", "~/other/credentials.toml:2")]
    assert home.found("--status", "--copies") == found
    lines = home.copies("--status", "--copies", "--strict", status=2)
    assert [line.get("variable") for line in lines] == [NAME, "CARGO_HOME", "CARGO_REGISTRIES_ZETA_TOKEN", None]
    assert lines[1]["home"] == f"{home.top}/other"
    assert lines[1]["fix"] == ["env", f"CARGO_HOME={home.top}/other", "cargo-logout", "--status"]
    home.write(".profile", 'export CARGO_HOME="$HOME/none"\n')
    home.logout("--status", "--copies", "--strict")


@pytest.mark.parametrize("value", ["~/other", "'HOME/other'", "HOME/other", '"${HOME}/other"; true', "$OTHER/other", "other", "HOME/a`b`", "HOME/$A"])
def test_other_homes_of_startup_files(home, value):
    """A value that only a shell can compute names no directory."""
    home.write(".profile", f"CARGO_HOME={value}\n".replace("=HOME", f"={home.top}").replace("'HOME", f"'{home.top}"))
    home.write("other/credentials.toml", f'[registries.corp]\ntoken = "{TOKEN}"\n')
    [origin, *copies] = home.copies("--status", "--copies")
    is_path = "other" in value and value[0] not in "$o"
    assert ("home" in origin, len(copies)) == (is_path, is_path)


def test_secret_keys_of_startup_files(home):
    home.write(".profile", f"CARGO_REGISTRIES_CORP_SECRET_KEY={TOKEN}\nCARGO_REGISTRIES_BETA_TOKEN={TOKEN}\n")
    home.write(".cargo/credentials.toml", "[registries.beta]\nother = 1\n")
    lines = home.copies("--status", "--copies", "--strict", status=2)
    assert [line["location"]["line"] for line in lines] == [1, 2]
    assert home.found("--registry", "corp", "--copies", "-n") == [("origin", "~/.profile:1")]


def test_hostile_files_end(home):
    """A long line or many assignments take little time, and the list of them is limited."""
    home.write("/work/.env", f"{NAME}=x " * 30000)
    home.write("/work/.envrc", f"{NAME}=x\n" * 30000)
    found = home.found("--registry", "corp", env={NAME: TOKEN})
    assert 20 < len(found) < 25 and ("not-checked", "/work/.envrc") in found


def test_an_assignment_is_one_finding(home):
    """The stored token is also in the line that sets the variable."""
    home.store()
    home.write(".bashrc", SET)
    assert home.found("--status", "--copies") == [("origin", "~/.bashrc:1")]
    assert home.found("--status", "--copies", env={NAME: TOKEN}) == [("origin", "~/.bashrc:1")]
