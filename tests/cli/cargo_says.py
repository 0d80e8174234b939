"""What the real cargo can be asked about a world, beside what it does in it: its providers, and what each of them answers.

cargo stops at the first provider that answers or fails. To know what the others would have said, it is asked again with one
of them as the registry's own. Which there are it tells in its log.
"""

import dataclasses
import json
import re

from world import File, World, run

GLOBAL = "CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS"
PROBE = "cargo-logout-probe"  # is not there. First of all in the list (if --config has none), so that one of the registry's own differs
TOKEN = ("cargo:token",)

_PAINT = r"(?:\x1b\[[0-9;]*m)*"
_CREDENTIAL = re.compile(rf"{_PAINT}  Credential{_PAINT} .*\n".encode())
_END = re.compile(rf"^(?:{_PAINT}error{_PAINT}: |{_PAINT} +Logout{_PAINT} )".encode(), re.MULTILINE)
_SAME_INDEX = {}  # (cargo, index, index) -> whether cargo takes them for one


@dataclasses.dataclass(frozen=True)
class Answer:
    """Of one provider. Removed is told by nothing at all, which is how cargo ends then."""

    announced: bytes  # what cargo says with -v before it asks
    said: bytes  # by the provider itself
    removed: bool
    handled: bool  # false: it does not do this registry
    error: bytes
    tree: dict


def _rust_list(text):
    """Rust's way to print a list of lists of strings for debugging, or a list of strings."""
    plain = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: json.dumps(chr(int(found[1], 16)))[1:-1], text)
    return json.loads(plain.replace("\\'", "'"))


def louder(world):
    """The same with -v."""
    words = tuple(word for word in world.args if word not in ("-q", "--quiet"))
    return dataclasses.replace(world, args=("-v", *words))


def _all_texts(world):
    return [*(getattr(what, "text", "") or what for what in world.files.values()), *world.args, *world.env.items()]


def _table(name):
    return "registry" if name == "crates-io" else f"registries.{json.dumps(name, ensure_ascii=False)}"


def _with_own_provider(world, name, value):
    """The world in which the registry has this provider, and no other."""
    env = {key: text for key, text in world.env.items() if not re.fullmatch(r"CARGO_REGISTR.*_CREDENTIAL_PROVIDER", key)}
    pairs = list(zip(world.args, (*world.args[1:], "")))
    gone = {n for n, (word, after) in enumerate(pairs) if word == "--config" and "credential-provider=" in after.replace(" ", "")}
    words = [word for n, word in enumerate(world.args) if n not in gone and n - 1 not in gone]
    args = ("--config", f"{_table(name)}.credential-provider={value}", *words)
    return dataclasses.replace(world, env=env, args=args)


class Cargo:
    def __init__(self, root, program):
        self.root, self.program = root, program

    def run(self, world):
        return run(world, self.root, self.program)

    def before(self, world):
        """The files of a world as they are before any program runs."""
        return run(dataclasses.replace(world, args=(), stdout="pipe", stderr="pipe"), self.root, ["/bin/true"]).tree

    def chain(self, world):
        """The providers of the world's registry, in the order in which they are asked; each a tuple of words."""
        if not any("provider" in str(text).lower() for text in _all_texts(world)):
            return (TOKEN,)
        listed = world.env.get(GLOBAL)
        listed = f"{listed} {PROBE}" if isinstance(listed, str) else PROBE
        env = {**world.env, GLOBAL: listed, "CARGO_LOG": "cargo::util::auth=debug"}
        log = self.run(dataclasses.replace(world, env=env, stdout="pipe", stderr="pipe")).stderr.decode()
        everyone = re.search(r"global_providers=(\[.*\])\n", log)
        first = re.search(r"attempting credential provider: (\[.*\])\n", log)
        if not everyone or not first:
            return ()
        every, asked = _rust_list(everyone[1]), _rust_list(first[1])
        if asked != every[0]:
            return (tuple(asked),)
        return tuple(tuple(words) for words in every if words != [PROBE]) or (TOKEN,)

    def _alone(self, world, name, words):
        """What cargo does where this provider is the only one; a list, or in a config that has a string there, a string."""
        values = (json.dumps(list(words), ensure_ascii=False), json.dumps(" ".join(words), ensure_ascii=False))
        for value in values:
            result = self.run(louder(_with_own_provider(world, name, value)))
            if b"failed to merge" not in result.stderr:
                break
        return result

    def answer(self, world, name, words, result=None):
        """Of one provider; `result` is what a run with -v gave in which no other was asked."""
        result = result or self._alone(world, name, words)
        announced = _CREDENTIAL.search(result.stderr)
        end = _END.search(result.stderr)
        ending = result.stderr[end.start() :] if end else b""
        begin = announced.end() if announced else end.start()
        failed = result.status != 0
        unsuited = ending.endswith(b"no credential providers could handle the request\n")
        return Answer(
            announced=announced[0] if announced else b"",
            said=result.stderr[begin : end.start() if end else None],
            removed=not failed and not ending,
            handled=not unsuited,
            error=ending if failed and not unsuited else b"",
            tree=result.tree,
        )

    def shell(self, world, name):
        """(quiet, verbose, painted): how cargo's shell is set in this world. None if it comes to no end there."""
        files = {path: what for path, what in world.files.items() if "/credentials" not in path}
        for value in ('["cargo:token"]', '"cargo:token"'):
            result = self.run(_with_own_provider(dataclasses.replace(world, files=files), name, value))
            if result.status == 0 and not result.stdout:
                announced = _CREDENTIAL.search(result.stderr)
                end = _END.search(result.stderr)
                painted = any(found and found[0].startswith(b"\x1b") for found in (announced, end))
                return (not end, bool(announced), painted)
        return None

    def same_index(self, one, other):
        """Whether cargo takes two indexes for one."""
        key = (tuple(self.program), one, other)
        if key not in _SAME_INDEX:
            text = "".join(f"[registries.{name}]\nindex = {json.dumps(index)}\n" for name, index in (("a", one), ("b", other)))
            result = self.run(World(args=("--registry", "a"), files={"home/.cargo/config.toml": File(text)}))
            _SAME_INDEX[key] = b"multiple registries are configured" in result.stderr
        return _SAME_INDEX[key]
