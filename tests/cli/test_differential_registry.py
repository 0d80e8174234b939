"""Which registry: its name, its index, and the identity of two indexes; [source]."""

from cases import MY_REG, contests, mine, world

NAMES = {
    name: world(["--registry", name], creds=None)
    for name in (
        "", " ", "1abc", "-", "a-", "a.b", "a/b", "_x", "ünï", "日本", "MyReg", "CRATES-IO", "crates_io", "crates-io", "crates.io", "a\tb", "\x1b[31mx",
        "e\u0301", "\u0301", "a🦀", "a\u200db", "٣", "a٣", "x" * 300, "a`b", "℮", "゛", "a゛", "a·", "ↀ", "𝒳",
    )
}

test_names = contests(NAMES | {f"default {name}": world(creds=None, config=f"[registry]\ndefault = '{name}'\n") for name in ("", "1", "a.b", "ünï", "crates-io", "_")})

test_names_logged_in = contests(
    {
        f"{name}, logged in": world(
            ["--registry", name], creds=f"[registries.\"{name}\"]\ntoken = 's3cret'\n", config=f"[registries.\"{name}\"]\nindex = 'https://e.org/{number}'\n"
        )
        for number, name in enumerate(("_x", "a-", "ünï", "日本", "MyReg", "CRATES-IO", "crates_io", "a_b", "a-b-c", "x" * 300))
    }
)


def index(url, **rest):
    """`--registry r` with this index, logged in."""
    quoted = url.replace("\\", "\\\\").replace('"', '\\"')
    return world("--registry r", creds="[registries.r]\ntoken = 's3cret'\n", config=f'[registries.r]\nindex = "{quoted}"\n', **rest)


# test_index_url.py compares many more; these are also logged out of.
URLS = (
    "https://e.org/i", "https://user:pw@e.org/i", "https:\\\\e.org\\i", "https://e.org:65536/", "sparse+https://e.org/i", "sparse+https://u:p@e.org/", "git@e.org:a/b.git",
    "file:x", "mailto:x@example.com", "foo", "", "ht\ttps://e.org/i", "https://e%2eorg/",
)  # fmt: skip

test_index = contests({repr(url): index(url) for url in URLS})

test_index_by_variable = contests({f"variable {url!r}": world("--registry r", creds=None, env={"CARGO_REGISTRIES_R_INDEX": url}) for url in URLS[::3]})


def two(one, other, args="--registry r", creds="[registries.r]\ntoken='s3cret'\n[registries.q]\ntoken='s3cret-q'\n", **rest):
    return world(args, creds=creds, config=f"[registries.r]\nindex='{one}'\n[registries.q]\nindex='{other}'\n", **rest)


# Pairs that are one index, or nearly; both names are known and logged in.
PAIRS = {
    "far apart": ("https://a.org/", "https://b.org/"),
    "other case of path": ("https://a.org/x", "https://a.org/X"),
    "sparse or not": ("https://a.org/x/", "sparse+https://a.org/x/"),
    "query": ("https://a.org/x?q", "https://a.org/x"),
    "git suffix elsewhere": ("https://a.org/x.git", "https://a.org/x"),
}

test_two_indexes = contests({name: two(*pair) for name, pair in PAIRS.items()} | {f"{name}, not logged in": two(*pair, creds="") for name, pair in PAIRS.items()})

SAME = {
    "same": ("https://a.org/x", "https://a.org/x"),
    "case of host": ("https://a.org/x", "https://A.ORG/x"),
    "default port": ("https://a.org/x", "https://a.org:443/x"),
    "github": ("https://github.com/A/B.git", "http://github.com/a/b"),
}

test_same_index = contests({name: two(*pair) for name, pair in SAME.items()} | {f"{name}, not logged in": two(*pair, creds="") for name, pair in SAME.items()})

ALIKE = "https://a.org/x"
IN_OTHER_PLACES = {
    "in config": two(ALIKE, ALIKE, project="[registries.q]\ntoken='s3cret-q'\n"),
    "in a variable": two(ALIKE, ALIKE, creds="", env={"CARGO_REGISTRIES_Q_TOKEN": "s3cret"}),
    "secret key": two(ALIKE, ALIKE, creds="[registries.q]\nsecret-key='s3cret-q'\n"),
    "everywhere, -q": two(ALIKE, ALIKE, args="--registry r -q", project="[registries.q]\ntoken='s3cret-q'\n"),
    "of three": two(ALIKE, ALIKE, project=f"[registries.p]\nindex='{ALIKE}/'\ntoken='s3cret-p'\n"),
    "nobody looks at it": two(ALIKE, ALIKE, project="[registry]\nglobal-credential-providers=['cargo:wincred']\n"),
    "crates.io's": world("--registry r", creds="[registry]\ntoken='s3cret'\n", config="[registries.r]\nindex='https://github.com/rust-lang/crates.io-index'\n"),
}

