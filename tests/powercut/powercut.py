"""Runs a program on a disk that records writes and flushes, and builds all disks that a power cut can leave. Such a disk has everything that was
written before its last flush, and any of the pages that were written since. See docs/powercut.md.
"""

import collections
import contextlib
import ctypes
import dataclasses
import fcntl
import itertools
import os
import random
import re
import shutil
import signal
import subprocess
import time
import tomllib

import inject
import invariants

PAGE = 4096
ALL_SUBSETS = 8  # of so many pages between two flushes; of more, each prefix and
RANDOM_SUBSETS = 200
TIME_LIMIT = 60
BLKFLSBUF = 0x1261
CLONE_NEWNS, MS_REC_PRIVATE = 0x20000, 0x44000
MKFS_EXT4 = "mkfs.ext4 -q -b 4096 -E nodiscard,lazy_itable_init=0,lazy_journal_init=0"

libc = ctypes.CDLL(None, use_errno=True)


@dataclasses.dataclass(frozen=True)
class FileSystem:
    kind: str
    mkfs: str
    megabytes: int
    options: str = ""


FILE_SYSTEMS = {
    "ext4-ordered": FileSystem("ext4", MKFS_EXT4, 32, "data=ordered"),
    "ext4-writeback": FileSystem("ext4", MKFS_EXT4, 32, "data=writeback"),
    "ext4-journal": FileSystem("ext4", MKFS_EXT4, 32, "data=journal"),
    "xfs": FileSystem("xfs", "mkfs.xfs -q -K", 300),
    "btrfs": FileSystem("btrfs", "mkfs.btrfs -q -K", 128, "nodiscard"),
}


