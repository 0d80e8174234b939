"""Errors that are in our own words, which no comparison with cargo checks."""

import pytest

from cases import MY_REG, world
from world import run

HOME, PROJECT = "ROOT/home/.cargo/config.toml", "ROOT/proj/.cargo/config.toml"
FOUND = "error in " + HOME + ": `{}` expected {}, but found a {}"
INCLUDE = "expected a list of strings or of tables with a string `path` and a boolean `optional` at `include` in `{}`"
NUMBER = "an integer that is not negative"

# The world, and the last cause.
CASES = {
    "integer for a string": (world(config="registry.default = 1\n"), FOUND.format("registry.default", "a string", "integer")),
    "integer for a program": (
        world(config="registry.credential-provider = 1\n"), FOUND.format("registry.credential-provider", "a string or an array of strings", "integer"),
    ),
    "no program": (world(config="registry.credential-provider = ' '\n"), f"error in {HOME}: `registry.credential-provider` has no program"),
    "no program in a variable": (
        world(env={"CARGO_REGISTRY_CREDENTIAL_PROVIDER": " "}),
        "error in environment variable `CARGO_REGISTRY_CREDENTIAL_PROVIDER`: `registry.credential-provider` has no program",
    ),
    "text for a boolean": (
        world("--revoke --registry my-reg", config=MY_REG, creds="[registries.my-reg]\ntoken='x'\n", env={"CARGO_NET_OFFLINE": "yes"}),
        "error in environment variable `CARGO_NET_OFFLINE`: `net.offline` expected true/false, but found a different text",
    ),
    "negative": (
        world("--revoke --registry my-reg", config=MY_REG + "[net]\nretry=-1\n", creds="[registries.my-reg]\ntoken='x'\n"),
        FOUND.format("net.retry", NUMBER, "integer"),
    ),
    "too large": (
        world("--revoke --registry my-reg", config=MY_REG, creds="[registries.my-reg]\ntoken='x'\n", env={"CARGO_NET_RETRY": "9223372036854775808"}),
        f"error in environment variable `CARGO_NET_RETRY`: `net.retry` expected {NUMBER}, but found a different text",
    ),
    "not UTF-8": (world(env={"CARGO_REGISTRY_DEFAULT": b"\xff"}), "error in environment variable `CARGO_REGISTRY_DEFAULT`: it is not UTF-8"),
    "float": (world(config="a.b = 1.5\n"), "unsupported number or date on line 1"),
    "clash": (world(project="a = 1\n", config="a = [1]\n"), f"`a` is of type integer in {PROJECT}:1, but of type array in {HOME}:1"),
    "include of a wrong type": (world(config="include = [{path = 1}]\n"), INCLUDE.format(HOME)),
    "include without its extension": (
        world(config="include = ['a/.toml']\n"), f"expected a config include path ending with `.toml`, but found `a/.toml` from `{HOME}`",
    ),
    "include of itself": (world(config="include = ['config.toml']\n"), f"config `include` cycle detected with path `{HOME}`"),
    "include with a NUL": (world(config='include = ["\\u0000.toml"]\n'), "file name contained an unexpected NUL byte"),
    "argument of two values": (
        world(["--config", "a={b=1}"]), "error: --config argument `a=…` was not a TOML dotted key expression (such as `build.jobs = 2`)",
    ),
    "argument with a float": (world(["--config", "a=1.5"]), "error: failed to convert --config argument `a=…`: it has a number or date"),
    "secret in an argument": (
        world(["--config", "registries.a.secret-key='x'"]), "error: registries.a.secret-key cannot be set through --config for security reasons",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case, words", CASES.values(), ids=CASES)
def test_words(case, words, root, program):
    result = run(case, root, [program])
    assert result.status == 101
    assert words.replace("ROOT", root) + "\n" in result.stderr.decode()