test_tokens_of_the_same_index = contests(IN_OTHER_PLACES)

ORPHANS = {
    "-q": world("--registry nope -q", creds="[registries.nope]\ntoken='s3cret'\n"),
    "secret key": world("--registry nope", creds="[registries.nope]\nsecret-key='s3cret'\n"),
    "in a variable": world("--registry nope", env={"CARGO_REGISTRIES_NOPE_TOKEN": "s3cret"}),
    "old name of the file": world("--registry nope", creds=None, files={"home/.cargo/credentials": "[registries.nope]\ntoken='s3cret'\n"}),
    "providers are not asked": world("--registry nope -v", creds="[registries.nope]\ntoken='s3cret'\n", config="[registry]\nglobal-credential-providers=['/no/such']\n"),
    "no name of a registry": world("--registry 1x", creds="[registries.1x]\ntoken='s3cret'\n"),
    "by default": world(creds="[registries.nope]\ntoken='s3cret'\n", config="[registry]\ndefault='nope'\n"),
}

test_orphan = contests(ORPHANS)

IDENTITY = {
    "another's bad index": two("https://a.org/", "nonsense"),
    "another is a string": mine(config="[registries]\nq='x'\n" + MY_REG),
    "index of crates-io": world(config="[registries.crates-io]\nindex='https://a.org/'\ntoken='s3cret'\n", creds=""),
    "registry.index in config": world(config="[registry]\nindex='https://a.org/'\n"),
    "default unknown": world(config="[registry]\ndefault='nope'\n"),
    "protocol of crates-io": world(config="[registries.crates-io]\nprotocol='x'\n"),
    "index relative": world("--registry r", config="[registries.r]\nindex='../i'\n"),
    "same index by variable": two("https://a.org/", "https://b.org/", env={"CARGO_REGISTRIES_R_INDEX": "https://a.org/"}),
    "three with one index": world(
        "--registry a", config="".join(f"[registries.{name}]\nindex='https://a.org/'\n" for name in ("zeta", "a", "Beta"))
    ),
}

test_identity = contests(IDENTITY)


def source(text, args="", **rest):
    return world(args, config=text, **rest)


MIRROR = "[source.crates-io]\nreplace-with='m'\n[source.m]\n"
SOURCES = {
    "replaced by a registry's name": source("[source.crates-io]\nreplace-with='my-reg'\n" + MY_REG),
    "replaced by a source": source(MIRROR + "registry='https://m.org/i'\n"),
    "replaced by a directory": source(MIRROR + "directory='vendor'\n"),
    "replaced by nothing": source("[source.crates-io]\nreplace-with='nope'\n"),
    "replaced, --registry crates-io": source("[source.crates-io]\nreplace-with='my-reg'\n" + MY_REG, "--registry crates-io"),
    "replaced, --registry my-reg": source("[source.crates-io]\nreplace-with='my-reg'\n" + MY_REG, "--registry my-reg"),
    "replaced, default": source("[source.crates-io]\nreplace-with='my-reg'\n[registry]\ndefault='my-reg'\n" + MY_REG),
    "replaced by itself": source("[source.crates-io]\nreplace-with='crates-io'\n"),
    "cycle": source("[source.crates-io]\nreplace-with='a'\n[source.a]\nregistry='https://a.org'\nreplace-with='crates-io'\n"),
    "chain": source("[source.crates-io]\nreplace-with='a'\n[source.a]\nregistry='https://a.org'\nreplace-with='b'\n[source.b]\ndirectory='v'\n"),
    "a protocol that is an integer": source("[registries.crates-io]\nprotocol=3\n"),
    "empty source": source("[source.m]\n"),
    "two locations": source("[source.m]\nregistry='https://m.org'\ndirectory='v'\n"),
    "bad registry": source("[source.m]\nregistry='foo'\n"),
    "replaced by crates-io's index": source(MIRROR + "registry='https://github.com/rust-lang/crates.io-index'\n"),
    "replaced by an empty source": source(MIRROR),
    "named as a registry": source("[source.my-reg]\nregistry='https://o.org'\n" + MY_REG, "--registry my-reg"),
    "replace-with is an integer": source("[source.crates-io]\nreplace-with=3\n"),
    "source is a string": source("source='x'\n"),
    "replaced by a registry without index": source("[source.crates-io]\nreplace-with='q'\n[registries.q]\nfoo=1\n"),
    "from --config": world(["--config", "source.crates-io.replace-with='m'", "--config", "source.m.directory='v'"]),
    "replaced at home, unreplaced in project": source("[source.crates-io]\nreplace-with='m'\n[source.m]\ndirectory='v'\n", project="[source.crates-io]\nreplace-with='crates-io'\n"),
}

test_source = contests(SOURCES)
