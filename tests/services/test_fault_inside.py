"""The store goes away between any two statements of any use case: nothing of it has happened, and the same again does
it whole (R2, R5, R10; G2)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.errors import Refusal
from forthwith.domain.status import Attempt, Failure
from forthwith.domain.times import DAY, MINUTE
from forthwith.protocol.shapes import MessageRow, SendMessage
from forthwith.services import receive_webhook
from forthwith.services.accept_message import accept_message
from forthwith.services.deliver_outbox import DeliverySettings, OutboxWorker
from forthwith.services.read_conversation import read_conversation
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.services.settle_message import cancel_message, dismiss_message, retry_message
from forthwith.store import attempts
from forthwith.store.database import Database, Row, StorageUnavailable, Transaction, Value, Work
from forthwith.store.outbox import Claim
from forthwith.whatsapp.client import (
    Accepted,
    Held,
    NotSent,
    Outcome,
    Paced,
    Refused,
    Unknown,
    WhatsAppClient,
)
from tests.services.test_receive_webhook import body, inbound, status
from tests.store.conftest import NOW, open_conversation
from tests.store.test_outbox import claim, client_id, record, send

TABLES = (
    *("messages", "attempts", "conversations", "contacts", "contact_aliases", "events", "counters"),
    *("inboxes", "agent_tombstones", "repetitions", "orphan_statuses", "webhooks"),
)
FAILED = Attempt(failures=frozenset({Failure(1, "131026", "", "undeliverable")}))


class Failing:
    """A transaction whose store goes away before its nth statement."""

    def __init__(self, tx: Transaction, left: list[int]) -> None:
        self._tx, self._left = tx, left
        self.for_update, self.among = tx.for_update, tx.among
        self.hops, self.appended = tx.hops, tx.appended

    def _count(self) -> None:
        self._left[0] -= 1
        if self._left[0] < 0:
            raise StorageUnavailable("on purpose")

    async def all(self, sql: str, **values: Value) -> list[Row]:
        self._count()
        return await self._tx.all(sql, **values)

    async def one(self, sql: str, **values: Value) -> Row | None:
        self._count()
        return await self._tx.one(sql, **values)

    async def run(self, sql: str, **values: Value) -> int:
        self._count()
        return await self._tx.run(sql, **values)

    async def many(self, sql: str, rows: Sequence[Mapping[str, Value]]) -> None:
        self._count()
        await self._tx.many(sql, rows)

    async def attempt(self, work: Work[Any]) -> Any:
        self._count()
        return await self._tx.attempt(lambda inner: work(Failing(inner, self._left)))


class FailingDatabase:
    """A store that goes away after so many statements, once."""

    def __init__(self, db: Database, statements: int) -> None:
        self._db, self._left, self.epoch = db, [statements], db.epoch

    async def write(self, work: Work[Any]) -> Any:
        return await self._db.write(lambda tx: work(Failing(tx, self._left)))

    async def read(self, work: Work[Any]) -> Any:
        return await self._db.read(work)

    async def look(self, work: Work[Any]) -> Any:
        return await self._db.look(work)

    async def close(self) -> None:
        pass


class World:
    """A conversation in every kind of trouble."""

    def __init__(self, db: Database, ana: Agent, lane: str) -> None:
        self.db, self.ana, self.lane = db, ana, lane
        self.new_id = client_id()
        self.unread: str
        self.failed: MessageRow
        self.doubted: MessageRow
        self.waiting: MessageRow
        self.claim: Claim

    async def prepare(self) -> None:
        self.failed = await send(self.db, self.ana, self.lane, "1")
        await claim(self.db)
        await record(self.db, self.failed, FAILED)
        self.doubted = await send(self.db, self.ana, self.lane, "2")
        await claim(self.db)
        await record(self.db, self.doubted, Attempt(lapsed=True))
        elsewhere = await open_conversation(self.db, self.ana, "447700900226")
        await send(self.db, self.ana, elsewhere, "3")
        (self.claim,) = await claim(self.db)
        self.waiting = await send(self.db, self.ana, self.lane, "4")
        await receive(self, self.db, messages=[inbound("Hi", "wamid.first", sender="447700900227")])
        row = await self.db.read(
            lambda tx: tx.one("SELECT id FROM conversations WHERE unread_count > 0")
        )
        assert row is not None
        self.unread = row["id"]

    async def everything(self) -> dict[str, list[dict[str, Any]]]:
        async def read(tx: Transaction) -> dict[str, list[dict[str, Any]]]:
            return {
                table: sorted(
                    (dict(row) for row in await tx.all(f"SELECT * FROM {table}")), key=str
                )
                for table in TABLES
            }

        return await self.db.read(read)


Act = Callable[[World, Database], Awaitable[object]]


async def accepts(world: World, db: Database) -> object:
    command = SendMessage(world.new_id, "Hello", seen_pos=0, reply_to=world.doubted.client_id)
    return await accept_message(db, world.ana, world.lane, command, NOW)


async def refuses(world: World, db: Database) -> object:
    command = SendMessage(world.new_id, "Hello")
    try:
        return await accept_message(db, world.ana, world.lane, command, NOW + 2 * DAY)
    except Refusal as said:
        return said


async def retries(world: World, db: Database) -> object:
    return await retry_message(db, world.ana, world.failed.client_id, world.new_id, NOW)


async def sends_again(world: World, db: Database) -> object:
    return await retry_message(db, world.ana, world.doubted.client_id, world.new_id, NOW)


async def dismisses(world: World, db: Database) -> object:
    return await dismiss_message(db, world.ana, world.failed.client_id, NOW)


async def cancels(world: World, db: Database) -> object:
    return await cancel_message(db, world.ana, world.waiting.client_id, NOW)


async def cancels_the_unknown(world: World, db: Database) -> object:
    await cancel_message(db, world.ana, world.new_id, NOW)
    return True


async def reads(world: World, db: Database) -> object:
    return await read_conversation(db, world.ana, world.unread, 1, NOW)


async def receive(world: World, db: Database, **items: list[Any]) -> object:
    await WebhookReceiver(db, lambda: NOW).receive(body(**items))
    return True


async def receives(world: World, db: Database) -> object:
    return await receive(world, db, messages=[inbound("Hi", "wamid.1"), inbound("Ho", "wamid.2")])


async def hears(world: World, db: Database) -> object:
    datum = f"{world.doubted.client_id}#1"
    named = status("wamid.1", "sent", biz_opaque_callback_data=datum)
    return await receive(world, db, statuses=[named, status("wamid.2", "read")])


async def claims(world: World, db: Database) -> object:
    worker = OutboxWorker(db, WhatsAppClient("", "", 1), lambda: NOW, DeliverySettings())
    return await db.write(lambda tx: worker._claim(tx, 10))


async def returns_what_is_old(world: World, db: Database) -> object:
    now = NOW + 11 * MINUTE
    worker = OutboxWorker(db, WhatsAppClient("", "", 1), lambda: now, DeliverySettings())
    await db.write(lambda tx: worker._claim(tx, 10))
    return True


def stores(outcome: Outcome) -> Act:
    async def act(world: World, db: Database) -> object:
        worker = OutboxWorker(db, WhatsAppClient("", "", 1), lambda: NOW, DeliverySettings())
        await db.write(lambda tx: worker._store_outcome(tx, world.claim, outcome))
        return True

    act.__name__ = f"stores_{type(outcome).__name__.lower()}"
    return act


async def hears_of_a_late_failure(world: World, db: Database) -> object:
    return await db.write(
        partial(attempts.record, message_id=world.doubted.id, n=1, evidence=FAILED, now=NOW)
    )


OUTCOMES: tuple[Outcome, ...] = (
    Accepted("wamid.9"),
    Refused(131026, "undeliverable", ""),
    Held(190, ""),
    Paced(4, None),
    Paced(131056, 1),
    NotSent(""),
    Unknown(""),
)
ACTS: list[Act] = [
    *(accepts, refuses, retries, sends_again, dismisses, cancels, cancels_the_unknown, reads),
    *(receives, hears, hears_of_a_late_failure, claims, returns_what_is_old),
    *map(stores, OUTCOMES),
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
async def test_a_fault_between_any_two_statements_leaves_nothing_behind(
    db: Database, ana: Agent, conversation_id: str, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive_webhook, "GATHER_FOR_FIRST_SECONDS", 0)
    world = World(db, ana, conversation_id)
    await world.prepare()
    before = await world.everything()
    statements, done = 0, None
    while done is None:
        try:
            done = await act(world, FailingDatabase(db, statements))
        except StorageUnavailable:
            statements += 1
            assert await world.everything() == before, f"before statement {statements}"
    assert statements > 0
    assert await world.everything() != before
