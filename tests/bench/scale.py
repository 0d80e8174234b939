"""Measures runs on cargo homes that are large in one way: user+sys time and peak memory. Each home is measured at a tenth of its size and at its full
size. Ten times the time is linear.
"""

import ctypes
import dataclasses
import os
import pathlib
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable

import shapes

MIB = 1024 * 1024
FILE_LIMIT = 16 * MIB
GROWTH = 20  # at most; data that no longer fits the caches costs up to twice as much, and a single text even more
GROWTH_OF_TEXT = 30
PTRACE_TRACEME, PTRACE_SYSCALL = 0, 24
LEAST = 2.0  # ms; less than this is the loader's and not measured well


@dataclasses.dataclass
class Cost:
    status: int
    work: float  # ms, user+sys
    peak: float  # MiB


@dataclasses.dataclass
class World:
    """`make` writes the files for a size into a directory and returns variables."""

    make: Callable[[pathlib.Path, int], dict | None]
    count: int
    options: tuple
    status: int = 0
    work: float = 0  # ms at most, 0: any
    peak: float = 0  # MiB at most, 0: any
    growth: float = GROWTH


def write(path, *pieces):
    path.write_text("".join(pieces))


def index(name, index):
    return f'[registries.{name}]\nindex = "sparse+https://example.com/{index}/"\n'


def token(name):
    return f'[registries.{name}]\ntoken = "0123456789abcdefghijklmnopqrstuv"\n'


def registries(home, count):
    write(home / "config.toml", *(index(f"r{i}", i) for i in range(count)))
    write(home / "credentials.toml", *(token(f"r{i}") for i in range(count)))


