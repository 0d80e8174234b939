"""Which registry: its name, its index, and the identity of two indexes; [source]."""

from cases import LOGGED_IN, MY_REG, differential, mine, world

NAMES = {
    name: world(["--registry", name], creds=None)
    for name in (
        "", " ", "1abc", "-", "a-", "a.b", "a/b", "a b", "_x", "_", "a1", "a_b", "ünï", "日本", "MyReg", "CRATES-IO", "crates_io", "crates-io",
        "crates.io", "a\tb", "a\nb", "\x1b[31mx", "é", "e\u0301", "\u0301", "🦀", "a🦀", "a\u200db", "٣", "a٣", "ª", "x" * 300, "a'b", "a`b", "..", "a:b", "℮", "゛", "a゛", "·", "a·",
        "ↀ", "𝒳", "\u0000".replace("\0", "§"),
    )
}


@differential(NAMES | {f"default {name}": world(creds=None, config=f"[registry]\ndefault = '{name}'\n") for name in ("", "1", "a.b", "ünï", "crates-io", "_")})
def test_names(case, contest):
    contest(case)


@differential(
    {
        f"{name}, logged in": world(
            ["--registry", name], creds=f"[registries.\"{name}\"]\ntoken = 's3cret'\n", config=f"[registries.\"{name}\"]\nindex = 'https://e.org/{number}'\n"
        )
        for number, name in enumerate(("_x", "a-", "ünï", "日本", "MyReg", "CRATES-IO", "crates_io", "a_b", "a-b-c", "x" * 300))
    }
)
def test_names_logged_in(case, contest):
    contest(case)


def index(url, **rest):
    """`--registry r` with this index, logged in."""
    quoted = url.replace("\\", "\\\\").replace('"', '\\"')
    return world("--registry r", creds="[registries.r]\ntoken = 's3cret'\n", config=f'[registries.r]\nindex = "{quoted}"\n', **rest)


URLS = (
    "https://e.org/i", "https://e.org", "https://e.org/", "https://e.org//", "HTTPS://E.ORG/I", "http://e.org/i", "https://e.org:443/i", "https://e.org:8443/i",
    "https://e.org:/i", "https://e.org:0/i", "https://e.org:65535/", "https://e.org:65536/", "https://e.org:x/", "https://e.org/a/../b", "https://e.org/./a", "https://e.org/%7e",
    "https://e.org/a b", "https://e.org/ü", "https://ü.org/", "https://xn--tda.org/", "https://xn--a/", "https://user@e.org/i", "https://user:pw@e.org/i", "https://:pw@e.org/", "https://@e.org/",
    "https://e.org?q=1", "https://e.org/?q#f", "https://e.org/#f", "https://", "https:///", "https:e.org", "https:/e.org", "https:\\\\e.org\\i", "https://[::1]/i", "https://[::1", "https://[x]/",
    "https://1.2.3.4/i", "https://1.2.3/i", "https://0x7f.1/", "https://256.1.1.1/", "https://1.2.3.4.5/", "https://e..org/", "https://-e.org/", "https://e_x.org/", "https://e org/", "https://e%20.org/", "https://e%2eorg/",
    "https://e.org./i", "https://<e>/", "https://a^b/", "https://a|b/", "https://\u00adx/", "https://e\u3002org/",
    "sparse+https://e.org/i/", "sparse+https://e.org/i", "sparse+https://e.org/", "sparse+https://e.org", "sparse+http://e.org/", "SPARSE+https://e.org/", "sparse+", "sparse+foo", "sparse+file:///x/", "sparse+https://e.org/i/?q", "sparse+https://e.org/i/#f/",
    "sparse+https://user@e.org/", "sparse+https://u:p@e.org/", "sparse+sparse+https://e.org/", "sparse+https://e.org/a//", "sparse+https://E.ORG:443/A/",
    "registry+https://e.org/i", "git+https://e.org/i", "ssh://git@e.org/i.git", "ssh://e.org/", "git://e.org/i", "git@e.org:i", "git@e.org:a/b.git", "e.org:i", "user@host", "file:///srv/i", "file:///", "file://host/i", "file:x", "file:", "file:../i", "mailto:x@example.com",
    "data:x", "x:y", "x:/y", "x://y", "x://", "x+y://z/", "javascript:1", "foo", "./foo", "/foo", "//e.org/i", "", " ", " https://e.org/i", "https://e.org/i ", "ht\ttps://e.org/i", "https://e.org/\ni", "1x://y/", "https", "://", ":", "?", "#",
    "https://github.com/A/B", "https://github.com/a/b.git", "https://github.com/a/b.git/", "https://github.com/", "http://github.com/a/b", "git://github.com/A/b", "https://www.github.com/A/b", "ssh://git@github.com/A/b", "ftp://e.org/", "ws://e.org/x", "C:/x", "C:\\\\x",
)  # fmt: skip


