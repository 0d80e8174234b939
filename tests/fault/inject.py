"""Runs a command in which one system call fails: which calls can fail, how, and with what result. See inject.c."""

import dataclasses
import errno
import os
import pathlib
import re
import signal
import socket
import subprocess

import homes

TIME_LIMIT = 20  # for a run that takes milliseconds: one that needs this long hangs

SIGNALS = (signal.SIGTERM, signal.SIGPIPE, *((signal.SIGINT,) if homes.FULL else ()))  # the last is as the first
DISK = ("EIO", "ENOSPC", "EDQUOT", "EROFS", "ESTALE", "EINTR")
# The errors that the kernel can return for each call. ENOENT and ENOTDIR are not faults: they mean that the file does not exist.
ERRORS = {
    "access": ("EACCES", "EIO", "ENOMEM"),
    "brk": ("ENOMEM",),
    "clone": ("EAGAIN", "ENOMEM"),
    "clone3": ("EAGAIN", "ENOMEM", "ENOSYS"),
    "close": ("EINTR", "EIO", "ENOSPC", "EDQUOT"),
    "dup2": ("EBUSY", "EINTR", "EMFILE"),
    "execve": ("EACCES", "E2BIG", "EIO", "ELOOP", "EMFILE", "ENOEXEC", "ENOMEM", "ETXTBSY"),
    "faccessat2": ("EACCES", "EIO", "ELOOP", "ENOMEM", "ENOSYS", "EROFS"),
    "fchmod": ("EIO", "EPERM", "EROFS", "EOPNOTSUPP", "EINTR"),
    "fcntl": ("EMFILE", "EINVAL", "EPERM"),
    "fdatasync": DISK,
    "flock": ("EINTR", "ENOLCK", "ENOSYS", "EOPNOTSUPP", "EIO", "EAGAIN"),
    "fstatfs": ("EINTR", "EIO", "ENOMEM", "ENOSYS", "EOVERFLOW"),
    "fsync": DISK,
    "ftruncate": ("EINTR", "EIO", "EPERM", "EROFS", "EFBIG"),
    "getcwd": ("EACCES", "ENOMEM", "ENAMETOOLONG"),
    "getdents64": ("EIO", "ENOMEM"),
    "getrandom": ("EAGAIN", "EINTR", "ENOSYS"),
    "ioctl": ("EIO", "ENOTTY"),
    "kill": (),  # EPERM, from a child that has become another user, leaves it: better than to wait for it
    "lstat": ("EACCES", "EIO", "ELOOP", "ENOMEM"),
    "madvise": ("EAGAIN", "EINVAL", "ENOMEM"),
    "mincore": ("EAGAIN", "ENOMEM"),
    "mmap": ("ENOMEM", "EAGAIN"),
    "mprotect": ("ENOMEM",),
    "munmap": ("ENOMEM",),
    "newfstatat": ("EACCES", "EIO", "ELOOP", "ENOMEM", "EOVERFLOW", "ESTALE"),
    "openat": ("EACCES", "EINTR", "EIO", "ELOOP", "EMFILE", "ENFILE", "ENOMEM", "ENXIO", "EPERM", "EROFS", "ESTALE", "ETXTBSY"),
    "pipe2": ("EMFILE", "ENFILE"),
    "poll": ("EINTR", "ENOMEM"),
    "pread64": ("EINTR", "EIO", "ENOMEM", "ESTALE"),
    "prlimit64": ("EPERM",),
    "pwrite64": (*DISK, "EAGAIN", "EFBIG"),
    "read": ("EINTR", "EIO", "ENOMEM", "ESTALE"),
    "readlink": ("EACCES", "EIO", "ELOOP", "ENOMEM"),
    "signalfd4": ("EMFILE", "ENFILE", "ENODEV", "ENOMEM"),
    "sysinfo": (),
    "wait4": ("EINTR",),
    "write": ("EINTR", "EIO", "ENOSPC", "EDQUOT", "EAGAIN", "EFBIG", "EPIPE"),
}
# If the kernel returns this for a configuration file, cargo does not see the file either.
ANSWERS = ("EACCES", "ELOOP", "ENXIO")
SHORT = ("pread64", "pwrite64", "read", "write")
LOST = ("fchmod", "fdatasync", "flock", "fsync", "ftruncate", "pwrite64")
# These fail only for arguments that are wrong.
CANNOT_FAIL = {
    "arch_prctl", "exit", "exit_group", "futex", "getegid", "geteuid", "getgid", "getpgrp", "getpid", "getppid", "gettid", "getuid", "prctl",
    "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "set_robust_list", "set_tid_address", "setsid", "vfork",
}  # fmt: skip


