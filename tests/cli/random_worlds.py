"""Random worlds: a number gives a world, the same one each time.

Each world is made of what a logout reads: registries and their indexes, credentials in many spellings, settings in layers, includes, variables,
providers (built-in ones and programs) and arguments. Some worlds contain something malformed. A table has at most one unknown key, because cargo
prints them in the order of a hash table.
"""

import os
import random

from machine import BEHAVIOURS, PROVIDER
from world import CARGO_HOME, CREDENTIALS, File, Link, World

NAMES = ["my-reg", "other", "a_b", "R2", "ünï", "x-y-z", "_p", "CRATES-IO"]
HOME = f"{CARGO_HOME}/config.toml"
PROJECT = "proj/.cargo/config.toml"


class Maker:
    """The choices for one world so far."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.files = {}
        self.env = {}
        self.args = []
        self.registries = self.random.sample(NAMES, self.random.randint(0, 3))
        self.aliases = set()  # names of providers that must stand in [credential-alias]

    def chance(self, one_in):
        return self.random.randrange(one_in) == 0

    def pick(self, *choices):
        return self.random.choice(choices)

    def add(self, path, text):
        """Text for a config file: keys that stand before all tables go first."""
        old = self.files.get(path, "")
        self.files[path] = text + old if not text.startswith("[") else old + text


def quoted_key(maker, key):
    if key.isascii() and not maker.chance(4):
        return key
    return maker.pick(f'"{key}"', f"'{key}'")


def value(maker, text):
    return maker.pick(f'"{text}"', f"'{text}'", f'"""{text}"""', f"'''{text}'''", f'"{text[:2]}\\u{ord(text[2]):04x}{text[3:]}"')


def token_pairs(maker, name, fields):
    """Returns the table of a registry, in one of its many TOML spellings."""
    table = ["registry"] if name == "crates-io" else ["registries", name]
    keys = [quoted_key(maker, key) for key in table]
    if maker.chance(3) and len(table) == 2:
        # below [registries], which may stand only once: a place of its own
        return "inside", f"{keys[1]} = {{ {', '.join(f'{key} = {text}' for key, text in fields)} }}\n"
    kind = maker.pick("table", "table", "table", "dotted", "inline")
    gap = maker.pick(" = ", "=", "  =  ")
    remark = maker.pick("", "", " # s3cret remark")
    if kind == "dotted":
        return "top", "".join(f"{'.'.join(keys)}.{quoted_key(maker, key)}{gap}{text}{remark}\n" for key, text in fields)
    if kind == "inline":
        return "top", f"{'.'.join(keys)}{gap}{{ {', '.join(f'{key}{gap}{text}' for key, text in fields)} }}{remark}\n"
    lines = "".join(f"{maker.pick('', '', '  ')}{quoted_key(maker, key)}{gap}{text}{remark}\n" for key, text in fields)
    return "table", f"{maker.pick('', chr(10), '# ---' + chr(10))}[{maker.pick('.', ' . ').join(keys)}]{remark}\n{lines}"


def credentials(maker):
    parts = {"top": [], "inside": [], "table": []}
    others = [name for name in NAMES if maker.chance(8)]
    names = [name for name in ["crates-io", *maker.registries] if not maker.chance(4)]
    for name in dict.fromkeys([*names, *others]):
        fields = [("token", value(maker, f"s3cret-{maker.random.randrange(1000)}"))]
        if maker.chance(8):
            fields.append(("secret-key", value(maker, "s3cret-key")))
            if maker.chance(2):
                fields.append(("secret-key-subject", "'subject'"))
        if maker.chance(12):
            fields.pop(0)
        if maker.chance(12):
            fields.insert(0, ("extra", maker.pick("1", "[1, 2]", "{a = 1}", "true", "0xff")))
        if maker.chance(60):
            fields.append(("token" if not fields else "credential-provider", maker.pick("3", "'cargo:token'", "[]")))
        maker.random.shuffle(fields)
        place, text = token_pairs(maker, name, fields)
        parts[place].append(text)
    if parts["inside"] and any("registries" in text for text in parts["top"]):
        parts["inside"] = []  # [registries] cannot follow registries.x
    for texts in parts.values():
        maker.random.shuffle(texts)
    inside = ["[registries]\n" + "".join(parts["inside"])] if parts["inside"] else []
    tables = inside + parts["table"]
    maker.random.shuffle(tables)
    text = "".join(parts["top"]) + "".join(tables)
    if maker.chance(15):
        text += maker.pick("\n[x]\na = 1\n", "[[list]]\nb = 1\n[[list]]\nc = 2\n", "# end", "\n\n\n")
    if maker.chance(60):
        text += maker.pick("[broken\n", "a = 1.5\n", "a = no\n", "[registry]\n[registry]\n", "x = 'y\n")
    return text


def lay_credentials(maker):
    text = credentials(maker)
    if maker.chance(12):
        text = text.replace("\n", "\r\n")
    if maker.chance(20):
        text = "\ufeff" + text
    if maker.chance(10):
        text = text.rstrip("\r\n")
    if maker.chance(15):
        return
    mode = maker.pick(0o600, 0o600, 0o644, 0o400)
    kind = maker.random.randrange(40)
    if kind == 0:
        maker.files[CREDENTIALS.removesuffix(".toml")] = File(text, mode)
    elif kind == 1:
        maker.files["elsewhere/c.toml"] = File(text, mode)
        maker.files[CREDENTIALS] = Link("{ROOT}/elsewhere/c.toml")
    elif kind == 2:
        maker.files[CREDENTIALS] = File(text, mode)
        maker.files[CREDENTIALS.removesuffix(".toml")] = Link("credentials.toml")
    else:
        maker.files[CREDENTIALS] = File(text, mode)


def index(maker, name):
    number = NAMES.index(name)
    if maker.chance(25):
        number = 0
    url = maker.pick(f"https://e{number}.org/i", f"https://e{number}.org/i/", f"HTTPS://E{number}.org:443/i", f"sparse+https://s{number}.org/i/", f"ssh://git@h{number}.org/i.git")
    if maker.chance(60):
        url = maker.pick("foo", "", "sparse+https://e.org/i", "https://u:p@e.org/", "mailto:x", "git@h:x")
    return url


def lay_registries(maker):
    for name in maker.registries:
        url = index(maker, name)
        line = f"[registries.{quoted_key(maker, name) if name.isascii() else repr(name)}]\nindex = {maker.pick(repr(url), chr(34) + url + chr(34))}\n"
        if maker.chance(30):
            line += maker.pick("foo = 1\n", "protocol = 'sparse'\n", "credential-provider = 'cargo:token'\n", "credential-provider = ['cargo:wincred']\n", "token = 's3cret-config'\n")
        place = maker.random.randrange(12)
        if place < 6:
            maker.add(HOME, line)
        elif place < 8:
            maker.add(PROJECT, line)
        elif place == 8:
            maker.add(f"{CARGO_HOME}/inc.toml", line)
        elif place == 9 and name.isascii():
            maker.env[f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_INDEX"] = url
        elif place == 10 and name.isascii():
            maker.args += ["--config", f"registries.{name}.index='{url}'"]
        else:
            maker.add("proj/extra.toml", line)
    if f"{CARGO_HOME}/inc.toml" in maker.files:
        maker.add(HOME, maker.pick("include = ['inc.toml']\n", "include = [{path = 'inc.toml'}]\n", "include = [{path = 'inc.toml', optional = true}, {path = 'none.toml', optional = true}]\n"))
    if "proj/extra.toml" in maker.files:
        maker.args += ["--config", maker.pick("extra.toml", "{ROOT}/proj/extra.toml", "./extra.toml")]


BUILT_IN = ("cargo:token", "cargo:token", "cargo:token a", "cargo:wincred", "cargo:macos-keychain", "cargo:paseto")


def provider(maker):
    if maker.chance(4):
        name = maker.pick(*BEHAVIOURS)
        text = PROVIDER.replace("$LOGOUT", BEHAVIOURS[name]).replace("$TOP", "{ROOT}")
        maker.files |= {f"bin/{name}": File(text, 0o755), f"bin/{name}.token": "s3cret-plugin\n"}
        return f"{{ROOT}}/bin/{name}"
    name = maker.pick(*BUILT_IN, "p", "my-alias")
    if name not in BUILT_IN:
        maker.aliases.add(name)
    return name


def lay_aliases(maker):
    if maker.chance(50):
        maker.aliases.add(maker.pick("cargo:token", "cargo:wincred", "unused"))
    lines = [f"{quoted_key(maker, name) if name.isalpha() else repr(name)} = {maker.pick(repr(maker.pick(*BUILT_IN)), repr([maker.pick(*BUILT_IN)]))}\n" for name in sorted(maker.aliases)]
    if lines:
        maker.add(HOME, "[credential-alias]\n" + "".join(lines))


def lay_settings(maker):
    for path in (HOME, PROJECT):
        lines = []
        if maker.chance(6):
            lines.append(f"default = '{maker.pick(*NAMES, 'crates-io', '1x', '')}'")
        if maker.chance(12):
            lines.append(f"credential-provider = {maker.pick(repr(provider(maker)), repr([provider(maker)]))}")
        if maker.chance(8):
            lines.append(f"global-credential-providers = {[provider(maker) for _ in range(maker.random.randint(0, 3))]}")
        if maker.chance(25):
            lines.append(maker.pick("foo = 1", "index = 'https://e.org'", "token = 's3cret-config'", "default = 3", "global-credential-providers = 3"))
        if lines:
            keys = {line.split(" ")[0]: line for line in lines}
            maker.add(path, "[registry]\n" + "".join(line + "\n" for line in keys.values()))
        if maker.chance(20):
            maker.add(path, maker.pick("[term]\ncolor = 'always'\n", "[term]\nquiet = true\n", "[term]\nverbose = true\n", "[term]\ncolor = 'bad'\n", "[term]\nfoo = 1\n", "[term]\nquiet = 3\n"))
        if maker.chance(30):
            maker.add(path, maker.pick("[alias]\nlogout = 'x'\n", "[build]\njobs = 3\n", "[x]\ny = [1, 'a']\n"))
        if maker.chance(40):
            target = maker.pick("my-reg", "other", "m", "none")
            maker.add(path, f"[source.crates-io]\nreplace-with = '{target}'\n" + (maker.pick("[source.m]\ndirectory = 'v'\n", "[source.m]\nregistry = 'https://m.org/'\n") if target == "m" else ""))
        if maker.chance(60):
            maker.add(path, maker.pick("[x\n", "[y]\nz = 1.5\n", "[y]\nz = no\n", "[registry.default]\n", "[q]\nq = 2020-01-01\n"))


def lay_environment(maker):
    choices = {
        "CARGO_REGISTRY_DEFAULT": (25, [*NAMES[:4], "crates-io", "", "a.b"]),
        "CARGO_REGISTRY_TOKEN": (40, ["s3cret-env"]),
        "CARGO_REGISTRIES_MY_REG_TOKEN": (40, ["s3cret-env"]),
        "CARGO_REGISTRY_CREDENTIAL_PROVIDER": (40, ["cargo:token", "cargo:wincred", ""]),
        "CARGO_REGISTRIES_MY_REG_CREDENTIAL_PROVIDER": (40, ["cargo:token", "cargo:macos-keychain"]),
        "CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS": (40, ["cargo:token", "cargo:wincred cargo:token", "cargo:token cargo:wincred", " "]),
        "CARGO_CREDENTIAL_ALIAS_MY_ALIAS": (50, ["cargo:token x", "cargo:wincred"]),
        "CARGO_TERM_QUIET": (50, ["true", "false", "x"]),
        "CARGO_TERM_VERBOSE": (50, ["true", "false"]),
        "CARGO_TERM_COLOR": (30, ["always", "never", "auto", "bad"]),
        "CARGO_REGISTRY_INDEX": (150, ["x"]),
        "CARGO_REGISTRIES_CRATES_IO_PROTOCOL": (100, ["git", "sparse", "x"]),
        "cargo_registry_default": (80, ["x"]),
        "NO_COLOR": (20, ["1", ""]),
        "CLICOLOR_FORCE": (20, ["1", "0"]),
        "TERM": (3, ["xterm", "dumb"]),
        "CI": (20, ["1"]),
    }
    for name, (one_in, values) in choices.items():
        if maker.chance(one_in):
            maker.env[name] = maker.pick(*values)


def lay_arguments(maker):
    if maker.chance(3):
        name = "crates-io" if maker.chance(5) else maker.pick(*(maker.registries or NAMES))
        if maker.chance(40):
            name = maker.pick("", "1a", "a.b", "nope", "日本", "crates_io")
        maker.args += maker.pick(["--registry", name], [f"--registry={name}"])
    elif maker.registries and not maker.chance(3):
        maker.args += ["--registry", maker.pick(*maker.registries)]
    for words, one_in in (
        (["-q"], 15),
        (["-v"], 6),
        (["-vv"], 20),
        (["--color", maker.pick("always", "never", "auto")], 8),
        (["--locked"], 40),
        (["--frozen"], 40),
        (["-h"], 80),
        (["--frob"], 80),
        (["--color", "AUTO"], 100),
        (["--config", maker.pick("foo", "a=1", "registry.default='my-reg'", "term.verbose=true", "a={}", "registry.token='x'", "no.toml")], 25),
        (["--"], 40),
    ):
        if maker.chance(one_in):
            maker.args = maker.args + words if words == ["--"] or maker.args[-1:] == ["--"] else words + maker.args
    if "--" in maker.args:
        maker.args = [word for word in maker.args if word != "--"] + ["--"]


def random_world(seed):
    maker = Maker(seed)
    lay_credentials(maker)
    lay_registries(maker)
    lay_settings(maker)
    lay_environment(maker)
    lay_arguments(maker)
    lay_aliases(maker)
    if maker.chance(40) and HOME in maker.files:
        maker.files[HOME.removesuffix(".toml")] = maker.files.pop(HOME)
    terminal = maker.chance(12)
    return World(
        args=maker.args,
        files=maker.files,
        env=maker.env,
        cwd=maker.pick("proj", "proj", "proj", "proj/deep/er"),
        stdout="tty" if terminal else "pipe",
        stderr="tty" if terminal else "pipe",
    )


OPTIONS = "registry silent verbose quiet color locked offline frozen config help".split()
VALUES = ["x", "nope", "auto", "always", "never", "ALWAYS", "alway", "nevr", "", "-", "-x", "--", "é", b"\xff", b"a\xffb", "help", "\x1b[31mq"]
OTHERS = ["--", "-", "", "---", "--=x", "-=", "-h", "--help=1", "foo", "logout", "--token", "--list"]


def misspelled(maker, word):
    letters = list(word)
    for _ in range(maker.pick(0, 1, 1, 2, 3)):
        at = maker.random.randrange(len(letters) + 1)
        kind = maker.random.randrange(4)
        if kind == 0 or not letters:
            letters.insert(at, maker.pick(*"abcdefghijklmnopqrstuvwxyz-_é"))
        elif kind == 1:
            letters.pop(at % len(letters))
        elif kind == 2:
            letters[at % len(letters)] = maker.pick(*"abcdefghijklmnopqrstuvwxyz")
        else:
            letters.append(letters.pop(at % len(letters)))
    return "".join(letters)


def random_word(maker):
    value = os.fsdecode(maker.pick(*VALUES, misspelled(maker, "always")))
    option = maker.pick(*OPTIONS)
    letters = "".join(maker.pick(*maker.pick("qvvvhZsczxé=q", "qvvvZh")) for _ in range(maker.random.randint(1, 4)))
    long = "--" + maker.pick(option, misspelled(maker, option))
    return maker.pick(long, long, f"{long}={value}", f"-{letters}", value, maker.pick(*OTHERS))


def random_line(seed):
    """A world with a command line that is almost valid."""
    maker = Maker(seed)
    words = [random_word(maker) for _ in range(maker.random.randint(1, 5))]
    return World(words[1:] if words[0] == "logout" else words, env={"CARGO_TERM_COLOR": maker.pick("auto", "always", "never")})