@differential({repr(url): index(url) for url in URLS})
def test_index(case, contest):
    contest(case)


@differential({f"variable {url!r}": world("--registry r", creds=None, env={"CARGO_REGISTRIES_R_INDEX": url}) for url in URLS[::4]})
def test_index_by_variable(case, contest):
    contest(case)


def two(one, other, args="--registry r", creds="[registries.r]\ntoken='s3cret'\n[registries.q]\ntoken='s3cret-q'\n", **rest):
    return world(args, creds=creds, config=f"[registries.r]\nindex='{one}'\n[registries.q]\nindex='{other}'\n", **rest)


# Pairs that are one index, or nearly; both names are known and logged in.
PAIRS = {
    "far apart": ("https://a.org/", "https://b.org/"),
    "other path": ("https://a.org/x", "https://a.org/y"),
    "other case of path": ("https://a.org/x", "https://a.org/X"),
    "other scheme": ("https://a.org/x", "http://a.org/x"),
    "sparse or not": ("https://a.org/x/", "sparse+https://a.org/x/"),
    "other port": ("https://a.org/", "https://a.org:444/"),
    "two slashes": ("https://a.org/x", "https://a.org/x//"),
    "query": ("https://a.org/x?q", "https://a.org/x"),
    "git suffix elsewhere": ("https://a.org/x.git", "https://a.org/x"),
}


@differential({name: two(*pair) for name, pair in PAIRS.items()} | {f"{name}, not logged in": two(*pair, creds="") for name, pair in PAIRS.items()})
def test_two_indexes(case, contest):
    contest(case)


SAME = {
    "same": ("https://a.org/x", "https://a.org/x"),
    "slash": ("https://a.org/x", "https://a.org/x/"),
    "case of host": ("https://a.org/x", "https://A.ORG/x"),
    "default port": ("https://a.org/x", "https://a.org:443/x"),
    "dots": ("https://a.org/x", "https://a.org/y/../x"),
    "sparse, same": ("sparse+https://a.org/x/", "sparse+https://a.org/x/"),
    "github": ("https://github.com/A/B.git", "http://github.com/a/b"),
}


@differential({name: two(*pair) for name, pair in SAME.items()} | {f"{name}, not logged in": two(*pair, creds="") for name, pair in SAME.items()})
def test_same_index(case, contest):
    contest(case)


ALIKE = "https://a.org/x"
IN_OTHER_PLACES = {
    "in config": two(ALIKE, ALIKE, project="[registries.q]\ntoken='s3cret-q'\n"),
    "in config, not logged in": two(ALIKE, ALIKE, project="[registries.q]\ntoken='s3cret-q'\n", creds=""),
    "in a variable": two(ALIKE, ALIKE, creds="", env={"CARGO_REGISTRIES_Q_TOKEN": "s3cret"}),
    "secret key": two(ALIKE, ALIKE, creds="[registries.q]\nsecret-key='s3cret-q'\n"),
    "everywhere, -q": two(ALIKE, ALIKE, args="--registry r -q", project="[registries.q]\ntoken='s3cret-q'\n"),
    "of three": two(ALIKE, ALIKE, project=f"[registries.p]\nindex='{ALIKE}/'\ntoken='s3cret-p'\n"),
    "of three, of which one is bad": two(ALIKE, ALIKE, project="[registries.p]\nindex='bad'\ntoken='s3cret-p'\n"),
    "nobody looks at it": two(ALIKE, ALIKE, project="[registry]\nglobal-credential-providers=['cargo:wincred']\n"),
    "own token in config too": two(ALIKE, ALIKE, project="[registries.r]\ntoken='s3cret-r'\n"),
    "crates.io's": world("--registry r", creds="[registry]\ntoken='s3cret'\n", config="[registries.r]\nindex='https://github.com/rust-lang/crates.io-index'\n"),
}


@differential(IN_OTHER_PLACES)
def test_tokens_of_the_same_index(case, contest):
    contest(case)


