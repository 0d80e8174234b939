"""Which credential providers, in which order: only those that are resolved without running a program."""

from cases import LOGGED_IN, MY_REG, contests, mine, world

TOKEN = "credential-provider = 'cargo:token'\n"


def of(value, args="", **rest):
    """crates.io with this credential-provider."""
    return world(args, config=f"[registry]\ncredential-provider = {value}\n", **rest)


def of_all(value, args="", more="", **rest):
    return world(args, config=f"[registry]\nglobal-credential-providers = {value}\n{more}", **rest)


SPECIFIC = {
    "token": of("'cargo:token'"),
    "token, -v": of("'cargo:token'", "-v"),
    "token with arguments": of("'cargo:token a b'", "-v"),
    "white space around": of("'  cargo:token\t'", "-v"),
    "empty string": of("''"),
    "empty list": of("[]"),
    "integer": of("3"),
    "mixed list": of("['cargo:token', 3]"),
    "paseto": of("'cargo:paseto'", "-v"),
    "wincred": of("'cargo:wincred'", "-v"),
    "from stdout": of("'cargo:token-from-stdout echo x'", "-v"),
    "token, not logged in": of("'cargo:token'", "-v", creds=None),
    "wincred, token ignored": of("'cargo:wincred'"),
    "wincred, secret key ignored": of("'cargo:wincred'", creds="[registry]\nsecret-key='s3cret'\n"),
    "wincred, variable ignored": of("'cargo:wincred'", creds=None, env={"CARGO_REGISTRY_TOKEN": "s3cret"}),
    "paseto, token ignored": of("'cargo:paseto'"),
    "paseto, secret key": of("'cargo:paseto'", creds="[registry]\nsecret-key='s3cret'\n"),
    "wincred, token in config": world(creds=None, config="[registry]\ncredential-provider='cargo:wincred'\ntoken='s3cret'\n"),
    "of my-reg": mine("-v", config=MY_REG + TOKEN),
    "of my-reg, wincred": mine("-v", config=MY_REG + "credential-provider='cargo:wincred'\n"),
    "of my-reg, not of crates.io": mine("-v", config=MY_REG + "[registry]\ncredential-provider='cargo:wincred'\n"),
    "of another": mine("-v", config=MY_REG + "[registries.other]\nindex='https://o.org'\ncredential-provider='cargo:wincred'\n"),
    "of crates-io under registries": world("-v", config="[registries.crates-io]\ncredential-provider='cargo:wincred'\n"),
    "in the credentials": world("-v", creds=LOGGED_IN.replace("[registry]\n", "[registry]\ncredential-provider='cargo:wincred'\n")),
    "in the credentials, over config": world("-v", config="[registry]\n" + TOKEN, creds=LOGGED_IN.replace("[registry]\n", "[registry]\ncredential-provider='cargo:wincred'\n")),
    "project over home": world("-v", config="[registry]\ncredential-provider='cargo:wincred'\n", project="[registry]\n" + TOKEN),
    "list in project over string at home": world("-v", config="[registry]\ncredential-provider='cargo:wincred'\n", project="[registry]\ncredential-provider=['cargo:token']\n"),
}

test_specific = contests(SPECIFIC)

