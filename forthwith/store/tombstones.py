"""Texts taken back before they were stored."""

from forthwith.store.database import Transaction


async def is_cancelled(tx: Transaction, client_id: str) -> bool:
    """True when its agent took it back before it was stored."""
    return (
        await tx.one("SELECT 1 AS found FROM tombstones WHERE client_id = :id", id=client_id)
        is not None
    )


async def add(tx: Transaction, client_id: str, now: int) -> None:
    """Remember that a late POST of this id must not be stored."""
    await tx.run(
        "INSERT INTO tombstones (client_id, created_at) VALUES (:id, :now) ON CONFLICT (client_id) DO NOTHING",
        id=client_id,
        now=now,
    )