ORPHANS = {
    "-v": world("--registry nope -v", creds="[registries.nope]\ntoken='s3cret'\n"),
    "-q": world("--registry nope -q", creds="[registries.nope]\ntoken='s3cret'\n"),
    "colour": world("--registry nope --color always", creds="[registries.nope]\ntoken='s3cret'\n"),
    "secret key": world("--registry nope", creds="[registries.nope]\nsecret-key='s3cret'\n"),
    "in a variable": world("--registry nope", env={"CARGO_REGISTRIES_NOPE_TOKEN": "s3cret"}),
    "old name of the file": world("--registry nope", creds=None, files={"home/.cargo/credentials": "[registries.nope]\ntoken='s3cret'\n"}),
    "old name of the file, not stored": world("--registry nope", creds=None, files={"home/.cargo/credentials": ""}),
    "both files": world("--registry nope", creds="[registries.nope]\ntoken='s3cret'\n", files={"home/.cargo/credentials": ""}),
    "providers are not asked": world("--registry nope -v", creds="[registries.nope]\ntoken='s3cret'\n", config="[registry]\nglobal-credential-providers=['/no/such']\n"),
    "no name of a registry": world("--registry 1x", creds="[registries.1x]\ntoken='s3cret'\n"),
    "by default": world(creds="[registries.nope]\ntoken='s3cret'\n", config="[registry]\ndefault='nope'\n"),
}


@differential(ORPHANS)
def test_orphan(case, contest):
    contest(case)


IDENTITY = {
    "another's bad index": two("https://a.org/", "nonsense"),
    "another's bad index, crates.io": world(config="[registries.q]\nindex='nonsense'\n"),
    "another without index": mine(config=MY_REG + "[registries.q]\nfoo=1\n"),
    "another is a string": mine(config="[registries]\nq='x'\n" + MY_REG),
    "another's index is an integer": mine(config=MY_REG + "[registries.q]\nindex=3\n"),
    "index of crates-io": world(config="[registries.crates-io]\nindex='https://a.org/'\ntoken='s3cret'\n", creds=""),
    "unknown registry": world("--registry nope"),
    "unknown registry, logged in": world("--registry nope", creds="[registries.nope]\ntoken='s3cret'\n"),
    "no index, other keys": world("--registry r", config="[registries.r]\ntoken='s3cret'\n"),
    "registry.index in config": world(config="[registry]\nindex='https://a.org/'\n"),
    "registry.index in config, my-reg": mine(config=MY_REG + "[registry]\nindex='https://a.org/'\n"),
    "registry.index empty": world(config="[registry]\nindex=''\n"),
    "default in config": world(config="[registry]\ndefault='my-reg'\n" + MY_REG),
    "default unknown": world(config="[registry]\ndefault='nope'\n"),
    "default and --registry": mine(config=MY_REG + "[registry]\ndefault='nope'\n"),
    "protocol of a registry": mine(config=MY_REG + "protocol='x'\n"),
    "protocol of crates-io": world(config="[registries.crates-io]\nprotocol='x'\n"),
    "protocol of crates-io, git": world(config="[registries.crates-io]\nprotocol='git'\n"),
    "protocol of crates-io is an integer": world(config="[registries.crates-io]\nprotocol=3\n"),
    "index from project": world("--registry my-reg", project=MY_REG),
    "index relative": world("--registry r", config="[registries.r]\nindex='../i'\n"),
    "same index by variable": two("https://a.org/", "https://b.org/", env={"CARGO_REGISTRIES_R_INDEX": "https://a.org/"}),
    "three with one index": world(
        "--registry a", config="".join(f"[registries.{name}]\nindex='https://a.org/'\n" for name in ("zeta", "a", "Beta"))
    ),
    "another has the token": two("https://a.org/", "https://b.org/", creds="[registries.q]\ntoken='s3cret'\n"),
}


@differential(IDENTITY)
def test_identity(case, contest):
    contest(case)


def source(text, args="", **rest):
    return world(args, config=text, **rest)


