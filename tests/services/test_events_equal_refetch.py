"""Whatever happens, in whatever order: an old snapshot and the events after it are what a fresh one shows (R2, R12; G6)."""

import asyncio
import json
import random
import secrets
from functools import partial
from typing import Any

import msgspec
import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.errors import Refusal
from forthwith.domain.status import Attempt, Failure
from forthwith.domain.times import DAY, HOUR
from forthwith.protocol.shapes import SendMessage
from forthwith.realtime.event_log import EventLog
from forthwith.services.accept_message import accept_message
from forthwith.services.read_conversation import read_conversation
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.services.settle_message import cancel_message, dismiss_message, retry_message
from forthwith.store import attempts, awaited_media, conversations, media, messages, outbox
from forthwith.store.database import Database
from forthwith.store.media import NewMedia
from tests.services.test_receive_webhook import body, inbound, receiver, status
from tests.store.conftest import NOW, open_conversation
from tests.store.test_outbox import client_id

__all__ = ["receiver"]
STEPS = 150
PHONES = [f"44770090022{number}" for number in range(3)]


class Life:
    """Agents, contacts and WhatsApp doing things at random; refusals are part of it."""

    def __init__(
        self, db: Database, ana: Agent, receiver: WebhookReceiver, chance: random.Random
    ) -> None:
        self.db, self.ana, self.receiver, self.chance = db, ana, receiver, chance
        self.now = NOW
        self.lanes: list[str] = []
        self.ids: list[str] = []
        self.wamids: list[str] = []

    async def step(self) -> None:
        self.now += self.chance.choice((0, 1, 1_000, 30_000))
        action = self.chance.choice(
            (
                *(self.send, self.write, self.deliver, self.report, self.read, self.settle),
                *(self.write_a_file, self.fetch),
            )
        )
        try:
            await action()
        except Refusal:
            pass  # somebody else was first, or it was too late

    async def send(self) -> None:
        command = SendMessage(self.id_of_a_wish(), "Hi", seen_pos=self.chance.randrange(20))
        at = self.now + self.chance.choice((0, 0, 0, 2 * DAY))  # then the window is closed
        await accept_message(self.db, self.ana, self.chance.choice(self.lanes), command, at)

    def id_of_a_wish(self) -> str:
        """Mostly a new one; else a late copy's."""
        if not self.ids or self.chance.random() < 0.8:
            self.ids.append(client_id())
        return self.chance.choice((self.ids[-1], self.chance.choice(self.ids)))

    async def write(self) -> None:
        sender = self.chance.choice(PHONES)
        raw = body(messages=[inbound("Hello", sender=sender, from_user_id=f"GB.{sender}")])
        await self.receiver.receive(raw.replace(b"GB.77", f"GB.{sender}".encode()))

    async def write_a_file(self) -> None:
        part = {"id": secrets.token_hex(6), "mime_type": "image/jpeg"}
        sender = self.chance.choice(PHONES)
        message = inbound("", sender=sender, from_user_id=f"GB.{sender}", type="image", image=part)
        raw = body(messages=[message])
        await self.receiver.receive(raw.replace(b"GB.77", f"GB.{sender}".encode()))

    async def fetch(self) -> None:
        """It comes, or it does not; a second process has fetched it, too."""
        take = partial(awaited_media.take, now=self.now, until=self.now + HOUR, limit=2)
        for awaited in await self.db.write(take):
            new = NewMedia(
                hash=awaited["whatsapp_id"], kind="image", mime_type="image/jpeg", size=9
            )
            found = await self.db.write(partial(media.add, new=new, now=self.now))
            arrived = partial(
                awaited_media.arrived, awaited=awaited, found=found, voice=False, now=self.now
            )
            gone = partial(awaited_media.give_up, awaited=awaited, reason="expired", now=self.now)
            for each in self.chance.choice(((arrived,), (gone,), (arrived, gone), (gone, arrived))):
                await self.db.write(each)

    async def deliver(self) -> None:
        claims = await self.db.write(
            partial(outbox.claim_lanes, owner="w", now=self.now, lease=1, stale_after=HOUR, limit=2)
        )
        for each in claims:
            wamid = f"wamid.{secrets.token_hex(6)}"
            self.wamids.append(wamid)
            record = partial(
                attempts.record, message_id=each.message_id, n=each.attempt, now=self.now
            )
            match self.chance.randrange(4):
                case 0:
                    await self.db.write(partial(record, evidence=Attempt("sent"), wamid=wamid))
                case 1:
                    failure = Failure(self.now // 1_000, "131026", "", "undeliverable")
                    evidence = Attempt(failures=frozenset({failure}))
                    await self.db.write(partial(record, evidence=evidence))
                case 2:
                    await self.db.write(partial(record, evidence=Attempt(lapsed=True)))
                case 3:
                    put_off = partial(outbox.put_off, claim=each, now=self.now, until=self.now)
                    await self.db.write(put_off)

    async def report(self) -> None:
        if not self.wamids or not self.ids:
            return
        names = self.chance.sample(["sent", "delivered", "read", "failed"], 2)
        datum = f"{self.chance.choice(self.ids)}#{self.chance.randrange(1, 3)}"
        reports = [
            status(self.chance.choice(self.wamids), name, biz_opaque_callback_data=datum)
            for name in names
        ]
        await self.receiver.receive(body(statuses=reports))

    async def read(self) -> None:
        lane, up_to = self.chance.choice(self.lanes), self.chance.randrange(30)
        await read_conversation(self.db, self.ana, lane, up_to, self.now)

    async def settle(self) -> None:
        if not self.ids:
            return
        known = self.chance.choice(self.ids)
        match self.chance.randrange(3):
            case 0:
                await retry_message(self.db, self.ana, known, self.id_of_a_wish(), self.now)
            case 1:
                await dismiss_message(self.db, self.ana, known, self.now)
            case 2:
                await cancel_message(self.db, self.ana, known, self.now)


class Browser:
    """Keeps of each row the greatest `rev`, as `applyRow` does. `last_message` is a row of its own."""

    def __init__(self, rows: dict[str, Any]) -> None:
        self.rows = rows

    def apply(self, event: dict[str, Any]) -> None:
        for row in (event.get("message"), event.get("conversation")):
            if row is not None:
                row.pop("last_message", None)
                known = self.rows.get(row["_id"])
                assert not known or known["rev"] != row["rev"] or known == row, (
                    "changed without rev"
                )
                if not known or known["rev"] < row["rev"]:
                    self.rows[row["_id"]] = row


async def fresh(db: Database, ana: Agent) -> dict[str, Any]:
    """What a browser that has just been opened would load."""
    pages = await db.read(lambda tx: conversations.page(tx, ana.inbox_ids, "all", None, 100))
    found: list[Any] = [row for row, _ in pages]
    for row, _ in pages:
        found += await db.read(
            partial(messages.page, conversation_id=row.id, before_pos=None, limit=1_000)
        )
    rows = json.loads(msgspec.json.encode(found))
    for row in rows:
        row.pop("last_message", None)
    return {row["_id"]: row for row in rows}


@pytest.mark.parametrize("at_once", [1, 8])
async def test_an_old_snapshot_and_its_events_are_a_fresh_one(
    db: Database, ana: Agent, receiver: WebhookReceiver, at_once: int
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    life = Life(db, ana, receiver, random.Random(seed))
    life.lanes = [await open_conversation(db, ana, phone) for phone in PHONES]
    browser = Browser(await fresh(db, ana))
    log = EventLog(db)
    await log.open()
    cursor = log.head
    for _ in range(STEPS // at_once):
        await asyncio.gather(*(life.step() for _ in range(at_once)))
        await log.catch_up()
        while batch := await log.after(cursor):
            for event in batch:
                browser.apply(json.loads(event.after(cursor)))
                assert event.seq == cursor + 1
                cursor = event.seq
    now = await fresh(db, ana)
    assert browser.rows == now
    for row in now.values():
        if "unread_count" in row:  # a conversation: its counts are those of its messages
            lane = [each for each in now.values() if each.get("conversation_id") == row["_id"]]
            assert row["last_pos"] == len(lane) == max((each["pos"] for each in lane), default=0)
            unread = [
                e for e in lane if e["direction"] == "inbound" and e["pos"] > row["read_up_to_pos"]
            ]
            assert row["unread_count"] == len(unread)
            unsent = [e for e in lane if e["status"] == "failed" and not e["dismissed_at"]]
            assert row["unsent_count"] == len(unsent)
