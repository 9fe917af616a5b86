"""Webhooks count once, whatever their order, and one bad item never takes its neighbours along (R10; G4, G7)."""

import asyncio
import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from forthwith.domain.agent import Agent
from forthwith.domain.status import Attempt
from forthwith.protocol.shapes import ConversationRow, MessageError, MessageRow, SendMessage
from forthwith.services import receive_webhook
from forthwith.services.accept_message import accept_message
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.services.settle_message import retry_message
from forthwith.store import attempts, conversations, events, messages, outbox
from forthwith.store.database import Database, Row, Transaction
from forthwith.whatsapp.webhook_payloads import Unreadable
from tests.store.conftest import NOW

PAYLOADS = Path(__file__).parents[3] / "shared/payloads"


@pytest.fixture
def receiver(db: Database, monkeypatch: pytest.MonkeyPatch) -> WebhookReceiver:
    """One whose process has been up for a while: it gathers no more."""
    monkeypatch.setattr(receive_webhook, "GATHER_FOR_FIRST_SECONDS", 0)
    return WebhookReceiver(db, lambda: NOW)


def body(*, messages: list[Any] | None = None, statuses: list[Any] | None = None) -> bytes:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001", "phone_number_id": "15550001"},
        "contacts": [{"profile": {"name": "Tomás"}, "wa_id": "447700900226", "user_id": "GB.77"}],
        "messages": messages or [],
        "statuses": statuses or [],
    }
    change = {"field": "messages", "value": value}
    entry = {"id": "9001", "changes": [change]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def inbound(
    text: str,
    wamid: str = "",
    at: int = NOW // 1_000,
    sender: str = "447700900226",
    **more: Any,
) -> dict[str, Any]:
    wamid = wamid or f"wamid.{secrets.token_hex(6)}"
    return {
        "from": sender,
        "from_user_id": "GB.77",
        "id": wamid,
        "timestamp": str(at),
        "type": "text",
        "text": {"body": text},
        **more,
    }


def status(wamid: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": wamid, "status": name, "timestamp": str(NOW // 1_000), **more}


async def claimed(db: Database, ana: Agent, conversation_id: str) -> MessageRow:
    """A message under way, its outcome not known yet."""
    command = SendMessage(f"optimistic-{NOW}-{secrets.token_urlsafe(16)}", "Hello")
    row, _ = await accept_message(db, ana, conversation_id, command, NOW)
    await db.write(lambda tx: outbox.claim_lanes(tx, "worker", NOW, 30_000, 600_000, 10))
    return row


async def accepted(db: Database, ana: Agent, conversation_id: str, wamid: str) -> MessageRow:
    row = await claimed(db, ana, conversation_id)
    await db.write(lambda tx: attempts.record(tx, row.id, 1, Attempt("sent"), NOW, wamid))
    return row


async def status_of(db: Database, row: MessageRow) -> str:
    return (await db.read(lambda tx: messages.by_ids(tx, [row.id])))[row.id].status


async def threads(db: Database, ana: Agent) -> list[ConversationRow]:
    rows = await db.read(lambda tx: conversations.page(tx, ana.inbox_ids, "all", None, 50))
    return [row for row, _ in rows]


async def aside(db: Database) -> list[Row]:
    async def read(tx: Transaction) -> list[Row]:
        return await tx.all("SELECT place, reason FROM set_aside ORDER BY place")

    return await db.read(read)


async def test_an_inbound_text_makes_contact_conversation_and_message_once(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    again = body(messages=[inbound("Is the blue one still in the shop?", "wamid.1")])
    await asyncio.gather(*(receiver.receive(again) for _ in range(5)))
    (thread,) = await threads(db, ana)
    assert (thread.contact.name, thread.unread_count, thread.last_pos) == ("Tomás", 1, 1)
    assert thread.service_window_expires_at is not None
    (row,) = await db.read(lambda tx: messages.page(tx, thread.id, None, 10))
    assert (row.text_content, row.status, row.sender_role) == (
        "Is the blue one still in the shop?",
        "received",
        "contact",
    )
    assert await db.read(events.newest_seq) == 1
    assert await aside(db) == [], "a repeat is nothing worth a note"


async def test_statuses_in_any_order_repeated_end_at_the_highest(
    db: Database, ana: Agent, conversation_id: str, receiver: WebhookReceiver
) -> None:
    row = await accepted(db, ana, conversation_id, "wamid.1")
    backwards = [status("wamid.1", name) for name in ("read", "delivered", "sent")]
    await receiver.receive(body(statuses=backwards * 2))
    assert await status_of(db, row) == "read"


async def test_a_status_before_the_answer_is_matched_by_its_echo_datum(
    db: Database, ana: Agent, conversation_id: str, receiver: WebhookReceiver
) -> None:
    row = await claimed(db, ana, conversation_id)
    echo = status("wamid.7", "delivered", biz_opaque_callback_data=f"{row.client_id}#1")
    await receiver.receive(body(statuses=[echo]))
    assert await status_of(db, row) == "delivered"


async def test_a_status_before_the_answer_without_datum_waits_as_an_orphan(
    db: Database, ana: Agent, conversation_id: str, receiver: WebhookReceiver
) -> None:
    row = await claimed(db, ana, conversation_id)
    await receiver.receive(body(statuses=[status("wamid.8", "read")]))
    assert await status_of(db, row) == "sending"
    await db.write(lambda tx: attempts.record(tx, row.id, 1, Attempt("sent"), NOW, "wamid.8"))
    assert await status_of(db, row) == "read"


async def test_the_wamid_of_an_older_attempt_still_counts(
    db: Database, ana: Agent, conversation_id: str, receiver: WebhookReceiver
) -> None:
    row = await claimed(db, ana, conversation_id)
    await db.write(lambda tx: attempts.record(tx, row.id, 1, Attempt(lapsed=True), NOW))
    await retry_message(db, ana, row.client_id, f"optimistic-{NOW}-{'x' * 16}", NOW)
    await db.write(lambda tx: outbox.claim_lanes(tx, "worker", NOW, 30_000, 600_000, 10))
    await db.write(lambda tx: attempts.record(tx, row.id, 2, Attempt("sent"), NOW, "wamid.2"))
    first = status("wamid.1", "sent", biz_opaque_callback_data=f"{row.client_id}#1")
    await receiver.receive(body(statuses=[first]))
    await receiver.receive(body(statuses=[status("wamid.1", "read")]))
    assert await status_of(db, row) == "read"


@pytest.mark.parametrize("order", [("failed", "delivered"), ("delivered", "failed")])
async def test_evidence_of_arrival_beats_accusation_in_both_orders(
    db: Database,
    ana: Agent,
    conversation_id: str,
    receiver: WebhookReceiver,
    order: tuple[str, str],
) -> None:
    row = await accepted(db, ana, conversation_id, "wamid.1")
    for name in order:
        errors = [{"code": 131026, "title": "Undeliverable"}] if name == "failed" else []
        await receiver.receive(body(statuses=[status("wamid.1", name, errors=errors)]))
    now = (await db.read(lambda tx: messages.by_ids(tx, [row.id])))[row.id]
    assert now.status == "delivered"
    assert now.error is not None


async def test_a_late_failure_beats_sent_and_a_later_sent_does_not_lift_it(
    db: Database, ana: Agent, conversation_id: str, receiver: WebhookReceiver
) -> None:
    row = await accepted(db, ana, conversation_id, "wamid.1")
    failed = status("wamid.1", "failed", errors=[{"code": 131047, "title": "Re-engagement"}])
    await receiver.receive(body(statuses=[failed]))
    await receiver.receive(body(statuses=[status("wamid.1", "sent")]))
    now = (await db.read(lambda tx: messages.by_ids(tx, [row.id])))[row.id]
    assert now.status == "failed"
    assert now.error is not None
    assert now.error.code == "window_closed"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        *((131026, "undeliverable"), (131049, "marketing_limit"), (131053, "media_fault")),
        *((131056, "refused"), (190, "refused"), (131000, "refused"), (987_654, "refused")),
    ],
)
async def test_a_failure_after_acceptance_is_a_failure_whatever_its_code(
    db: Database,
    ana: Agent,
    conversation_id: str,
    receiver: WebhookReceiver,
    code: int,
    reason: str,
) -> None:
    """As an answer some of these mean *later* or *unknown*; as a status none does (R11)."""
    row = await accepted(db, ana, conversation_id, "wamid.1")
    await receiver.receive(body(statuses=[status("wamid.1", "failed", errors=[{"code": code}])]))
    now = (await db.read(lambda tx: messages.by_ids(tx, [row.id])))[row.id]
    assert (now.status, now.error) == ("failed", MessageError(reason, {"whatsapp_code": code}))
    assert now.text_content == row.text_content, "the row stays, with its text"


async def test_a_thousand_updates_with_one_bad_apply_the_others(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    many: list[Any] = [inbound(f"Message {number}", f"wamid.{number}") for number in range(200)]
    many[77] = {"id": 5, "type": None}
    many[78] = "not an object"
    await receiver.receive(body(messages=many, statuses=[{"id": "wamid.x"}]))
    (thread,) = await threads(db, ana)
    assert thread.last_pos == 198
    assert len(await aside(db)) == 3


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b'{"entry":null}',
        b"[]",
        b'{"entry":[{"changes":[{"field":"x"}]}]}',
        b'{"entry":[{"changes":[{"field":"messages","value":{"errors":[{"code":130429}]}}]}]}',
        b'{"n":' + b"9" * 5_000 + b"}",
    ],
)
async def test_what_is_not_understood_is_kept_and_set_aside(
    db: Database, ana: Agent, receiver: WebhookReceiver, raw: bytes
) -> None:
    await receiver.receive(raw)
    assert len(await aside(db)) == 1

    async def bodies(tx: Transaction) -> list[bytes]:
        return [bytes(row["body"]) for row in await tx.all("SELECT body FROM webhooks")]

    assert await db.read(bodies) == [raw]


