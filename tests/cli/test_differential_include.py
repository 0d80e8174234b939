"""`include` in config and credentials files, and `--config` with a key and value or with a file."""

from cases import LOGGED_IN, MY_REG, contests, mine, world
from world import CARGO_HOME, Dir, Link

DEFAULT_MINE = '[registry]\ndefault = "my-reg"\n'
DEFAULT_NONE = '[registry]\ndefault = "none"\n'
TOML = '[registry]\ntoken = "s3cret"\n'


def including(value, args="", **files):
    """A home config that includes, and files beside it: a__b stands for a.b."""
    beside = {f"{CARGO_HOME}/{name.replace('__', '.')}": text for name, text in files.items()}
    return world(args, config=f"include = {value}\n", files=beside)


def six(args="", **files):
    """Includes of a.toml to f.toml. With so many layers, cargo-logout looks up a name only in those that have it."""
    names = [f"{letter}.toml" for letter in "abcdef"]
    return including(names, args, **{name.replace(".", "__"): "" for name in names} | files)


INCLUDES = {
    "two, the later wins": including("['a.toml', 'b.toml']", a__toml=DEFAULT_NONE, b__toml=DEFAULT_MINE + MY_REG),
    "the file itself wins": world(
        config="include = ['a.toml']\n" + DEFAULT_MINE + MY_REG, files={f"{CARGO_HOME}/a.toml": DEFAULT_NONE}
    ),
    "nested": including("['a.toml']", a__toml="include = ['b.toml']\n" + MY_REG, b__toml=DEFAULT_MINE),
    "twice, not in a circle": including("['a.toml', 'b.toml']", a__toml="include=['b.toml']\n", b__toml=DEFAULT_MINE + MY_REG),
    "itself": including("['config.toml']"),
    "optional and missing": including("[{path = 'a.toml', optional = true}]"),
    "not optional and missing": including("[{path = 'a.toml', optional = false}]"),
    "optional is a string": including("[{path = 'a.toml', optional = 'yes'}]"),
    "missing": including("['no.toml']"),
    "not .toml": including("['inc.conf']", inc__conf=""),
    "stars": including("['*.toml']"),
    "list of integers": including("[3]"),
    "table without path": including("[{optional = true}]"),
    "empty table": including("[{}]"),
    "unknown key in the table": including("[{path = 'a.toml', foo = 1}]", a__toml=DEFAULT_MINE + MY_REG),
    "list of tables by header": world(
        config="[[include]]\npath='a.toml'\n[[include]]\npath='b.toml'\noptional=true\n", files={f"{CARGO_HOME}/a.toml": DEFAULT_NONE}
    ),
    "broken include": including("['a.toml']", a__toml="a = no\n"),
    "above": world(config="include=['../../a.toml']\n", files={"a.toml": DEFAULT_NONE}),
    "absolute": world(config="include=['{ROOT}/a.toml']\n", files={"a.toml": DEFAULT_NONE}),
    "relative to the included file": world(
        config="include=['sub/a.toml']\n", files={f"{CARGO_HOME}/sub/a.toml": "include=['b.toml']\n", f"{CARGO_HOME}/sub/b.toml": DEFAULT_NONE}
    ),
    "directory": world(config="include=['a.toml']\n", files={f"{CARGO_HOME}/a.toml": Dir()}),
    "broken link, optional": world(config="include=[{path='a.toml', optional=true}]\n", files={f"{CARGO_HOME}/a.toml": Link("nowhere")}),
    "unused key in include": including("['a.toml']", a__toml="[registry]\nfoo=1\n"),
}

