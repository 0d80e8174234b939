"""Config files: where they are found, how they are merged, and their errors."""

from cases import LOGGED_IN, MY_REG, differential, mine, world
from world import CARGO_HOME, Dir, File, HardLink, Link

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
    "home config": world(config=DEFAULT_MINE + MY_REG),
    "project config": world(project=DEFAULT_MINE + MY_REG),
    "project over home": world(config=DEFAULT_NONE + MY_REG, project=DEFAULT_MINE),
    "index at home, default in project": world(config=MY_REG, project=DEFAULT_MINE),
    "nearest first": deep({0: DEFAULT_NONE, 1: DEFAULT_NONE, 3: DEFAULT_MINE, 2: MY_REG}),
    "root level": deep({0: DEFAULT_MINE + MY_REG}),
    "nearer scalar of another type": deep({1: DEFAULT_NONE, 3: "[registry]\ndefault = 3\n"}),
    "working directory is the home's parent": world(config=DEFAULT_MINE + MY_REG, cwd="home"),
    "working directory is the home": world(config=DEFAULT_MINE + MY_REG, cwd=CARGO_HOME),
    "working directory under the home": world(config=DEFAULT_NONE, cwd="home/x/y"),
    "credentials in the project are not read": world(creds=None, files={"proj/.cargo/credentials.toml": LOGGED_IN}),
    "old name at home": world(files={HOME_OLD: DEFAULT_MINE + MY_REG}),
    "old name at home, not logged in": world(creds=None, files={HOME_OLD: ""}),
    "old name in project": world(files={"proj/.cargo/config": DEFAULT_MINE + MY_REG}),
    "both names at home": world(config=DEFAULT_NONE, files={HOME_OLD: DEFAULT_MINE + MY_REG}),
    "old name is a link to itself": world(config=MY_REG, files={f"{CARGO_HOME}/config": Link("config")}),
    "old name cannot be read": world(config=MY_REG, files={f"{CARGO_HOME}/config": File(MY_REG, mode=0)}, powerless=True),
    "both names in project": world(project=DEFAULT_NONE, files={"proj/.cargo/config": MY_REG}, creds=None),
    "old is a link to new": world(config=DEFAULT_MINE + MY_REG, files={HOME_OLD: Link("config.toml")}),
    "new is a link to old": world(files={HOME_OLD: DEFAULT_MINE + MY_REG, HOME_NEW: Link("config")}),
    "old is a hard link to new": world(config=DEFAULT_MINE + MY_REG, files={HOME_OLD: HardLink(HOME_NEW)}),
    "both links to a third": world(files={"c": DEFAULT_NONE, HOME_OLD: Link("{ROOT}/c"), HOME_NEW: Link("../../c")}),
    "config is a broken link": world(files={HOME_NEW: Link("nowhere")}),
    "old config is a broken link": world(config=DEFAULT_NONE, files={HOME_OLD: Link("nowhere")}),
    "config is a link loop": world(files={HOME_NEW: Link("config.toml")}),
    "config is a link": world(files={HOME_NEW: Link("{ROOT}/elsewhere.toml"), "elsewhere.toml": DEFAULT_NONE}),
    "config is a directory": world(files={HOME_NEW: Dir()}),
    "old config is a directory": world(files={HOME_OLD: Dir()}),
    "project config is a directory": world(files={"proj/.cargo/config.toml": Dir()}),
    "config unreadable": world(files={HOME_NEW: File(DEFAULT_NONE, mode=0)}, powerless=True),
    "home unreadable": world(creds=None, files={CARGO_HOME: Dir(0), HOME_NEW: DEFAULT_NONE}, powerless=True),
    "home not searchable": world(creds=None, files={CARGO_HOME: Dir(0o600), HOME_NEW: DEFAULT_NONE}, powerless=True),
    "project's .cargo unreadable": world(files={"proj/.cargo": Dir(0), "proj/.cargo/config.toml": ""}, powerless=True),
    ".cargo is a file": world(files={"proj/.cargo": "x"}),
    ".cargo is a link": world(files={"proj/.cargo": Link("../other"), "other/config.toml": DEFAULT_NONE}),
    "config empty": setting(""),
    "config of white space": setting(" \n\t\n"),
    "config of a comment": setting("# nothing\n"),
    "config with BOM": setting("\ufeff" + DEFAULT_MINE + MY_REG),
    "config of a BOM": setting("\ufeff"),
    "config with CRLF": setting((DEFAULT_MINE + MY_REG).replace("\n", "\r\n")),
    "config not UTF-8": setting(b"a = '\xff'\n"),
    "config not UTF-8 in a comment": setting(b"# \xff\n"),
    "config of NULs": setting(b"\0\0\0\0"),
    "config ends in NULs": setting(b"[net]\noffline = true\n\0\0\0"),
    "config with a NUL": setting(b"[net]\n\0offline = true\n"),
    "config in UTF-16": setting("[registry]\n".encode("utf-16")),
    "cwd gone": world(wipe_cwd=True),
    "cwd gone, help": world("-h", wipe_cwd=True),
    "cwd gone, usage error": world("--frob", wipe_cwd=True),
    "odd characters in the path": world(cwd="pro j/ünï 'q\"", files={"pro j/.cargo/config.toml": "[registry]\nfoo=1\n"}),
    "path not UTF-8": world(cwd=b"p\xffq".decode("utf-8", "surrogateescape"), files={b"p\xffq/.cargo/config.toml".decode("utf-8", "surrogateescape"): "[registry\n"}),
}


