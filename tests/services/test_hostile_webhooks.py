"""Webhooks that try to hurt: storage failing in mid-item, texts no engine stores, ids of strangers (R10; bad-input 33-43)."""

from functools import partial

import pytest

from forthwith.domain.agent import Agent
from forthwith.services import receive_webhook
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.store import messages
from forthwith.store.database import Database, StorageUnavailable, Transaction
from tests.services.test_receive_webhook import (
    aside,
    body,
    inbound,
    receiver,
    status,
    threads,
)

__all__ = ["receiver"]


async def test_storage_failing_in_the_middle_is_never_an_items_fault(
    db: Database, ana: Agent, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(tx: Transaction, *_: object) -> None:
        raise StorageUnavailable("disk full")

    with monkeypatch.context() as failing:
        failing.setattr(receive_webhook, "apply_item", fail)
        with pytest.raises(StorageUnavailable):
            await receiver.receive(body(messages=[inbound("Hi", "wamid.1")]))
    assert await aside(db) == []
    await receiver.receive(body(messages=[inbound("Hi", "wamid.1")]))
    assert len(await threads(db, ana)) == 1


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
