"""After a run with exit status 0, the real cargo sends no token that was not reported, and with --strict there is no such run.

cargo is asked in the directory of the run and in one without configuration of its own. No other registry loses a token.
TRUTH_WORLDS is the number of random worlds; TRUTH_FIRST the seed of the first.
"""

import os

import pytest

import generate
from stage import World

WORLDS = int(os.environ.get("TRUTH_WORLDS", "300"))
FIRST = int(os.environ.get("TRUTH_FIRST", "0"))
BATCH = 25

# What random worlds found, made small.
R, R2 = ('[registries.r]\nindex = "sparse+http://127.0.0.1:$PORT/%s/"\n' % index for index in ("i1", "i2"))
NAMED = {
    "a provider that says url-not-supported and gives": World(
        files={"h/.cargo/config.toml": R + 'credential-provider = "$TOP/bin/p"\n'},
        names=["r"], command=["--registry", "r"], programs={"p": "url-not-supported"},
    ),
    **{
        f"a provider of the index that home has: {words}": World(
            files={"h/w/p/.cargo/config.toml": R2, "h/.cargo/config.toml": R + 'credential-provider = "$TOP/bin/p"\n'},
            names=["r"], command=words.split(), programs={"p": "honest"},
        )
        for words in ("--registry r", "--all")
    },
    "a provider of an index that home has, and the name means crates.io here": World(
        files={
            "h/w/.cargo/config": '[registries.r]\nindex = "sparse+https://index.crates.io/"\n',
            "h/.cargo/config.toml": R,
        },
        names=["r"], command=["--all"], programs={"p": "liar"}, env={"CARGO_REGISTRIES_R_CREDENTIAL_PROVIDER": "$TOP/bin/p"},
    ),
    "a variable of two names, one of which has the index": World(
        files={
            "h/.cargo/config.toml": '[registries.a-b]\nindex = "sparse+https://index.crates.io/"\n' + R.replace("s.r]", "s.a_b]"),
            "h/w/p/.cargo/config.toml": R,
        },
        names=["r", "a_b"], command=["--registry", "r"], env={"CARGO_REGISTRIES_A_B_TOKEN": "T1"},
    ),
    "an alias whose name has a dot": World(
        files={
            "h/.cargo/config.toml": R + '[registry]\nglobal-credential-providers = ["a.b"]\n'
            '[credential-alias]\na.b = "cargo:token"\n"a.b" = "$TOP/bin/p"\n',
        },
        names=["r"], command=["--registry", "r"], programs={"p": "empty"}, env={"CARGO_REGISTRIES_R_TOKEN": "T1"},
    ),
    "a name in lower case of a variable that is not ASCII": World(
        files={"h/w/p/.cargo/config.toml": 'registries."ünï".credential-provider = "cargo:token-from-stdout $TOP/bin/p"\n'},
        names=["ünï"], command=["--registry", "ünï"], programs={"p": "honest"},
        env={"CARGO_REGISTRIES_ÜNÏ_INDEX": "sparse+http://127.0.0.1:$PORT/i2/"},
    ),
    "words with other white space": World(
        files={"h/.cargo/config.toml": R + '[credential-alias]\n"cargo:token\u00a0" = "$TOP/bin/p"\n'},
        names=["r"], command=["--registry", "r"], programs={"p": "empty"},
        env={"CARGO_REGISTRIES_R_TOKEN": "T1", "CARGO_REGISTRIES_R_CREDENTIAL_PROVIDER": "cargo:token\u00a0"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("world", NAMED.values(), ids=NAMED)
def test_named(stage, world):
    assert stage.check(world) is None


@pytest.mark.parametrize("first", range(FIRST, FIRST + WORLDS, BATCH))
def test_random_worlds(stage, first):
    before = stage.sent_tokens, stage.quiet_runs
    wrong = []
    for seed in range(first, min(first + BATCH, FIRST + WORLDS)):
        maker = generate.Maker(seed).make()
        try:
            failure = stage.check(generate.world_of(maker, maker.features))
        except Exception as error:  # noqa: BLE001: the seed belongs to it
            wrong.append(f"seed {seed}: {error!r}")
            continue
        if failure:
            wrong.append(shrunken(stage, seed, maker))
    assert not wrong, "\n\n".join(wrong)
    assert stage.sent_tokens > before[0] and stage.quiet_runs > before[1]  # else the worlds show nothing


def shrunken(stage, seed, maker):
    def fails(world):
        try:
            return stage.check(world)
        except (AssertionError, OSError, ValueError):
            return None

    world = generate.world_of(maker, generate.smaller(maker, maker.features, fails))
    return f"seed {seed}: {stage.check(world)}\nWorld(\n{world.shown()}\n)"
