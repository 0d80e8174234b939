"""Config files: where they are found, how they are merged, and their errors."""

from cases import LOGGED_IN, MY_REG, contests, mine, world
from world import CARGO_HOME, Dir, File, Link

HOME_OLD = f"{CARGO_HOME}/config"
HOME_NEW = f"{CARGO_HOME}/config.toml"
DEFAULT_MINE = '[registry]\ndefault = "my-reg"\n'
DEFAULT_NONE = '[registry]\ndefault = "none"\n'


def deep(files, args="", **rest):
    """In a directory three levels down, with config files at the levels given."""
    paths = {0: ".cargo", 1: "a/.cargo", 2: "a/b/.cargo", 3: "a/b/c/.cargo"}
    return world(args, files={f"{paths[level]}/config.toml": text for level, text in files.items()}, cwd="a/b/c", **rest)


def setting(text, **rest):
    """A home config with this text, logging out of crates.io."""
    return world(config=text, **rest)


def broken(text, **rest):
    return world(creds=None, config=text, **rest)


PLACES = {
    "nearest first": deep({0: DEFAULT_NONE, 1: DEFAULT_NONE, 3: DEFAULT_MINE, 2: MY_REG}),
    "working directory under the home": world(config=DEFAULT_NONE, cwd="home/x/y"),
    "credentials in the project are not read": world(creds=None, files={"proj/.cargo/credentials.toml": LOGGED_IN}),
    "old name in project": world(files={"proj/.cargo/config": DEFAULT_MINE + MY_REG}),
    "both names at home": world(config=DEFAULT_NONE, files={HOME_OLD: DEFAULT_MINE + MY_REG}),
    "old name cannot be read": world(config=MY_REG, files={f"{CARGO_HOME}/config": File(MY_REG, mode=0)}, powerless=True),
    "both names in project": world(project=DEFAULT_NONE, files={"proj/.cargo/config": MY_REG}, creds=None),
    "old is a link to new": world(config=DEFAULT_MINE + MY_REG, files={HOME_OLD: Link("config.toml")}),
    "new is a link to old": world(files={HOME_OLD: DEFAULT_MINE + MY_REG, HOME_NEW: Link("config")}),
    "old config is a broken link": world(config=DEFAULT_NONE, files={HOME_OLD: Link("nowhere")}),
    "config is a directory": world(files={HOME_NEW: Dir()}),
    "config unreadable": world(files={HOME_NEW: File(DEFAULT_NONE, mode=0)}, powerless=True),
    "home unreadable": world(creds=None, files={CARGO_HOME: Dir(0), HOME_NEW: DEFAULT_NONE}, powerless=True),
    ".cargo is a file": world(files={"proj/.cargo": "x"}),
    "config with BOM": setting("\ufeff" + DEFAULT_MINE + MY_REG),
    "config not UTF-8": setting(b"a = '\xff'\n"),
    "config of NULs": setting(b"\0\0\0\0"),
    "config ends in NULs": setting(b"[net]\noffline = true\n\0\0\0"),
    "cwd gone": world(wipe_cwd=True),
    "cwd gone, help": world("-h", wipe_cwd=True),
    "path not UTF-8": world(cwd=b"p\xffq".decode("utf-8", "surrogateescape"), files={b"p\xffq/.cargo/config.toml".decode("utf-8", "surrogateescape"): "[registry\n"}),
}

test_places = contests(PLACES)

MERGING = {
    "string against list": setting("x = 'a'\n", project="x = ['a']\n"),
    "deep clash at the middle": setting("[a.b.c]\nd = 'x'\n", project="[a]\nb = 3\n"),
    "unused keys, -q": setting("[registry]\nfoo = 1\n", creds=None, args="-q"),
    "two words": setting("[registry]\n'token default' = 1\n'a.b' = 1\n", creds=None),
    "unused keys of another": mine(config=MY_REG + "[registries.other]\nindex='https://o.org'\nfoo = 1\n"),
    "unused key in source": setting("[source.x]\ndirectory='v'\nfoo = 1\n"),
    "known keys of registry": setting(
        "[registry]\ntoken='s3cret-c'\ndefault='crates-io'\ncredential-provider='cargo:token'\nglobal-credential-providers=['cargo:token']\n"
    ),
    "alias shadows, -q": setting("[alias]\nlogout = 'x'\n", args="-q", creds=None),
    "alias by variable": world(env={"CARGO_ALIAS_LOGOUT": "x"}),
}

test_merging = contests(MERGING)

TYPES = {
    f"{name} for {key}": world(config=f"{key} = {value}\n", args=args)
    for key, args in {
        "registry.default": "",
        "registry.token": "",
        "registry.index": "",
        "registry.credential-provider": "",
        "registry.global-credential-providers": "",
        "registry": "",
        "registries": "--registry my-reg",
        "registries.my-reg": "--registry my-reg",
        "registries.my-reg.index": "--registry my-reg",
        "credential-alias": "",
        "source": "",
        "term": "",
        "term.color": "",
        "term.quiet": "",
    }.items()
    for name, value in {"integer": "3", "boolean": "true", "string": "'x'", "list": "[]", "list of integers": "[3]", "table": "{}"}.items()
}

test_types = contests(TYPES)

FLOATS = {
    "float": broken("a = 1.5\n"),
    "behind a broken file nothing is told": world(creds=None, project="a = nan\n", files={HOME_OLD: ""}),
    "date": broken("a = 2020-01-01\n"),
    "integer too big": broken("a = 9223372036854775808\n"),
}

test_unsupported_values = contests(FLOATS)

test_order_of_faults = contests(
    {
        "syntax error in project": world(project="a = no\n"),
        "syntax error, usage error": world("--frob", config="a = no\n"),
        "syntax error, help": world("-h", config="a = no\n"),
        "syntax error, bad name": world("--registry 1x", config="a = no\n"),
        "syntax error and the old name": world(files={HOME_OLD: "a = no\n"}),
    }
)
