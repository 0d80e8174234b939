"""Chains of credential providers that are programs. tests/plugin compares their requests, tests/places which of them are asked."""

import json

from cases import MY_REG, contests, world
from providers import BEHAVIOURS, STARTS, command, scripts
from world import CREDENTIALS

TOKEN = '[registries.my-reg]\ntoken = "s3cret-mine"\n\n[registry]\ntoken = "s3cret"\n'
MINE = ["--registry", "my-reg"]


def chain(*providers, args=(), creds=None, config="", files=None, **rest):
    """my-reg with these as global-credential-providers: the last is asked first."""
    listed = json.dumps([command(provider) for provider in providers])
    every = {**scripts(providers), **(files or {})}
    return world([*MINE, *args], creds=creds, config=f"{MY_REG}{config}[registry]\nglobal-credential-providers = {listed}\n", files=every, **rest)


def own(provider, *words, args=(), creds=None, **rest):
    """my-reg with this as its credential-provider."""
    listed = json.dumps([command(provider), *words])
    return world([*MINE, *args], creds=creds, config=f"{MY_REG}credential-provider = {listed}\n", files=scripts([provider]), **rest)

test_alone = contests({name: own(name) for name in (*BEHAVIOURS, *STARTS)})

test_alone_beside_an_old_token = contests({name: own(name, args=["-v"], creds=TOKEN) for name in (*BEHAVIOURS, *STARTS)})

test_between_others = contests({name: chain("cargo:token", name, "not-mine-1", args=["-v"], creds=TOKEN) for name in (*BEHAVIOURS, *STARTS)})

CHAINS = {
    "paseto in the middle": chain("removes-1", "cargo:paseto", "removes-2", args=["-v"]),
    "from stdout in the middle": chain("removes-1", "cargo:token-from-stdout x", "removes-2", args=["-v"]),
    "from stdout beside a token in config": chain("cargo:token-from-stdout x", "cargo:token", config='token = "s3cret"\n', args=["-v"]),
    "token in config, cargo:token is there": chain("cargo:token", "removes", config='token = "s3cret"\n', args=["-v"]),
    "token in config, nobody looks at it": chain("removes", config='token = "s3cret"\n', args=["-v"]),
    "token in a variable": chain("removes", "cargo:token", env={"CARGO_REGISTRIES_MY_REG_TOKEN": "s3cret"}, args=["-v"]),
    "token in a variable, nobody looks at it": chain("removes", env={"CARGO_REGISTRIES_MY_REG_TOKEN": "s3cret"}),
    "secret key in the file": chain("removes", creds='[registries.my-reg]\nsecret-key = "s3cret"\n'),
    "with arguments": chain("done a b", "cargo:token", creds=TOKEN, args=["-v"]),
    "same one twice": chain("done", "done", args=["-v"]),
    "noisy": chain("noisy-not-found", "noisy", "cargo:token", creds=TOKEN),
    "noisy, -q": chain("noisy-not-found", "noisy", "noisy-fails", args=["-q"]),
    "in colour": chain("fails", "removes", "cargo:wincred", creds=TOKEN, args=["-v", "--color", "always"]),
    "home and project": chain("removes", project='[registry]\nglobal-credential-providers = ["cargo:token"]\n', creds=TOKEN, args=["-v"]),
    "by variable": chain("removes", env={"CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS": "{ROOT}/bin/done cargo:token"}, files=scripts(["done"])),
    "by alias": chain("cargo:token", "cargo:wincred", project='[registry]\nglobal-credential-providers = ["p"]\n[credential-alias]\np = ["{ROOT}/bin/done", "a b", ""]\n', files=scripts(["done"]), args=["-v"]),
    "relative": world([*MINE, "-v"], config=f"{MY_REG}credential-provider = '../bin/done'\n", files=scripts(["done"])),
    "by PATH": world([*MINE, "-v"], config=f"{MY_REG}credential-provider = 'done'\n", files=scripts(["done"]), env={"PATH": "{ROOT}/bin:/usr/bin:/bin"}),
    "crates.io": world("-v", config="[registry]\nglobal-credential-providers = ['cargo:token', '{ROOT}/bin/removes']\n", files=scripts(["removes"])),
    "arguments that need care": own("done", "", "a b", "\u00e9\u65e5", "\"'\\", "\t\u0001", args=["-v"]),
}  # fmt: skip

test_chain = contests(CHAINS)

BROKEN = '[registries.my-reg]\ntoken = "s3cret"\nnonsense\n'
WITH_BROKEN_CREDENTIALS = {
    "removes": chain("removes", creds=BROKEN, args=["-v"]),
    "fails": chain("fails", creds=BROKEN),
    "wincred": chain("cargo:wincred", creds=BROKEN, args=["-v"]),
    "own": own("removes", creds=BROKEN),
    "a directory, and one beside it": chain("cargo:token", "removes", files={CREDENTIALS: TOKEN, CREDENTIALS.removesuffix(".toml"): BROKEN}),
    "include that is missing": chain("cargo:token", "removes", creds=f"include = ['none.toml']\n{TOKEN}", args=["-v"]),
    "token in an include": chain("cargo:token", "removes", creds="include = ['c.toml']\n", files={"home/.cargo/c.toml": TOKEN}),
}

test_with_broken_credentials = contests(WITH_BROKEN_CREDENTIALS)
