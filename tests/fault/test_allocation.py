"""Each allocation fails, together with all later ones, until a run needs no more memory than it gets."""

import pytest

import inject
import invariants
import scenarios


pytestmark = pytest.mark.unsanitized  # it has an allocator of its own


@pytest.fixture(scope="module")
def library(program):
    return program.parent / "tests/fault/libno_memory.so"


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_each_allocation_fails(tmp_path, program, library, name):
    world = scenarios.SCENARIOS[name](tmp_path / "world", program)
    judge = invariants.Judge(world)
    refused = tmp_path / "refused"
    for nth in range(1, 1000):
        world.reset()
        refused.unlink(missing_ok=True)
        done = world.run(LD_PRELOAD=str(library), NO_MEMORY=f"{nth} {refused}")
        judge.check(inject.Run(done.returncode, done.stdout, done.stderr, True, 0, []))
        if not refused.exists():
            assert done.returncode == 0
            break
        # where the library could do without, all the same
        assert done.returncode == 0 or done.stderr.endswith(invariants.OUT_OF_MEMORY) or "Cannot allocate memory" in done.stderr, done.stderr
    assert 1 < nth < 999
    print(nth - 1, "allocations")
