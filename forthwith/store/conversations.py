"""Conversation rows, the list, and the counters that a change of a message moves."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from msgspec import UNSET

from forthwith.domain import service_window
from forthwith.domain.times import iso
from forthwith.protocol.shapes import ContactRow, ConversationRow, MessageRow
from forthwith.store import events
from forthwith.store.database import Row, Transaction
from forthwith.store.ids import new_id
from forthwith.store.in_list import names, numbered
from forthwith.store.messages import SHOWN, to_message

WITH_CONTACT = """SELECT c.*, p.name AS contact_name, p.phone AS contact_phone, p.username AS contact_username
    FROM conversations c JOIN contacts p ON p.id = c.contact_id"""

LAST_SHOWN = f"""SELECT {SHOWN} FROM conversations c JOIN messages m ON m.conversation_id = c.id AND m.pos =
    (SELECT MAX(pos) FROM messages WHERE conversation_id = c.id AND status <> 'failed')"""
"""A failed message has left the thread, so the list does not show it either."""

FILTERS = {
    "": "",
    "all": "",
    "unread": " AND c.unread_count > 0",
    "unsent": " AND c.unsent_count > 0",
}

ACTIVE = "last_activity_at = CASE WHEN last_activity_at > :now THEN last_activity_at ELSE :now END"
"""Browsers keep the greater; a clock set back must not make a fresh load differ from what they show."""

TAKE_INBOUND = f"""UPDATE conversations SET last_pos = last_pos + :count, rev = rev + :count, {ACTIVE},
    unread_count = unread_count + :count,
    last_inbound_at = CASE WHEN last_inbound_at > :opened THEN last_inbound_at ELSE :opened END
    WHERE id = :id"""


def to_conversation(row: Row, last_message: MessageRow | None) -> ConversationRow:
    """A row joined with its contact, as browsers see it."""
    expires_at = service_window.expires_at(row["last_inbound_at"])
    return ConversationRow(
        id=row["id"],
        rev=row["rev"],
        inbox_id=row["inbox_id"],
        contact=ContactRow(
            id=row["contact_id"],
            name=row["contact_name"],
            phone=row["contact_phone"] or UNSET,
            username=row["contact_username"] or UNSET,
        ),
        last_message=last_message,
        last_pos=row["last_pos"],
        last_activity_at=iso(row["last_activity_at"]),
        read_up_to_pos=row["read_up_to_pos"],
        unread_count=row["unread_count"],
        service_window_expires_at=iso(expires_at) if expires_at is not None else None,
        unsent_count=row["unsent_count"],
    )


async def _with_last_messages(tx: Transaction, rows: list[Row]) -> list[ConversationRow]:
    ids = [row["id"] for row in rows]
    last = await tx.all(f"{LAST_SHOWN} WHERE c.id IN ({names(ids)})", **numbered(ids))
    by_conversation = {row["conversation_id"]: to_message(row) for row in last}
    return [to_conversation(row, by_conversation.get(row["id"])) for row in rows]


async def by_ids(tx: Transaction, ids: list[str]) -> dict[str, ConversationRow]:
    """Rows for events about to be sent, by id."""
    if not ids:
        return {}
    rows = await tx.all(f"{WITH_CONTACT} WHERE c.id IN ({names(ids)})", **numbered(ids))
    return {row.id: row for row in await _with_last_messages(tx, rows)}


async def visible(tx: Transaction, conversation_id: str, inbox_ids: frozenset[str]) -> Row | None:
    """The bare row if it exists in one of these inboxes."""
    row = await tx.one("SELECT * FROM conversations WHERE id = :id", id=conversation_id)
    return row if row is not None and row["inbox_id"] in inbox_ids else None


async def page(
    tx: Transaction,
    inbox_ids: frozenset[str],
    only: str,
    after: tuple[int, str] | None,
    limit: int,
) -> list[tuple[ConversationRow, int]]:
    """The list by last activity, newest first, each row with that time in milliseconds.

    `after`: (last activity, id) of the row before the page.
    """
    inboxes = sorted(inbox_ids)
    activity, last_id = after or (2**62, "")
    rows = await tx.all(
        f"""{WITH_CONTACT} WHERE c.inbox_id IN ({names(inboxes)}){FILTERS[only]}
        AND (c.last_activity_at < :activity OR (c.last_activity_at = :activity AND c.id < :last_id))
        ORDER BY c.last_activity_at DESC, c.id DESC LIMIT :limit""",
        activity=activity,
        last_id=last_id,
        limit=limit,
        **numbered(inboxes),
    )
    activities = [row["last_activity_at"] for row in rows]
    return list(zip(await _with_last_messages(tx, rows), activities, strict=True))


async def take_pos(tx: Transaction, conversation_id: str, now: int) -> Row:
    """Raise `last_pos` for a message about to be stored; returns the conversation as it is then."""
    row = await tx.one(
        f"""UPDATE conversations SET last_pos = last_pos + 1, rev = rev + 1, {ACTIVE}
        WHERE id = :id RETURNING *""",
        id=conversation_id,
        now=now,
    )
    assert row is not None, "the caller has seen the conversation in this transaction"
    return row


@dataclass(slots=True)
class Taken:
    """Positions taken for contacts' messages. `opened`: the newest time that opens the service window."""

    id: str
    now: int
    count: int = 0
    opened: int = 0

    def one_more(self, whatsapp_time: int) -> int:
        """For a message of this time; returns how many there are now."""
        self.count += 1
        self.opened = max(self.opened, min(self.now, whatsapp_time))
        return self.count


