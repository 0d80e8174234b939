"""Measures what one logout costs, in turn, on the same files: cargo-logout, the real cargo and the floor program, then the static
cargo-logout, a static floor program, and a static program that does nothing.

    ./bench [--runs N] [--sizes 1,1000,100000] [--dir DIRECTORY] [--against PROGRAM]

Each run starts from the same file, written anew and synced before the clock starts. Wall time is the median (and the
least); user+sys is the mean; system calls are counted by strace, the dynamic loader's too. Peak memory is the median of the
resident pages in /proc/PID/smaps_rollup, read at each system call: the kernel's own count can lag by 32 pages on each processor.
"""

import argparse
import collections
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / "tests/cli"), str(PROJECT / "tests/toml")]

import oracle  # noqa: E402
import scale  # noqa: E402

BUILD = PROJECT / "build"
STATIC_BUILD = PROJECT / f"build-static/{platform.machine()}-unknown-linux-musl/build"
OURS, CARGO, FLOOR, STATIC, STATIC_FLOOR, EMPTY = "cargo-logout", "cargo", "floor", "static", "static floor", "static empty"
# What the project promises. A higher ratio is marked and makes the exit status 1.
FLOOR_RATIO, CARGO_RATIO, CARGO_RATIO_LARGE, CALLS, MEMORY = 1.5, 1 / 6, 1 / 25, 90, 1.5 * 1024
STATIC_FLOOR_RATIO, STATIC_CARGO_RATIO, STATIC_CALLS, STATIC_MEMORY = 1.6, 1 / 20, 45, 400
PEAKS = 25  # where a program is mapped decides what else the kernel maps with its pages
SMALL, LARGE = 1, 100_000


def credentials(count):
    """The file of so many registries, and the bytes of the middle one's token."""
    head = '[registry]\ntoken = "cio0123456789abcdefghijklmnopqrstuv"\n'
    tables = [f'\n[registries.r{number}]\ntoken = "0123456789abcdefghijklmnopqrstuv"\n' for number in range(count)]
    victim = count // 2
    before = head + "".join(tables[:victim])
    header, line = tables[victim].rsplit("\n", 2)[0] + "\n", tables[victim].rsplit("\n", 2)[1] + "\n"
    return (head + "".join(tables)).encode(), f"r{victim}", len(before) + len(header), len(line)


Cost = collections.namedtuple("Cost", "wall least work peak calls")  # ms, ms, ms, KiB, a number


class Bench:
    def __init__(self, folder, count):
        self.home = pathlib.Path(folder)
        self.text, self.name, offset, length = credentials(count)
        self.file = self.home / "credentials.toml"
        self.file.write_bytes(self.text)
        (self.home / "config.toml").write_text(f'[registries.{self.name}]\nindex = "sparse+https://example.com/index/"\n')
        self.expected = self.text[:offset] + self.text[offset + length :]
        self.blank = self.text[:offset] + b" " * (length - 1) + self.text[offset + length - 1 :]
        self.commands = {
            OURS: [BUILD / "cargo-logout", "--registry", self.name],
            CARGO: [oracle.cargo_path(), "logout", "--registry", self.name],
            FLOOR: [BUILD / "tests/bench/floor", self.file, str(offset), str(length)],
            STATIC: [STATIC_BUILD / "cargo-logout", "--registry", self.name],
            STATIC_FLOOR: [STATIC_BUILD / "tests/bench/floor", self.file, str(offset), str(length)],
            EMPTY: [STATIC_BUILD / "tests/bench/empty"],
        }
        self.environment = {"HOME": str(self.home), "CARGO_HOME": str(self.home), "PATH": "/usr/bin:/bin"}

    def restore(self):
        fd = os.open(self.file, os.O_RDWR)
        os.ftruncate(fd, 0)
        os.pwrite(fd, self.text, 0)
        os.fsync(fd)
        os.close(fd)

    def check(self, who, status):
        after = self.file.read_bytes()
        # cargo-logout can leave a blank line instead of the pair.
        right = after != self.text if who == CARGO else after in ([self.text] if who == EMPTY else [self.expected, self.blank])
        if status != 0 or not right:
            sys.exit(f"{who} did not do its work")

    def measure(self, who):
        """wall in ms, user+sys in ms"""
        self.restore()
        status, wall, work = scale.times(self.commands[who], self.home, self.environment)
        self.check(who, status)
        return wall, work

    def peak(self, who):
        self.restore()
        return scale.peak(self.commands[who], self.home, self.environment)

    def system_calls(self, who):
        self.restore()
        trace = self.home / "trace"
        command = ["strace", "-f", "-qq", "-o", trace, *self.commands[who]]
        self.check(who, subprocess.run(command, cwd=self.home, env=self.environment, capture_output=True, check=False).returncode)
        lines = trace.read_text(errors="replace").splitlines()
        return sum(1 for line in lines if re.match(r"\d+ +(\w+\(|<\.\.\. \w+ resumed)", line) and "unfinished" not in line)


