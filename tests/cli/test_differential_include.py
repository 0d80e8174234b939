"""`include` in config and credentials files, and `--config` with a key and value or with a file."""

from cases import LOGGED_IN, MY_REG, differential, mine, world
from world import CARGO_HOME, Dir, File, Link

DEFAULT_MINE = '[registry]\ndefault = "my-reg"\n'
DEFAULT_NONE = '[registry]\ndefault = "none"\n'
TOML = '[registry]\ntoken = "s3cret"\n'


def including(value, args="", **files):
    """A home config that includes, and files beside it: a__b stands for a.b."""
    beside = {f"{CARGO_HOME}/{name.replace('__', '.')}": text for name, text in files.items()}
    return world(args, config=f"include = {value}\n", files=beside)


INCLUDES = {
    "one": including("['a.toml']", a__toml=DEFAULT_MINE + MY_REG),
    "two, the later wins": including("['a.toml', 'b.toml']", a__toml=DEFAULT_NONE, b__toml=DEFAULT_MINE + MY_REG),
    "the file itself wins": world(
        config="include = ['a.toml']\n" + DEFAULT_MINE + MY_REG, files={f"{CARGO_HOME}/a.toml": DEFAULT_NONE}
    ),
    "include behind the tables": world(config=MY_REG + "include = ['a.toml']\n", files={f"{CARGO_HOME}/a.toml": DEFAULT_MINE}),
    "nested": including("['a.toml']", a__toml="include = ['b.toml']\n" + MY_REG, b__toml=DEFAULT_MINE),
    "twice, not in a circle": including("['a.toml', 'b.toml']", a__toml="include=['b.toml']\n", b__toml=DEFAULT_MINE + MY_REG),
    "circle": including("['a.toml']", a__toml="include = ['config.toml']\n"),
    "itself": including("['config.toml']"),
    "itself by another spelling": including("['./config.toml']"),
    "circle behind two": including("['a.toml']", a__toml="include=['b.toml']\n", b__toml="include=['a.toml']\n"),
    "path as a table": including("[{path = 'a.toml'}]", a__toml=DEFAULT_MINE + MY_REG),
    "optional and there": including("[{path = 'a.toml', optional = true}]", a__toml=DEFAULT_MINE + MY_REG),
    "optional and missing": including("[{path = 'a.toml', optional = true}]"),
    "not optional and missing": including("[{path = 'a.toml', optional = false}]"),
    "optional and broken": including("[{path = 'a.toml', optional = true}]", a__toml="a = no\n"),
    "optional is a string": including("[{path = 'a.toml', optional = 'yes'}]"),
    "missing": including("['no.toml']"),
    "second missing": including("['a.toml', 'no.toml']", a__toml=""),
    "not .toml": including("['inc.conf']", inc__conf=""),
    "upper case .TOML": including("['inc.TOML']", inc__TOML=""),
    "no extension": including("['inc']", inc=""),
    "empty path": including("['']"),
    "slash at the end": including("['a.toml/']", a__toml=DEFAULT_NONE),
    "dots at the end": including("['a.toml/./.']", a__toml=DEFAULT_NONE),
    "extension alone": including("['.toml']"),
    "extension alone in a folder": including("['sub/.toml']"),
    "stars": including("['*.toml']"),
    "braces": including("['{a}.toml']"),
    "string": including("'a.toml'", a__toml=""),
    "integer": including("3"),
    "boolean": including("true"),
    "table": including("{path='a.toml'}", a__toml=""),
    "list of integers": including("[3]"),
    "mixed list": including("['a.toml', 3]", a__toml=""),
    "list of lists": including("[['a.toml']]"),
    "empty list": including("[]"),
    "empty table": including("[{}]"),
    "table without path": including("[{optional = true}]"),
    "path of a wrong type": including("[{path = 3}]"),
    "unknown key in the table": including("[{path = 'a.toml', foo = 1}]", a__toml=DEFAULT_MINE + MY_REG),
    "list of tables by header": world(
        config="[[include]]\npath='a.toml'\n[[include]]\npath='b.toml'\noptional=true\n", files={f"{CARGO_HOME}/a.toml": DEFAULT_NONE}
    ),
    "broken include": including("['a.toml']", a__toml="a = no\n"),
    "float in include": including("['a.toml']", a__toml="a = 1.5\n"),
    "broken nested": including("['a.toml']", a__toml="include=['b.toml']\n", b__toml="a = no\n"),
    "clash with include": world(config="include=['a.toml']\n[x]\na=1\n", files={f"{CARGO_HOME}/a.toml": "x='y'\n"}),
    "clash of two": including("['a.toml', 'b.toml']", a__toml="x=1\n", b__toml="[x]\n"),
    "in a folder": world(config="include=['sub/a.toml']\n", files={f"{CARGO_HOME}/sub/a.toml": DEFAULT_NONE}),
    "above": world(config="include=['../../a.toml']\n", files={"a.toml": DEFAULT_NONE}),
    "absolute": world(config="include=['{ROOT}/a.toml']\n", files={"a.toml": DEFAULT_NONE}),
    "relative to the included file": world(
        config="include=['sub/a.toml']\n", files={f"{CARGO_HOME}/sub/a.toml": "include=['b.toml']\n", f"{CARGO_HOME}/sub/b.toml": DEFAULT_NONE}
    ),
    "directory": world(config="include=['a.toml']\n", files={f"{CARGO_HOME}/a.toml": Dir()}),
    "unreadable": world(config="include=['a.toml']\n", files={f"{CARGO_HOME}/a.toml": File("", mode=0)}, powerless=True),
    "broken link": world(config="include=['a.toml']\n", files={f"{CARGO_HOME}/a.toml": Link("nowhere")}),
    "broken link, optional": world(config="include=[{path='a.toml', optional=true}]\n", files={f"{CARGO_HOME}/a.toml": Link("nowhere")}),
    "link": world(config="include=['a.toml']\n", files={f"{CARGO_HOME}/a.toml": Link("../b.toml"), "home/b.toml": DEFAULT_NONE}),
    "in project": world(project="include=['a.toml']\n", files={"proj/.cargo/a.toml": DEFAULT_NONE}),
    "in project, over home": world(config=DEFAULT_NONE + MY_REG, project="include=['a.toml']\n", files={"proj/.cargo/a.toml": DEFAULT_MINE}),
    "unused key in include": including("['a.toml']", a__toml="[registry]\nfoo=1\n"),
    "usage error beside a broken include": including("['no.toml']", args="--frob"),
    "not UTF-8": including("['a.toml']", a__toml=b"\xff"),
}


