"""Copies of tokens: in other homes, backups, histories that real shells wrote, and files of other programs."""

import base64
import os
import pathlib
import re
import subprocess

import pytest

from shells import TOKEN

PROJECT = pathlib.Path(__file__).resolve().parents[2]
STORED = f'# mine\n[registries.corp]\ntoken = "{TOKEN}"\n'
STATUS = ("--status", "--copies")
BACKUPS = (
    "credentials~", "credentials.toml~", "config.toml.bak", "credentials.orig", "credentials.toml.save", "#credentials.toml#",
)  # fmt: skip


def test_the_table_is_documented():
    """docs/copies.md has the patterns of the table in the code, in the same order."""
    table = (PROJECT / "src/credential/places.c").read_text().partition("place_kind_names")[0]
    rows = re.findall(r"^    \[KIND_(\w+)\] =([^;]+?),$", table, re.MULTILINE)
    code = [(pattern, kind.lower()) for kind, text in rows for pattern in "".join(re.findall('"([^"]*)"', text)).split()]
    docs = re.findall(r"^\| [^|`]+ \| `([^`]+)` \| (\w+) \|$", (PROJECT / "docs/copies.md").read_text(), re.MULTILINE)
    assert len(code) > 50
    assert code == docs


@pytest.mark.parametrize("name", BACKUPS)
def test_backups(home, name):
    home.write(f".cargo/{name}", STORED)
    place = ("unread-file", f"~/.cargo/{name}:3")
    assert home.found("--status") == home.found("--all") == home.found(*STATUS) == [place]
    assert home.found("--registry", "corp") == []
    home.logout("--status", "--strict")
    home.logout(*STATUS, "--strict", status=2)
    assert "would be removed from" in home.logout("--registry", "corp", "--copies", "-n").err
    assert home.path(f".cargo/{name}").read_text() == STORED
    [line] = home.copies("--registry", "corp", "--copies", "--strict")
    assert line["result"] == "removed" and "fix" not in line
    assert home.path(f".cargo/{name}").read_text().split() == ["#", "mine", "[registries.corp]"]
    assert home.found(*STATUS) == []


def test_other_homes(home):
    """~/.cargo when CARGO_HOME is elsewhere, and a project's credentials file."""
    home.write(".cargo/credentials.toml", STORED + "[registry]\ntoken = 'S3CRET-0123456789'\n")
    home.write("/work/.cargo/credentials.toml", STORED)
    home.write("/home2/config.toml", home.path(".cargo/config.toml").read_text())
    env = {"CARGO_HOME": str(home.path("/home2"))}
    done = home.logout("--status", env=env)
    where = f"{home.top}/.cargo/credentials.toml:3"
    assert f"warning: a file that cargo does not read contains a token for `corp`: {where}\n" in done.err
    assert "to remove it, run `cargo-logout --registry corp --copies`\n" in done.err
    assert home.found("--all", env=env) == [
        ("unread-file", "~/.cargo/credentials.toml:5"),
        ("unread-file", "~/.cargo/credentials.toml:3"),
        ("unread-file", "/work/.cargo/credentials.toml:3"),
    ]
    assert len(home.copies("--registry", "corp", "--copies", env=env)) == 2
    assert "S3CRET-0123456789" in home.path(".cargo/credentials.toml").read_text()  # of another registry
    home.logout("--all", "--copies", "--strict", env=env)
    assert "S3CRET" not in home.path(".cargo/credentials.toml").read_text()


def test_files_that_do_not_parse(home):
    """--copies does not delete them, but the fix does."""
    home.write(".cargo/.credentials.toml.swp", b"b0VIM 9.0\0\0" + b'token = "' + TOKEN.encode() + b'"\0[registry]\0')
    [line] = home.copies("--status")
    path = f"{home.top}/.cargo/.credentials.toml.swp"
    assert line["fix"] == ["rm", path] and "registry" not in line
    subprocess.run(line["fix"], check=True)
    assert home.found("--status") == []


def test_all_that_an_unread_file_has(home):
    """Secret keys and tokens of other registries; a value that is no text or empty is none."""
    home.write(".cargo/credentials~", "[registries.corp]\nsecret-key = 'S3CRET-key-0123456789'\n[registries.a]\ntoken = 1\n[registries.b]\ntoken = ''\n[registries.c]\ntoken = 'S3CRET-of-c'\n")
    lines = [(line["registry"], line["location"]["line"]) for line in home.copies(*STATUS)]
    assert lines == [("corp", 2), ("c", 8)]
    assert "contains a secret-key for `corp`" in home.logout("--status").err
    [line] = home.copies("--registry", "corp", "--copies")
    assert (line["registry"], line["result"]) == ("corp", "removed")
    assert home.found("--all", "--copies") == [("unread-file", "~/.cargo/credentials~:7")]