@differential(PLACES)
def test_places(case, contest):
    contest(case)


MERGING = {
    "tables merge": world("--registry a", config="[registries.b]\nindex='https://b.org'\n", project="[registries.a]\nindex='https://a.org'\n"),
    "table against string": setting("registry = 1\n", project="[registry]\n"),
    "string against table": setting("[registry]\n", project="registry = 'x'\n"),
    "list against string": setting("x = ['a']\n", project="x = 'a'\n"),
    "string against list": setting("x = 'a'\n", project="x = ['a']\n"),
    "list against table": setting("[x]\na=1\n", project="x = [1]\n"),
    "deep clash": setting("[a.b.c]\nd = 'x'\n", project="[a.b.c]\nd = ['x']\n"),
    "deep clash at the middle": setting("[a.b.c]\nd = 'x'\n", project="[a]\nb = 3\n"),
    "scalars of other types": setting("[a]\nb = 'x'\nc = true\n", project="[a]\nb = 3\nc = 'x'\n"),
    "clash between three": deep({0: "a = 1\n", 2: "[a]\n", 3: "a = 2\n"}),
    "provider lists are replaced": setting(
        "[registry]\nglobal-credential-providers = ['/bin/no']\n", project="[registry]\nglobal-credential-providers = ['cargo:token']\n"
    ),
    "unused keys": setting("[registry]\nfoo = 1\n"),
    "unused keys of project": setting("", project="[registry]\nfoo = 1\n"),
    "unused keys, not logged in": setting("[registry]\nfoo = 1\n", creds=None),
    "unused keys, -q": setting("[registry]\nfoo = 1\n", creds=None, args="-q"),
    "unused keys of my-reg": mine(config=MY_REG + "foo = 1\n"),
    "unused key that is a table": mine(config=MY_REG + "foo = {a=1}\n"),
    "unused keys of another": mine(config=MY_REG + "[registries.other]\nindex='https://o.org'\nfoo = 1\n"),
    "unused keys of registry, for my-reg": mine(config=MY_REG + "[registry]\nfoo = 1\n"),
    "unused key in term": setting("[term]\nfoo = 1\n"),
    "unused key in term, help": setting("[term]\nfoo = 1\n", args="-h"),
    "unused key in source": setting("[source.x]\ndirectory='v'\nfoo = 1\n"),
    "unused key overridden by the project": setting("[registry]\nfoo = 1\n", project="[registry]\nfoo = 2\n"),
    "known keys of registry": setting(
        "[registry]\ntoken='s3cret-c'\ndefault='crates-io'\ncredential-provider='cargo:token'\nglobal-credential-providers=['cargo:token']\n"
    ),
    "known keys of a registry": mine(config=MY_REG + "protocol='sparse'\ncredential-provider=['cargo:token']\n"),
    "unknown tables": setting("[foo]\nbar=1\n[build]\njobs='x'\n[alias]\nx='y'\n"),
    "alias shadows": setting("[alias]\nlogout = 'x'\n"),
    "alias shadows, list": setting("[alias]\nlogout = ['x', 'y']\n"),
    "alias shadows, empty": setting("[alias]\nlogout = ''\n"),
    "alias shadows, empty list": setting("[alias]\nlogout = []\n"),
    "alias of a wrong type": setting("[alias]\nlogout = 3\n"),
    "alias table of a wrong type": setting("alias = 3\n"),
    "alias shadows, -q": setting("[alias]\nlogout = 'x'\n", args="-q", creds=None),
    "alias shadows, colour": setting("[alias]\nlogout = 'x'\n[term]\ncolor='always'\n"),
    "alias of blanks": setting("[alias]\nlogout = ' '\n"),
    "alias by variable": world(env={"CARGO_ALIAS_LOGOUT": "x"}),
    "alias and usage error": setting("[alias]\nlogout = 'x'\n", args="--frob"),
    "alias and help": setting("[alias]\nlogout = 'x'\n", args="-h"),
    "alias and not logged in": setting("[alias]\nlogout = 'x'\n", creds=None),
}


