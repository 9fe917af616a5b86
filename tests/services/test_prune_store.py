"""What is kept only for a while goes, nothing else does, and the log keeps no hole (Keeping; R13)."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.times import DAY
from forthwith.services import prune_store
from forthwith.services.prune_store import Keeping, Pruner
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.store import conversations, events, orphans, webhooks
from forthwith.store.database import Database, Transaction
from forthwith.store.media_files import MediaFiles
from tests.rig import eventually
from tests.services.test_receive_webhook import body, inbound, receiver
from tests.store.conftest import NOW

__all__ = ["receiver"]
TABLES = ("events", "webhooks", "set_aside", "orphan_statuses")


async def count(db: Database) -> dict[str, int]:
    async def read(tx: Transaction) -> dict[str, int]:
        return {
            table: (await tx.all(f"SELECT COUNT(*) AS n FROM {table}"))[0]["n"] for table in TABLES
        }

    return await db.read(read)


async def fill(db: Database, conversation_id: str, at: int, times: int) -> None:
    """So many rows of every kind that is kept for a while, from this moment."""

    async def write(tx: Transaction) -> None:
        for number in range(times):
            await conversations.change_unsent(tx, conversation_id, 1, at)
            await webhooks.keep(tx, [(f"webhook-{at}-{number}", b"{}")], at)
            await webhooks.set_aside(tx, f"webhook-{at}-{number}", "", "unknown body", at)
            await orphans.add(tx, f"wamid.{at}.{number}", "sent", frozenset(), at)

    await db.write(write)


async def test_each_kind_goes_when_its_time_is_over(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    for days in range(20, -1, -1):
        await fill(db, conversation_id, NOW - days * DAY, 3)
    await prune_store.prune_store(db, Keeping(), NOW)
    assert await count(db) == {
        "events": 3 * 8,
        "webhooks": 3 * 15,
        "set_aside": 3 * 15,
        "orphan_statuses": 3 * 9,
    }
    await prune_store.prune_store(db, Keeping(), NOW)
    assert await db.read(events.oldest_kept_seq) == 3 * 13


async def test_more_than_one_transaction_takes_goes_all_the_same(
    db: Database, ana: Agent, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prune_store, "ROWS_AT_ONCE", 10)
    await fill(db, conversation_id, NOW - 30 * DAY, 25)
    await prune_store.prune_store(db, Keeping(), NOW)
    assert set((await count(db)).values()) == {0}


async def test_resuming_stays_possible_from_the_newest_event_when_all_are_gone(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    await fill(db, conversation_id, NOW - 30 * DAY, 5)
    await prune_store.prune_store(db, Keeping(), NOW)
    assert await db.read(events.oldest_kept_seq) == await db.read(events.newest_seq) == 5


async def test_an_event_from_a_clock_set_back_leaves_no_hole_in_the_log(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    for at in (NOW - 9 * DAY, NOW, NOW - 9 * DAY, NOW):
        await db.write(
            partial(conversations.change_unsent, conversation_id=conversation_id, by=1, now=at)
        )
    await prune_store.prune_store(db, Keeping(), NOW)
    assert await db.read(events.oldest_kept_seq) == 1
    assert len(await db.read(lambda tx: events.read_after(tx, 1, 10))) == 3


async def test_an_orphan_is_kept_from_its_newest_word_on(db: Database, ana: Agent) -> None:
    for days in (9, 1):
        at = NOW - days * DAY
        await db.write(
            partial(orphans.add, wamid="wamid.1", status="failed", failures=frozenset(), now=at)
        )
    await prune_store.prune_store(db, Keeping(), NOW)
    assert (await count(db))["orphan_statuses"] == 1


async def test_messages_outlive_what_brought_them(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    await receiver.receive(body(messages=[inbound("Stays")]))
    await prune_store.prune_store(db, Keeping(), NOW + 365 * DAY)
    rows = await db.read(lambda tx: tx.all("SELECT text_content FROM messages"))
    assert [row["text_content"] for row in rows] == ["Stays"]
    assert set((await count(db)).values()) == {0}


async def test_the_loop_prunes_by_itself(
    db: Database, ana: Agent, conversation_id: str, tmp_path: Path
) -> None:
    await fill(db, conversation_id, NOW - 30 * DAY, 1)
    pruner = Pruner(db, MediaFiles(tmp_path), Keeping(), lambda: NOW)
    loop = asyncio.create_task(pruner.run())

    async def is_empty() -> bool:
        return set((await count(db)).values()) == {0}

    await eventually(is_empty)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
