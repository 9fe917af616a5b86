"""Raw webhook bodies, and the items of them that could not be applied."""

from forthwith.store.database import Transaction
from forthwith.store.ids import new_id


async def keep(tx: Transaction, bodies: list[tuple[str, bytes]], now: int) -> None:
    """Store the signed bytes as they came, each under its id."""
    await tx.many(
        "INSERT INTO webhooks (id, received_at, body) VALUES (:id, :now, :body)",
        [{"id": webhook_id, "now": now, "body": body} for webhook_id, body in bodies],
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


async def prune(tx: Transaction, before: int, limit: int) -> int:
    """Drop raw bodies received before the time given, and what was noted beside them; returns how many rows."""
    pruned = 0
    for table in ("webhooks", "set_aside"):
        pruned += await tx.run(
            f"""DELETE FROM {table} WHERE id IN
            (SELECT id FROM {table} WHERE received_at < :before LIMIT :limit)""",
            before=before,
            limit=limit,
        )
    return pruned