GLOBAL = {
    "token": of_all("['cargo:token']", "-v"),
    "token with arguments": of_all("['cargo:token a  b']", "-v"),
    "wincred first": of_all("['cargo:wincred', 'cargo:token']", "-v"),
    "keychain and wincred last": of_all("['cargo:token', 'cargo:wincred', 'cargo:macos-keychain x']", "-v"),
    "all but libsecret": of_all("['cargo:token', 'cargo:macos-keychain', 'cargo:wincred']", "-v", creds=None),
    "paseto first asked": of_all("['cargo:token', 'cargo:paseto']", "-v"),
    "paseto last asked": of_all("['cargo:paseto', 'cargo:token']", "-v"),
    "paseto last asked, not logged in": of_all("['cargo:paseto', 'cargo:token']", "-v", creds=None),
    "from stdout last asked": of_all("['cargo:token-from-stdout x', 'cargo:token']", "-v"),
    "program never reached": of_all("['/no/such', 'cargo:token']", "-v"),
    "only wincred": of_all("['cargo:wincred']", "-v"),
    "only wincred, my-reg": mine("-v", config=MY_REG + "[registry]\nglobal-credential-providers=['cargo:wincred']\n"),
    "only wincred, not logged in": of_all("['cargo:wincred']", "-v", creds=None),
    "only wincred, -q": of_all("['cargo:wincred']", "-q"),
    "only paseto, secret key": of_all("['cargo:paseto']", creds="[registry]\nsecret-key='s3cret'\n"),
    "token, secret key": of_all("['cargo:token']", creds="[registry]\ntoken='s3cret'\nsecret-key='s3cret'\n"),
    "empty list": of_all("[]", "-v"),
    "empty string in it": of_all("['']"),
    "blank in it": of_all("[' ']"),
    "blank and token": of_all("['cargo:token', ' ']"),
    "string": of_all("'cargo:token'"),
    "integer": of_all("3"),
    "specific wins": of_all("['cargo:wincred']", "-v", TOKEN),
    "specific for my-reg wins": mine("-v", config=MY_REG + TOKEN + "[registry]\nglobal-credential-providers=['cargo:wincred']\n"),
    "token warning with credentials of my-reg": mine(config=MY_REG + "[registry]\nglobal-credential-providers=['cargo:macos-keychain']\n"),
    "warning names the variable": mine(config=MY_REG + "[registry]\nglobal-credential-providers=['cargo:wincred']\n", creds=None, env={"CARGO_REGISTRIES_MY_REG_TOKEN": "s3cret"}),
    "project over home": world("-v", config="[registry]\nglobal-credential-providers=['cargo:wincred']\n", project="[registry]\nglobal-credential-providers=['cargo:token']\n"),
    "in the credentials": world("-v", creds=LOGGED_IN.replace("[registry]\n", "[registry]\nglobal-credential-providers=['cargo:token', 'cargo:wincred']\n")),
    "by --config over home": world(["-v", "--config", "registry.global-credential-providers=['cargo:token']"], config="[registry]\nglobal-credential-providers=['cargo:wincred']\n"),
}

test_global = contests(GLOBAL)

VARIABLES = {
    "specific": world("-v", env={"CARGO_REGISTRY_CREDENTIAL_PROVIDER": "cargo:token"}),
    "specific, empty": world(env={"CARGO_REGISTRY_CREDENTIAL_PROVIDER": ""}),
    "specific over the file's": of("'cargo:wincred'", "-v", env={"CARGO_REGISTRY_CREDENTIAL_PROVIDER": "cargo:token"}),
    "specific of my-reg": mine("-v", env={"CARGO_REGISTRIES_MY_REG_CREDENTIAL_PROVIDER": "cargo:token"}),
    "specific of another": mine("-v", env={"CARGO_REGISTRIES_OTHER_CREDENTIAL_PROVIDER": "cargo:wincred"}),
    "global": world("-v", env={"CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS": "cargo:token cargo:wincred"}),
    "global, empty": world("-v", env={"CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS": ""}),
    "global, joined": of_all("['cargo:token']", "-v", env={"CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS": "cargo:wincred"}),
    "alias": of("'my-alias'", "-v", env={"CARGO_CREDENTIAL_ALIAS_MY_ALIAS": "cargo:token a"}),
    "alias over the file's": of("'p'", "-v", env={"CARGO_CREDENTIAL_ALIAS_P": "cargo:token"}, project="[credential-alias]\np='cargo:wincred'\n"),
    "wrong case": world("-v", env={"cargo_registry_credential_provider": "cargo:wincred"}),
}

test_variables = contests(VARIABLES)


def alias(provider, aliases, args="-v", **rest):
    return world(args, config=f"[registry]\ncredential-provider={provider}\n[credential-alias]\n{aliases}\n", **rest)


ALIASES = {
    "string": alias("'p'", "p='cargo:token'"),
    "string with arguments": alias("'p'", "p='cargo:token a b'"),
    "list": alias("'p'", "p=['cargo:token', 'a b']"),
    "wincred": alias("'p'", "p='cargo:wincred'"),
    "shadows token": alias("'cargo:token'", "'cargo:token'='cargo:wincred'"),
    "shadows token, default": world("-v", config="[credential-alias]\n'cargo:token'='cargo:wincred'\n"),
    "shadows token in project": world("-v", config="[registry]\n" + TOKEN, project="[credential-alias]\n'cargo:token'='x'\n"),
    "shadows token with arguments": alias("'cargo:token a'", "'cargo:token'='cargo:wincred'"),
    "in global": of_all("['p']", "-v", "[credential-alias]\np='cargo:token x'\n"),
    "in the credentials": world("-v", config="[registry]\ncredential-provider='p'\n", creds=LOGGED_IN + "[credential-alias]\np='cargo:token'\n"),
    "token ignored by an alias of wincred": alias("'p'", "p='cargo:wincred'", ""),
}

test_aliases = contests(ALIASES)
