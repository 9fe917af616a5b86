"""Files at WhatsApp: which of a number's waiting messages need theirs uploaded, and what WhatsApp calls it since then."""

from forthwith.domain.times import DAY
from forthwith.store import attempts, hops
from forthwith.store.database import Row, Transaction
from forthwith.store.outbox import Claim

KEPT_FOR = 29 * DAY
"""WhatsApp forgets an upload after 30 days; what is claimed on the last day must still be known when it arrives."""
UNKNOWN_ID_CODES = frozenset({33, 100, 131008, 131009, 131053})
"""What WhatsApp may answer to the id of a file that it has forgotten."""

WANTING = """SELECT m.*, i.phone_number_id, i.paused_until, i.held_since, c.last_inbound_at,
        f.hash, f.kind, f.mime_type, f.size, NOT EXISTS (SELECT 1 FROM messages b
            WHERE b.conversation_id = m.conversation_id AND b.outbox_state IS NOT NULL AND b.pos < m.pos) AS is_next
    FROM messages m JOIN media f ON f.id = m.media_id
    JOIN conversations c ON c.id = m.conversation_id JOIN inboxes i ON i.id = c.inbox_id
    WHERE m.media_id IS NOT NULL AND m.outbox_state = 'waiting' AND m.next_attempt_at <= :now
    AND (i.paused_until IS NULL OR i.paused_until <= :now) AND (i.silent_until IS NULL OR i.silent_until <= :now)
    AND NOT EXISTS (SELECT 1 FROM whatsapp_media w WHERE w.media_id = m.media_id
        AND w.phone_number_id = i.phone_number_id AND w.expires_at > :now)
    ORDER BY m.wanted_at LIMIT :limit"""


async def wanting(tx: Transaction, now: int, limit: int) -> list[Row]:
    """Waiting messages whose file WhatsApp does not have, the longest waiting first. `is_next`: of its lane."""
    return await tx.all(WANTING, now=now, limit=limit)


async def add(tx: Transaction, message: Row, whatsapp_id: str, now: int) -> None:
    """WhatsApp has the file of this message (a row of `wanting`), and calls it so for this number."""
    await tx.run(
        """INSERT INTO whatsapp_media (media_id, phone_number_id, whatsapp_id, uploaded_at, expires_at)
        VALUES (:media_id, :number, :whatsapp_id, :now, :expires_at) ON CONFLICT (media_id, phone_number_id)
        DO UPDATE SET whatsapp_id = :whatsapp_id, uploaded_at = :now, expires_at = :expires_at""",
        media_id=message["media_id"],
        number=message["phone_number_id"],
        whatsapp_id=whatsapp_id,
        now=now,
        expires_at=now + KEPT_FOR,
    )


async def has_expired(tx: Transaction, claim: Claim, code: int) -> bool:
    """WhatsApp has refused a file that was uploaded before this message was wanted: forget its id, so that it is
    uploaded once more. A file uploaded for this very message is really refused."""
    if claim.media_json is None or code not in UNKNOWN_ID_CODES:
        return False
    forgotten = await tx.run(
        """DELETE FROM whatsapp_media WHERE phone_number_id = :number
        AND media_id = (SELECT media_id FROM messages WHERE id = :id)
        AND uploaded_at < (SELECT wanted_at FROM messages WHERE id = :id)""",
        number=claim.phone_number_id,
        id=claim.message_id,
    )
    return forgotten > 0


async def forget(tx: Transaction, media_id: str | None) -> None:
    """Whoever sends a failed file again wants it uploaded again, too."""
    if media_id is not None:
        await tx.run("DELETE FROM whatsapp_media WHERE media_id = :id", id=media_id)


async def put_off(
    tx: Transaction, message: Row, now: int, until: int, name: str, **why: int
) -> None:
    """The upload has failed, which proves that nothing was sent: the message waits on, its followers with it."""
    await attempts.begin(tx, message, message["attempt"], now, "due")
    await hops.note(
        tx, message["id"], message["client_id"], message["attempt"], now, name, **why, until=until
    )
    await tx.run(
        """UPDATE messages SET next_attempt_at = :until, put_off = put_off + 1
        WHERE id = :id AND outbox_state = 'waiting' AND attempt = :attempt""",
        until=until,
        id=message["id"],
        attempt=message["attempt"],
    )
