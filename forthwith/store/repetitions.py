"""The new ids that *Send again* of unconfirmed messages carried: the same wish twice is one wish."""

from forthwith.store.database import Transaction


async def message_of(tx: Transaction, client_id: str) -> str | None:
    """The id of the message that this wish has sent again."""
    row = await tx.one(
        "SELECT message_id FROM repetitions WHERE client_id = :client_id", client_id=client_id
    )
    return row["message_id"] if row else None


async def add(tx: Transaction, client_id: str, message_id: str, now: int) -> None:
    """Remember a wish that has been granted. As many as attempts, so they are kept like those."""
    await tx.run(
        "INSERT INTO repetitions (client_id, message_id, created_at) VALUES (:client_id, :message_id, :now)",
        client_id=client_id,
        message_id=message_id,
        now=now,
    )
