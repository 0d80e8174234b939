"""The shape of the source: includes go down the floors only, files and functions fit a mind, nothing is left "to do".

The order of the floors is read from the meson.build of the project, which builds them in that order.
"""

import pathlib
import re
import subprocess

PROJECT = pathlib.Path(__file__).resolve().parents[2]
HELPER_FLOORS = {"base", "text"}  # what the helpers, programs of their own, may use
LONGEST_FILE, LONGEST_FUNCTION = 600, 80


def floors():
    """Names of the floors, lowest first."""
    return re.findall(r"^subdir\('src/(\w+)'\)", (PROJECT / "meson.build").read_text(), re.MULTILINE)


def sources(*folders):
    names = subprocess.run(["git", "ls-files", *folders], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split()
    return {name: (PROJECT / name).read_text() for name in names if re.search(r"\.[ch]$", name) and (PROJECT / name).exists()}


def upward(files, order):
    """Includes that do not go down: "src/text/a.c includes store/b.h"."""
    wrong = []
    for name, text in files.items():
        home, floor = pathlib.PurePath(name).parts[:2]
        allowed = HELPER_FLOORS if home == "helper" else set(order[: order.index(floor) + 1])
        for included in re.findall(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', text, re.MULTILINE):
            target = pathlib.PurePath(included).parts
            own = len(target) == 1 and home == "helper"
            if not own and (len(target) != 2 or target[0] not in allowed):
                wrong.append(f"{name} includes {included}")
    return wrong


def long_functions(name, text):
    """Functions of more lines than fit: they start with a `{` and end with a `}` in the first column."""
    start, head, found = None, "", []
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"[A-Za-z_].*", line):
            head = line
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            if number - start > LONGEST_FUNCTION:
                found.append(f"{name}:{start}: {number - start} lines: {head}")
            start = None
    return found


def test_the_order_is_known():
    order = floors()
    assert order[0] == "base" and order[-1] == "cli" and len(order) == len(set(order)) >= 6


def test_includes_go_down():
    assert upward(sources("src", "helper"), floors()) == []


def test_every_source_is_on_a_floor():
    folders = {pathlib.PurePath(name).parts[1] for name in sources("src")}
    assert folders <= set(floors())


def test_files_are_short():
    long = [f"{name}: {len(text.splitlines())} lines" for name, text in sources().items() if len(text.splitlines()) > LONGEST_FILE]
    assert long == []


def test_functions_fit_a_screen():
    long = [line for name, text in sources().items() for line in long_functions(name, text)]
    assert long == []


def test_nothing_is_left_to_do():
    marked = [name for name, text in sources().items() if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)]
    assert marked == []


def test_the_checks_can_fail():
    order = ["base", "text", "cli"]
    files = {
        "src/base/a.c": '#include "text/b.h"\n#include <stdio.h>\n',
        "src/text/b.c": '#include "util/a.h"\n#include "b.h"\n',
        "src/cli/main.c": '#include "text/b.h"\n',
        "helper/h.c": '#include "cli/args.h"\n#include "h.h"\n#include "util/a.h"\n',
    }
    assert upward(files, order) == ["src/base/a.c includes text/b.h", "src/text/b.c includes b.h", "helper/h.c includes cli/args.h"]
    assert long_functions("a.c", "int f(void)\n{\n" + "    ;\n" * 80 + "}\n") == ["a.c:2: 81 lines: int f(void)"]
    assert long_functions("a.c", "int f(void)\n{\n" + "    ;\n" * 79 + "}\n") == []
