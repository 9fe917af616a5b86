"""The numbered log: every change appends here in its own transaction, and only from here is anything published (R2)."""

from dataclasses import dataclass, fields
from itertools import takewhile

from forthwith.store.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as stored: ids only. Rows are read when it is sent."""

    seq: int
    type: str
    inbox_id: str
    conversation_id: str
    message_id: str | None
    up_to_pos: int | None
    reader_id: str | None
    created_at: int


NAMES = [each.name for each in fields(LoggedEvent)]
COLUMNS = ", ".join(NAMES)
"""By name: during an upgrade this code may run on a newer schema."""
VALUES = ", ".join(f":{name}" for name in NAMES)


async def append(
    tx: Transaction,
    kind: str,
    conversation: Row,
    now: int,
    *,
    message_id: str | None = None,
    up_to_pos: int | None = None,
    reader_id: str | None = None,
) -> None:
    """One more event of a conversation (a row with `id` and `inbox_id`); it is numbered and stored at the commit."""
    ids = (conversation["inbox_id"], conversation["id"])
    values = (0, kind, *ids, message_id, up_to_pos, reader_id, now)
    tx.appended.append(dict(zip(NAMES, values, strict=True)))


async def number(tx: Transaction) -> None:
    """Number and store what the transaction has appended. Its last statements: others wait for the counter's row."""
    if not tx.appended:
        return
    counter = await tx.one(
        "UPDATE counters SET value = value + :count WHERE name = 'seq' RETURNING value",
        count=len(tx.appended),
    )
    assert counter is not None, "the first migration makes the counter"
    for seq, event in enumerate(tx.appended, counter["value"] - len(tx.appended) + 1):
        event["seq"] = seq
    await tx.many(f"INSERT INTO events ({COLUMNS}) VALUES ({VALUES})", tx.appended)


async def read_after(tx: Transaction, seq: int, limit: int) -> list[LoggedEvent]:
    """The next events after `seq`, in order."""
    rows = await tx.all(
        f"SELECT {COLUMNS} FROM events WHERE seq > :seq ORDER BY seq LIMIT :limit",
        seq=seq,
        limit=limit,
    )
    return [LoggedEvent(**row) for row in rows]


async def newest_seq(tx: Transaction) -> int:
    """The number of the newest event, 0 in a new store."""
    row = await tx.one("SELECT value FROM counters WHERE name = 'seq'")
    return int(row["value"]) if row else 0


async def oldest_kept_seq(tx: Transaction) -> int:
    """Resuming is possible from this number on: one less than the oldest event kept."""
    row = await tx.one("SELECT MIN(seq) AS seq FROM events")
    if row is None or row["seq"] is None:
        return await newest_seq(tx)
    return int(row["seq"]) - 1


async def prune(tx: Transaction, before: int, limit: int) -> int:
    """Drop events created before the time given; returns how many.

    Only from the beginning of the log: after a clock was set back, old times lie in its middle too, and a hole there
    would be skipped by whoever resumes before it.
    """
    oldest = await tx.all(
        "SELECT seq, created_at FROM events ORDER BY seq LIMIT :limit", limit=limit
    )
    old = list(takewhile(lambda row: row["created_at"] < before, oldest))
    return await tx.run("DELETE FROM events WHERE seq <= :last", last=old[-1]["seq"]) if old else 0
