"""Webhooks that try to hurt: storage failing in mid-item, texts no engine stores, ids of strangers (R10; bad-input 33-43)."""

import json
from functools import partial

import pytest
from msgspec import UNSET

from forthwith.domain.agent import Agent
from forthwith.domain.status import Attempt
from forthwith.services import receive_webhook
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.store import attempts, inboxes, messages
from forthwith.store.database import Database, StorageUnavailable, Transaction
from forthwith.whatsapp.webhook_payloads import InboundMessage
from tests.services.test_receive_webhook import (
    aside,
    body,
    claimed,
    inbound,
    receiver,
    status,
    status_of,
    threads,
)
from tests.store.conftest import NOW

__all__ = ["receiver"]


async def test_storage_failing_in_the_middle_is_never_an_items_fault(
    db: Database, ana: Agent, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(tx: Transaction, *_: object) -> None:
        raise StorageUnavailable("disk full")

    with monkeypatch.context() as failing:
        failing.setattr(receive_webhook, "apply_items", fail)
        with pytest.raises(StorageUnavailable):
            await receiver.receive(body(messages=[inbound("Hi", "wamid.1")]))
    assert await aside(db) == []
    await receiver.receive(body(messages=[inbound("Hi", "wamid.1")]))
    assert len(await threads(db, ana)) == 1


async def test_an_item_that_raises_in_the_middle_leaves_nothing_of_itself(
    db: Database, ana: Agent, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_items = receive_webhook.apply_items

    async def fail_on_one(
        tx: Transaction, items: list[InboundMessage], ours: dict[str, str], now: int
    ) -> list[str | None]:
        reasons = await apply_items(tx, list(items), ours, now)
        if any(item.text == "bad" for item in items):
            raise RuntimeError("after it was written")
        return reasons

    monkeypatch.setattr(receive_webhook, "apply_items", fail_on_one)
    await receiver.receive(body(messages=[inbound("good"), inbound("bad"), inbound("last")]))
    assert await texts(db, ana) == ["good", "last"]
    assert [(row["place"], row["reason"]) for row in await aside(db)] == [
        ("entry.0.changes.0.messages.1", "raised RuntimeError: after it was written")
    ]


async def test_a_field_we_do_not_use_is_noted_beside_what_we_do(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    post = json.loads(body(messages=[inbound("Hi")]))
    post["entry"][0]["changes"].insert(0, {"field": "account_update", "value": {"event": "x"}})
    await receiver.receive(json.dumps(post).encode())
    assert await texts(db, ana) == ["Hi"]
    assert [row["reason"] for row in await aside(db)] == ["field account_update"]


@pytest.mark.parametrize("nasty", ["a\\u0000b", "a\\ud800b"])
async def test_texts_that_no_engine_stores_harm_nobody_wherever_they_stand(
    db: Database, ana: Agent, receiver: WebhookReceiver, nasty: str
) -> None:
    items = [
        inbound("SPOT"),
        inbound("Name", sender="447700900001", from_user_id="GB.1"),
        inbound("", type="SPOT", SPOT={}),
        inbound("Quote", context={"id": "SPOT"}),
        inbound("Sender", sender="SPOT", from_user_id="SPOT"),
        inbound("Id", "SPOT"),
        inbound("Good", "wamid.good"),
    ]
    statuses = [
        status("SPOT", "sent"),
        status("wamid.x", "SPOT"),
        status("wamid.x", "sent", SPOT=1),
    ]
    statuses += [status("wamid.y", "sent", biz_opaque_callback_data="SPOT#1")]
    statuses += [status("wamid.z", "failed", errors=[{"code": 1, "message": "SPOT"}])]
    raw = body(messages=items, statuses=statuses).replace(rb"Tom\u00e1s", b"SPOT")
    await receiver.receive(raw.replace(b"SPOT", nasty.encode()))
    other_field = raw.replace(b'"field": "messages"', b'"field": "SPOT"')
    await receiver.receive(other_field.replace(b"SPOT", nasty.encode()))
    await receiver.receive(body(messages=[inbound("After")]))
    assert {"Name", "Good", "After"} <= set(await texts(db, ana))


async def texts(db: Database, ana: Agent) -> list[str]:
    found: list[str] = []
    for thread in await threads(db, ana):
        page = partial(messages.page, conversation_id=thread.id, before_pos=None, limit=50)
        found += [row.text_content for row in await db.read(page)]
    return found


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_of_two_failures_that_came_early_the_smallest_is_shown_in_both_orders(
    db: Database,
    ana: Agent,
    conversation_id: str,
    receiver: WebhookReceiver,
    order: tuple[int, int],
) -> None:
    row = await claimed(db, ana, conversation_id)
    failures = [
        {"id": "wamid.1", "status": "failed", "timestamp": str(at), "errors": [{"code": code}]}
        for at, code in ((1_790_000_001, 131026), (1_790_000_000, 131049))
    ]
    for number in order:
        await receiver.receive(body(statuses=[failures[number]]))
    await db.write(lambda tx: attempts.record(tx, row.id, 1, Attempt("sent"), NOW, "wamid.1"))
    now = (await db.read(lambda tx: messages.by_ids(tx, [row.id])))[row.id]
    assert now.error is not None
    assert (now.status, now.error.code) == ("failed", "marketing_limit")


@pytest.mark.parametrize("number", ["1" * 30, "-1", "٣", "", "2"])
async def test_a_datum_that_names_no_attempt_leaves_the_status_waiting_for_its_wamid(
    db: Database, ana: Agent, conversation_id: str, receiver: WebhookReceiver, number: str
) -> None:
    row = await claimed(db, ana, conversation_id)
    datum = f"{row.client_id}#{number}"
    await receiver.receive(
        body(statuses=[status("wamid.1", "delivered", biz_opaque_callback_data=datum)])
    )
    assert (await status_of(db, row), await aside(db)) == ("sending", [])
    await db.write(lambda tx: attempts.record(tx, row.id, 1, Attempt("sent"), NOW, "wamid.1"))
    assert await status_of(db, row) == "delivered"


async def test_a_datum_reported_for_another_number_of_ours_is_not_believed(
    db: Database, ana: Agent, conversation_id: str, receiver: WebhookReceiver
) -> None:
    await db.write(lambda tx: inboxes.ensure(tx, "15550002", "9001", "Repairs", "", NOW))
    row = await claimed(db, ana, conversation_id)
    echo = status("wamid.1", "read", biz_opaque_callback_data=f"{row.client_id}#1")
    raw = body(statuses=[echo])
    await receiver.receive(
        raw.replace(b'"phone_number_id": "15550001"', b'"phone_number_id": "15550002"')
    )
    assert await status_of(db, row) == "sending"


async def test_several_numbers_in_one_post_each_reach_their_own_inbox(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    second = await db.write(lambda tx: inboxes.ensure(tx, "15550002", "9001", "Repairs", "", NOW))
    one, two = (
        json.loads(body(messages=[inbound(text)])) for text in ("To the shop", "To repairs")
    )
    two["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "15550002"
    one["entry"] += two["entry"]
    await receiver.receive(json.dumps(one).encode())
    everything = Agent("agent-ana", "", "Ana", ana.inbox_ids | {second})
    found = {row.inbox_id: row.last_message for row in await threads(db, everything)}
    assert {inbox: row.text_content for inbox, row in found.items() if row} == {
        next(iter(ana.inbox_ids)): "To the shop",
        second: "To repairs",
    }


async def test_a_number_handed_on_to_another_person_does_not_show_the_first_ones_thread(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    await receiver.receive(body(messages=[inbound("I am the first")]))
    other = body(messages=[inbound("I am the second", from_user_id="GB.88")])
    await receiver.receive(other.replace(b"GB.77", b"GB.88"))
    phones = {
        row.last_message.text_content: row.contact.phone
        for row in await threads(db, ana)
        if row.last_message
    }
    # What is written to the first must not reach the second.
    assert phones == {"I am the first": UNSET, "I am the second": "447700900226"}
    assert sorted(await texts(db, ana)) == ["I am the first", "I am the second"]


async def test_a_person_known_by_number_alone_is_the_same_once_the_user_id_comes(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    bare = inbound("Without an id")
    del bare["from_user_id"]
    raw = body(messages=[bare]).replace(b', "user_id": "GB.77"', b"")
    await receiver.receive(raw)
    await receiver.receive(body(messages=[inbound("With it")]))
    (thread,) = await threads(db, ana)
    assert thread.last_pos == 2


@pytest.mark.parametrize("at", ["99999999999", "0", "soon"])
async def test_a_time_nobody_can_believe_becomes_the_servers_and_is_noted(
    db: Database, ana: Agent, receiver: WebhookReceiver, at: str
) -> None:
    await receiver.receive(body(messages=[inbound("Hi") | {"timestamp": at}]))
    (thread,) = await threads(db, ana)
    assert thread.last_message is not None
    assert thread.last_message.timestamp == thread.last_message.created_at
    assert [row["place"] for row in await aside(db)] == ["entry.0.changes.0.messages.0"]
