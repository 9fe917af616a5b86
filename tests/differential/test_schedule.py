"""Schedules are plain data that a seed decides, and that can be cut down."""

import asyncio

from tests.differential.play import STEPS
from tests.differential.regressions import REGRESSIONS
from tests.differential.schedule import KINDS, LONGEST, Step, schedule, spoken
from tests.differential.shrink import shrink


def test_a_seed_is_one_schedule_and_can_be_read_back() -> None:
    for seed in range(50):
        steps = schedule(seed)
        assert steps == schedule(seed)
        assert eval(f"({spoken(steps)})", {"Step": Step}) == steps
    assert len({schedule(seed) for seed in range(50)}) == 50


def test_every_step_can_be_played_and_every_kind_is_drawn() -> None:
    drawn = {step.do for seed in range(200) for step in schedule(seed)}
    assert drawn == {kind.do for kind in KINDS} | {kind.ends for kind in KINDS if kind.ends}
    assert drawn == set(STEPS)
    assert {step.do for steps in REGRESSIONS.values() for step in steps} <= set(STEPS)


def test_what_is_not_to_blame_is_left_out() -> None:
    asked = 0

    async def fails(rest: tuple[int, ...]) -> bool:
        nonlocal asked
        asked += 1
        return {3, 11} <= set(rest)

    assert asyncio.run(shrink(range(LONGEST), fails, 100)) == (3, 11)
    assert asked < 40


def test_it_stops_asking_in_time() -> None:
    async def fails(rest: tuple[int, ...]) -> bool:
        return 3 in rest

    cut = asyncio.run(shrink(range(20), fails, 3))
    assert 3 in cut
    assert 1 < len(cut) < 20
