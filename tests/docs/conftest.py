"""The options in the help of the program under test."""

import re
import subprocess
import typing

import pytest

ROW = re.compile(r"  (?:(-\w)(?:, )?|    )(--[\w-]+)?(?: <(\S+)>)?(?:\.\.\.)?  +(?:.*\[possible values: (.*)\])?")


class Options(typing.NamedTuple):
    values: dict  # "-n" or "--registry": the name of its value, or None for an option without a value
    possible: dict  # "--color": the values that it accepts


@pytest.fixture(scope="session")
def options(program):
    env = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"}
    text = subprocess.run([program, "--help"], cwd="/", env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=20).stdout
    values, possible = {}, {}
    for line in re.findall(r"^  +-.*", text, re.MULTILINE):
        row = ROW.match(line)
        values.update({name: row[3] for name in row.groups()[:2] if name})
        if row[4]:
            possible[row[2]] = row[4].split(", ")
    assert {"-h", "--help", "--registry", "--all"} <= values.keys() and possible["--color"] == ["auto", "always", "never"]
    return Options(values, possible)
