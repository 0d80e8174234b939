"""In malicious repositories, each form of the command is run by the owner of the files, and by root in another user's files. A token is sent only to
its registry, nothing outside is changed, no program runs without notice, no secret and no control character is printed, and a printed command does
what it says.
"""

import json
import os

import pytest

from hostile import EVIL, OWN, SECRETS, fifo

JSON = ["--message-format", "json"]
FORMS = [
    ["--registry", "r"], ["--registry", "r", *JSON], [], ["--all", "-v"], ["--everywhere", *JSON], ["--all", "--everywhere", *JSON],
    ["--status", "--strict"], ["--status", "-v", *JSON], ["--status", "--check", "--strict"],
    ["--all", "--everywhere", "--strict"], ["--all", "-n", *JSON], ["--registry", "r", "--revoke", *JSON],
    ["--all", "--revoke", "--everywhere"], ["--registry", "r", "-n", "--revoke", "-vv"], ["--all", "-n", "--revoke", "--color", "always"],
]  # fmt: skip
CONFIG = "repo/.cargo/config.toml"
INDEX = 'index = "sparse+{url}/index/"\n'
NAMES = [
    "x; touch $TOP/pwned #", "it's; touch $TOP/pwned #", "$(touch $TOP/pwned)", "`touch $TOP/pwned`", "'; touch $TOP/pwned; '", "-n", "--all",
    "a\x1b[2K\r\x1b[31mb\x9b2J\u202ec\nFORGED `d", "\u2066\u200f\x7f", "r\0x", "r\n  FORGED", "r\u2028FORGED", "\\", "x`, y", "..", "r r", '"', "r" * 300,
]  # fmt: skip


def config(text, mode=0o644):
    return lambda victim: victim.put(CONFIG, text.replace("$EVIL", victim.evil_url).replace("$GOOD", victim.good_url), mode)


def link(target, path=CONFIG):
    return lambda victim: os.symlink(target.replace("$TOP", victim.top), f"{victim.top}/{path}")


def names(victim):
    tables = [f"[registries.{json.dumps(name.replace('$TOP', victim.top))}]\n{INDEX.format(url=victim.good_url)}" for name in NAMES]
    victim.put(CONFIG, "".join(f'{table}token = "{OWN}"\n' for table in tables))


def providers(text, mode=0o644):
    """A program of the repository, and every setting that can name it."""

    def plant(victim):
        victim.put("repo/.cargo/evil", EVIL, 0o755)
        config(text.replace("$PROGRAM", f"{victim.top}/repo/.cargo/evil"), mode)(victim)

    return plant


def from_home(victim):
    """The home's provider is an alias that the repository defines."""
    victim.put("home/.cargo/config.toml", f'[registries.r]\n{INDEX.format(url=victim.good_url)}credential-provider = "mine"\n')
    providers('[credential-alias]\nmine = ["$PROGRAM", "--"]\n"cargo:token" = "$PROGRAM"\n')(victim)


def odd_directory(victim):
    victim.cwd = f"{victim.top}/repo/it's; touch pwned\n\x1b[31m\u202eFORGED #"
    os.makedirs(victim.cwd + "/.cargo")
    victim.put(victim.cwd.removeprefix(victim.top + "/") + "/.cargo/config.toml", f'[registries.r]\ntoken = "{OWN}"\n')


def chain(victim):
    for number in range(200):
        victim.put(f"repo/.cargo/c{number}.toml", f'include = ["c{number + 1}.toml", "c{number + 1}.toml"]\n')
    victim.put(CONFIG, 'include = ["c0.toml"]\n')


def include_of(target):
    def plant(victim):
        config('include = ["x.toml"]\n')(victim)
        link(target, "repo/.cargo/x.toml")(victim)

    return plant


def slip(text):
    return config(text.replace("S", OWN))


