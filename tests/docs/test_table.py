"""--status on terminals of 80 and 140 columns, with wide characters, long names and long paths."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

import pytest

LONG = "a-registry-with-quite-a-long-name-that-nobody-defines"
FILES = {
    ".cargo/config.toml": '[registries."社内レジストリ"]\nindex = "sparse+https://corp.example/社内/index/"\ntoken = "x"\n',
    ".cargo/credentials.toml": f'[registry]\ntoken = "x"\n[registries.{LONG}]\ntoken = "x"\n',
    "work/プロジェクト/a directory with a long name/another one/.cargo/config.toml": '[registries."社内レジストリ"]\ntoken = "x"\n',
}


def shown(program, home, columns, *options):
    leader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", 40, columns, 0, 0))
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TERM": "dumb", "LC_ALL": "C.UTF-8", "CARGO_REGISTRY_TOKEN": "x"}
    cwd = home / "work/プロジェクト/a directory with a long name/another one"
    with os.fdopen(leader, "rb") as screen:
        subprocess.run([program, "--status", *options], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=terminal, check=True, timeout=60)
        os.close(terminal)
        text = b""
        while True:
            try:
                text += os.read(screen.fileno(), 65536)
            except OSError:  # the other end is closed
                return text.decode().replace("\r\n", "\n").splitlines()


def test_keyring_that_no_configuration_uses(program, tmp_path):
    (tmp_path / "work/プロジェクト/a directory with a long name/another one").mkdir(parents=True)
    assert shown(program, tmp_path, 80, "-v", "--registry", "crates-io")[-1] == "  keyring: not searched, because no configuration has cargo:libsecret"


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@pytest.mark.parametrize("columns", [80, 140])
@pytest.mark.parametrize("options", [(), ("-v",)])
def test_rows_fit_and_locations_are_whole(columns, options, program, tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    lines = shown(program, tmp_path, columns, *options)
    if options:
        assert lines[-1].startswith("  keyring: ")
    lines = lines[: lines.index("Checked:")] if options else lines
    rows = [line for line in lines if not line.startswith(" ") and line != LONG]
    assert all(width(row.rstrip()) <= columns for row in rows)
    starts = {width(re.split(" (?:token|KIND) ", row)[0]) for row in rows}
    assert len(starts) == 1, "the second column begins in one column"
    table = "\n".join(lines)
    for location in (*(f"~/{name}" for name in FILES), "environment variable `CARGO_REGISTRY_TOKEN`"):
        assert location in table
    assert LONG in table
    if columns == 140 and not options:
        assert f"~/{list(FILES)[1]}:2" in next(row for row in rows if row.startswith("crates-io"))
