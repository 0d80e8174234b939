"""Output: help, -q, -v, colors, terminals, exit statuses, and the order of errors."""

from cases import contests, mine, world

TERMINAL = {"stdout": "tty", "stderr": "tty"}

LEVELS = {
    f"{words or 'nothing'}, {name}": world(words, creds=creds, config=config)
    for words in ("", "-q", "-v", "-vv", "-vvv", "--quiet", "--verbose", "-q -v", "-qv", "-qq", "--verbose --verbose")
    for name, creds, config in (
        ("not logged in", None, None),
        ("logged in", "[registry]\ntoken='s3cret'\n", None),
        ("with a warning", None, "[registry]\nfoo=1\n"),
        ("with an error", None, "[registry]\ndefault='1'\n"),
    )
}

test_levels = contests(LEVELS)

SITUATIONS = {
    "not logged in": {"creds": None},
    "logged in": {"creds": "[registry]\ntoken='s3cret'\n"},
    "error": {"args": ["--registry", "1"]},
    "error with causes": {"config": "a = no\n"},
    "usage error": {"args": ["--frob"]},
    "help": {"args": ["-h"]},
    "warning": {"config": "[registry]\nfoo=1\n", "creds": None},
    "alias warning": {"config": "[alias]\nlogout='x'\n", "creds": None},
    "both": {"files": {"home/.cargo/config": ""}, "config": "", "creds": None},
    "provider": {"args": ["-v"], "config": "[registry]\ncredential-provider='cargo:wincred'\n"},
    "control characters": {"args": ["--registry", "\x1b[31mx"]},
    "control characters, unknown": {"args": ["--frob\x1b[31mx"]},
}


def coloured(situation, words=(), **rest):
    own = dict(situation)
    args = [*words, *own.pop("args", [])]
    return world(args, **{**own, **rest})


COLOURS = {}
for kind, situation in SITUATIONS.items():
    COLOURS[f"{kind}, terminal"] = coloured(situation, env={"TERM": "xterm"}, **TERMINAL)
    COLOURS[f"{kind}, terminal, always"] = coloured(situation, ["--color", "always"], env={"TERM": "xterm"}, **TERMINAL)
    COLOURS[f"{kind}, always"] = coloured(situation, ["--color", "always"])
    COLOURS[f"{kind}, always by variable"] = coloured(situation, env={"CARGO_TERM_COLOR": "always"})
    COLOURS[f"{kind}, terminal, never"] = coloured(situation, ["--color", "never"], env={"TERM": "xterm"}, **TERMINAL)

test_colours = contests(COLOURS)

AUTOMATIC = {}
for place, ends in (("pipe", {}), ("terminal", TERMINAL), ("only stdout", {"stdout": "tty"}), ("only stderr", {"stderr": "tty"})):
    for name, env in {
        "nothing set": {},
        "TERM dumb": {"TERM": "dumb"},
        "TERM empty": {"TERM": ""},
        "NO_COLOR": {"TERM": "xterm", "NO_COLOR": "1"},
        "NO_COLOR empty": {"TERM": "xterm", "NO_COLOR": ""},
        "CLICOLOR 0": {"TERM": "xterm", "CLICOLOR": "0"},
        "CLICOLOR alone": {"CLICOLOR": "1"},
        "CI alone": {"CI": "true"},
        "CI, TERM dumb": {"CI": "1", "TERM": "dumb"},
        "CLICOLOR_FORCE": {"CLICOLOR_FORCE": "1"},
        "CLICOLOR_FORCE 0": {"CLICOLOR_FORCE": "0"},
        "CLICOLOR_FORCE, NO_COLOR": {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"},
        "CLICOLOR_FORCE, CLICOLOR 0": {"CLICOLOR_FORCE": "1", "CLICOLOR": "0"},
    }.items():
        AUTOMATIC[f"{name}, {place}"] = world(creds=None, env=env, **ends)
        AUTOMATIC[f"{name}, {place}, usage error"] = world("--reg", env=env, **ends)

test_automatic_colours = contests(AUTOMATIC)

CHANNELS = {
    "stdout closed": world(stdout="closed"),
    "help, stdout closed": world("-h", stdout="closed"),
    "help, stdout full": world("-h", stdout="full"),
    **{f"{args or 'removal'}, stderr {kind}": world(args, stderr=kind) for args in ("", "--frob", "--registry 1", "-q -v") for kind in ("closed", "full", "unread")},
}

test_channels = contests(CHANNELS)

FAULT_ORDER = {
    "z and everything": world("-Z x -q -v --config foo --registry 1", config="a = no\n"),
    "-q -v before the name": world("-q -v --registry 1"),
    "-q -v before a broken config": world("-q -v", config="[x\n"),
    "-q -v behind a broken config, with --config": world("-q -v --config a=1", config="[x\n"),
    "colour behind a broken config, with --config": world("--color AUTO --config a=1", config="a = 1.5\n"),
    "term color before the name": world("--registry 1", config="[term]\ncolor='bad'\n"),
    "index before protocol": mine(config="[registries.my-reg]\nindex='foo'\n[registries.crates-io]\nprotocol='x'\n"),
    "alias warning before z": world("-Z x", config="[alias]\nlogout='x'\n"),
    "term.quiet and verbose before colour": world(config="[term]\nquiet=true\nverbose=true\ncolor='bad'\n"),
}

test_order_of_faults = contests(FAULT_ORDER)

TERM = {
    "both": world(config="[term]\nquiet=true\nverbose=true\n"),
    "color always, usage error, --color never": world("--color never --frob", config="[term]\ncolor='always'\n"),
    "color never, usage error on a terminal": world("--frob", config="[term]\ncolor='never'\n", env={"TERM": "xterm"}, **TERMINAL),
    "progress bad": world(config="[term]\nprogress.when='x'\nverbose=true\n"),
    "unused keys of two": world(creds=None, config="[term]\nfoo=1\n[registry]\nbar=1\n"),
}

test_term = contests(TERM)