@differential(MERGING)
def test_merging(case, contest):
    contest(case)


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


@differential(TYPES)
def test_types(case, contest):
    contest(case)


FLOATS = {
    "float": broken("a = 1.5\n"),
    "float in a table": broken("[a.b]\nc-d = 1e3\n"),
    "float in a list": broken("a = [1, [2, 3.0]]\n"),
    "float in a list of tables": broken("[[a]]\nb=1\n[[a]]\nc=1.0\n"),
    "nan": broken("a = nan\n"),
    "behind a broken file nothing is told": world(creds=None, project="a = nan\n", files={HOME_OLD: ""}),
    "date": broken("a = 2020-01-01\n"),
    "time": broken("a = 01:02:03\n"),
    "date and time": broken("[a]\nb = 2020-01-01T01:02:03Z\n"),
    "float behind a quoted key": broken('[a."b c"]\n"d.e" = [{f = 1.0}]\n'),
    "float behind an empty key": broken('"" = 1.5\n'),
    "float behind a key of quotes": broken("'a\"b' = 1.5\n"),
    "float behind a key of both quotes": broken("\"a\\\"b'c\" = 1.5\n"),
    "float behind a unicode key": broken('"ü" = 1.5\n'),
    "float behind a key with newline": broken('"a\\nb" = 1.5\n'),
    "integer too big": broken("a = 9223372036854775808\n"),
    "biggest integer": setting("a = 9223372036854775807\n"),
    "smallest integer": setting("a = -9223372036854775808\n"),
    "float in project": world(project="a = 1.5\n"),
    "float in two files": world(config="a = 1.5\n", project="b = 1.5\n"),
}


@differential(FLOATS)
def test_unsupported_values(case, contest):
    contest(case)


