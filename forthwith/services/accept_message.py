"""Accept an agent's message: one transaction stores the row, its place in the outbox and its event (R5)."""

from forthwith.domain import service_window
from forthwith.domain.agent import Agent
from forthwith.domain.errors import Conflict, Invalid, NotFound, WindowClosed
from forthwith.domain.message import check_content, is_client_id
from forthwith.protocol.shapes import MessageRow, SendMessage
from forthwith.store import conversations, events, media, messages, tombstones
from forthwith.store.database import Database, Row, Transaction
from forthwith.store.ids import new_id


async def accept_message(
    db: Database, agent: Agent, conversation_id: str, command: SendMessage, now: int
) -> tuple[MessageRow, bool]:
    """The stored message, and whether this call stored it (False: the same body was accepted before).

    Raises Conflict (another body under this `client_id`), Invalid, NotFound, Cancelled, WindowClosed. Who was refused
    has the text back, so the id is refused from then on: a late copy must not be sent when the reason has passed.
    """
    if not is_client_id(command.client_id):
        raise Invalid("invalid_body", field="client_id")
    check_content(command.message_type, command.text_content, bool(command.media))

    async def accept(tx: Transaction) -> tuple[MessageRow, bool]:
        known = await messages.by_client_id(tx, command.client_id)
        if known is not None:
            return _same_again(known, agent, conversation_id, command), False
        return await _store(tx, agent, conversation_id, command, now), True

    return await tombstones.write_or_refuse(db, agent.id, command.client_id, now, accept)


def _same_again(known: Row, agent: Agent, conversation_id: str, command: SendMessage) -> MessageRow:
    """Same body: conversation, type, text, quote and file; never `seen_pos` or unknown fields."""
    before = [
        known[name] for name in ("conversation_id", "message_type", "text_content", "reply_to")
    ]
    again = [conversation_id, command.message_type, command.text_content, command.reply_to]
    is_same = before == again and media.is_same(known, command.media)
    if known["sender_id"] != agent.id or not is_same:
        raise Conflict("idempotency_conflict")
    return messages.to_message(known)


async def _store(
    tx: Transaction, agent: Agent, conversation_id: str, command: SendMessage, now: int
) -> MessageRow:
    said_before = await tombstones.find(tx, agent.id, command.client_id)
    if said_before is not None:
        raise said_before
    conversation = await conversations.visible(tx, conversation_id, agent.inbox_ids)
    if conversation is None:
        raise NotFound
    if service_window.is_certainly_closed(conversation["last_inbound_at"], now):
        raise WindowClosed
    await _check_quote(tx, conversation_id, command.reply_to)
    carried = await media.of_command(tx, agent, command)
    first = await messages.answer_after(tx, conversation, command.seen_pos, agent.id)
    conversation = await conversations.take_pos(tx, conversation_id, now)
    row = await messages.insert(
        tx,
        conversation,
        messages.NewMessage(
            id=new_id("message"),
            client_id=command.client_id,
            direction="outbound",
            message_type=command.message_type,
            sender_role="agent",
            sender_id=agent.id,
            sender_name=agent.name,
            text_content=command.text_content,
            status="sending",
            sent_at=now,
            created_at=now,
            reply_to=command.reply_to,
            crossed=int(first is not None),
            crossed_name=first["sender_name"] if first else None,
            crossed_at=first["created_at"] if first else None,
            outbox_state="waiting",
            attempt=1,
            **carried,
        ),
    )
    await events.append(tx, "new_message", conversation, now, message_id=row["id"])
    return messages.to_message(row)


async def _check_quote(tx: Transaction, conversation_id: str, reply_to: str | None) -> None:
    if reply_to is None:
        return
    quoted = await messages.by_client_id(tx, reply_to)
    if quoted is None or quoted["conversation_id"] != conversation_id:
        raise Invalid("invalid_body", field="reply_to")
