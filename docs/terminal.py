#!/usr/bin/env python3
"""Runs the README's session in a temporary home and prints it as an SVG picture: docs/terminal.py PROGRAM >docs/terminal.svg

The colors follow the reader's light or dark theme. The same session is the text in the README; tests/docs compares both with the program's output.
"""

import html
import os
import pathlib
import re
import subprocess
import sys
import tempfile

CONFIG = '[registries.my-registry]\nindex = "sparse+https://registry.example.com/index/"\n'
CREDENTIALS = '[registry]\ntoken = "not-a-real-token-1"\n'
VARIABLES = {"CARGO_REGISTRIES_MY_REGISTRY_TOKEN": "not-a-real-token-2"}
COMMANDS = (("--status",), ("--all",))

COLUMN, LINE, MARGIN = 8.4, 19, 16  # pixels
STYLE = """
  rect { fill: #f6f8fa; stroke: #d0d7de }
  text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2328; white-space: pre }
  .b { font-weight: bold } .green { fill: #116329 } .yellow { fill: #7d4e00 } .cyan { fill: #1b5c80 } .blue { fill: #0550ae } .red { fill: #a40e26 }
  @media (prefers-color-scheme: dark) {
    rect { fill: #0d1117; stroke: #30363d }
    text { fill: #e6edf3 }
    .green { fill: #56d364 } .yellow { fill: #e3b341 } .cyan { fill: #76e3ea } .blue { fill: #79c0ff } .red { fill: #ff7b72 }
  }
"""
COLORS = {31: "red", 32: "green", 33: "yellow", 34: "blue", 36: "cyan"}


def make_home(path):
    (path / ".cargo").mkdir()
    (path / "work").mkdir()
    (path / ".cargo/config.toml").write_text(CONFIG)
    (path / ".cargo/credentials.toml").write_text(CREDENTIALS)


def run(program, home, arguments):
    """Returns standard output and standard error as a terminal shows them, and the exit status."""
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **VARIABLES}
    done = subprocess.run([program, *arguments], cwd=home / "work", env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=60, check=False)  # fmt: skip
    return done.stdout, done.returncode


def session(program, color):
    with tempfile.TemporaryDirectory() as name:
        home = pathlib.Path(name)
        make_home(home)
        text = ""
        for arguments in COMMANDS:
            text += "$ cargo-logout " + " ".join(arguments) + "\n" + run(program, home, [*arguments, f"--color={color}"])[0]
        return text


def drawn_line(line):
    """Converts ANSI colors to spans."""
    out, classes = "", []
    for code, text in re.findall(r"\x1b\[([\d;]*)m|([^\x1b]+)", line):
        if text:
            text = html.escape(text, quote=False)
            out += f'<tspan class="{" ".join(classes)}">{text}</tspan>' if classes else text
            continue
        for number in map(int, code.split(";") if code else ["0"]):
            if number == 0:
                classes = []
            elif number == 1:
                classes.append("b")
            else:
                classes.append(COLORS[number - 60 if number >= 90 else number])
    return out


def picture(text):
    lines = text.splitlines()
    plain = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in lines]
    width = round(2 * MARGIN + COLUMN * max(map(len, plain)))
    height = round(2 * MARGIN + LINE * len(lines))
    out = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" xml:space="preserve">\n'
    out += "<title>cargo-logout --status, and cargo-logout --all</title>\n"
    out += f"<style>{STYLE}</style>\n"
    out += f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"/>\n'
    for number, (line, shown) in enumerate(zip(lines, plain)):
        if shown:
            y = MARGIN + LINE * number + 14
            out += f'<text x="{MARGIN}" y="{y}" textLength="{COLUMN * len(shown):.1f}">{drawn_line(line)}</text>\n'
    return out + "</svg>\n"


if __name__ == "__main__":
    sys.stdout.write(picture(session(os.path.abspath(sys.argv[1]), "always")))
