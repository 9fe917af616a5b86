"""When waiting messages come due, what moves that beside their own tries, and waits that have ended without a word."""

from forthwith.domain.status import Attempt
from forthwith.store import attempts, hops
from forthwith.store.database import Transaction


async def next_due_at(tx: Transaction) -> int | None:
    """When something put off, leased or doubted is due next; None when nothing is."""
    row = await tx.one(
        """SELECT MIN(CASE WHEN outbox_state = 'waiting' THEN next_attempt_at ELSE lease_until END) AS due
        FROM messages WHERE outbox_state IS NOT NULL"""
    )
    return int(row["due"]) if row and row["due"] is not None else None


async def stay_fresh(tx: Transaction, conversation_id: str, at: int) -> None:
    """Followers in a lane that WhatsApp slows down do not age meanwhile (R7)."""
    await tx.run(
        "UPDATE messages SET wanted_at = :at WHERE conversation_id = :id AND outbox_state = 'waiting'",
        at=at,
        id=conversation_id,
    )


async def draw_near(tx: Transaction, latest: int) -> None:
    """No wait ends later than that: the clock was set back, or the times are an earlier process's."""
    for table, column in (
        ("messages", "next_attempt_at"),
        ("messages", "lease_until"),
        ("inboxes", "paused_until"),
        ("inboxes", "silent_until"),
    ):
        waiting = " AND outbox_state IS NOT NULL" if table == "messages" else ""
        await tx.run(
            f"UPDATE {table} SET {column} = :latest WHERE {column} > :latest{waiting}",
            latest=latest,
        )


async def doubt_abandoned(
    tx: Transaction, me: str, only_process: bool, now: int, until: int
) -> int:
    """Claims whose owner is gone become doubted, never sent again by the machine (R8); returns how many.

    `only_process`: nobody else can hold a claim in this store, so every other owner's is abandoned.
    """
    rows = await tx.all(
        """UPDATE messages SET outbox_state = 'doubted', lease_owner = NULL, lease_until = :until
        WHERE outbox_state = 'claimed' AND (lease_until < :now OR (:only_process = 1 AND lease_owner <> :me))
        RETURNING id, client_id, attempt""",
        me=me,
        now=now,
        until=until,
        only_process=int(only_process),
    )
    for row in rows:
        call = (row["id"], row["client_id"], row["attempt"])
        await hops.note(tx, *call, now, "unanswered", why=hops.ABANDONED)
    return len(rows)


async def lapse(tx: Transaction, now: int) -> int:
    """The waiting time of these has passed without a word: they show `unconfirmed`, their lanes go on (R9)."""
    rows = await tx.all(
        "SELECT id, attempt FROM messages WHERE outbox_state = 'doubted' AND lease_until <= :now",
        now=now,
    )
    for row in rows:
        await attempts.record(tx, row["id"], row["attempt"], Attempt(lapsed=True), now)
    return len(rows)
