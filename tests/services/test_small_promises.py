"""Promises too small for a file of their own: reading on a full disk, blue ticks beside the lanes, clocks, ids."""

import asyncio
import json
from functools import partial

import pytest
from aiohttp import web

from forthwith.domain.agent import Agent
from forthwith.domain.times import DAY, HOUR
from forthwith.protocol.shapes import MessageRow, SendMessage
from forthwith.services import sign_in
from forthwith.services.accept_message import accept_message
from forthwith.services.read_conversation import read_conversation
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.services.settle_message import cancel_message
from forthwith.services.sign_in import Sessions, hash_token
from forthwith.services.tell_read import AT_ONCE, ReadReceipts
from forthwith.store import conversations, events, sessions
from forthwith.store.database import Database, StorageUnavailable
from forthwith.whatsapp.client import Accepted, WhatsAppClient
from tests.rig import eventually
from tests.services.test_receive_webhook import body, inbound, receiver
from tests.store.conftest import NOW, open_conversation
from tests.store.test_outbox import client_id

__all__ = ["receiver"]


async def test_a_store_that_takes_no_write_still_knows_who_is_signed_in(
    db: Database, ana: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Sessions(db)
    await db.write(lambda tx: sessions.add(tx, hash_token("token"), ana.id, NOW, NOW + DAY))

    async def full(_: object) -> None:
        raise StorageUnavailable("disk full")

    monkeypatch.setattr(db, "write", full)
    agent = await known.agent_of("token", NOW + sign_in.TOUCH_AFTER + HOUR)
    assert agent is not None
    assert agent.id == ana.id


async def test_read_receipts_are_few_at_once_newest_only_and_never_in_the_way_of_a_send() -> None:
    told: list[str] = []
    may_answer = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        call = json.loads(await request.read())
        if call.get("status") == "read":
            told.append(call["message_id"])
            await may_answer.wait()
            return web.json_response({"success": True})
        return web.json_response({"messages": [{"id": "wamid.sent"}]})

    application = web.Application()
    application.router.add_post("/v26.0/1/messages", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    whatsapp = WhatsAppClient(f"http://127.0.0.1:{runner.addresses[0][1]}/v26.0", "token", 5)
    receipts = ReadReceipts(whatsapp)
    for lane in range(100):
        for number in range(3):
            receipts.tell(f"conversation-{lane}", "1", f"wamid.{lane}.{number}")

    async def are_under_way() -> bool:
        return len(told) == AT_ONCE

    await eventually(are_under_way)
    assert await whatsapp.send("1", {"type": "text"}) == Accepted("wamid.sent")
    assert len(told) == AT_ONCE
    may_answer.set()

    async def are_told() -> bool:
        return len(told) >= 100

    await eventually(are_told)
    await receipts.close()
    await whatsapp.close()
    await runner.cleanup()
    assert sorted(told) == sorted(f"wamid.{lane}.2" for lane in range(100))


async def activity(db: Database, conversation_id: str) -> str:
    rows = await db.read(lambda tx: conversations.by_ids(tx, [conversation_id]))
    return rows[conversation_id].last_activity_at


async def test_a_clock_set_back_does_not_set_back_a_conversations_activity(
    db: Database, ana: Agent, conversation_id: str, receiver: WebhookReceiver
) -> None:
    await accept_message(db, ana, conversation_id, SendMessage(client_id(), "Today"), NOW)
    before = await activity(db, conversation_id)
    command = SendMessage(client_id(), "Yesterday, says the clock")
    row, _ = await accept_message(db, ana, conversation_id, command, NOW - DAY)
    assert (row.pos, await activity(db, conversation_id)) == (2, before)
    await db.write(
        partial(
            conversations.take_inbound_pos,
            conversation_id=conversation_id,
            now=NOW - DAY,
            whatsapp_time=NOW - DAY,
        )
    )
    assert await activity(db, conversation_id) == before


async def test_what_the_team_has_read_is_never_unread_again(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    """Two agents' browsers report their positions in any order; the lesser changes nothing and makes no event."""
    await receiver.receive(body(messages=[inbound(str(number)) for number in range(5)]))
    (row,) = await db.read(lambda tx: tx.all("SELECT id FROM conversations"))
    read = partial(read_conversation, db, ana, row["id"], now=NOW)
    assert await read(4) is not None
    seq = await db.read(events.newest_seq)
    for position in (2, 4, 0, -7):
        assert await read(position) is None
    assert await db.read(events.newest_seq) == seq
    assert await read(10**9) is not None, "no further than the newest"
    found = await db.read(lambda tx: conversations.by_ids(tx, [row["id"]]))
    assert (found[row["id"]].read_up_to_pos, found[row["id"]].unread_count) == (5, 0)


async def test_a_message_can_be_cancelled_by_the_servers_id_too(
    db: Database, ana: Agent, conversation_id: str
) -> None:
    command = SendMessage(client_id(), "Not that")
    row, _ = await accept_message(db, ana, conversation_id, command, NOW)
    cancelled = await cancel_message(db, ana, row.id, NOW)
    assert isinstance(cancelled, MessageRow)
    assert cancelled.client_id == command.client_id


async def test_pages_of_a_changing_list_show_every_row_that_did_not_move(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    lanes = [await open_conversation(db, ana, f"4477009{number:05}") for number in range(30)]
    seen: list[str] = []
    after = None
    while rows := await db.read(
        partial(conversations.page, inbox_ids=ana.inbox_ids, only="all", after=after, limit=7)
    ):
        seen += [row.id for row, _ in rows]
        after = (rows[-1][1], rows[-1][0].id)
        moved = SendMessage(client_id(), "To the top")
        await accept_message(db, ana, seen[0], moved, NOW + len(seen))
    assert sorted(seen) == sorted(lanes), "each once: what moved was seen before it moved"
