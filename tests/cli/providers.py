"""Credential providers for a world. Each is a program that writes its request to a file beside itself and answers as its name says."""

from world import File

HELLO = """echo '{"v":[1]}'\nread -r line\necho "$line" >>"$0.asked"\n"""
REMOVED = """echo '{"Ok":{"kind":"logout"}}'\n"""
NOT_FOUND = """echo '{"Err":{"kind":"not-found"}}'\n"""

# how a provider can answer
BEHAVIOURS = {
    "removes": f'if [ -e "$0.token" ]; then rm "$0.token"; {REMOVED}else {NOT_FOUND}fi\n',
    "done": REMOVED,
    "not-found": NOT_FOUND,
    "not-mine": """echo '{"Err":{"kind":"url-not-supported"}}'\n""",
    "unable": """echo '{"Err":{"kind":"operation-not-supported"}}'\n""",
    "fails": """echo '{"Err":{"kind":"other","message":"it broke","caused-by":["the fan is dirty","no oil"]}}'\n""",
    "two-lines": """echo '{"Err":{"kind":"other","message":"it\\nbroke"}}'\n""",
    "strange": """echo '{"Err":{"kind":"strange"}}'\n""",
    "babbles": "echo done\n",
    "silent": "",
    "dies": "exit 3\n",
    "dies-afterwards": f"{REMOVED}exit 3\n",
    "gives": """echo '{"Ok":{"kind":"get","cache":"never","operation_independent":true,"token":"s3cret-given"}}'\n""",
    "noisy": f"echo 'a word of its own' >&2\n{REMOVED}",
    "noisy-not-found": f"echo 'a word of its own' >&2\n{NOT_FOUND}",
    "noisy-fails": """echo 'a word of its own' >&2\necho '{"Err":{"kind":"other","message":"it broke"}}'\n""",
}


def scripts(providers):
    """Returns the programs of a chain, and the tokens of those that have one. `/x` is a program that does not exist."""
    files = {}
    for name in {provider.split(" ")[0] for provider in providers}:
        behaviour = name.rstrip("-123")
        if behaviour in BEHAVIOURS:
            files[f"bin/{name}"] = File(f"#!/bin/sh\n{HELLO}{BEHAVIOURS[behaviour]}", 0o755)
        if behaviour == "removes":
            files[f"bin/{name}.token"] = "s3cret-plugin\n"
    return files


def command(provider):
    return provider if provider.startswith(("cargo:", "/")) else f"{{ROOT}}/bin/{provider}"
