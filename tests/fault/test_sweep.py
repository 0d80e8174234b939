"""Each system call of a logout fails in each possible way. The invariants hold, and a second run completes the logout."""

import errno
import signal

import pytest

import homes
import inject
import invariants
import scenarios

# Of a memory allocator that is not libc's.
MEMORY = ("brk", "mmap", "munmap", "mprotect", "madvise")


class Sweep:
    """One scenario, and what was tried on it."""

    def __init__(self, root, program, name):
        self.injector = inject.Injector(program)
        self.world = scenarios.SCENARIOS[name](root / "world", program)
        self.judge = invariants.Judge(self.world)
        self.tried = self.missed = 0
        self.broken = []

    def run(self, *arguments):
        return self.world.injected(self.injector, *arguments)

    def calls(self):
        """Of a run that nothing happens to: those that each such run makes, as one that waits for a child can read in more pieces."""
        runs = [self.run() for _ in range(5)]
        for run in runs:
            assert run.status == 0, run.err
        assert self.world.gone()
        if not self.injector.sanitized:  # whose runtime makes calls of its own
            inject.check_table(runs[0].calls)
        return [call for call in runs[0].calls if all(call in run.calls for run in runs)]

    def try_one(self, call, fault):
        run = self.run(call, fault)
        self.tried += 1
        self.missed += not run.hit  # a process that waits makes not always the same calls
        try:
            self.judge.check(run, killed=fault.endswith(f"={signal.SIGKILL:d}"))
        except (invariants.Broken, ValueError) as failure:
            self.broken.append(f"{inject.describe(call, fault)}, status {run.status}: {failure}")

    def finish(self):
        print(f"{self.tried} faults, {self.missed} not met, {len(self.judge.recovered)} states")
        assert not self.broken, f"{len(self.broken)} of {self.tried}\n" + "\n".join(self.broken[:10])
        assert self.missed * 20 <= self.tried
        invariants.leaves_no_process(self.world.root)


def only_looks(calls):
    """Calls before the first lock: files are opened for reading only."""
    return {call for call in calls[: inject.before_lock(calls)] if call.name in ("openat", "newfstatat")}


def where_it_differs(name, calls):
    """The earlier calls read the same configuration as in `everywhere`."""
    if name == "json":  # only the report differs
        return max(i for i, call in enumerate(calls) if call.name == "ftruncate")
    return next(i for i, call in enumerate(calls) if call.name in ("flock", "pipe2")) - 2


# The others take a minute or more each.
SHORT = [name for name in scenarios.SCENARIOS if homes.FULL or name not in ("all", "everywhere", "keyring")]


@pytest.mark.parametrize("name", SHORT)
def test_every_call(tmp_path, program, name):
    sweep = Sweep(tmp_path, program, name)
    calls = sweep.calls()
    looks = only_looks(calls)
    tried = inject.from_main(calls)
    if name not in ("small", "everywhere") and not homes.FULL:
        tried = tried[where_it_differs(name, tried) :]
        # one message is written as the next
        tried = [call for call in tried if call.name != "write" or call.nth < 4 or call in tried[-4:]]
    for call in tried:
        if call.process > 0 or (call.name == "wait4" and not sweep.world.provider):
            continue  # the one call where no child has come to be is posix_spawn's own: with all signals blocked
        if not sweep.injector.sanitized:
            faults = inject.faults_of(call, answers=call in looks)
        else:  # whose runs take long: each call once, to see what its sanitizers say
            faults = inject.errors_of(call, answers=call in looks)[: call.name not in MEMORY]
        for fault in faults:
            sweep.try_one(call, fault)
    sweep.finish()


@pytest.mark.unsanitized  # the same child
@pytest.mark.parametrize("name", [name for name in ("plugin", "keyring", "revoke") if name in SHORT])
def test_every_call_of_a_child(tmp_path, program, name):
    """What the child says is then anything; most of it is nothing."""
    sweep = Sweep(tmp_path, program, name)
    for call in sweep.calls():
        # It reads byte by byte. What it takes its store for by stat, it says, and nobody can know better.
        if call.process > 0 and call.nth < 10 and call.name in inject.ERRORS and call.name != "newfstatat":
            for fault in inject.faults_of(call, signals=(signal.SIGTERM,)):
                sweep.try_one(call, fault)
    sweep.finish()


@pytest.mark.slow
@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_every_call_from_one_on(tmp_path, program, name):
    """This call and all later ones of its name fail, as if the disk stayed full or no descriptors were left."""
    sweep = Sweep(tmp_path, program, name)
    calls = sweep.calls()
    looks = only_looks(calls)
    for call in inject.from_main(calls):
        if call.process == 0 and not (sweep.injector.sanitized and call.name in MEMORY):
            for fault in inject.errors_of(call, answers=call in looks):
                # for ever no kernel says these, least of all of what poll() has said that it is ready
                if not fault.endswith((f"={errno.EINTR}", f"={errno.EAGAIN}")):
                    sweep.try_one(call, fault.replace("error=", "errors="))
    sweep.finish()