def file_system(folder):
    out = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=True).stdout
    return out.strip()


def table(bench, runs):
    """Measures all of them in turn, prints their rows and returns them."""
    times = {who: [] for who in bench.commands}
    for _ in range(runs):
        for who, row in times.items():
            row.append(bench.measure(who))
    rows = {}
    for who, row in times.items():
        walls, works = zip(*row)
        peak = statistics.median(bench.peak(who) for _ in range(min(runs, PEAKS)))
        rows[who] = Cost(statistics.median(walls), min(walls), statistics.mean(works), peak, bench.system_calls(who))
        cost = rows[who]
        print(f"  {who:14}{cost.wall:9.2f} ms{cost.least:9.2f} ms{cost.work:9.2f} ms{cost.peak:9.0f} KiB{cost.calls:7}")
    return rows


def judge(what, value, limit, shown):
    good = value <= limit
    print(f"  {'ok  ' if good else 'OVER'} {what}: {shown}")
    return good


def verdicts(count, rows):
    """Returns the promises for this size."""
    ours, cargo, floor, static, static_floor, _ = rows.values()
    to_floor, to_cargo = ours.wall / floor.wall, ours.wall / cargo.wall
    static_to_floor, static_to_cargo = static.wall / static_floor.wall, static.wall / cargo.wall
    good = True
    if count == SMALL:
        good &= judge("wall to floor", to_floor, FLOOR_RATIO, f"{to_floor:.2f} (at most {FLOOR_RATIO})")
        good &= judge("wall to cargo", to_cargo, CARGO_RATIO, f"1/{1 / to_cargo:.1f} (at most 1/6)")
        good &= judge("system calls", ours.calls, CALLS, f"{ours.calls} (at most {CALLS})")
        more = ours.peak - floor.peak
        good &= judge("peak over floor's", more, MEMORY, f"{more / 1024:.2f} MiB (at most 1.5)")
        good &= judge("static: wall to its floor", static_to_floor, STATIC_FLOOR_RATIO, f"{static_to_floor:.2f} (at most {STATIC_FLOOR_RATIO})")
        good &= judge("static: wall to cargo", static_to_cargo, STATIC_CARGO_RATIO, f"1/{1 / static_to_cargo:.1f} (at most 1/20)")
        good &= judge("static: system calls", static.calls, STATIC_CALLS, f"{static.calls} (at most {STATIC_CALLS})")
        good &= judge("static: peak", static.peak, STATIC_MEMORY, f"{static.peak:.0f} KiB (at most {STATIC_MEMORY})")
    elif count >= LARGE:
        good &= judge("wall to cargo", to_cargo, CARGO_RATIO_LARGE, f"1/{1 / to_cargo:.1f} (at most 1/25)")
    if count > SMALL:
        print(f"       wall to floor: {to_floor:.2f}, to cargo: 1/{1 / to_cargo:.1f}; static: {static_to_floor:.2f}, 1/{1 / static_to_cargo:.1f}")
    return good


def against(folder, program, runs):
    """Measures one logout, in turn with another build of this program."""
    bench = Bench(folder, SMALL)
    bench.commands = {OURS: bench.commands[OURS], program: [program, *bench.commands[OURS][1:]]}
    print(f"\nOne logout, {runs} runs in turn")
    pairs = [[bench.measure(who)[0] for who in bench.commands] for _ in range(runs)]
    ratio = statistics.median(ours / other for ours, other in pairs)
    return judge(f"wall to {program}", ratio, 1.03, f"{ratio:.3f} (at most 1.03)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200, help="for one registry; fewer for large files")
    parser.add_argument("--sizes", default="1,1000,10000,100000")
    parser.add_argument("--dir", default=None, help="where the files lie (default: the temporary directory)")
    parser.add_argument("--against", help="another build of cargo-logout, which this one must not be slower than")
    parser.add_argument("--scale", metavar="WORD", help="only the homes that are large in one way, and only those with WORD in their name")
    options = parser.parse_args()
    if options.scale is not None:
        return 0 if scale.verdicts(BUILD / "cargo-logout", judge, options.scale) else 1
    folder = tempfile.mkdtemp(prefix="cargo-logout-bench-", dir=options.dir)
    major, minor = oracle.cargo_version()
    print(f"cargo {major}.{minor}: {oracle.cargo_path()}\nfiles on {file_system(folder)}, {os.cpu_count()} CPUs")
    good = True
    try:
        for count in map(int, options.sizes.split(",")):
            runs = max(5, options.runs // (1 if count < 10_000 else 10 if count < LARGE else 20))
            print(f"\n{count:,} registries, {runs} runs     median      least   user+sys       peak  calls")
            rows = table(Bench(folder, count), runs)
            good &= verdicts(count, rows)
        if options.against:
            good &= against(folder, options.against, options.runs)
        good &= scale.verdicts(BUILD / "cargo-logout", judge)
    finally:
        shutil.rmtree(folder)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
