"""A person settles a message that failed or is in doubt: retry, dismiss, cancel. Exactly one caller wins each."""

from forthwith.domain import service_window
from forthwith.domain.agent import Agent
from forthwith.domain.errors import (
    Cancelled,
    Conflict,
    Invalid,
    NotFound,
    WindowClosed,
)
from forthwith.domain.message import is_client_id
from forthwith.domain.status import Attempt, Failure
from forthwith.protocol.shapes import MessageRow
from forthwith.store import (
    attempts,
    conversations,
    events,
    messages,
    repetitions,
    tombstones,
    whatsapp_media,
)
from forthwith.store.database import Database, Row, Transaction
from forthwith.store.ids import new_id


async def find_message(tx: Transaction, agent: Agent, client_id: str) -> Row:
    """The row if this agent may see it. Raises NotFound, or Cancelled for one taken back before it was stored."""
    row = await messages.by_client_id(tx, client_id)
    if row is None:
        said_before = await tombstones.find(tx, agent.id, client_id)
        if isinstance(said_before, Cancelled):
            raise said_before
    if row is None or row["inbox_id"] not in agent.inbox_ids:
        raise NotFound
    return row


async def retry_message(
    db: Database, agent: Agent, client_id: str, new_client_id: str, now: int
) -> MessageRow:
    """Send again: a failed message as a new one with its own `pos`, an unconfirmed one as its next attempt.

    `new_client_id` is the wish: a late copy of it changes nothing, whether it was granted or refused.
    """
    if not is_client_id(new_client_id):
        raise Invalid("invalid_body", field="client_id")

    async def retry(tx: Transaction) -> MessageRow:
        row = await find_message(tx, agent, client_id)
        granted = await _granted(tx, agent, row, new_client_id)
        return granted or await _send_again(tx, agent, row, new_client_id, now)

    return await tombstones.write_or_refuse(db, agent.id, new_client_id, now, retry)


async def _granted(tx: Transaction, agent: Agent, row: Row, wish: str) -> MessageRow | None:
    """What came of this wish before; None for a new one."""
    if await repetitions.message_of(tx, wish) == row["id"]:
        return messages.to_message(row)
    new = await messages.by_client_id(tx, wish)
    if new is not None and (new["retry_of"], new["sender_id"]) == (row["client_id"], agent.id):
        return messages.to_message(new)
    return None


async def _send_again(
    tx: Transaction, agent: Agent, row: Row, new_client_id: str, now: int
) -> MessageRow:
    if await _is_taken(tx, new_client_id):
        raise Conflict("idempotency_conflict")
    said_before = await tombstones.find(tx, agent.id, new_client_id)
    if said_before is not None:
        raise said_before
    if row["dismissed_at"] is not None or row["status"] not in ("failed", "unconfirmed"):
        raise Conflict("already_settled", status=row["status"])
    conversation = await conversations.visible(tx, row["conversation_id"], agent.inbox_ids)
    if conversation is None:
        raise NotFound
    if service_window.is_certainly_closed(conversation["last_inbound_at"], now):
        raise WindowClosed
    if row["status"] == "failed":
        return await _send_as_new(tx, agent, row, new_client_id, now)
    await repetitions.add(tx, new_client_id, row["id"], now)
    await attempts.begin_next(tx, row, now, agent.id)
    return await _fresh(tx, row)


async def _is_taken(tx: Transaction, client_id: str) -> bool:
    stored = await messages.by_client_id(tx, client_id)
    return stored is not None or await repetitions.message_of(tx, client_id) is not None


async def _send_as_new(
    tx: Transaction, agent: Agent, old: Row, new_client_id: str, now: int
) -> MessageRow:
    await _dismiss(tx, old, now)
    await whatsapp_media.forget(tx, old["media_id"])
    conversation = await conversations.take_pos(tx, old["conversation_id"], now)
    row = await messages.insert(
        tx,
        conversation,
        messages.NewMessage(
            id=new_id("message"),
            client_id=new_client_id,
            direction="outbound",
            message_type=old["message_type"],
            sender_role="agent",
            sender_id=agent.id,
            sender_name=agent.name,
            text_content=old["text_content"],
            status="sending",
            sent_at=now,
            created_at=now,
            reply_to=old["reply_to"],
            retry_of=old["client_id"],
            outbox_state="waiting",
            attempt=1,
            media_id=old["media_id"],
            media_json=old["media_json"],
        ),
    )
    await events.append(tx, "new_message", conversation, now, message_id=row["id"])
    return messages.to_message(row)


async def dismiss_message(db: Database, agent: Agent, client_id: str, now: int) -> MessageRow:
    """Failed or unconfirmed is settled: discarded, left, or its text lifted into a composer."""

    async def dismiss(tx: Transaction) -> MessageRow:
        row = await find_message(tx, agent, client_id)
        if row["dismissed_at"] is not None or row["status"] not in ("failed", "unconfirmed"):
            raise Conflict("already_settled", status=row["status"])
        await _dismiss(tx, row, now)
        return await _fresh(tx, row)

    return await db.write(dismiss)


async def _dismiss(tx: Transaction, row: Row, now: int) -> None:
    await messages.set_dismissed(tx, row["id"], now)
    conversation = {"id": row["conversation_id"], "inbox_id": row["inbox_id"]}
    await events.append(tx, "message_status_update", conversation, now, message_id=row["id"])
    if row["status"] == "failed":
        await conversations.change_unsent(tx, row["conversation_id"], -1, now)


async def cancel_message(db: Database, agent: Agent, client_id: str, now: int) -> MessageRow | None:
    """Take back what was not handed over. None: it was never stored, and a late POST of the id gets 410."""

    async def cancel(tx: Transaction) -> MessageRow | None:
        if await messages.by_client_id(tx, client_id) is None:
            if not is_client_id(client_id):
                raise Invalid("invalid_body", field="client_id")
            await tombstones.add(tx, agent.id, client_id, Cancelled(), now)
            return None
        row = await find_message(tx, agent, client_id)
        if row["outbox_state"] != "waiting" or row["attempt"] > 1:
            raise Conflict("already_handed_over", status=row["status"])
        await attempts.begin(tx, row, row["attempt"], now, "due")
        evidence = Attempt(failures=frozenset({Failure(now // 1_000, "", "", "cancelled")}))
        await attempts.record(tx, row["id"], row["attempt"], evidence, now, name="returned")
        return await _fresh(tx, row)

    return await db.write(cancel)


async def _fresh(tx: Transaction, row: Row) -> MessageRow:
    return (await messages.by_ids(tx, [row["id"]]))[row["id"]]
