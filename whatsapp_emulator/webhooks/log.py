"""The delivery log: what was posted to the webhooks, and what they answered."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from whatsapp_emulator.clock import iso

KEPT_ATTEMPTS = 50_000
KEPT_UPDATES = 400_000
KEPT_BODY_BYTES = 64 * 1024 * 1024

Named = tuple[str, str, str | None, int]
"""What an update was: kind, wamid, status, and the how manieth attempt of it this was."""


class Attempt(msgspec.Struct):
    """One request to a webhook. ``http`` is None when no answer came; ``error`` says why.

    ``delivery`` numbers the make-up of a POST, ``attempt`` is the greatest of its updates'.
    ``replayed``: an old POST once more. ``body`` is forgotten before the rest.
    """

    kind: Literal["webhook", "handshake"]
    delivery: int
    attempt: int
    at: float
    url: str
    app: str = "first"
    http: int | None = None
    error: str | None = None
    duration_ms: float = 0.0
    signature: Literal["good", "bad", "none"] = "good"
    replayed: bool = False
    updates: list[Named] = []
    body: str = ""

    def shape(self, *, with_body: bool) -> dict[str, Any]:
        shape = msgspec.structs.asdict(self)
        shape["at"] = iso(self.at)
        shape["updates"] = [
            {"kind": kind, "wamid": wamid, "status": status, "attempt": attempt}
            for kind, wamid, status, attempt in self.updates
        ]
        if not with_body:
            del shape["body"]
        return shape


class DeliveryLog:
    """The newest attempts, oldest first, in bounded memory."""

    def __init__(self) -> None:
        self.attempts: deque[Attempt] = deque()
        self._with_body: deque[Attempt] = deque()
        self._updates = self._body_bytes = 0
        # Told of every attempt.
        self.on_attempt: list[Callable[[Attempt], None]] = []

    def add(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        self._updates += len(attempt.updates)
        while len(self.attempts) > KEPT_ATTEMPTS or self._updates > KEPT_UPDATES:
            self._updates -= len(self.attempts.popleft().updates)
        if attempt.body:
            self._with_body.append(attempt)
        self._body_bytes += len(attempt.body)
        while self._body_bytes > KEPT_BODY_BYTES:
            forgotten = self._with_body.popleft()
            self._body_bytes -= len(forgotten.body)
            forgotten.body = ""
        for tell in self.on_attempt:
            tell(attempt)

    def clear(self) -> None:
        self.attempts.clear()
        self._with_body.clear()
        self._updates = self._body_bytes = 0