TRICKS = {
    "index": config('[registries.r]\nindex = "sparse+$EVIL/index/"\n'),
    "index of an alias": config('[registries.r2]\nindex = "sparse+$GOOD/index/"\n[registries.crates-io]\nprotocol = "git"\nindex = "sparse+$EVIL/"\n'),
    "proxy": config('[http]\nproxy = "$EVIL"\ncainfo = "/dev/null"\ncheck-revoke = false\nssl-version = "tlsv1.0"\n[net]\nretry = 9\n'),
    "source": config('[source.crates-io]\nreplace-with = "m"\n[source.m]\nregistry = "sparse+$EVIL/index/"\n'),
    "settings": config('[registry]\ndefault = "r"\n[term]\nquiet = true\ncolor = "always"\n[alias]\nlogout = "!touch pwned"\n[env]\nCARGO_HOME = "/"\n'),
    "default with control characters": config('[registry]\ndefault = "r\\u001b[31m\\nFORGED"\n'),
    "names": names,
    "directory": odd_directory,
    "link to passwords": link("../../home/.git-credentials"),
    "link to the environment": link("/proc/self/environ"),
    "link to the credentials": link("../../home/.cargo/credentials.toml"),
    "link to another program's file": link("$TOP/home/.other/other.toml"),
    "link to a device": link("/dev/zero"),
    "include of another program's file": config('include = ["../../home/.other/other.toml"]\n'),
    "include through a link": include_of("$TOP/home/.other/other.toml"),
    "include of the environment": include_of("/proc/self/environ"),
    "include of the credentials": config('include = ["../../home/.cargo/credentials.toml"]\n'),
    "include with control characters": config('include = ["\\u001b[31m\\nFORGED.toml"]\n'),
    "include of a FIFO": lambda victim: (config('include = ["x.toml"]\n')(victim), fifo(victim, "repo/.cargo/x.toml")),
    "chain of includes": chain,
    "FIFO": lambda victim: fifo(victim, CONFIG),
    "no mode": config("[registries.r]\n", 0),
    "executable, set-user-id": config(f'[registries.r]\ntoken = "{OWN}"\n', 0o4755),
    "huge": config("# " + "x" * (17 << 20) + "\n"),
    "deep": config("a = " + "[" * 20000 + "]" * 20000 + f'\n[registries.r]\ntoken = "{OWN}"\n'),
    "many": config("".join(f'[registries.n{number}]\nindex = "sparse+$GOOD/{number}/"\n' for number in range(500))),
    "credentials in the repository": lambda victim: victim.put("repo/.cargo/credentials.toml", f'[registries.r]\ntoken = "{OWN}"\n[registry]\ntoken = "{OWN}"\n', 0o666),
    "provider": providers('[registries.r]\ncredential-provider = ["$PROGRAM", "x"]\n[registry]\nglobal-credential-providers = ["$PROGRAM"]\ncredential-provider = "$PROGRAM"\n'),
    "provider of a world-writable file": providers('[registries.r]\ncredential-provider = "$PROGRAM"\n', 0o666),
    "provider of token-from-stdout": providers('[registries.r]\ncredential-provider = ["cargo:token-from-stdout", "$PROGRAM"]\n'),
    "provider of the home": from_home,
    "provider with control characters": config('[registries.r]\ncredential-provider = ["/nowhere/\\u001b[31m\\nFORGED", "x"]\n'),
    "token without quotes": slip("[registries.r]\ntoken = S\n"),
    "token after a colon": slip('[registries.r]\ntoken: "S"\n'),
    "token in a line of its own": slip("S\n"),
    "token of several lines": slip('[registries.r]\ntoken = """\nS\n'),
    "token as a name": slip('[registries.S\ntoken = "S"\n'),
    "token of two kinds": slip('[registries.r]\ntoken = ["S"]\ntoken = { S = "S" }\n'),
    "index with a password": config(f'[registries.r]\nindex = "https://u:{OWN}@127.0.0.1:99999/index"\n[http]\nproxy = "bad://u:{OWN}@h"\n'),
    "byte that is not UTF-8": lambda victim: victim.put(CONFIG, b'[registries.r]\ntoken = "' + OWN.encode() + b'\xff\x9b"\n'),
    "NUL": lambda victim: victim.put(CONFIG, f'[registries.r]\ntoken = "{OWN}"\n\0\0\x1b[31m'.encode()),
}  # fmt: skip


@pytest.mark.parametrize("as_root", [False, True], ids=["owner", "root"])
@pytest.mark.parametrize("trick", TRICKS)
def test_hostile(victim, trick, as_root):
    wrong = [problem for words in FORMS if (problem := victim.check(TRICKS[trick], words, as_root))]
    assert not wrong, "\n".join(wrong)


def test_plain(victim):
    """Without a trick, the tokens of the home are removed and, with --revoke, sent to the registry. This shows that the checks work."""
    assert not victim.check(lambda _: None, ["--registry", "r", "--revoke"], False)
    assert any(SECRETS["r"] in head and head.startswith("DELETE") for head in victim.registry.requests)
    assert not victim.check(lambda _: None, ["--all"], True)
    with open(f"{victim.top}/home/.cargo/credentials.toml", encoding="utf-8") as file:
        assert not any(secret in file.read() for secret in SECRETS.values())