async def test_what_is_no_json_is_refused(db: Database, receiver: WebhookReceiver) -> None:
    for raw in (b"", b"\xff\xfe", b"[" * 100_000, b'{"entry":[],"entry":[]}', b'[{"a":1,"a":1}]'):
        with pytest.raises(Unreadable):
            await receiver.receive(raw)


async def test_another_numbers_updates_are_quarantined(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    raw = body(messages=[inbound("Hi")]).replace(
        b'"phone_number_id": "15550001"', b'"phone_number_id": "666"'
    )
    await receiver.receive(raw)
    assert await threads(db, ana) == []
    assert [row["reason"] for row in await aside(db)] == ["number not ours"]


async def test_a_backlog_at_start_is_numbered_by_whatsapps_time(db: Database, ana: Agent) -> None:
    receiver = WebhookReceiver(db, lambda: NOW)
    late, early = inbound("second", at=NOW // 1_000), inbound("first", at=NOW // 1_000 - 60)
    first = asyncio.create_task(receiver.receive(body(messages=[late])))
    await asyncio.sleep(0.05)  # they come one after another, and are numbered together all the same
    await asyncio.gather(first, receiver.receive(body(messages=[early])))
    (thread,) = await threads(db, ana)
    rows = await db.read(lambda tx: messages.page(tx, thread.id, None, 10))
    assert [row.text_content for row in rows] == ["first", "second"]


async def test_once_the_backlog_is_over_nobody_waits_for_others(
    db: Database, ana: Agent, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive_webhook, "GATHER_SECONDS", 3_600)
    async with asyncio.timeout(30):
        await receiver.receive(body(messages=[inbound("Hi")]))


async def test_an_unknown_type_is_a_message_of_that_type(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    await receiver.receive(body(messages=[inbound("", type="hologram", hologram={"x": 1})]))
    (thread,) = await threads(db, ana)
    assert thread.last_message is not None
    assert thread.last_message.message_type == "hologram"


async def test_the_same_person_under_a_new_number_keeps_the_conversation(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    await receiver.receive(body(messages=[inbound("Old number")]))
    await receiver.receive(body(messages=[inbound("New number", sender="447700900999")]))
    (thread,) = await threads(db, ana)
    assert (thread.last_pos, thread.contact.phone) == (2, "447700900999")


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the shared payloads are not beside the checkout")
async def test_metas_own_examples_are_stored_without_an_exception(
    db: Database, ana: Agent, receiver: WebhookReceiver
) -> None:
    files = sorted(PAYLOADS.glob("*.json"))
    assert len(files) > 30
    for file in files:
        raw = json.dumps(json.loads(file.read_text())["payload"]).encode()
        numbers = set(_phone_number_ids(json.loads(raw)))
        for number in numbers:
            raw = raw.replace(
                f'"phone_number_id": "{number}"'.encode(), b'"phone_number_id": "15550001"'
            )
        await receiver.receive(raw)
    assert [
        row for row in await aside(db) if row["reason"].startswith(("raised", "unreadable"))
    ] == []


def _phone_number_ids(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in _phone_number_ids(each)]
    if not isinstance(value, dict):
        return []
    own = [value["phone_number_id"]] if isinstance(value.get("phone_number_id"), str) else []
    return own + [found for each in value.values() for found in _phone_number_ids(each)]