SYNTAX = {
    "bare word": "a = yes\n",
    "no value": "a =\n",
    "no equals": "a\n",
    "no equals, value": "a 1\n",
    "no key": "= 1\n",
    "two values": "a = 1 2\n",
    "open string": 'a = "x\n',
    "open literal": "a = 'x\n",
    "open string at the end": 'a = "x',
    "open long string": 'a = """x\n',
    "open long literal": "a = '''x\n",
    "open list": "a = [1,\n",
    "open inline table": "a = {b=1\n",
    "open header": "[registry\n",
    "open header of a list": "[[registry]\n",
    "empty header": "[]\n",
    "header and more": "[a] b\n",
    "header with dot at the end": "[a.]\n",
    "key with dot at the end": "a. = 1\n",
    "key with dot at the start": ".a = 1\n",
    "key with two dots": "a..b = 1\n",
    "list without comma": "a = [1 2]\n",
    "list with two commas": "a = [1,,2]\n",
    "inline table without comma": "a = {b=1 c=2}\n",
    "inline table with two commas": "a = {b=1,,c=2}\n",
    "bad escape": 'a = "\\q"\n',
    "bad unicode escape": 'a = "\\u12"\n',
    "surrogate escape": 'a = "\\ud800"\n',
    "big escape": 'a = "\\U00110000"\n',
    "bad hex escape": 'a = "\\x1"\n',
    "control character": 'a = "\x01"\n',
    "control character in a comment": "# \x01\n",
    "bare carriage return": "a = 1\rb = 2\n",
    "leading zero": "a = 01\n",
    "two underscores": "a = 1__0\n",
    "underscore at the end": "a = 1_\n",
    "plus hex": "a = +0x1\n",
    "empty hex": "a = 0x\n",
    "bad hex digit": "a = 0xg\n",
    "bad octal digit": "a = 0o8\n",
    "upper case true": "a = True\n",
    "bad date": "a = 2020-13-01\n",
    "bad day": "a = 2020-02-31\n",
    "bad time": "a = 25:00:00\n",
    "dot at the end": "a = 1.\n",
    "dot at the start": "a = .5\n",
    "duplicate key": "a = 1\na = 2\n",
    "duplicate quoted key": "a = 1\n'a' = 2\n",
    "duplicate table": "[a]\nb=1\n[a]\nc=1\n",
    "duplicate in inline table": "a = {b=1, b=2}\n",
    "duplicate dotted": "a.b = 1\na.b = 2\n",
    "table over value": "a = 1\n[a]\n",
    "table under value": "a = 1\n[a.b]\n",
    "key under value": "a = 1\na.b = 2\n",
    "key under inline table": "a = {}\na.b = 2\n",
    "table under inline table": "a = {b=1}\n[a.c]\n",
    "list of tables over table": "[a]\n[[a]]\n",
    "table over list of tables": "[[a]]\n[a]\n",
    "list of tables over list": "a = []\n[[a]]\n",
    "dotted into a header's table": "[a.b]\nc=1\n[a]\nb.d=1\n",
    "header for a dotted table": "a.b.c = 1\n[a.b]\nd=1\n",
    "long line": "a = " + "x" * 200 + "\n",
    "second line": "# one\nb = no\n",
    "tenth line": "\n" * 9 + "b = no\n",
    "hundredth line": "\n" * 99 + "b = no\n",
    "tabs": "\ta\t=\tno\n",
    "wide characters before": 'a = "日本" x\n',
    "two faults": "a = no\nb = nope\n",
    "CRLF": "a = no\r\n",
    "BOM": "\ufeffa = no\n",
    "BOM inside": "a = 1\n\ufeffb = 2\n",
    "newline in a key": '"a\nb" = 1\n',
    "newline before equals": "a\n= 1\n",
    "long string as key": '"""a""" = 1\n',
    "81 lists": "a = " + "[" * 81 + "]" * 81 + "\n",
    "80 lists": "a = " + "[" * 80 + "]" * 80 + "\n",
    "81 inline tables": "a = " + "{a=" * 80 + "{}" + "}" * 80 + "\n",
    "80 dots": ".".join("a" * 81) + " = 1\n",
    "79 dots": ".".join("a" * 80) + " = 1\n",
    "quotes four": 'a = """"x""""\n',
    "quotes six": 'a = """x""""""\n',
    "non-breaking space": "a =\u00a01\n",
    "greek key": "α = 1\n",
}


@differential({name: broken(text) for name, text in SYNTAX.items()})
def test_syntax(case, contest):
    contest(case)


@differential(
    {
        "syntax error in project": world(project="a = no\n"),
        "syntax error in both": world(config="a = no\n", project="b = no\n"),
        "syntax error, usage error": world("--frob", config="a = no\n"),
        "syntax error, help": world("-h", config="a = no\n"),
        "syntax error, -q -v": world("-q -v", config="a = no\n"),
        "syntax error, bad name": world("--registry 1x", config="a = no\n"),
        "syntax error, -q": world("-q", config="a = no\n"),
        "syntax error, bad --config": world("--config foo", config="a = no\n"),
        "syntax error, good --config": world("--config a=1", config="a = no\n"),
        "syntax error, colour": world("--color always", config="a = no\n"),
        "syntax error, bad colour": world("--color ALWAYS", config="a = no\n"),
        "syntax error, empty name": world("--registry=", config="a = no\n"),
        "syntax error and the old name": world(files={HOME_OLD: "a = no\n"}),
    }
)
def test_order_of_faults(case, contest):
    contest(case)
