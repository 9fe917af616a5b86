"""A browser's cache as the search keeps it: fed by the product's own event log, compared with a fresh read."""

from collections.abc import Container

import msgspec

from forthwith.domain.status import RANK
from forthwith.protocol.shapes import ConversationRow, Event, MessageRow
from forthwith.realtime.event_log import EventLog
from forthwith.store import conversations, messages
from forthwith.store.database import Database, Transaction


class Reader:
    """Hears events from a cursor on. Raises AssertionError for a gap or a status that falls (G4, G6)."""

    def __init__(self, db: Database, log: EventLog, sent_again: Container[str]) -> None:
        self._db, self._log, self.sent_again = db, log, sent_again
        self.cursor = 0
        self.rows: dict[str, MessageRow] = {}
        self.threads: dict[str, ConversationRow] = {}

    async def listen(self) -> None:
        """Everything that was committed since."""
        await self._log.catch_up()
        while batch := await self._log.after(self.cursor):
            for encoded in batch:
                assert encoded.seq == self.cursor + 1, f"{self.cursor} is followed by {encoded.seq}"
                event = msgspec.json.decode(encoded.after(self.cursor), type=Event)
                self.cursor = event.seq
                self._apply(event)

    def _apply(self, event: Event) -> None:
        if event.message is not None:
            known = self.rows.get(event.message.client_id)
            if known is None or event.message.rev > known.rev:
                is_again = event.message.client_id in self.sent_again
                check_fall(known, event.message, sent_again=is_again)
                self.rows[event.message.client_id] = event.message
        if event.conversation is not None:
            thread = self.threads.get(event.conversation.id)
            if thread is None or event.conversation.rev > thread.rev:
                self.threads[event.conversation.id] = event.conversation

    async def compare(self, ids: list[str]) -> None:
        """What was heard equals what a fresh page would show."""

        async def fresh(tx: Transaction) -> tuple[list[MessageRow], dict[str, ConversationRow]]:
            rows = [row for each in ids for row in await messages.page(tx, each, None, 10_000)]
            return rows, await conversations.by_ids(tx, ids)

        rows, threads = await self._db.read(fresh)
        assert {row.client_id: row for row in rows} == self.rows
        for name, thread in threads.items():
            heard = self.threads.get(name)
            if heard is None:
                continue  # nothing has happened in it yet
            assert (heard.rev, heard.unsent_count, heard.last_pos, heard.read_up_to_pos) == (
                thread.rev,
                thread.unsent_count,
                thread.last_pos,
                thread.read_up_to_pos,
            )
            failed = [
                row
                for row in rows
                if row.conversation_id == name
                and row.status == "failed"
                and row.dismissed_at is None
            ]
            assert thread.unsent_count == len(failed)


def check_fall(before: MessageRow | None, after: MessageRow, *, sent_again: bool) -> None:
    """Evidence of arrival is never taken back; `sent` only by a failure, or into what another attempt of it is (ADR 5)."""
    if before is None:
        return
    had, has = _rank(before), _rank(after)
    assert before.pos == after.pos, "a pos has changed"
    if had is not None and had >= RANK["delivered"]:
        assert has is not None, f"{before.status} became {after.status}"
        assert has >= had, f"{before.status} fell to {after.status}"
    elif before.status == "sent":
        allowed = ("sent", "delivered", "read", "played", "failed", "sending")
        is_doubt = sent_again and after.status == "unconfirmed"
        assert is_doubt or after.status in allowed, f"sent became {after.status}"


def _rank(row: MessageRow) -> int | None:
    """None for what is no progress."""
    return {str(status): rank for status, rank in RANK.items()}.get(row.status)
