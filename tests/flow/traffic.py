"""Agents and customers who never stop writing while the server dies and comes back, and what they have seen."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from forthwith.domain.status import RANK
from tests.rig import AgentSession, Product, eventually, new_client_id

GONE = (aiohttp.ClientError, ConnectionError, TimeoutError)


@dataclass
class Lane:
    """One conversation: what the agent has entered and the customer written, in that order."""

    wa_id: str
    conversation_id: str
    entered: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


async def send_until_accepted(
    agent: AgentSession, conversation_id: str, client_id: str, text: str
) -> None:
    """As the browser's outbox does: the same id again until the server has answered."""

    async def accepted() -> bool:
        try:
            status, _ = await agent.send(conversation_id, text, client_id)
        except GONE:
            return False
        assert status in (200, 201, 503), status
        return status != 503

    await eventually(accepted, 120, every=0.05)


async def keep_sending(
    lane: Lane, agent: AgentSession, chance: random.Random, enough: asyncio.Event
) -> None:
    """One Enter after another, each posted after the answer of the one before (R18)."""
    while not enough.is_set():
        client_id = new_client_id()
        lane.entered.append(client_id)
        await send_until_accepted(agent, lane.conversation_id, client_id, f"Text of {client_id}")
        await asyncio.sleep(chance.uniform(0, 0.2))


async def keep_writing(
    lane: Lane, product: Product, chance: random.Random, enough: asyncio.Event
) -> None:
    """The customer's side."""
    while not enough.is_set():
        lane.written.append(f"Question {len(lane.written)} of {lane.wa_id}")
        await product.emulator.write(lane.wa_id, lane.written[-1])
        await asyncio.sleep(chance.uniform(0.1, 1.0))


class Watcher:
    """A browser that resumes as soon as its socket is gone. `rows` by client id; `falls` and `gaps` should stay empty."""

    def __init__(self, agent: AgentSession, epoch: str) -> None:
        self._agent, self._epoch = agent, epoch
        self.seq = 0
        self.rows: dict[str, Any] = {}
        self.falls: list[str] = []
        self.gaps: list[str] = []

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async with self._agent.socket(self._epoch, self.seq) as socket:
                    async for frame in socket:
                        self._hear(frame.json())
            except GONE:
                pass
            await asyncio.sleep(0.03)

    def _hear(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "reset":
            self.gaps.append(f"reset at {self.seq}: {frame}")
        for event in frame.get("events", [frame]):
            if "prev_seq" not in event or event["type"] == "heartbeat":
                continue
            if event["prev_seq"] != self.seq or event["seq"] != self.seq + 1:
                self.gaps.append(
                    f"{event['seq']} after {event['prev_seq']} was heard at {self.seq}"
                )
            self.seq = event["seq"]
            if event.get("message"):
                self._apply(event["message"])

    def _apply(self, row: dict[str, Any]) -> None:
        known = self.rows.get(row["client_id"])
        if known and known["rev"] >= row["rev"]:
            return
        if known and _falls(known["status"], row["status"]):
            self.falls.append(f"{row['client_id']}: {known['status']}, then {row['status']}")
        self.rows[row["client_id"]] = row


def _falls(before: str, after: str) -> bool:
    """Only a failure takes back `sent`, and nothing takes back an arrival (G4)."""
    had, has = RANK.get(before, 0), RANK.get(after, 0)  # type: ignore[call-overload]  # any status
    return bool(has < had and not (before == "sent" and after == "failed"))
