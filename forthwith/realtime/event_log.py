"""The newest part of the log in memory, encoded once for all sockets; older parts are read from the store."""

import asyncio
from collections import deque
from dataclasses import dataclass

import msgspec

from forthwith.domain.times import iso
from forthwith.protocol.shapes import ConversationRow, Event, MessageRow
from forthwith.store import conversations, events, messages
from forthwith.store.database import Database, Transaction
from forthwith.store.events import LoggedEvent

KEPT = 2_000
PAGE = 500


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """An event as JSON but for its beginning: `prev_seq` differs from connection to connection."""

    seq: int
    inbox_id: str
    rest: bytes

    def after(self, prev_seq: int) -> bytes:
        """The whole JSON object for a connection whose last event was `prev_seq`."""
        return b'{"seq":%d,"prev_seq":%d,%b' % (self.seq, prev_seq, self.rest)


class EventLog:
    """Reads the log once per commit for all sockets of this process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._recent: deque[EncodedEvent] = deque(maxlen=KEPT)
        self._starts_after = 0
        self._lock = asyncio.Lock()
        self.head = 0

    async def open(self) -> None:
        """Start at the newest event."""
        self.head = self._starts_after = await self._db.read(events.newest_seq)

    async def catch_up(self) -> None:
        """Read what was committed since; called when the doorbell rings."""
        async with self._lock:
            is_more = True
            while is_more and (batch := await self._read(self.head)):
                for event in batch:
                    if len(self._recent) == KEPT:
                        self._starts_after = self._recent[0].seq
                    self._recent.append(event)
                self.head = batch[-1].seq
                is_more = len(batch) == PAGE  # what is committed meanwhile rings again

    async def after(self, seq: int) -> list[EncodedEvent]:
        """The next events after `seq`, whoever may see them; empty when there are none."""
        if seq >= self.head:
            return []
        if seq < self._starts_after:
            return await self._read(seq)
        skip = max(0, len(self._recent) - (self.head - seq))  # seq has no gaps
        return [self._recent[index] for index in range(skip, min(skip + PAGE, len(self._recent)))]

    async def oldest_kept(self) -> int:
        """Resuming is possible from this `seq` on."""
        return await self._db.read(events.oldest_kept_seq)

    async def _read(self, seq: int) -> list[EncodedEvent]:
        return await self._db.read(lambda tx: _read_encoded(tx, seq))


async def _read_encoded(tx: Transaction, seq: int) -> list[EncodedEvent]:
    """Events keep ids; the rows are read here, when they are sent (R2)."""
    logged = await events.read_after(tx, seq, PAGE)
    message_rows = await messages.by_ids(
        tx, [event.message_id for event in logged if event.message_id]
    )
    with_conversation = [
        event.conversation_id for event in logged if event.type != "message_status_update"
    ]
    conversation_rows = await conversations.by_ids(tx, list(dict.fromkeys(with_conversation)))
    return [_encode(event, message_rows, conversation_rows) for event in logged]


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
