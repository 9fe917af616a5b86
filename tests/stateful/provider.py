"""WhatsApp as the search plays it: calls wait until the search says what becomes of them; the ledger is the truth."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from forthwith.whatsapp.client import Accepted, Outcome, Unknown

TIMEOUT = 20.0
"""Seconds after which the client gives a call up, as the real one does (FORTHWITH_GRAPH_TIMEOUT_SECONDS)."""


@dataclass
class Call:
    """One call that somebody waits for. `datum` is `{client_id}#{attempt}`; `deadline` is of the loop's clock."""

    phone: str
    datum: str
    deadline: float
    answer: "asyncio.Future[Outcome]"


@dataclass
class Sent:
    """One send WhatsApp has accepted.

    `told`: the statuses that Forthwith has answered with 200. `is_known`: it can tell whose they are, by an answer that came
    or a status with the datum.
    """

    wamid: str
    phone: str
    client_id: str
    attempt: int
    told: set[str] = field(default_factory=set)
    is_known: bool = False


class Provider:
    """Stands in for the Cloud API client; knows nothing of the store."""

    def __init__(self) -> None:
        self.pending: list[Call] = []
        self.ledger: list[Sent] = []
        self.is_up = True

    async def send(self, phone_number_id: str, body: dict[str, Any]) -> Outcome:
        """A call, to be answered later."""
        loop = asyncio.get_running_loop()
        call = Call(
            body["to"],
            body["biz_opaque_callback_data"],
            loop.time() + TIMEOUT,
            loop.create_future(),
        )
        self.pending.append(call)
        return await call.answer

    async def is_answering(self, phone_number_id: str) -> bool:
        """The harmless read."""
        return self.is_up

    async def mark_read(self, phone_number_id: str, body: dict[str, Any]) -> bool:
        """Blue ticks."""
        return True

    async def close(self) -> None:
        """Nothing is open."""

    def accept(self, call: Call) -> Sent:
        """WhatsApp has it from here on, whoever learns of it."""
        client_id, _, attempt = call.datum.partition("#")
        sent = Sent(f"wamid.{len(self.ledger)}", call.phone, client_id, int(attempt))
        self.ledger.append(sent)
        return sent

    def answer(self, call: Call, outcome: Outcome | None) -> None:
        """Ends the call; None: accepted, and said so."""
        self.pending.remove(call)
        if outcome is None:
            sent = self.accept(call)
            sent.is_known = True
            outcome = Accepted(sent.wamid)
        call.answer.set_result(outcome)

    def give_up(self, now: float) -> None:
        """Calls that have waited too long end unknown; WhatsApp has not got them and never will."""
        for call in [each for each in self.pending if each.deadline <= now]:
            self.answer(call, Unknown("TimeoutError"))
