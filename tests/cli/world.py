"""A world: everything that a run can see, at a fixed path, and everything that it leaves behind.

A World is a value. `run(world, root, program)` builds it under `root` from scratch, runs the program in it and returns a Result. If two programs run
with the same root, their messages have the same paths. Texts in a World can contain `{ROOT}`, which becomes that path.
"""

import dataclasses
import os
import pathlib
import pty
import select
import shutil
import signal
import stat
import subprocess
import time
import tty

from oracle import AS_RELEASE

CARGO_HOME = "home/.cargo"
CREDENTIALS = CARGO_HOME + "/credentials.toml"
TIME_LIMIT = 20


@dataclasses.dataclass(frozen=True)
class File:
    text: object
    mode: int = 0o644
    owner: int = None


@dataclasses.dataclass(frozen=True)
class Dir:
    mode: int = 0o755


@dataclasses.dataclass(frozen=True)
class Link:
    target: str


@dataclasses.dataclass(frozen=True)
class World:
    args: tuple = ()
    files: dict = dataclasses.field(default_factory=dict)  # path under ROOT -> text, bytes, or one of the above
    env: dict = dataclasses.field(default_factory=dict)  # over HOME and PATH; None takes one away
    cwd: str = "proj"
    stdout: str = "pipe"  # pipe, tty, full, closed, or unread (a pipe that has no reader)
    stderr: str = "pipe"
    powerless: bool = False  # root, but without root's right to open everything
    wipe_cwd: bool = False  # the working directory is gone when the program starts

    def __post_init__(self):
        object.__setattr__(self, "args", tuple(map(os.fsdecode, self.args)))


@dataclasses.dataclass(frozen=True)
class Node:
    kind: str  # file, dir, link
    mode: int
    content: bytes = b""


@dataclasses.dataclass
class Result:
    status: int
    stdout: bytes
    stderr: bytes
    tree: dict  # path -> Node


def _bytes(text, root):
    raw = text if isinstance(text, bytes) else os.fsencode(text)
    return raw.replace(b"{ROOT}", os.fsencode(root))


def _make_writable(root):
    for folder, _, _ in os.walk(root):
        os.chmod(folder, 0o700)


def wipe(root):
    if os.path.lexists(root):
        _make_writable(root)
        shutil.rmtree(root)


def lay_out(world, root):
    """Builds the world's files under root, which is emptied first."""
    wipe(root)
    root = pathlib.Path(root)
    for folder in ("home", world.cwd):
        (root / folder).mkdir(parents=True, exist_ok=True)
    later = []
    for name, what in world.files.items():
        path = root / os.fsdecode(_bytes(name, root))
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, (str, bytes)):
            what = File(what)
        if isinstance(what, File):
            path.write_bytes(_bytes(what.text, root))
            os.chmod(path, what.mode)
            if what.owner is not None:
                os.chown(path, what.owner, what.owner)
        elif isinstance(what, Dir):
            path.mkdir(exist_ok=True)
            later.append((path, what.mode))  # after its contents, which it may not let in
        else:
            path.symlink_to(os.fsdecode(_bytes(what.target, root)))
    for path, mode in later:
        os.chmod(path, mode)


def snapshot(root):
    """Every path under root with its kind, mode and content."""
    tree = {}
    pending = [os.fsencode(root)]
    while pending:
        folder = pending.pop()
        for entry in os.scandir(folder):
            status = entry.stat(follow_symlinks=False)
            mode = stat.S_IMODE(status.st_mode)
            name = os.fsdecode(os.path.relpath(entry.path, os.fsencode(root)))
            if entry.is_symlink():
                tree[name] = Node("link", 0, os.readlink(entry.path))
            elif entry.is_dir():
                tree[name] = Node("dir", mode)
                os.chmod(entry.path, mode | 0o700)
                pending.append(entry.path)
            else:
                os.chmod(entry.path, mode | 0o400)
                with open(entry.path, "rb") as file:
                    tree[name] = Node("file", mode, file.read())
    return tree


def _drain(process, sources):
    """Reads all of the given descriptors to their end; kills the program when it takes too long."""
    texts = {fd: b"" for fd in sources}
    waiting = set(sources)
    deadline = time.monotonic() + TIME_LIMIT
    while waiting:
        ready, _, _ = select.select(waiting, [], [], max(0, deadline - time.monotonic()))
        if not ready:
            process.kill()
            break
        for fd in ready:
            try:
                piece = os.read(fd, 65536)
            except OSError:  # a terminal whose other end is closed
                piece = b""
            texts[fd] += piece
            if not piece:
                waiting.discard(fd)
    return [texts[fd] for fd in sources]


def _sink(kind):
    """(descriptor to give to the program, descriptor to read from or None)"""
    if kind == "pipe":
        read, write = os.pipe()
        return write, read
    if kind == "unread":
        read, write = os.pipe()
        os.close(read)
        return write, None
    if kind == "tty":
        ours, theirs = pty.openpty()
        tty.setraw(theirs)  # so that a newline stays one
        return theirs, ours
    return os.open("/dev/full" if kind == "full" else "/dev/null", os.O_RDWR), None


def environment(world, root):
    env = {"HOME": f"{root}/home", "PATH": "/usr/bin:/bin", **AS_RELEASE, **world.env}
    return {os.fsencode(name): _bytes(value, root) for name, value in env.items() if value is not None}


def _command(world, root, program):
    args = [*program, *(_bytes(arg, root) for arg in world.args)]
    closed = "".join(f" {number}>&-" for number, kind in enumerate((world.stdout, world.stderr), 1) if kind == "closed")
    prefix = []
    if world.powerless:
        prefix += ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"]
    if world.wipe_cwd or closed:
        script = 'rmdir "$PWD" && ' if world.wipe_cwd else ""
        prefix += ["sh", "-c", f'{script}exec "$@"{closed}', "sh"]
    return prefix + args


def run(world, root, program):
    """Builds the world, runs `program` (a list: the path and its leading arguments) in it and tells what came of it."""
    lay_out(world, root)
    (out, out_end), (err, err_end) = _sink(world.stdout), _sink(world.stderr)
    process = subprocess.Popen(
        _command(world, root, program),
        cwd=os.path.join(root, world.cwd),
        env=environment(world, root),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        umask=0o022,
        start_new_session=True,
    )
    os.close(out)
    os.close(err)
    ends = [fd for fd in (out_end, err_end) if fd is not None]
    texts = dict(zip(ends, _drain(process, ends)))
    for fd in ends:
        os.close(fd)
    try:
        status = process.wait(TIME_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        status = process.wait()
    if status == -signal.SIGKILL:
        raise TimeoutError(f"killed after {TIME_LIMIT} s: {process.args}")
    return Result(status, texts.get(out_end, b""), texts.get(err_end, b""), snapshot(root))


def command_line(world):
    """The world as a person would write it, for the report of a failure."""
    lines = []
    for name, what in world.files.items():
        lines.append(f"--- {name}: {what.text if isinstance(what, File) else what}")
    variables = " ".join(f"{name}={value!r}" for name, value in world.env.items())
    lines.append(f"--- in {world.cwd}: {variables} cargo logout {' '.join(map(repr, world.args))}")
    return "\n".join(lines)
