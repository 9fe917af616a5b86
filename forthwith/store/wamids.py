"""Messages by WhatsApp's own ids."""

from forthwith.store.database import Transaction


async def has_inbound(tx: Transaction, wamid: str) -> bool:
    """True for a repeat: webhooks come more than once, and re-batched."""
    row = await tx.one(
        "SELECT 1 AS found FROM messages WHERE wamid = :wamid AND direction = 'inbound'",
        wamid=wamid,
    )
    return row is not None


async def client_id_of_wamid(tx: Transaction, wamid: str | None) -> str | None:
    """The message that a contact quotes, whichever attempt of ours carried it."""
    if wamid is None:
        return None
    row = await tx.one(
        """SELECT client_id FROM messages WHERE wamid = :wamid AND direction = 'inbound'
        UNION ALL SELECT m.client_id FROM attempts a JOIN messages m ON m.id = a.message_id WHERE a.wamid = :wamid
        LIMIT 1""",
        wamid=wamid,
    )
    return row["client_id"] if row else None