@differential(INCLUDES)
def test_include(case, contest):
    contest(case)


def credentials_including(value, creds="", **files):
    beside = {f"{CARGO_HOME}/{name.replace('__', '.')}": text for name, text in files.items()}
    return world(creds=f"include = {value}\n{creds}", files=beside)


CREDENTIALS_INCLUDES = {
    "nothing in the include": credentials_including("['a.toml']", TOML, a__toml=""),
    "another's token in the include": credentials_including("['a.toml']", TOML, a__toml="[registries.x]\ntoken='s3cret'\n"),
    "not logged in": credentials_including("['a.toml']", a__toml="[foo]\n"),
    "missing": credentials_including("['a.toml']", TOML),
    "optional": credentials_including("[{path='a.toml', optional=true}]", TOML),
    "broken": credentials_including("['a.toml']", TOML, a__toml="[foo\n"),
    "circle": credentials_including("['credentials.toml']", TOML),
    "string": credentials_including("'a.toml'", TOML),
    "not .toml": credentials_including("['a']", TOML, a=""),
    "clash": credentials_including("['a.toml']", TOML, a__toml="registry = 3\n"),
}


@differential(CREDENTIALS_INCLUDES)
def test_include_in_credentials(case, contest):
    contest(case)


def option(*values, **rest):
    args = [word for value in values for word in ("--config", value)]
    return world(args, **rest)


VALUES = {
    "default": option("registry.default='my-reg'", config=MY_REG),
    "index": option("registry.default='r'", "registries.r.index='https://e.org/i'"),
    "index, sparse": option("registry.default='r'", "registries.r.index='sparse+https://e.org/i/'", creds=None),
    "bad index": option("registry.default='r'", "registries.r.index='foo'"),
    "last wins": option("registry.default='none'", "registry.default='my-reg'", config=MY_REG),
    "over variable": option("registry.default='my-reg'", config=MY_REG, env={"CARGO_REGISTRY_DEFAULT": "none"}),
    "over file": option("registry.default='my-reg'", config=DEFAULT_NONE + MY_REG),
    "double quotes": option('registry.default="my-reg"', config=MY_REG),
    "white space": option("  registry.default  =  'my-reg'  ", config=MY_REG),
    "quoted key": option("registries.\"r.x\".index='https://e.org'", creds=None),
    "list": option("registry.global-credential-providers=['cargo:token']"),
    "lists join": option("x=['a']", "x=['b']"),
    "unused key": option("registry.foo=1"),
    "bare word": option("foo"),
    "empty": option(""),
    "blank": option(" "),
    "comment": option("# x"),
    "header": option("[registry]"),
    "two lines": option("a=1\nb=2"),
    "newline at the end": option("a=1\n"),
    "newline before": option("\na=1"),
    "no value": option("a="),
    "no key": option("=1"),
    "bare value": option("a=b"),
    "inline table": option("a={b=1}"),
    "empty inline table": option("a={}"),
    "list of tables": option("[[a]]"),
    "list of inline tables": option("a=[{b=1}]"),
    "comment behind": option("a=1 # x"),
    "comment behind a dotted key": option("a.b=1# x"),
    "comment before": option("# x\na=1"),
    "float": option("a.b=1.5"),
    "date": option("a=2020-01-01"),
    "float in a list": option("a=[1.5]"),
    "token": option("registry.token='s3cret'"),
    "secret key": option("registry.secret-key='x'"),
    "secret key subject": option("registry.secret-key-subject='x'"),
    "token of my-reg": option("registries.my-reg.token='x'"),
    "secret key of my-reg": option("registries.my-reg.secret-key='x'"),
    "token of crates-io": option("registries.crates-io.token='x'"),
    "token of another, with a list": option("registries.my-reg.token=['x']"),
    "registry is a string": option("registry='x'"),
    "registries is a string": option("registries='x'"),
    "my-reg is a string": option("registries.my-reg='x'"),
    "header with a key": option("[a]\nb=1"),
    "header with a comment": option("[a] # x"),
    "header with a comment and a key": option("[a] # x\nb=1"),
    "registry index": option("registry.index='https://e.org'"),
    "clash with file": option("registry='x'", config="[registry]\n"),
    "clash of two": option("a=1", "a.b=2"),
    "include": option("include=['a.toml']", files={"proj/a.toml": DEFAULT_NONE}),
    "include missing": option("include=['a.toml']"),
    "include of a wrong type": option("include='a.toml'"),
    "term color": option("term.color='always'"),
    "term color bad": option("term.color='bad'"),
    "term quiet": option("term.quiet=true", creds=None),
    "term verbose": option("term.verbose=true"),
    "term quiet and verbose": option("term.quiet=true", "term.verbose=true"),
    "protocol": option("registries.crates-io.protocol='x'"),
    "provider": option("registry.credential-provider='cargo:token'"),
    "wrong type": option("registry.default=3"),
    "alias": option("alias.logout='x'"),
    "credential alias": option("credential-alias.p=['cargo:token']", "registry.credential-provider='p'"),
    "source": option("source.crates-io.replace-with='x'"),
    "dash": option("-"),
    "non-ASCII": option("registry.default='ünï'"),
    "bad after good": option("a=1", "b"),
    "very long": option("a='" + "x" * 5000 + "'"),
    "dotted deep": option(".".join("a" * 81) + "=1"),
    "duplicate quote": option("a=''''"),
}


