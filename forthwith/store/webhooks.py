"""Raw webhook bodies, and the items of them that could not be applied."""

from forthwith.store.database import Transaction
from forthwith.store.ids import new_id


async def keep(tx: Transaction, webhook_id: str, body: bytes, now: int) -> None:
    """Store the signed bytes as they came."""
    await tx.run(
        "INSERT INTO webhooks (id, received_at, body) VALUES (:id, :now, :body)",
        id=webhook_id,
        now=now,
        body=body,
    )


async def set_aside(tx: Transaction, webhook_id: str, place: str, reason: str, now: int) -> None:
    """Note an item that raised or is unknown; `place` leads to it in the body (`entry.0.changes.1.statuses.4`)."""
    await tx.run(
        """INSERT INTO set_aside (id, webhook_id, place, reason, received_at)
        VALUES (:id, :webhook_id, :place, :reason, :now)""",
        id=new_id("aside"),
        webhook_id=webhook_id,
        place=place,
        # It may quote the body, and neither engine stores U+0000 or half of a surrogate pair.
        reason=reason.replace("\x00", "\\0").encode("ascii", "backslashreplace").decode(),
        now=now,
    )


async def prune(
    tx: Transaction, webhooks_before: int, orphans_before: int, limit: int = 5_000
) -> int:
    """Drop old raw bodies and orphan statuses; returns how many rows went."""
    bodies = await tx.run(
        "DELETE FROM webhooks WHERE id IN (SELECT id FROM webhooks WHERE received_at < :before LIMIT :limit)",
        before=webhooks_before,
        limit=limit,
    )
    orphans = await tx.run(
        "DELETE FROM orphan_statuses WHERE received_at < :before", before=orphans_before
    )
    return bodies + orphans
