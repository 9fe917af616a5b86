"""Texts that come in one POST share their statements, and leave what each alone would have left (R3, R10)."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from forthwith.domain.agent import Agent
from forthwith.services import receive_webhook
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.store import conversations, events, inboxes, messages
from forthwith.store.database import Database, Transaction
from forthwith.store.sqlite import SqliteDatabase
from tests.services.test_hostile_webhooks import texts
from tests.services.test_receive_webhook import body, inbound, receiver, threads
from tests.store.conftest import NOW, Rings

__all__ = ["receiver"]

LEFT_BEHIND = """SELECT m.text_content, m.sender_name, m.pos, m.wamid, p.name, p.phone, p.bsuid, p.username,
    c.last_pos, c.rev, c.unread_count, c.last_inbound_at, c.last_activity_at, quoted.wamid AS quoted,
    (SELECT COUNT(*) FROM events WHERE message_id = m.id AND type = 'new_message') AS events
    FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN contacts p ON p.id = c.contact_id
    LEFT JOIN messages quoted ON quoted.client_id = m.reply_to ORDER BY m.wamid"""


def story(seed: int) -> list[dict[str, Any]]:
    """Changes with a text each: few people, who change names, hand numbers on, quote one another; and repeats."""
    dice = random.Random(seed)
    changes = []
    for number in range(30):
        phone, is_named = f"44770090030{dice.randrange(3)}", dice.random() < 0.5
        message = inbound(str(number), f"wamid.{dice.randrange(25)}", NOW // 1_000 + number, phone)
        message["context"] = {"id": f"wamid.{dice.randrange(25)}"}
        message["from_user_id"] = f"GB.{dice.randrange(3)}" if is_named else None
        contact = {"profile": {"name": dice.choice("ABC")}, "wa_id": phone}
        metadata = {"phone_number_id": "15550001"}
        value = {"metadata": metadata, "contacts": [contact], "messages": [message]}
        changes.append({"field": "messages", "value": value})
    return changes


async def left_behind(file: Path, posts: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    db = await SqliteDatabase.open(file, Rings())
    await db.write(lambda tx: inboxes.ensure(tx, "15550001", "9001", "Shop", "", NOW))
    receiver = WebhookReceiver(db, lambda: NOW)
    for changes in posts:
        await receiver.receive(json.dumps({"entry": [{"changes": changes}]}).encode())
    rows = await db.read(lambda tx: tx.all(LEFT_BEHIND))
    await db.close()
    return [dict(row) for row in rows]


@pytest.mark.parametrize("seed", range(12))
async def test_one_post_leaves_what_as_many_posts_leave(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive_webhook, "GATHER_FOR_FIRST_SECONDS", 0)
    changes = story(seed)
    together = await left_behind(tmp_path / "together.db", [changes[:10], changes[10:]])
    alone = await left_behind(tmp_path / "alone.db", [[change] for change in changes])
    assert together == alone
    assert len(together) > 10


async def test_a_text_may_quote_one_of_its_own_post(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    first = inbound("Is it blue?", "wamid.1")
    second = inbound("I mean this one", "wamid.2", context={"id": "wamid.1"})
    await receiver.receive(body(messages=[first, second]))
    (thread,) = await threads(db, ana)
    quoted, quoting = await db.read(lambda tx: messages.page(tx, thread.id, None, 10))
    assert quoting.reply_to == quoted.client_id


async def test_of_a_repeat_in_one_post_the_first_counts_in_its_place(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    items = [inbound("first", "wamid.1"), inbound("second"), inbound("again", "wamid.1")]
    await receiver.receive(body(messages=items))
    assert await texts(db, ana) == ["first", "second"]
    assert await db.read(events.newest_seq) == 2


async def test_texts_of_one_commit_cost_few_statements(
    db: Database, ana: Agent, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From contacts that are known; a hundred cost no more than two."""
    asked: list[str] = []

    def counted(kind: type[Transaction], name: str) -> None:
        ask = getattr(kind, name)

        async def count(self: Any, sql: str, *rows: Any, **values: Any) -> Any:
            asked.append(sql)
            return await ask(self, sql, *rows, **values)

        monkeypatch.setattr(kind, name, count)

    await receiver.receive(body(messages=[inbound("Hello")]))
    (thread,) = await threads(db, ana)
    kind: Any = await db.write(_kind_of)
    for name in ("all", "many"):
        counted(kind, name)
    costs = []
    for count in (2, 100):
        asked.clear()
        await receiver.receive(body(messages=[inbound(str(each)) for each in range(count)]))
        costs.append(len(asked))
    assert costs[0] == costs[1] < 20
    found = await db.read(lambda tx: conversations.by_ids(tx, [thread.id]))
    assert found[thread.id].last_pos == 103


async def _kind_of(tx: Transaction) -> type[Transaction]:
    return type(tx)
