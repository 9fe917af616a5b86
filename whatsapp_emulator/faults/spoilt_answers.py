"""Actions that accept a message, and whose answer is not what it should be."""

from __future__ import annotations

from typing import TypeAlias

from whatsapp_emulator.faults.action import Action


class Hang(Action, tag="hang"):
    """Accept, then answer nothing for ``seconds`` of real time (until the client gives up)."""

    seconds: float = 3600.0


class Reset(Action, tag="reset"):
    """Accept, then reset the TCP connection."""


class BadGateway(Action, tag="bad_gateway"):
    """Accept, then answer 502 (or ``http``) with a page in HTML."""

    http: int = 502


class Truncate(Action, tag="truncate"):
    """Accept, then close in the middle of the answer's body."""


class Garbage(Action, tag="garbage"):
    """Accept, then answer 200 with a body that is not JSON (or empty)."""

    body: str = "<html>OK</html>"


class Slow(Action, tag="slow"):
    """Accept, then answer rightly but ``seconds`` of real time later."""

    seconds: float


class StatusFirst(Action, tag="status_first"):
    """Answer only when the webhook with the first status was answered 200 (at most 10 s)."""


SpoiltAnswer: TypeAlias = Hang | Reset | BadGateway | Truncate | Garbage | Slow | StatusFirst
