"""The structure of the source: files include only lower layers, and only the upper layers have the messages of a logout.
src/meson.build has the order of the layers.
"""

import pathlib
import re
import subprocess

PROJECT = pathlib.Path(__file__).resolve().parents[2]
HELPER_LAYERS = {"util"}  # layers that the helpers can use
SHARED = "credential/server_kind.h"  # the header of another layer that the revoke helper uses
LAYERS_BELOW = {"util", "toml", "config", "registry"}
# Words of sentences that only a logout prints. Only credential and cli may contain them.
LOGOUT_WORDS = ["logged", "logout token", "to remove it", "can still use", "has been removed", "revoked"]


def layers():
    """Names of the layers, lowest first."""
    return re.findall(r"^(\w+) = static_library\(", (PROJECT / "src/meson.build").read_text(), re.MULTILINE)


def sources(*folders):
    names = subprocess.run(["git", "ls-files", *folders], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split()
    return {name: (PROJECT / name).read_text() for name in names if re.search(r"\.[ch]$", name) and (PROJECT / name).exists()}


def upward(files, order):
    """Includes of a higher layer: "src/config/a.c includes registry/b.h"."""
    wrong = []
    for name, text in files.items():
        home, layer = pathlib.PurePath(name).parts[:2]
        allowed = HELPER_LAYERS if home == "helper" else set(order[: order.index(layer) + 1])
        for included in re.findall(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', text, re.MULTILINE):
            target = pathlib.PurePath(included).parts
            own = home == "helper" and (len(target) == 1 or included == SHARED)
            if not own and (len(target) != 2 or target[0] not in allowed):
                wrong.append(f"{name} includes {included}")
    return wrong


def said_below(files):
    """Strings of lower layers with words of a logout: "src/util/a.c: has been removed"."""
    wrong = []
    for name, text in files.items():
        if pathlib.PurePath(name).parts[1] in LAYERS_BELOW:
            code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
            strings = " ".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', code))
            wrong += [f"{name}: {word}" for word in LOGOUT_WORDS if word in strings]
    return wrong


def test_includes_go_down():
    assert layers() == ["util", "toml", "config", "registry", "credential", "cli"]
    assert upward(sources("src", "helper"), layers()) == []


def test_every_source_is_built_in_its_layer():
    build = (PROJECT / "src/meson.build").read_text() + (PROJECT / "meson.build").read_text()
    files = [name.removeprefix("src/") for name in sources("src") if name.endswith(".c")]
    assert [name for name in files if f"'{name}'" not in build and f"'src/{name}'" not in build] == []


def test_nothing_is_left_to_do():
    assert [name for name, text in sources().items() if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)] == []


def test_lower_layers_know_nothing_of_a_logout():
    assert said_below(sources("src")) == []


def test_the_checks_can_fail():
    files = {
        "src/util/a.c": '#include "toml/b.h"\n#include <stdio.h>\nf("it has been removed");\n',
        "src/toml/b.c": f'#include "util/a.h"\n#include "b.h"\n#include "{SHARED}"\n/* "revoked" */\n',
        "src/cli/main.c": '#include "toml/b.h"\nf("has been removed");\n',
        "helper/h.c": f'#include "toml/b.h"\n#include "h.h"\n#include "util/a.h"\n#include "{SHARED}"\n',
    }
    wrong = ["src/util/a.c includes toml/b.h", "src/toml/b.c includes b.h", f"src/toml/b.c includes {SHARED}", "helper/h.c includes toml/b.h"]
    assert upward(files, ["util", "toml", "cli"]) == wrong
    assert said_below({name: text for name, text in files.items() if name.startswith("src")}) == ["src/util/a.c: has been removed"]
