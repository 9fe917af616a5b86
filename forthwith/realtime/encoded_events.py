"""Events as JSON, read with their rows page by page: once for all sockets, but for what differs between them."""

from dataclasses import dataclass
from functools import partial

import msgspec

from forthwith.domain.times import iso
from forthwith.protocol.shapes import ConversationRow, Event, MessageRow
from forthwith.store import conversations, logged_events
from forthwith.store.database import Database
from forthwith.store.events import LoggedEvent

PAGE = 500
PAGE_BYTES = 1024 * 1024
"""Texts may be large: of both, whichever is reached first."""


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """An event as JSON but for its beginning: `prev_seq` differs from connection to connection."""

    seq: int
    inbox_id: str
    rest: bytes

    def after(self, prev_seq: int) -> bytes:
        """The whole JSON object for a connection whose last event was `prev_seq`."""
        return b'{"seq":%d,"prev_seq":%d,%b' % (self.seq, prev_seq, self.rest)


async def read_page(db: Database, seq: int) -> tuple[list[EncodedEvent], bool]:
    """The next page after `seq`, and whether there may be more. Events keep ids; the rows are read here, when they are
    sent (R2): those of conversations by themselves, since a later one does as well."""
    logged, message_rows = await db.look(
        partial(logged_events.read_with_messages, seq=seq, limit=PAGE)
    )
    with_conversation = {
        event.conversation_id: None for event in logged if event.type != "message_status_update"
    }
    conversation_rows: dict[str, ConversationRow] = {}
    if with_conversation:
        ids = list(with_conversation)
        conversation_rows = await db.read(partial(conversations.by_ids, ids=ids))
    page: list[EncodedEvent] = []
    size = 0
    for event in logged:
        page.append(_encode(event, message_rows, conversation_rows))
        size += len(page[-1].rest)
        if size > PAGE_BYTES:
            break
    return page, len(page) < len(logged) or len(logged) == PAGE


def _encode(
    event: LoggedEvent,
    message_rows: dict[str, MessageRow],
    conversation_rows: dict[str, ConversationRow],
) -> EncodedEvent:
    whole = Event(
        seq=event.seq,
        prev_seq=0,
        type=event.type,  # type: ignore[arg-type]  # the table's text; written by events.append only
        conversation_id=event.conversation_id,
        at=iso(event.created_at),
        message=message_rows.get(event.message_id) if event.message_id else None,
        conversation=conversation_rows.get(event.conversation_id)
        if event.type != "message_status_update"
        else None,
        up_to_pos=event.up_to_pos,
        reader_id=event.reader_id,
    )
    encoded = msgspec.json.encode(whole)
    return EncodedEvent(event.seq, event.inbox_id, encoded[encoded.index(b'"type"') :])