@pytest.mark.parametrize("text", [b"\0[registries.x]\0token = 'S3CRET-of-another-0123'\0", b"\0secret-key = \"S3CRET\"\0", b"\xff\xfe"])
def test_what_looks_like_a_token(home, text):
    """In a file that is no TOML, the registry of a token is not known."""
    home.write(".cargo/.credentials.toml.swp", text)
    assert len(home.found("--registry", "corp", "--copies", "-n")) == (b"S3CRET" in text)


def test_what_cannot_be_edited(home):
    """After a failed removal, the exit status is 101 and the fix is still printed."""
    path = home.write(".cargo/credentials~", STORED)
    subprocess.run(["chattr", "+i", path], check=False)
    try:
        if os.access(path, os.W_OK):
            pytest.skip("this file system has no immutable files")
        done = home.logout("--registry", "corp", "--copies", status=101)
        assert "error: failed to log out of `corp`" in done.err and f"delete the line {path}:3" in done.err
    finally:
        subprocess.run(["chattr", "-i", path], check=False)


def history_of_bash(home, line):
    home.type_into(["bash", "-i"], "true", line)
    return "~/.bash_history"


def history_of_zsh(home, line):
    home.write(".zshrc", "HISTFILE=~/.zsh_history SAVEHIST=100 HISTSIZE=100\nunsetopt zle\n")
    home.type_into(["zsh", "-i"], "true", line)
    return "~/.zsh_history"


def history_of_fish(home, line):
    home.type_into(["fish", "-i"], "true", line)
    return "~/.local/share/fish/fish_history"


# zsh encodes a byte of the last one.
@pytest.mark.parametrize("token", [TOKEN, f"{TOKEN}-Ã-end"])
@pytest.mark.parametrize("write", [history_of_bash, history_of_zsh, history_of_fish])
def test_histories(home, write, token):
    home.env["LC_ALL"] = "C.UTF-8"
    home.store(token)
    name = write(home, f": cargo login {token}")
    path = home.path(name[2:])
    before = path.read_bytes()
    if write is history_of_zsh:
        assert (token.encode() in before) == (token == TOKEN)
    found = home.found("--registry", "corp", "--copies")
    assert [kind for kind, _ in found] == ["copy"]
    number = int(found[0][1].removeprefix(f"{name}:"))
    lines = before.splitlines(keepends=True)
    assert b"cargo login" in lines[number - 1]
    assert path.read_bytes() == before  # histories are not edited
    home.store(token)
    path.write_bytes(b"".join(lines[: number - 1] + lines[number:]))
    assert home.found("--registry", "corp", "--copies", "--strict") == []


CLIENTS = {
    ".git-credentials": f"https://me:{TOKEN}@example.com\n",
    ".gitconfig": f"[http]\n\textraHeader = Authorization: {TOKEN}\n",
    ".netrc": f"machine example.com login me password {TOKEN}\n",
    ".docker/config.json": '{"auths": {"example.com": {"auth": "%s"}}}' % base64.b64encode(f"me:{TOKEN}".encode()).decode(),
    ".config/containers/auth.json": '{"auth": "%s"}' % base64.b64encode(f"m:{TOKEN}".encode()).decode(),
    ".npmrc": f"//example.com/:_authToken={TOKEN}\n",
    "/work/.npmrc": "_password=" + base64.b64encode(TOKEN.encode()).decode(),
    "/work/.git/config": f'[remote "o"]\n\turl = https://{TOKEN}@example.com/\n',
    "/work/.env": f"TOKEN={TOKEN}\n",
}


@pytest.mark.parametrize("name", CLIENTS)
def test_other_programs(home, name):
    home.store(f"Bearer {TOKEN}")
    path = home.write(name, CLIENTS[name])
    line = CLIENTS[name].count("\n", 0, max(CLIENTS[name].find("S3"), 0)) + 1
    [found] = home.copies("--all", "--copies")
    assert (found["kind"], found["registry"], found["location"]["text"]) == ("copy", "corp", f"{path}:{line}")
    assert path.read_text() == CLIENTS[name]
    assert home.found("--status") == []


def test_work_tree(home):
    home.store()
    home.write("/work/.env", f"A={TOKEN}\n")
    assert "history of git" not in home.logout(*STATUS).err
    subprocess.run(["git", "init", "-q", home.work], check=True)
    assert "; if the file was committed, the history of git still has the token: revoke it\n" in home.logout(*STATUS).err
    assert home.copies(*STATUS)[0]["in_git"] is True


