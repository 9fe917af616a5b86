"""Messages by WhatsApp's own ids."""

from forthwith.store.database import Row, Transaction


async def known_inbound(tx: Transaction, wamids: list[str]) -> set[str]:
    """Those of them that are stored: webhooks come more than once, and re-batched."""
    rows = await tx.all(
        f"SELECT wamid FROM messages WHERE direction = 'inbound' AND wamid {tx.among}", among=wamids
    )
    return {row["wamid"] for row in rows}


async def wamid_of(tx: Transaction, client_id: str | None) -> str | None:
    """What WhatsApp calls this message, by its `client_id` or id; of several attempts the newest that it has named."""
    if client_id is None:
        return None
    row = await tx.one(
        """SELECT m.wamid AS inbound, a.wamid FROM messages m LEFT JOIN attempts a ON a.message_id = m.id
        WHERE m.client_id = :id OR m.id = :id ORDER BY a.wamid IS NULL, a.n DESC LIMIT 1""",
        id=client_id,
    )
    return (row["wamid"] or row["inbound"]) if row else None


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


async def attempts_of(tx: Transaction, wamids: list[str]) -> dict[str, tuple[str, int]]:
    """Message and number of the attempts that WhatsApp accepted under these ids."""
    rows = await tx.all(
        f"SELECT wamid, message_id, n FROM attempts WHERE wamid {tx.among}", among=wamids
    )
    return {row["wamid"]: (row["message_id"], row["n"]) for row in rows}


async def is_accepted_by(tx: Transaction, message_id: str, n: int, wamid: str) -> bool:
    """True when this attempt was made and no other wamid is known for it."""
    row = await tx.one(
        "SELECT wamid FROM attempts WHERE message_id = :id AND n = :n", id=message_id, n=n
    )
    return row is not None and row["wamid"] in (None, wamid)


async def message_of(tx: Transaction, wamid: str, inbox_id: str) -> Row | None:
    """The message of this number, of either direction, that WhatsApp knows by this id."""
    return await tx.one(
        """SELECT * FROM messages WHERE inbox_id = :inbox_id AND id IN
        (SELECT id FROM messages WHERE wamid = :wamid AND direction = 'inbound'
        UNION ALL SELECT message_id FROM attempts WHERE wamid = :wamid)""",
        wamid=wamid,
        inbox_id=inbox_id,
    )
