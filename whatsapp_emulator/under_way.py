"""What is under way, so that a test can wait until nothing is."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Literal

Kind = Literal["calls", "statuses", "webhooks"]


class UnderWay:
    """Counts calls being answered, statuses still to come and webhooks not yet answered 200.

    Not counted: messages that wait at WhatsApp for a phone that is off, calls left hanging on
    purpose, and what a persona may write later: none of them moves by itself.
    """

    def __init__(self) -> None:
        self._counts: Counter[Kind] = Counter()
        self._quiet = asyncio.Event()
        self._quiet.set()

    def begin(self, kind: Kind) -> None:
        self._counts[kind] += 1
        self._quiet.clear()

    def end(self, kind: Kind) -> None:
        self._counts[kind] -= 1
        if not any(self._counts.values()):
            self._quiet.set()

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