INCLUDES |= {
    "six, with unused keys of one registry": six(
        "--registry my-reg",
        a__toml=MY_REG + "one = 1\n",
        c__toml="[registries.my-reg]\ntwo = 2\n",
        e__toml="[registries.my-reg]\nthree = 3\n",
        f__toml="[registries.other]\nfour = 4\n",
    ),
    "six, with two indexes": six("--registry my-reg", a__toml="[registries.my-reg]\nindex = 'not a URL'\n", e__toml=MY_REG),
    "six, the second index is used": six("--registry my-reg", a__toml=MY_REG, e__toml="[registries.my-reg]\nindex = 'not a URL'\n"),
    "six, with sources": six(
        b__toml="[source.crates-io]\nreplace-with = 'x'\n",
        d__toml="[source.x]\nreplace-with = 'y'\ndirectory = 'd'\n",
        e__toml="[source.y]\ndirectory = 'e'\n",
    ),
    "six, one source without a location": six(b__toml="[source.x]\ndirectory = 'd'\n", d__toml="[source.y]\nreplace-with = 'x'\n"),
}

test_include = contests(INCLUDES)


def credentials_including(value, creds="", **files):
    beside = {f"{CARGO_HOME}/{name.replace('__', '.')}": text for name, text in files.items()}
    return world(creds=f"include = {value}\n{creds}", files=beside)


CREDENTIALS_INCLUDES = {
    "another's token in the include": credentials_including("['a.toml']", TOML, a__toml="[registries.x]\ntoken='s3cret'\n"),
    "missing": credentials_including("['a.toml']", TOML),
    "optional": credentials_including("[{path='a.toml', optional=true}]", TOML),
    "not .toml": credentials_including("['a']", TOML, a=""),
}

test_include_in_credentials = contests(CREDENTIALS_INCLUDES)


def option(*values, **rest):
    args = [word for value in values for word in ("--config", value)]
    return world(args, **rest)


VALUES = {
    "over variable": option("registry.default='my-reg'", config=MY_REG, env={"CARGO_REGISTRY_DEFAULT": "none"}),
    "quoted key": option("registries.\"r.x\".index='https://e.org'", creds=None),
    "list": option("registry.global-credential-providers=['cargo:token']"),
    "header": option("[registry]"),
    "two lines": option("a=1\nb=2"),
    "list of tables": option("[[a]]"),
    "comment behind": option("a=1 # x"),
    "secret key": option("registry.secret-key='x'"),
    "token of my-reg": option("registries.my-reg.token='x'"),
    "token of something else": option("a.token='x'"),
    "secret key of my-reg": option("registries.my-reg.secret-key='x'"),
    "registry is a string": option("registry='x'"),
    "header with a key": option("[a]\nb=1"),
    "clash with file": option("registry='x'", config="[registry]\n"),
    "include missing": option("include=['a.toml']"),
    "include": option("include=['a.toml']", files={"proj/a.toml": DEFAULT_NONE}),
    "term quiet": option("term.quiet=true", creds=None),
    "term quiet and verbose": option("term.quiet=true", "term.verbose=true"),
    "credential alias": option("credential-alias.p=['cargo:token']", "registry.credential-provider='p'"),
    "source": option("source.crates-io.replace-with='x'"),
    "bad after good": option("a=1", "b"),
}

test_config_value = contests(VALUES)


def file_option(text, *more, **rest):
    return world(["--config", "extra.toml", *more], files={"proj/extra.toml": text, **rest.pop("files", {})}, **rest)


FILES = {
    "file over variable": file_option(DEFAULT_MINE + MY_REG, env={"CARGO_REGISTRY_DEFAULT": "none"}),
    "file absolute": world(["--config", "{ROOT}/x.toml"], files={"x.toml": DEFAULT_NONE}),
    "file named like a setting": world(["--config", "a=1"], files={"proj/a=1": DEFAULT_NONE}),
    "directory": world(["--config", "."]),
    "syntax error": file_option("a = no\n"),
    "same file twice": file_option("", "--config", "extra.toml"),
    "home's config": world(["--config", "{ROOT}/home/.cargo/config.toml"], config="[registry]\nfoo=1\n"),
    "value then file": world(
        ["--config", "registry.default='none'", "--config", "x.toml"], config=MY_REG, files={"proj/x.toml": DEFAULT_MINE}
    ),
    "file includes a missing one": file_option("include=['b.toml']\n"),
    "file with a token": file_option(LOGGED_IN),
    "with a broken home config": file_option("", config="a = no\n"),
    "value and my-reg": mine("--config registries.my-reg.foo=1"),
}

test_config_file = contests(FILES)