def _check(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def hide_mounts():
    """Gives this process its own mount namespace. Otherwise a namespace that another program creates would keep a disk mounted."""
    _check(libc.unshare(CLONE_NEWNS))
    libc.mount(b"none", b"/", None, MS_REC_PRIVATE, None)  # in a chroot, / can be no mount


def write_back(where):
    directory = os.open(where, os.O_RDONLY)
    try:
        _check(libc.syncfs(directory))
    finally:
        os.close(directory)


@contextlib.contextmanager
def mounted(device, where, fs):
    _check(libc.mount(device.encode(), str(where).encode(), fs.kind.encode(), 0, fs.options.encode()))
    try:
        yield
    finally:
        _check(libc.umount2(str(where).encode(), 0))


@contextlib.contextmanager
def loop_device(path):
    device = subprocess.run(["losetup", "-f", "--show", path], capture_output=True, text=True, check=True).stdout.strip()
    try:
        yield device
    finally:
        subprocess.run(["losetup", "-d", device], check=True)


def read_image(path):
    """{number of a page: its bytes}, of those that are not all zeros."""
    pages = {}
    with open(path, "rb") as image:
        end = image.seek(0, os.SEEK_END)
        at = 0
        while at < end:
            try:
                at = image.seek(at, os.SEEK_DATA)
            except OSError:  # no more data
                break
            hole = image.seek(at, os.SEEK_HOLE)
            for start in range(at // PAGE * PAGE, hole, PAGE):
                data = os.pread(image.fileno(), PAGE, start)
                if data.strip(b"\0"):
                    pages[start // PAGE] = data
            at = hole
    return pages


class Recorder:
    """A file system on a recorded disk. `where` is the same each time, so that paths in files stay right."""

    def __init__(self, directory, program, fs):
        self.fs = fs
        self.where = directory / "mnt"
        self.image = directory / "image"
        self.log = directory / "log"
        self.fuse = directory / "fuse"
        self.program = program
        for path in (self.where, self.fuse):
            path.mkdir(exist_ok=True)
        self.image.unlink(missing_ok=True)
        self.image.touch()
        self.size = fs.megabytes << 20
        os.truncate(self.image, self.size)
        subprocess.run([*fs.mkfs.split(), self.image], check=True, capture_output=True)

    @contextlib.contextmanager
    def disk(self):
        with subprocess.Popen([self.program, self.image, self.log, self.fuse]) as recorder:
            try:
                end = time.monotonic() + TIME_LIMIT
                while not (self.fuse / "disk").exists():
                    assert recorder.poll() is None and time.monotonic() < end, "the recorder does not start"
                    time.sleep(0.01)
                with loop_device(self.fuse / "disk") as device:
                    yield device
            finally:
                subprocess.run(["umount", self.fuse], check=False)
                recorder.terminate()

    def records(self):
        """[(kind, offset, bytes)] so far."""
        data = self.log.read_bytes()
        found, at = [], 0
        while at < len(data):
            end = data.index(b"\n", at)
            kind, offset, length = data[at:end].split()
            at = end + 1 + int(length)
            found.append((kind.decode(), int(offset), data[end + 1 : at]))
        return found

    def said(self):
        return "".join(data.decode() for kind, _, data in self.records() if kind == "S")

    def record(self, prepare, run):
        """`prepare()` fills the file system; `run()` is what is recorded. The disk before it, and the records."""
        with self.disk() as device:
            with mounted(device, self.where, self.fs):
                prepare()
            with mounted(device, self.where, self.fs):
                write_back(self.where)
                base, start = read_image(self.image), len(self.records())
                run()
                write_back(self.where)
            return base, self.records()[start:]

    def start(self, command, env, cwd):
        """What it prints is recorded."""
        said = os.open(self.fuse / "said", os.O_WRONLY | os.O_APPEND)
        try:
            return subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.PIPE, stdout=said, stderr=said, text=True)
        finally:
            os.close(said)

    def say(self, text):
        with open(self.fuse / "said", "a", encoding="utf-8") as said:
            said.write(text)


def epochs(records):
    """(pieces, said) for each flush: what was written since the one before, in pages, and all that was printed until it came."""
    said, pieces = "", []
    for kind, offset, data in [*records, ("F", 0, b"")]:
        if kind == "S":
            said += data.decode()
        elif kind == "W":
            borders = [offset, *range((offset // PAGE + 1) * PAGE, offset + len(data), PAGE), offset + len(data)]
            pieces += [(start, data[start - offset : end - offset]) for start, end in itertools.pairwise(borders)]
        else:
            yield pieces, said
            pieces = []


def subsets(count):
    if count <= ALL_SUBSETS:
        yield from itertools.product((False, True), repeat=count)
        return
    chance = random.Random(count)
    for length in range(count + 1):
        yield (True,) * length + (False,) * (count - length)
    for _ in range(RANDOM_SUBSETS):
        share = chance.random()
        yield tuple(chance.random() < share for _ in range(count))


def written(pages, pieces):
    """The disk with the pieces on it."""
    pages = dict(pages)
    for offset, data in pieces:
        number, start = divmod(offset, PAGE)
        old = pages.get(number, bytes(PAGE))
        pages[number] = old[:start] + data + old[start + len(data) :]
    return pages


def disks(base, records):
    """(pages, said) for each different disk that a power cut can leave."""
    seen = set()
    for pieces, said in epochs(records):
        for chosen in subsets(len(pieces)):
            pages = written(base, itertools.compress(pieces, chosen))
            key = hash((frozenset(pages.items()), said))
            if key not in seen:
                seen.add(key)
                yield pages, said
        base = written(base, pieces)


def claims(said):
    """The registries of which this output says that they were removed."""
    return re.findall(r"token for `([^`]+)` has been removed", said)


@contextlib.contextmanager
def replayed(image, device, pages, recorder):
    """The file system of such a disk, mounted where it was recorded; it recovers by itself."""
    image.truncate(0)
    image.truncate(recorder.size)
    for number, data in pages.items():
        os.pwrite(image.fileno(), data, number * PAGE)
    with open(device, "rb") as opened:
        fcntl.ioctl(opened, BLKFLSBUF)  # what is cached of the one before
    with mounted(device, recorder.where, recorder.fs):
        yield


@dataclasses.dataclass
class Result:
    disks: int = 0
    contents: set = dataclasses.field(default_factory=set)  # of the files, on all disks
    broken: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    examples: dict = dataclasses.field(default_factory=dict)


def judge_all(recorder, base, records, judge):
    """`judge` looks at what is mounted of each disk, and knows what had been printed."""
    result = Result()
    path = recorder.image.with_name("replayed")
    shutil.copyfile(recorder.image, path)
    with open(path, "r+b", buffering=0) as image, loop_device(path) as device:
        for pages, said in disks(base, records):
            ended = re.search(r"^exit (-?\d+)$", said, re.MULTILINE)
            run = inject.Run(int(ended[1]) if ended else -signal.SIGKILL, "", said, True, 0, [])
            with replayed(image, device, pages, recorder):
                contents = judge.contents()
                result.disks += 1
                result.contents.add(contents)
                try:
                    judge.check(run)
                except (invariants.Broken, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                    kind = str(error)[:2] if isinstance(error, invariants.Broken) else "I1"
                    result.broken[kind] += 1
                    result.examples.setdefault(kind, f"{error}: {contents}")
    path.unlink()
    return result
