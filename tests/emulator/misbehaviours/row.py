"""WhatsApp's misbehaviours: what makes each, what the wire shows of it, and what must hold all the same.

`tests/emulator/test_misbehaviours.py` looks at the wire, and `tests/flow/test_misbehaviours.py` puts Forthwith's server at
the other end of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from tests.emulator.wire import Wire

HOUR = 3600.0
ALL = ["send", "inbound"]


class Stage(Protocol):
    """Where a row is played: a business, a contact, and the clock between them."""

    async def send(self, text: str) -> None:
        """The business sends, and has its answer or its failure."""

    async def write(self, text: str, times: int = 1) -> None:
        """The contact writes."""

    async def write_image(self) -> None:
        """The contact sends a picture."""

    async def read(self) -> None:
        """The contact looks at the conversation, once all has arrived."""

    async def ask(self) -> None:
        """Somebody reads the phone number's node."""

    async def advance(self, seconds: float) -> None:
        """So much later, once everybody waits for the clock."""


async def talk(stage: Stage) -> None:
    await stage.send("one")
    await stage.write("two")
    await stage.send("three")


async def talk_and_read(stage: Stage) -> None:
    await talk(stage)
    await stage.read()


async def ask_and_talk(stage: Stage) -> None:
    await stage.ask()
    await talk(stage)


async def send_picture(stage: Stage) -> None:
    await stage.write_image()
    await talk(stage)


def later(seconds: float) -> Play:
    """Talk, and so much later on."""

    async def play(stage: Stage) -> None:
        await talk(stage)
        await stage.advance(seconds)

    return play


def later_between(seconds: float) -> Play:
    """One text, so much later another."""

    async def play(stage: Stage) -> None:
        await stage.send("one")
        await stage.advance(seconds)
        await stage.send("three")

    return play


def write(text: str, times: int) -> Play:
    """The contact writes much and fast."""

    async def play(stage: Stage) -> None:
        await stage.write(text, times)

    return play


Rules = tuple[dict[str, Any], ...]
Sight = Callable[[Wire], object]
"""Something true when the wire shows it."""
Play = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True)
class Row:
    """`shown`: what Forthwith shows of each text the agent sent; `accepted`: how often WhatsApp took it.

    `guarantee`: the one of the protocol's that this misbehaviour attacks; the others are checked too.
    """

    number: int
    name: str
    rules: Rules
    sight: Sight
    guarantee: str
    shown: tuple[str, ...] = ("delivered", "delivered")
    accepted: tuple[int, ...] = (1, 1)
    play: Play = talk
    second_app: bool = False
    seen_in: Literal["webhooks", "answers"] = "webhooks"
    holds: bool = False
    """The number pauses for half a minute: this row needs a server of its own."""


def rule(action: str, match: Mapping[str, Any] | None = None, **how: Any) -> dict[str, Any]:
    """A fault rule; `times`, `for_seconds` and `probability` are the rule's, the rest the action's."""
    names = ("times", "for_seconds", "probability")
    own: dict[str, Any] = {name: how.pop(name) for name in names if name in how}
    return {"match": match or {}, "do": {"action": action, **how}, **own}
