"""Background loops: started again when they fail, ended in time."""

import asyncio
import time

import pytest

from forthwith import loops as module
from forthwith.loops import Loops
from tests.rig import eventually


async def test_a_loop_that_fails_is_told_and_starts_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "RESTART_AFTER_SECONDS", 0.2)
    runs = []

    async def fragile() -> None:
        runs.append(time.monotonic())
        if len(runs) == 1:
            raise RuntimeError("once")
        await asyncio.Event().wait()

    loops = Loops()
    loops.start("fragile", fragile)

    async def resting() -> bool:
        return loops.stopped() == ["fragile"]

    async def running_again() -> bool:
        return len(runs) == 2 and loops.stopped() == []

    await eventually(resting, 2)
    await eventually(running_again, 2)
    await loops.stop(1)
    assert [record.getMessage() for record in caplog.records] == [
        "The loop fragile has failed; it starts again."
    ]


async def test_a_stop_lets_loops_finish_what_is_under_way() -> None:
    done = []

    async def careful() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.1)
            done.append("finished")

    loops = Loops()
    loops.start("careful", careful)
    await asyncio.sleep(0)
    await loops.stop(5)
    assert done == ["finished"]


async def test_a_stop_cuts_off_what_takes_too_long() -> None:
    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(60)

    loops = Loops()
    loops.start("stubborn", stubborn)
    await asyncio.sleep(0)
    began = time.monotonic()
    await loops.stop(0.2)
    assert time.monotonic() - began < 1
    assert all(task.done() for task in loops._tasks.values())