async def take_inbound_pos(
    tx: Transaction, conversation_id: str, now: int, whatsapp_time: int
) -> Row:
    """As `take_pos`, for a contact's message: it counts as unread and opens the service window."""
    taken = Taken(conversation_id, now)
    taken.one_more(whatsapp_time)
    row = await tx.one(f"{TAKE_INBOUND} RETURNING *", **asdict(taken))
    assert row is not None, "the caller has made the conversation in this transaction"
    return row


async def take_inbound(tx: Transaction, taken: Sequence[Taken]) -> None:
    """As `take_inbound_pos`, for many messages of many conversations; each conversation comes once."""
    await tx.many(TAKE_INBOUND, [asdict(each) for each in taken])


async def threads(
    tx: Transaction, inbox_id: str, contact_ids: Sequence[str], now: int
) -> dict[str, Row]:
    """The threads between these contacts and this number, by contact; those missing are made."""
    rows = await tx.all(
        f"SELECT * FROM conversations WHERE inbox_id = :inbox_id AND contact_id {tx.among}",
        inbox_id=inbox_id,
        among=list(dict.fromkeys(contact_ids)),
    )
    found = {row["contact_id"]: row for row in rows}
    for contact_id in contact_ids:
        if contact_id not in found:
            made = await get_or_create(tx, new_id("conversation"), inbox_id, contact_id, now)
            found[contact_id] = made
    return found


async def get_or_create(
    tx: Transaction, conversation_id: str, inbox_id: str, contact_id: str, now: int
) -> Row:
    """The thread between this contact and this number; `conversation_id` is used when it is new."""
    await tx.run(
        """INSERT INTO conversations (id, rev, inbox_id, contact_id, last_pos, last_activity_at, read_up_to_pos,
        unread_count, unsent_count, created_at)
        VALUES (:id, 0, :inbox_id, :contact_id, 0, :now, 0, 0, 0, :now) ON CONFLICT (inbox_id, contact_id) DO NOTHING""",
        id=conversation_id,
        inbox_id=inbox_id,
        contact_id=contact_id,
        now=now,
    )
    row = await tx.one(
        "SELECT * FROM conversations WHERE inbox_id = :inbox_id AND contact_id = :contact_id",
        inbox_id=inbox_id,
        contact_id=contact_id,
    )
    assert row is not None, "inserted above"
    return row


async def change_unsent(tx: Transaction, conversation_id: str, by: int, now: int) -> None:
    """Move the count of failed messages nobody has settled, and tell the browsers."""
    row = await tx.one(
        "UPDATE conversations SET unsent_count = unsent_count + :by, rev = rev + 1 WHERE id = :id RETURNING *",
        id=conversation_id,
        by=by,
    )
    assert row is not None, "messages belong to a conversation"
    await events.append(tx, "conversation_updated", row, now)


async def mark_read(tx: Transaction, conversation_id: str, up_to_pos: int) -> Row | None:
    """Raise the team's read position; None when it was there already."""
    return await tx.one(
        """UPDATE conversations SET read_up_to_pos = :up_to, rev = rev + 1,
        unread_count = (SELECT COUNT(*) FROM messages WHERE conversation_id = :id
                        AND direction = 'inbound' AND pos > :up_to)
        WHERE id = :id AND read_up_to_pos < :up_to AND last_pos >= :up_to RETURNING *""",
        id=conversation_id,
        up_to=up_to_pos,
    )


async def newest_inbound_wamid(tx: Transaction, conversation_id: str, up_to_pos: int) -> str | None:
    """The message whose blue ticks cover all before it."""
    row = await tx.one(
        """SELECT wamid FROM messages WHERE conversation_id = :id AND direction = 'inbound' AND pos <= :up_to
        ORDER BY pos DESC LIMIT 1""",
        id=conversation_id,
        up_to=up_to_pos,
    )
    return row["wamid"] if row else None
