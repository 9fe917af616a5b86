"""The delivery log: what was posted to the webhook, and what it answered."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from whatsapp_emulator.clock import iso

KEPT = 10_000


class Attempt(msgspec.Struct):
    """One request to the webhook. ``http`` is None when no answer came; ``error`` says why."""

    kind: Literal["webhook", "handshake"]
    delivery: int
    attempt: int
    at: float
    url: str
    http: int | None = None
    error: str | None = None
    duration_ms: float = 0.0
    signature: Literal["good", "bad", "none"] = "good"
    updates: list[dict[str, Any]] = []
    body: str = ""

    def shape(self, *, with_body: bool) -> dict[str, Any]:
        shape = msgspec.structs.asdict(self)
        shape["at"] = iso(self.at)
        if not with_body:
            del shape["body"]
        return shape


class DeliveryLog:
    """The newest attempts, oldest first."""

    def __init__(self) -> None:
        self.attempts: deque[Attempt] = deque(maxlen=KEPT)
        # Told of every attempt.
        self.on_attempt: list[Callable[[Attempt], None]] = []

    def add(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        for tell in self.on_attempt:
            tell(attempt)

    def clear(self) -> None:
        self.attempts.clear()
