"""Many units of work, one commit: what both engines share."""

import asyncio
from collections.abc import Iterable
from typing import Any

from forthwith.store.database import Work

MEMBERS_PER_COMMIT = 256


class Member:
    """One unit of work waiting for its commit. Its caller is answered only after the commit (G2)."""

    __slots__ = ("error", "future", "result", "work")

    def __init__(self, work: Work[Any], future: "asyncio.Future[Any]") -> None:
        self.work, self.future = work, future
        self.result: Any = None
        self.error: BaseException | None = None


def settle(batch: Iterable[Member]) -> None:
    """Answer every caller that still waits."""
    for member in batch:
        if member.future.cancelled():
            continue
        if member.error is not None:
            member.future.set_exception(member.error)
        else:
            member.future.set_result(member.result)
