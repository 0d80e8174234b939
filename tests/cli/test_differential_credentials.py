"""The credentials file: spellings, names, modes, links, what is removed and what is left, and errors."""

from cases import LOGGED_IN, MY_REG, contests, mine, world
from world import CARGO_HOME, CREDENTIALS, Dir, File, Link

OLD = f"{CARGO_HOME}/credentials"
IN_CONFIG = '[registry]\ntoken = "s3cret"\n'


def main(text, **rest):
    return world(creds=text, **rest)


SPELLINGS = {
    "long string of lines": '[registry]\ntoken = """\ns3cret\\\n   more\n"""\nx = 1\n',
    "empty": '[registry]\ntoken = ""\n',
    "escaped key": '[registry]\n"\\u0074oken" = "s3cret"\n',
    "comments": '# mine\n[registry] # main\n# before\ntoken = "s3cret" # behind\n# after\nx = 1\n',
    "all types": '[registry]\ntoken = "s3cret"\n[n]\na = [true, "x", {b = [1]}]\nc = {d = {e = {}}}\n',
    "many registries": '[registry]\ntoken = "s3cret"\n' + "".join(f'[registries.r{n}]\ntoken = "s3cret-{n}"\n' for n in range(300)),
}

test_spellings = contests({name: main(text) for name, text in SPELLINGS.items()})

MINE = {
    "two inlines": 'registries = { my-reg = { token = "s3cret", y = 1 }, other = { token = "s3cret-o" } }\n',
    "underscore is another": '[registries.my_reg]\ntoken = "s3cret"\n',
    "secret keys": '[registries.my-reg]\ntoken = "s3cret"\nsecret-key = "s3cret-k"\nsecret-key-subject = "x"\nother = 2\n',
    "index in credentials": '[registries.my-reg]\ntoken = "s3cret"\nindex = "https://example.com/z"\n',
}

test_spellings_of_a_registry = contests({name: mine(creds=text) for name, text in MINE.items()})


def link_to(target, **files):
    return world(creds=None, files={CREDENTIALS: Link(target), **files})


PLACES = {
    "empty": main(""),
    "old name, not logged in": main(None, files={OLD: ""}),
    "old is a broken link": main(LOGGED_IN, files={OLD: Link("nowhere")}),
    "old is a directory": main(LOGGED_IN, files={OLD: Dir()}),
    "old is unreadable": main(LOGGED_IN, files={OLD: File("", mode=0)}, powerless=True),
    "both names": main(LOGGED_IN, files={OLD: LOGGED_IN}),
    "link": link_to("../../elsewhere/c.toml", **{"elsewhere/c.toml": "# mine\n" + LOGGED_IN}),
    "broken link": link_to("nowhere"),
    "link to itself": link_to("credentials.toml"),
    "old is a link to itself": main(LOGGED_IN, files={OLD: Link("credentials")}),
    "cargo home is a link to itself": world(creds=None, files={CARGO_HOME: Link(".cargo")}),
    "directory": main(None, files={CREDENTIALS: Dir()}),
    "mode 04755": main(File(LOGGED_IN, mode=0o4755)),
    "mode 0400, powerless": main(File(LOGGED_IN, mode=0o400), powerless=True),
    "mode 0000, powerless": main(File(LOGGED_IN, mode=0), powerless=True),
    "unreadable home, powerless": main(LOGGED_IN, files={CARGO_HOME: Dir(0)}, powerless=True),
    "read-only home, powerless": main(LOGGED_IN, files={CARGO_HOME: Dir(0o500)}, powerless=True),
    "cargo home is a link": world(
        creds=None, files={CARGO_HOME: Link("../real"), "real/credentials.toml": LOGGED_IN}
    ),
}

test_places = contests(PLACES)

FAULTS = {
    "broken elsewhere": '[registry]\ntoken = "s3cret"\n\n[a\n',
    "not UTF-8": b'[registry]\ntoken = "\xff"\n',
    "token is an integer": "[registry]\ntoken = 3\n",
    "secret key is an integer": '[registry]\ntoken = "s3cret"\nsecret-key = 3\n',
    "registry is a string": 'registry = "x"\n',
    "registry.default": '[registry]\ntoken = "s3cret"\ndefault = "nope"\n',
    "unused key": '[registry]\ntoken = "s3cret"\nfoo = 1\n',
}

test_faults = contests({name: main(text) for name, text in FAULTS.items()})

test_with_config = contests(
    {
        "registry clashes with config": main('[registry]\ntoken="s3cret"\n', config="registry = 3\n"),
        "my-reg is a string": mine(creds="[registries]\nmy-reg = 'x'\n"),
        "broken, my-reg": mine(creds="[a\n"),
        "broken, unknown registry": world("--registry nope", creds="[a\n"),
        "token only in config": world(creds=None, config='[registry]\ntoken = "s3cret"\n'),
        "token in config and credentials": world(config='[registry]\ntoken = "s3cret"\n'),
        "token in every layer": world("--config e.toml", config=IN_CONFIG, project=IN_CONFIG, files={"proj/e.toml": IN_CONFIG}, env={"CARGO_REGISTRY_TOKEN": "s3cret"}),
        "token in an include of config": world(config="include = ['i.toml']\n" + IN_CONFIG, files={"home/.cargo/i.toml": "\n" + IN_CONFIG}),
        "token above all tables in config": world(config='token = "s3cret"\n'),
        "token of a name without index in config": world("--registry r", config='[registries.r]\ntoken = "s3cret"\n'),
        "token of my-reg only in config": mine(creds=None, config=MY_REG + 'token = "s3cret"\n'),
    }
)


OLD_STYLE = {
    "top-level token": 'token = "s3cret"\n',
    "top-level token and registry's": 'token = "s3cret"\n[registry]\ntoken = "s3cret-new"\n',
    "top-level token for my-reg": 'token = "s3cret"\n[registries.my-reg]\ntoken = "s3cret-m"\n',
    "top-level token is a table": "[token]\nx = 1\n",
}

test_old_style = contests({name: main(text) for name, text in OLD_STYLE.items()} | {f"{name}, my-reg": mine(creds=text) for name, text in OLD_STYLE.items()})

SECRET_KEYS = {
    "secret key alone": '[registry]\nsecret-key = "s3cret"\n',
    "subject alone": '[registry]\nsecret-key-subject = "x"\n',
}

test_secret_keys = contests({name: main(text) for name, text in SECRET_KEYS.items()})
