"""When waiting messages come due, and what moves that beside their own tries."""

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