def sources(home, count):
    """One source for ten registries, each replaced by the next."""
    registries(home, count)
    some = max(count // 10, 1)
    with (home / "config.toml").open("a") as file:
        file.writelines(f'[source.s{i}]\nregistry = "sparse+https://example.org/{i}/"\nreplace-with = "s{i + 1}"\n' for i in range(some))
        file.write(f'[source.s{some}]\nregistry = "sparse+https://example.org/last/"\n[source.crates-io]\nreplace-with = "s0"\n')


def one_index(home, count):
    write(home / "config.toml", *(index(f"r{i}", 0) for i in range(count)))
    write(home / "credentials.toml", *(token(f"r{i}") for i in range(count)))


def chain(home, count):
    """Each name has two indexes, the second of which is that of the one before."""
    (home / ".cargo").mkdir()
    write(home / "config.toml", *(index(f"r{i}", i) for i in reversed(range(count))))
    write(home / ".cargo/config.toml", *(index(f"r{i}", i + 1) for i in reversed(range(count))))
    write(home / "credentials.toml", *(token(f"r{i}") for i in range(count)))


def one_variable(home, count):
    """Names that share one variable."""
    names = ["".join("-_"[i >> bit & 1] + "x" for bit in range(16)) for i in range(count)]
    write(home / "config.toml", *(index("a" + name, i) for i, name in enumerate(names)))
    write(home / "credentials.toml", *(token("a" + name) for name in names))
    return {"CARGO_REGISTRIES_A" + "_X" * 16 + "_TOKEN": "t"}


def providers(home, count):
    """Each registry has its own provider, which a variable sets."""
    own = (index(f"r{i}", i) + f'credential-provider = ["/bin/false", "{i}"]\n' for i in range(count))
    write(home / "config.toml", *own)
    return {f"CARGO_REGISTRIES_R{i}_TOKEN": "t" for i in range(count)}


def global_providers(home, count):
    """Each registry has all providers, so a run on all of them has `count` squared credentials."""
    listed = ", ".join(f'"/bin/false {i}"' for i in range(count))
    write(home / "config.toml", f"[registry]\nglobal-credential-providers = [{listed}]\n", *(index(f"r{i}", i) for i in range(count)))


def pairs(home, count):
    global_providers(home, int(count**0.5))


def variables(home, count):
    return {f"CARGO_REGISTRIES_R{i}_TOKEN": "t" for i in range(count)}


def wrong_variables(home, count):
    registries(home, count)
    return {f"cargo_registries_r{i}_token": "t" for i in range(count)}


def large_file(home, count):
    line = token("r0000000")
    write(home / "credentials.toml", *(token(f"r{i:07}") for i in range(count // len(line))))


def too_large(home, count):
    write(home / "config.toml", index("me", 0))
    write(home / "credentials.toml", token("me"), "# ", "x" * count, "\n")


def junk(home, count):
    """Unknown keys in several files, and a warning for each."""
    each = count // 4
    write(home / "config.toml", "include = ['a.toml', 'b.toml', 'c.toml', 'd.toml']\n", index("me", 0))
    for name in "abcd":
        head = "[registries.me]\n" if name == "a" else f"[{name}]\n"
        line = "key-without-any-use-0000000 = 'and its value, which is long enough'\n"
        write(home / f"{name}.toml", head, *(line.replace("0000000", f"{i:07}") for i in range((each - 100) // len(line))))


def layers(home, count):
    """Included files, which all have the same 300 keys."""
    write(home / "config.toml", f"include = {[f'{i}.toml' for i in range(count)]}\n")
    for i in range(count):
        write(home / f"{i}.toml", *(index(f"r{number}", number) for number in range(300)))


def different_layers(home, count):
    """Included files, each with its own 500 names."""
    write(home / "config.toml", f"include = {[f'{i}.toml' for i in range(count)]}\n")
    for i in range(count):
        write(home / f"{i}.toml", *(index(f"r{i}-{number}", number) + 'unused = "x"\n' for number in range(500)))


def different_tokens(home, count):
    write(home / "credentials.toml", *(token(f"r{i}").replace("0123", f"{i:04}") for i in range(count)))


def no_file(home, count):
    """No provider's program exists, so each fails. Two messages report them."""
    own = ("credential-provider = 'cargo:token-from-stdout x'\n", "credential-provider = 'cargo:token-from-stdout y'\n")
    write(home / "config.toml", *(index(f"r{i}", i) + own[i % 2] for i in range(count)))


def text_of(shape):
    return lambda home, count: write(home / "credentials.toml", shape.text(count))


WORLDS = {
    "--all over 10,000 registries": World(registries, 10_000, ("--all",), work=300, peak=60),
    "--status of them": World(registries, 10_000, ("--status",)),
    "JSON of them": World(registries, 10_000, ("--status", "--message-format", "json")),
    "10,000 registries, 1,000 sources": World(sources, 10_000, ("--all",)),
    "10,000 names of one index": World(one_index, 10_000, ("--all",)),
    "10,000 names in a chain": World(chain, 10_000, ("--all",)),
    "10,000 names of one variable": World(one_variable, 10_000, ("--all",)),
    "1,000 variables and providers": World(providers, 1_000, ("--status",)),
    "1,000 global providers, registries": World(global_providers, 1_000, ("--registry", "r1", "--status")),
    "100,000 pairs of them": World(pairs, 100_000, ("--status",)),
    "900 files with the same keys": World(layers, 900, ("--all",), growth=GROWTH_OF_TEXT),
    "100 files with different names": World(different_layers, 100, ("--all",), growth=GROWTH_OF_TEXT),
    "one index of them": World(different_layers, 100, ("--registry", "r1-1"), growth=GROWTH_OF_TEXT),
    "copies of 10,000 tokens": World(different_tokens, 10_000, ("--all", "--copies")),
    "10,000 failures": World(no_file, 10_000, ("--all",), status=101),
    "60,000 variables": World(variables, 60_000, ("--all",), growth=GROWTH_OF_TEXT),
    "wrong variables": World(wrong_variables, 10_000, ("--all",)),
    "a file of 15 MB": World(large_file, 15_000_000, ("--all",), growth=GROWTH_OF_TEXT),
    "a file of more than 16 MiB": World(too_large, FILE_LIMIT, ("--registry", "me"), status=101),
    "64 MB of junk": World(junk, 64_000_000, ("--registry", "me", "--everywhere"), growth=GROWTH_OF_TEXT),
}
for group, status in ((shapes.TAKEN, 0), (shapes.REFUSED, 101)):
    WORLDS |= {name: World(text_of(shape), shape.count, ("--dry-run",), status, growth=GROWTH_OF_TEXT) for name, shape in group.items() if shape.count >= 1000}


def times(command, home, environment):
    """Runs a program and discards its output. Returns the exit status, and wall and user+sys time in ms."""
    os.chdir(home)
    silent = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in range(3)]
    start = time.perf_counter()
    process = os.posix_spawn(command[0], command, environment, file_actions=silent)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - start
    return os.waitstatus_to_exitcode(status), wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3


def peak(command, home, environment):
    """in KiB; not that of wait4(), which starts at the size of this program"""
    trace = ctypes.CDLL(None).ptrace
    process = subprocess.Popen(
        command, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: trace(PTRACE_TRACEME, 0, None, None),
    )  # fmt: skip
    most, status = 0, os.waitpid(process.pid, 0)[1]
    while os.WIFSTOPPED(status):
        sizes = pathlib.Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        most = max(most, int(re.search(r"^Rss: +(\d+)", sizes, re.M).group(1)))
        trace(PTRACE_SYSCALL, process.pid, None, None)
        status = os.waitpid(process.pid, 0)[1]
    process.returncode = os.waitstatus_to_exitcode(status)
    return most


def measure(how, program, world, count):
    """`how` is times() or peak()."""
    with tempfile.TemporaryDirectory(prefix="cargo-logout-scale-") as home:
        more = world.make(pathlib.Path(home), count) or {}
        return how([program, *world.options], home, {"HOME": home, "CARGO_HOME": home, "PATH": "/usr/bin:/bin"} | more)


def cost(program, world, count):
    status, _, work = measure(times, program, world, count)
    return Cost(status, work, measure(peak, program, world, count) / 1024)


def verdicts(program, judge, chosen=""):
    print("\nLarge in one way: user+sys and peak memory, at a tenth and at full size")
    resource.setrlimit(resource.RLIMIT_STACK, (64 * MIB, resource.RLIM_INFINITY))  # limits the environment, too
    good = True
    for name, world in WORLDS.items():
        if chosen not in name:
            continue
        least, most = (cost(program, world, count) for count in (world.count // 10, world.count))
        growth = most.work / max(least.work, LEAST)
        shown = f"{growth:5.1f} times ({least.work:.1f} ms {least.peak:.1f} MiB, {most.work:.1f} ms {most.peak:.1f} MiB)"
        good &= judge(f"{name:34}", growth, world.growth, shown)
        for what, value, limit in (("ms", most.work, world.work), ("MiB", most.peak, world.peak)):
            if limit:
                good &= judge(f"    {what}", value, limit, f"{value:.1f} (at most {limit})")
        if most.status != world.status:
            good = judge("    exit status", 1, 0, f"{most.status} instead of {world.status}")
    return good