def numbers():
    """{name of a system call: its number}, as this system's headers have it."""
    header = pathlib.Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h").read_text()
    return {name: int(number) for name, number in re.findall(r"^#define __NR_(\w+) (\d+)$", header, re.MULTILINE)}


@dataclasses.dataclass(frozen=True)
class Call:
    """The `nth` call of this name in a process: 0 is the command, the next are its children."""

    process: int
    name: str
    nth: int


@dataclasses.dataclass
class Run:
    status: int  # as subprocess has it: negative for a signal
    out: str
    err: str
    hit: bool  # the fault has happened
    left: int  # children at the end of the command that it did not reap
    calls: list  # of a run without a fault


def errors_of(call, answers=False):
    """`answers` are no faults here, see ANSWERS."""
    names = (name for name in ERRORS.get(call.name, ()) if not (answers and name in ANSWERS))
    return [f"error={getattr(errno, name)}" for name in names]


def stops_of(signals=SIGNALS):
    return [f"{when}={number:d}" for when in ("before", "after") for number in (signal.SIGKILL, *signals)]


def faults_of(call, answers=False, signals=SIGNALS):
    """All faults of a call, by their names in inject.c."""
    lies = ["short"] * (call.name in SHORT) + ["lost"] * (call.name in LOST)
    return errors_of(call, answers) + lies + stops_of(signals)


def describe(call, fault):
    kind, _, value = fault.partition("=")
    if kind in ("error", "errors"):
        value = errno.errorcode[int(value)]
    elif value:
        value = signal.Signals(int(value)).name
    return f"{kind} {value} at {call.name} {call.nth} of process {call.process}"


def has_symbol(program, symbol, *options):
    return symbol in subprocess.run(["nm", *options, program], capture_output=True, text=True, check=False).stdout


def is_sanitized(program):
    """Such a build has its own allocator, and cannot search for leaks while it is traced."""
    return has_symbol(program, "__asan_init", "-D")


def before_gcov(calls):
    """Without what a build for gcov does at its end: for each source it opens the file with its counts, and adds its own."""
    own = next((i for i, call in enumerate(calls) if call.process == 0 and call.name == "lseek"), None)
    if own is None:
        return calls
    first = max(i for i, call in enumerate(calls[:own]) if call.process == 0 and call.name == "openat")
    return calls[:first]


class Injector:
    def __init__(self, program):
        self.sanitized = is_sanitized(program)
        self.counts = has_symbol(program, "gcov_exit")
        self.path = program.parent / "tests/fault/inject"
        self.numbers = numbers()
        self.names = {number: name for name, number in self.numbers.items()}

    def run(self, command, call=Call(0, "read", 1), fault="none", at_pause=None, limit=TIME_LIMIT, env=None, **more):
        """`at_pause` is called while the command stands before the call, with the fault `pause`."""
        report, theirs = socket.socketpair()
        where = [self.path, theirs.fileno(), call.process, self.numbers[call.name], call.nth, fault]
        self.process = subprocess.Popen(
            [*map(str, where), *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=(theirs.fileno(),),
            env=env | ({"ASAN_OPTIONS": "detect_leaks=0"} if self.sanitized else {}), **{"stdin": subprocess.DEVNULL} | more,
        )  # fmt: skip
        theirs.close()
        said = ""
        with self.process as process, report:
            try:
                if at_pause and report.recv(4) == b"hit\n":
                    at_pause()
                    report.sendall(b"g")
                    said = "hit\n"
                out, err = process.communicate(timeout=limit)
            except BaseException:
                process.kill()  # and with it all that it traces
                raise
            said += report.makefile().read()
        assert process.returncode == 0, (process.returncode, err)
        return self._result(said, out, err)

    def _result(self, said, out, err):
        calls, seen = [], {}
        for process, number in re.findall(r"^call (\d+) (\d+)$", said, re.MULTILINE):
            nth = seen[process, number] = seen.get((process, number), 0) + 1
            calls.append(Call(int(process), self.names[int(number)], nth))
        end = re.search(r"^end (\d+)$", said, re.MULTILINE)
        left = re.search(r"^left (\d+)$", said, re.MULTILINE)
        status = os.waitstatus_to_exitcode(int(end[1]))
        return Run(status, out, err, "hit\n" in said, int(left[1]) if left else 0, before_gcov(calls) if self.counts else calls)


def from_main(calls):
    """Without what the loader does: the first thing that main() does is to poll its standard descriptors."""
    first = next(i for i, call in enumerate(calls) if call.name == "poll")
    return calls[first:]


def before_lock(calls):
    """The number of calls before the first file is locked. These only read."""
    return next(i for i, call in enumerate(calls) if call.name == "flock")


def check_table(calls):
    unknown = {call.name for call in calls} - set(ERRORS) - CANNOT_FAIL
    assert not unknown, f"not in ERRORS or CANNOT_FAIL: {sorted(unknown)}"
