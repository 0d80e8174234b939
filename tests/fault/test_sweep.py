"""Each system call of a logout goes wrong in each way that it can; the invariants hold, and a second run completes it."""

import os
import signal

import pytest

import inject
import invariants
import scenarios

FULL = os.environ.get("FAULTS") == "full"


class Sweep:
    def __init__(self, root, program, name):
        self.injector = inject.Injector(program)
        self.world = scenarios.SCENARIOS[name](root / "world", program)
        self.judge = invariants.Judge(self.world)
        self.tried = self.missed = 0
        self.broken = []
        self.ways = set()

    def run(self, *arguments, **more):
        self.world.reset()
        return self.injector.run(self.world.command(), *arguments, env=self.world.env, cwd=self.world.root, **more)

    def calls(self):
        run = self.run()
        assert run.status == 0, run.err
        assert self.world.gone()
        inject.check_table(run.calls)
        return run.calls

    def try_one(self, call, fault):
        run = self.run(call, fault)
        self.tried += 1
        if not run.hit:
            self.missed += 1  # a process that waits makes not always the same calls
        self.ways.add(run.status)
        try:
            self.judge.check(run, killed=fault.endswith("=9"))
        except (invariants.Broken, ValueError) as failure:
            self.broken.append(f"{inject.describe(call, fault)}, status {run.status}: {failure}")

    def finish(self):
        print(f"{self.tried} faults, {self.missed} not met, {len(self.judge.recovered)} states")
        assert not self.broken, f"{len(self.broken)} of {self.tried}\n" + "\n".join(self.broken)
        assert self.missed * 20 <= self.tried
        invariants.leaves_no_process(self.world.root)


def is_looking(calls, call):
    """Before the first lock, files are opened for reading only."""
    return call.name in ("openat", "newfstatat") and calls.index(call) < inject.before_lock(calls)


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_every_call(tmp_path, program, name):
    sweep = Sweep(tmp_path, program, name)
    calls = sweep.calls()
    for call in inject.from_main(calls):
        if call.process == 0:
            for fault in inject.faults_of(call, answers=is_looking(calls, call)):
                sweep.try_one(call, fault)
    sweep.finish()


@pytest.mark.parametrize("name", ("plugin", "keyring"))
def test_every_call_of_a_child(tmp_path, program, name):
    """What the child says is then anything; most of it is nothing."""
    sweep = Sweep(tmp_path, program, name)
    for call in sweep.calls():
        if call.process > 0 and call.nth < 10 and call.name in inject.ERRORS:
            for fault in inject.faults_of(call, signals=(signal.SIGTERM,)):
                sweep.try_one(call, fault)
    sweep.finish()