MIRROR = "[source.crates-io]\nreplace-with='m'\n[source.m]\n"
SOURCES = {
    "replaced by a registry's name": source("[source.crates-io]\nreplace-with='my-reg'\n" + MY_REG),
    "replaced, --registry crates-io": source("[source.crates-io]\nreplace-with='my-reg'\n" + MY_REG, "--registry crates-io"),
    "replaced, --registry my-reg": source("[source.crates-io]\nreplace-with='my-reg'\n" + MY_REG, "--registry my-reg"),
    "replaced, default": source("[source.crates-io]\nreplace-with='my-reg'\n[registry]\ndefault='my-reg'\n" + MY_REG),
    "replaced, default crates-io": source("[source.crates-io]\nreplace-with='my-reg'\n[registry]\ndefault='crates-io'\n" + MY_REG),
    "replaced by a source": source(MIRROR + "registry='https://m.org/i'\n"),
    "replaced by a sparse source": source(MIRROR + "registry='sparse+https://m.org/i/'\n"),
    "replaced by a directory": source(MIRROR + "directory='vendor'\n"),
    "replaced by a directory in project": world(project=MIRROR + "directory='vendor'\n"),
    "replaced by a local registry": source(MIRROR + "local-registry='vendor'\n"),
    "replaced by git": source(MIRROR + "git='https://g.org/x'\n"),
    "replaced by git with branch": source(MIRROR + "git='https://g.org/x'\nbranch='b'\n"),
    "replaced by a bad source": source(MIRROR + "registry='foo'\n"),
    "replaced by nothing": source("[source.crates-io]\nreplace-with='nope'\n"),
    "replaced by nothing, my-reg": source("[source.crates-io]\nreplace-with='nope'\n" + MY_REG, "--registry my-reg"),
    "replaced by itself": source("[source.crates-io]\nreplace-with='crates-io'\n"),
    "cycle": source("[source.crates-io]\nreplace-with='a'\n[source.a]\nregistry='https://a.org'\nreplace-with='crates-io'\n"),
    "chain": source("[source.crates-io]\nreplace-with='a'\n[source.a]\nregistry='https://a.org'\nreplace-with='b'\n[source.b]\ndirectory='v'\n"),
    "empty source": source("[source.m]\n"),
    "empty source, my-reg": source("[source.m]\n" + MY_REG, "--registry my-reg"),
    "empty crates-io source": source("[source.crates-io]\n"),
    "two locations": source("[source.m]\nregistry='https://m.org'\ndirectory='v'\n"),
    "bad registry": source("[source.m]\nregistry='foo'\n"),
    "bad git": source("[source.m]\ngit='foo'\n"),
    "sparse without slash": source("[source.m]\nregistry='sparse+https://m.org/i'\n"),
    "branch without git": source("[source.m]\nregistry='https://m.org'\nbranch='x'\n"),
    "tag without git": source("[source.m]\ndirectory='v'\ntag='x'\n"),
    "rev without git": source("[source.m]\ndirectory='v'\nrev='x'\n"),
    "branch and tag": source("[source.m]\ngit='https://g.org'\nbranch='x'\ntag='y'\n"),
    "crates-io's index again": source("[source.m]\nregistry='https://github.com/rust-lang/crates.io-index'\n"),
    "same as a registry": source("[source.m]\nregistry='sparse+https://example.com/index/'\n" + MY_REG, "--registry my-reg"),
    "named as a registry": source("[source.my-reg]\nregistry='https://o.org'\n" + MY_REG, "--registry my-reg"),
    "crates-io with registry": source("[source.crates-io]\nregistry='https://o.org'\n"),
    "crates-io with its own registry": source("[source.crates-io]\nregistry='https://github.com/rust-lang/crates.io-index'\n"),
    "registry is an integer": source("[source.m]\nregistry=3\n"),
    "directory is an integer": source("[source.m]\ndirectory=3\n"),
    "replace-with is an integer": source("[source.crates-io]\nreplace-with=3\n"),
    "source is a string": source("source='x'\n"),
    "source entry is a string": source("[source]\nm='x'\n"),
    "source entry is a list": source("[source]\nm=[]\n"),
    "good and unused": source("[source.m]\nregistry='https://m.org'\n"),
    "git twice, two tags": source("[source.m]\ngit='https://g.org'\ntag='a'\n[source.n]\ngit='https://g.org'\ntag='b'\n"),
    "no base": source("[source.m]\nregistry='mailto:x@example.com'\n"),
    "git without a base": source("[source.m]\ngit='mailto:x@example.com'\n"),
    "replaced by sparse without slash": source(MIRROR + "registry='sparse+https://m.org/i'\n"),
    "several": source("".join(f"[source.m{i}]\nregistry='https://m{i}.org'\n" for i in range(9))),
    "good directory": source("[source.m]\ndirectory='/v'\n"),
    "replaced, not logged in": source("[source.crates-io]\nreplace-with='my-reg'\n" + MY_REG, creds=None),
    "replaced by a registry without index": source("[source.crates-io]\nreplace-with='q'\n[registries.q]\nfoo=1\n"),
    "from --config": world(["--config", "source.crates-io.replace-with='m'", "--config", "source.m.directory='v'"]),
    "in the credentials": world(creds=LOGGED_IN + "[source.m]\n"),
    "replaced at home, unreplaced in project": source("[source.crates-io]\nreplace-with='m'\n[source.m]\ndirectory='v'\n", project="[source.crates-io]\nreplace-with='crates-io'\n"),
}


@differential(SOURCES)
def test_source(case, contest):
    contest(case)
