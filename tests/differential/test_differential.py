"""Scenario 36: whatever happens in whatever order, in the end all say the same (G1-G8)."""

import os
import time
from collections import Counter
from collections.abc import Sequence

from tests.differential.judge import Findings
from tests.differential.regressions import REGRESSIONS
from tests.differential.schedule import FAULTS, Step, schedule, spoken
from tests.differential.shrink import shrink
from tests.differential.stage import Stage
from tests.proofs import record

SCHEDULES = int(os.environ.get("FORTHWITH_SCHEDULES", "3"))
TRIES = 24
"""How often a schedule that fails is played again to find what of it is to blame."""


async def cut_down(stage: Stage, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The shortest that still fails; all of it when it does not fail again."""

    async def fails(rest: tuple[Step, ...]) -> bool:
        return bool((await stage.run(rest)).all())

    return await shrink(steps, fails, TRIES)


async def test_scenario_36_any_schedule_of_faults_ends_with_one_truth(
    stage: Stage, seed: int
) -> None:
    began, seen, faults = time.monotonic(), list[Findings](), Counter[str]()
    told: list[str] = []
    named = {
        **REGRESSIONS,
        **{f"seed {seed + number}": schedule(seed + number) for number in range(SCHEDULES)},
    }
    try:
        for name, steps in named.items():
            start = time.monotonic()
            found = await stage.run(steps)
            print(
                f"{name}: {len(steps)} steps, {found.entered} Enters, {time.monotonic() - start:.1f} s"
            )
            seen.append(found)
            faults.update(step.do for step in steps if step.do in FAULTS)
            if found.all():
                print(*found.all(), sep="\n")
                shortest = await cut_down(stage, steps)
                told += [f"{name}, cut down to", spoken(shortest), *found.all()]
                break
    finally:
        print(dict(faults))
        record(
            "schedules",
            seed,
            runs=len(seen),
            faults=faults.total(),
            seconds=time.monotonic() - began,
            lost=sum(len(found.lost) + len(found.apart) for found in seen),
            doubled=sum(len(found.doubled) for found in seen),
            backwards=sum(len(found.backwards) for found in seen),
            wrong_frames=sum(len(found.frames) for found in seen),
        )
    assert not told, "\n".join(told)
