"""Stories told to a real store, by the thousand; several processes may tell at once."""

import logging
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from forthwith.services import receive_webhook
from forthwith.store.database import Database
from forthwith.store.sqlite import SqliteDatabase
from tests.powercut.disk import hasty
from tests.stateful.machine import Messenger

STEPS_A_STORY = 60
STORIES_AT_ONCE = 50


class Silent:
    """A doorbell nobody hears: the search asks by itself."""

    def ring(self) -> None:
        """Nothing to wake."""


def tell(folder: str, steps: int, first_seed: int) -> int:
    """Tell stories until so many steps are done; how many were.

    Webhooks are not gathered, and the disk says "synced" at once: power cuts have tests of their own.
    """

    async def fresh_store() -> Database:
        _empty(Path(folder))
        return await SqliteDatabase.open(Path(folder) / "forthwith.db", Silent())

    class Stories(Messenger):
        open_store = staticmethod(fresh_store)
        steps = 0

    logging.disable()  # of thousands of held numbers
    receive_webhook.GATHER_FOR_FIRST_SECONDS = 0
    with hasty():
        while Stories.steps < steps:
            _run(Stories, first_seed + Stories.steps)
    return Stories.steps


def _empty(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


def _run(stories: type[Messenger], its_seed: int) -> None:
    limits: dict[str, Any] = {
        "max_examples": STORIES_AT_ONCE,
        "stateful_step_count": STEPS_A_STORY,
        "deadline": None,
        "database": None,
        "suppress_health_check": list(HealthCheck),
        "print_blob": True,
    }
    run_state_machine_as_test(seed(its_seed)(stories), settings=settings(**limits))
