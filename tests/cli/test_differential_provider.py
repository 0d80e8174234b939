"""Which credential providers, in which order: only those that are resolved without running a program."""

from cases import LOGGED_IN, MY_REG, contests, mine, world

TOKEN = "credential-provider = 'cargo:token'\n"


def of(value, args="", **rest):
    """crates.io with this credential-provider."""
    return world(args, config=f"[registry]\ncredential-provider = {value}\n", **rest)


def of_all(value, args="", more="", **rest):
    return world(args, config=f"[registry]\nglobal-credential-providers = {value}\n{more}", **rest)


SPECIFIC = {
    "white space around": of("'  cargo:token\t'", "-v"),
    "empty string": of("''"),
    "empty list": of("[]"),
    "from stdout": of("'cargo:token-from-stdout echo x'", "-v"),
    "wincred, variable ignored": of("'cargo:wincred'", creds=None, env={"CARGO_REGISTRY_TOKEN": "s3cret"}),
    "paseto, secret key": of("'cargo:paseto'", creds="[registry]\nsecret-key='s3cret'\n"),
    "wincred, token in config": world(creds=None, config="[registry]\ncredential-provider='cargo:wincred'\ntoken='s3cret'\n"),
    "of my-reg, not of crates.io": mine("-v", config=MY_REG + "[registry]\ncredential-provider='cargo:wincred'\n"),
    "of crates-io under registries": world("-v", config="[registries.crates-io]\ncredential-provider='cargo:wincred'\n"),
    "in the credentials": world("-v", creds=LOGGED_IN.replace("[registry]\n", "[registry]\ncredential-provider='cargo:wincred'\n")),
}

test_specific = contests(SPECIFIC)

GLOBAL = {
    "token with arguments": of_all("['cargo:token a  b']", "-v"),
    "all but libsecret": of_all("['cargo:token', 'cargo:macos-keychain', 'cargo:wincred']", "-v", creds=None),
    "paseto last asked, not logged in": of_all("['cargo:paseto', 'cargo:token']", "-v", creds=None),
    "from stdout last asked": of_all("['cargo:token-from-stdout x', 'cargo:token']", "-v"),
    "program never reached": of_all("['/no/such', 'cargo:token']", "-v"),
    "empty string in it": of_all("['']"),
    "blank and token": of_all("['cargo:token', ' ']"),
    "specific for my-reg wins": mine("-v", config=MY_REG + TOKEN + "[registry]\nglobal-credential-providers=['cargo:wincred']\n"),
    "warning names the variable": mine(config=MY_REG + "[registry]\nglobal-credential-providers=['cargo:wincred']\n", creds=None, env={"CARGO_REGISTRIES_MY_REG_TOKEN": "s3cret"}),
    "in the credentials": world("-v", creds=LOGGED_IN.replace("[registry]\n", "[registry]\nglobal-credential-providers=['cargo:token', 'cargo:wincred']\n")),
    "by --config over home": world(["-v", "--config", "registry.global-credential-providers=['cargo:token']"], config="[registry]\nglobal-credential-providers=['cargo:wincred']\n"),
}

test_global = contests(GLOBAL)

VARIABLES = {
    "specific, empty": world(env={"CARGO_REGISTRY_CREDENTIAL_PROVIDER": ""}),
    "specific over the file's": of("'cargo:wincred'", "-v", env={"CARGO_REGISTRY_CREDENTIAL_PROVIDER": "cargo:token"}),
    "global, empty": world("-v", env={"CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS": ""}),
    "global, joined": of_all("['cargo:token']", "-v", env={"CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS": "cargo:wincred"}),
    "alias over the file's": of("'p'", "-v", env={"CARGO_CREDENTIAL_ALIAS_P": "cargo:token"}, project="[credential-alias]\np='cargo:wincred'\n"),
    "wrong case": world("-v", env={"cargo_registry_credential_provider": "cargo:wincred"}),
}

test_variables = contests(VARIABLES)


def alias(provider, aliases, args="-v", **rest):
    return world(args, config=f"[registry]\ncredential-provider={provider}\n[credential-alias]\n{aliases}\n", **rest)


ALIASES = {
    "list": alias("'p'", "p=['cargo:token', 'a b']"),
    "shadows token": alias("'cargo:token'", "'cargo:token'='cargo:wincred'"),
    "shadows token, default": world("-v", config="[credential-alias]\n'cargo:token'='cargo:wincred'\n"),
    "shadows token in project": world("-v", config="[registry]\n" + TOKEN, project="[credential-alias]\n'cargo:token'='x'\n"),
    "in global": of_all("['p']", "-v", "[credential-alias]\np='cargo:token x'\n"),
    "in the credentials": world("-v", config="[registry]\ncredential-provider='p'\n", creds=LOGGED_IN + "[credential-alias]\np='cargo:token'\n"),
}

test_aliases = contests(ALIASES)
