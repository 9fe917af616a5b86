"""What is under way, so that a test can wait until nothing is."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Literal

Kind = Literal["calls", "statuses", "webhooks"]


class UnderWay:
    """Counts calls being answered, statuses still to come and webhooks not yet answered 200.

    Not counted: messages that wait at WhatsApp for a phone that is off, calls left hanging on
    purpose, and what a persona may write later: none of them moves by itself. ``on_change`` is
    told when quiet begins (True) and ends (False).
    """

    def __init__(self, on_change: Callable[[bool], None]) -> None:
        self._on_change = on_change
        self._counts: Counter[Kind] = Counter()
        self._quiet = asyncio.Event()
        self._quiet.set()

    def begin(self, kind: Kind, count: int = 1) -> None:
        self._counts[kind] += count
        if count and self._quiet.is_set():
            self._quiet.clear()
            self._on_change(False)

    def end(self, kind: Kind, count: int = 1) -> None:
        self._counts[kind] -= count
        if count and not any(self._counts.values()):
            self._quiet.set()
            self._on_change(True)

    @property
    def is_quiet(self) -> bool:
        return self._quiet.is_set()

    def counts(self) -> dict[str, int]:
        return {kind: self._counts[kind] for kind in ("calls", "statuses", "webhooks")}

    async def wait_quiet(self, timeout_seconds: float) -> bool:
        """True as soon as nothing is under way, False when that took too long."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._quiet.wait()
        except TimeoutError:
            return False
        return True