def test_not_searched_for(home):
    home.store("S3CRET-1")
    home.write(".bash_history", "S3CRET-1\n")
    done = home.logout(*STATUS)
    assert f"warning: not checked: copies of the token for `corp` ({home.top}/.cargo/credentials.toml:2): it has fewer than 12 bytes\n" in done.err
    assert home.found(*STATUS, "--strict", status=2) == [("not-checked", "copies of the token for `corp` (~/.cargo/credentials.toml:2)")]
    home.write(".cargo/credentials.toml", "")
    home.write(".cargo/config.toml", home.path(".cargo/config.toml").read_text() + 'credential-provider = "/bin/provider"\n')
    assert "copies of the token for `corp` (credential provider `/bin/provider`): only its credential provider knows it\n" in home.logout(*STATUS).err


def test_one_line_counts_once(home):
    home.store()
    home.write(".bash_history", f"a {TOKEN} {TOKEN}\n" * 30 + "\n")
    assert len(home.copies(*STATUS)) == 30
    home.write(".bash_history", f"{TOKEN}\n" * 101)
    assert home.found(*STATUS)[-1] == ("not-checked", "~/.bash_history")


def large(home, name, size, end=b""):
    path = home.write(name, b"")
    os.truncate(path, size - len(end))
    with path.open("ab") as file:
        file.write(end)


def test_limits(home):
    home.store()
    large(home, ".bash_history", 64 << 20, TOKEN.encode())
    assert home.found(*STATUS) == [("copy", "~/.bash_history:1")]
    large(home, ".bash_history", (64 << 20) + 1000, TOKEN.encode())
    done = home.logout(*STATUS, "--strict", status=2)
    assert f"not checked: {home.top}/.bash_history: the file is larger than 67108864 bytes\n" in done.err
    for name in (".bash_history", ".zsh_history", ".histfile", ".netrc", ".npmrc"):
        large(home, name, 64 << 20)
    err = home.logout(*STATUS).err
    assert re.search(r"the search stopped here and in all later files after (256 MiB|2 seconds)\n", err)
    assert err.count("the search stopped") == 1


def test_links_as_root(home):
    """Root follows a link within the home, but not out of it."""
    home.store()
    outside = home.write("/outside/history", TOKEN)
    home.path(".bash_history").symlink_to(outside)
    home.write("dotfiles/zsh_history", TOKEN)
    home.path(".zsh_history").symlink_to("dotfiles/zsh_history")
    backup = home.write("/outside/credentials", STORED)
    home.path(".cargo/credentials~").symlink_to(backup)
    assert [kind for kind, _ in home.found("--all", "--copies")] == ["not-checked", "not-checked", "copy"]
    assert backup.read_text() == STORED


def test_user_agent(home):
    config = home.path(".cargo/config.toml")
    text = config.read_text()
    config.write_text(text + '[http]\nuser-agent = "shipyard S3CRETabcdefghij0123456789"\n')
    done = home.logout("--registry", "corp")
    assert f"warning: `http.user-agent` might contain a token: {config}:4\n" in done.err
    home.logout("--status", "--strict")
    home.logout(*STATUS, "--strict", status=2)
    config.write_text(text + '[http]\nuser-agent = "my-long-crawler-of-registries/1.0 (admin@example.com)"\n')
    home.logout(*STATUS, "--strict")
    env = {"CARGO_HTTP_USER_AGENT": "shipyard S3CRETabcdefghij0123456789"}
    assert home.found("--registry", "corp", env=env) == [("possible", "environment variable `CARGO_HTTP_USER_AGENT`")]


def test_plain_runs_read_none_of_it(home):
    """Only the usual files are opened, unless a variable is usable or an option asks for more."""
    home.write(".bash_history", TOKEN)
    home.write(".bashrc", "")
    home.write(".cargo/credentials~", STORED)

    def opened(*arguments, env=None):
        home.store()
        trace = home.path("/trace")
        home.run("strace", "-f", "-e", "trace=%file,getdents64", "-o", trace, home.program, *arguments,
                 env={"ASAN_OPTIONS": "detect_leaks=0"} | (env or {}), status=0)  # fmt: skip
        text = trace.read_text()
        return [name for name in (".bashrc", ".bash_history", "credentials~", "getdents", "/etc/profile") if name in text]

    assert opened("--registry", "corp") == []
    assert opened("--registry", "corp", "--everywhere") == []
    usable = {"CARGO_REGISTRIES_CORP_TOKEN": TOKEN}
    assert ".bashrc" in opened("--registry", "corp", env=usable)
    assert ".bash_history" not in opened("--registry", "corp", env=usable)
    assert opened("--all") == ["credentials~", "getdents"]
    assert ".bash_history" in opened("--registry", "corp", "--copies")
