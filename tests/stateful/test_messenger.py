"""Any story of sends, outcomes, webhooks, crashes and people keeps every promise (G1, G4, G5, G6, G7).

A story that breaks one is shrunk and printed; FORTHWITH_SEED tells it again. On SQLite: the clock that jumps would
end the connections to PostgreSQL, whose kills and contract have tests of their own.
"""

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.proofs import record
from tests.stateful.stories import tell

STEPS = int(os.environ.get("FORTHWITH_STEPS", "100000"))
SEED = int(os.environ.get("FORTHWITH_SEED", "1168036700"))
"""The same stories in every run of all tests, so that a change is judged by what it changes; `make prove` tells new ones."""
PROCESSES = 2


def test_every_story_keeps_every_promise(tmp_path: Path) -> None:
    began = time.monotonic()
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        told = [
            pool.submit(tell, str(_folder(tmp_path, number)), STEPS // PROCESSES, SEED + number)
            for number in range(PROCESSES)
        ]
        steps = sum(each.result() for each in told)
    seconds = time.monotonic() - began
    record("stateful steps on SQLite", SEED, runs=steps, faults=steps, seconds=seconds)
    assert steps >= STEPS


def _folder(tmp_path: Path, number: int) -> Path:
    folder = tmp_path / str(number)
    folder.mkdir()
    return folder