@differential(VALUES)
def test_config_value(case, contest):
    contest(case)


def file_option(text, *more, **rest):
    return world(["--config", "extra.toml", *more], files={"proj/extra.toml": text, **rest.pop("files", {})}, **rest)


FILES = {
    "file": file_option(DEFAULT_MINE + MY_REG),
    "file over variable": file_option(DEFAULT_MINE + MY_REG, env={"CARGO_REGISTRY_DEFAULT": "none"}),
    "file over home": file_option(DEFAULT_MINE + MY_REG, config=DEFAULT_NONE),
    "file of another extension": world(["--config", "x.conf"], files={"proj/x.conf": DEFAULT_NONE}),
    "file without extension": world(["--config", "x"], files={"proj/x": DEFAULT_NONE}),
    "file absolute": world(["--config", "{ROOT}/x.toml"], files={"x.toml": DEFAULT_NONE}),
    "file above": world(["--config", "../x.toml"], files={"x.toml": DEFAULT_NONE}),
    "file with dot": world(["--config", "./x.toml"], files={"proj/x.toml": DEFAULT_NONE}),
    "file named like a setting": world(["--config", "a=1"], files={"proj/a=1": DEFAULT_NONE}),
    "directory": world(["--config", "."]),
    "missing file": world(["--config", "no.toml"]),
    "missing absolute": world(["--config", "/no/such.toml"]),
    "unreadable": world(["--config", "x.toml"], files={"proj/x.toml": File("", mode=0)}, powerless=True),
    "broken link": world(["--config", "x.toml"], files={"proj/x.toml": Link("nowhere")}),
    "syntax error": file_option("a = no\n"),
    "float": file_option("a = 1.5\n"),
    "not UTF-8": file_option(b"\xff"),
    "empty": file_option(""),
    "same file twice": file_option("", "--config", "extra.toml"),
    "same file by another name": file_option("", "--config", "./extra.toml"),
    "home's config": world(["--config", "{ROOT}/home/.cargo/config.toml"], config="[registry]\nfoo=1\n"),
    "file then value": file_option(DEFAULT_NONE, "--config", "registry.default='my-reg'", config=MY_REG),
    "value then file": world(
        ["--config", "registry.default='none'", "--config", "x.toml"], config=MY_REG, files={"proj/x.toml": DEFAULT_MINE}
    ),
    "file includes": file_option("include=['sub/b.toml']\n", files={"proj/sub/b.toml": DEFAULT_NONE}),
    "file includes a missing one": file_option("include=['b.toml']\n"),
    "file with a token": file_option(LOGGED_IN),
    "clash with home": file_option("registry = 3\n", config="[registry]\n"),
    "unused key": file_option("[registry]\nfoo = 1\n"),
    "relative provider": file_option("[registry]\ncredential-provider='./no/such'\n"),
    "with a broken home config": file_option("", config="a = no\n"),
    "value with a broken home config": world(["--config", "a=1"], config="a = no\n"),
    "value and my-reg": mine("--config registries.my-reg.foo=1"),
}


@differential(FILES)
def test_config_file(case, contest):
    contest(case)
