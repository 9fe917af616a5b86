"""Message rows: reading them in the wire's shape, and storing new ones."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import msgspec

from forthwith.domain.times import iso
from forthwith.protocol.shapes import MessageError, MessageRow
from forthwith.store import extras, hops
from forthwith.store.database import Row, Transaction
from forthwith.store.hops import Hop
from forthwith.store.in_list import names, numbered

COPIED = (
    *("id", "client_id", "conversation_id", "pos", "rev", "message_type", "direction", "status"),
    *("sender_role", "sender_id", "sender_name", "text_content", "wamid", "retry_of", "reply_to"),
)

SHOWN = f"""m.{", m.".join((*COPIED, *extras.COLUMNS))}, m.sent_at, m.created_at, m.updated_at, m.error_json,
    m.dismissed_at, m.crossed"""
"""Columns of `messages m` that browsers see: the raw item may be ten times as large."""


def to_message(row: Row) -> MessageRow:
    """A row of `messages` as browsers see it."""
    error, dismissed_at = row["error_json"], row["dismissed_at"]
    return MessageRow(
        **{name: row[name] for name in COPIED},
        type=row["message_type"],
        timestamp=iso(row["sent_at"]),
        created_at=iso(row["created_at"]),
        updated_at=iso(row["updated_at"]),
        error=msgspec.json.decode(error, type=MessageError) if error else None,
        dismissed_at=iso(dismissed_at) if dismissed_at else None,
        crossed=bool(row["crossed"]),
        **extras.of(row),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message about to be stored. `sent_at`: WhatsApp's time of an inbound one, ours of an outbound one."""

    id: str
    client_id: str
    direction: str
    message_type: str
    sender_role: str
    sender_id: str
    sender_name: str
    text_content: str
    status: str
    sent_at: int
    created_at: int
    wamid: str | None = None
    reply_to: str | None = None
    retry_of: str | None = None
    crossed: int = 0
    crossed_name: str | None = None
    crossed_at: int | None = None
    raw_json: str | None = None
    content_json: str | None = None
    outbox_state: str | None = None
    attempt: int = 0
    media_id: str | None = None
    media_json: str | None = None


INSERT = """INSERT INTO messages
    (id, client_id, conversation_id, inbox_id, pos, rev, direction, message_type, sender_role, sender_id,
     sender_name, text_content, status, sent_at, created_at, updated_at, wamid, reply_to, retry_of, crossed,
     crossed_name, crossed_at, raw_json, content_json, outbox_state, attempt, wanted_at, media_id, media_json)
    VALUES
    (:id, :client_id, :conversation_id, :inbox_id, :pos, 1, :direction, :message_type, :sender_role, :sender_id,
     :sender_name, :text_content, :status, :sent_at, :created_at, :created_at, :wamid, :reply_to, :retry_of,
     :crossed, :crossed_name, :crossed_at, :raw_json, :content_json, :outbox_state, :attempt, :created_at,
     :media_id, :media_json)"""
GIVEN = [each.name for each in fields(NewMessage)]


def _values(conversation: Row, pos: int, new: NewMessage) -> dict[str, Any]:
    ids = {"conversation_id": conversation["id"], "inbox_id": conversation["inbox_id"]}
    return ids | {"pos": pos} | {name: getattr(new, name) for name in GIVEN}


async def insert(tx: Transaction, conversation: Row, new: NewMessage) -> Row:
    """Store a message at the conversation's `last_pos` (already raised by `conversations.take_pos`)."""
    values = _values(conversation, conversation["last_pos"], new)
    row = await tx.one(f"{INSERT} RETURNING *", **values)
    assert row is not None, "INSERT … RETURNING answers with the row"
    hops.shows(tx, row, new.status, new.created_at)
    if new.outbox_state is not None:
        hops.tell(tx, row, 0, Hop(new.created_at, "stored"))
    return row


async def insert_inbound(tx: Transaction, placed: Sequence[tuple[Row, int, NewMessage]]) -> None:
    """Store contacts' messages, each in this conversation at this position."""
    rows = [_values(*each) for each in placed]
    await tx.many(INSERT, rows)
    for row in rows:
        hops.shows(tx, row, row["status"], row["created_at"])


async def by_client_id(tx: Transaction, client_id: str) -> Row | None:
    """The stored message of this id; a `client_id` is accepted wherever a message id is."""
    return await tx.one("SELECT * FROM messages WHERE client_id = :id OR id = :id", id=client_id)


async def by_ids(tx: Transaction, ids: list[str]) -> dict[str, MessageRow]:
    """Rows for events about to be sent, by id."""
    if not ids:
        return {}
    rows = await tx.all(
        f"SELECT {SHOWN} FROM messages m WHERE m.id IN ({names(ids)})", **numbered(ids)
    )
    return {row["id"]: to_message(row) for row in rows}


async def page(
    tx: Transaction, conversation_id: str, before_pos: int | None, limit: int
) -> list[MessageRow]:
    """Up to `limit` messages before `before_pos` (the newest when None), ordered by `pos`."""
    rows = await tx.all(
        f"""SELECT {SHOWN} FROM messages m WHERE conversation_id = :conversation_id AND pos < :before
        ORDER BY pos DESC LIMIT :limit""",
        conversation_id=conversation_id,
        before=before_pos if before_pos is not None else 2**62,
        limit=limit,
    )
    return [to_message(row) for row in reversed(rows)]


async def answer_after(
    tx: Transaction, conversation: Row, pos: int | None, sender_id: str
) -> Row | None:
    """Another agent's first message after `pos`, which an answer written there has crossed (R21); None for no `pos`."""
    if pos is None or pos >= conversation["last_pos"]:
        return None
    return await tx.one(
        """SELECT sender_name, created_at FROM messages WHERE conversation_id = :conversation_id AND pos > :pos
        AND direction = 'outbound' AND sender_id <> :sender_id AND status <> 'failed' ORDER BY pos LIMIT 1""",
        conversation_id=conversation["id"],
        pos=pos,
        sender_id=sender_id,
    )


async def set_dismissed(tx: Transaction, message_id: str, now: int) -> None:
    """A person has settled it."""
    await tx.run(
        "UPDATE messages SET dismissed_at = :now, rev = rev + 1, updated_at = :now WHERE id = :id",
        now=now,
        id=message_id,
    )
