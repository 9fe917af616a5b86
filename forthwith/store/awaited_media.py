"""Files of contacts' messages: announced by a webhook, fetched afterwards, then shown or given up."""

import msgspec
from msgspec import UNSET

from forthwith.domain.media import Announced
from forthwith.protocol.shapes import Media, MediaLoss
from forthwith.store import events, media
from forthwith.store.database import Row, Transaction
from forthwith.store.ids import new_id


def shown(announced: Announced | None) -> str | None:
    """`messages.media_json` of a file that is on its way here; None for a message without one."""
    if announced is None:
        return None
    return msgspec.json.encode(
        Media(
            id=new_id("media"),
            mime_type=announced.mime_type,
            size=0,
            filename=announced.filename or UNSET,
            voice=announced.is_voice or UNSET,
            state="fetching",
        )
    ).decode()


async def add(tx: Transaction, message_id: str, announced: Announced | None, now: int) -> None:
    """The file of this message is to be fetched."""
    if announced is not None:
        await tx.run(
            """INSERT INTO awaited_media (message_id, whatsapp_id, sha256, received_at, next_try_at)
            VALUES (:id, :whatsapp_id, :sha256, :now, :now)""",
            id=message_id,
            whatsapp_id=announced.whatsapp_id,
            sha256=announced.sha256,
            now=now,
        )


DUE = "SELECT message_id FROM awaited_media WHERE next_try_at <= :now ORDER BY next_try_at LIMIT :limit"


async def any_due(tx: Transaction, now: int) -> bool:
    """True when something is to be fetched now."""
    return await tx.one(DUE, now=now, limit=1) is not None


async def take(tx: Transaction, now: int, until: int, limit: int) -> list[Row]:
    """The next ones to fetch. Each is ours until then; when this process dies, another takes it."""
    taken = await tx.all(
        f"""UPDATE awaited_media SET tries = tries + 1, next_try_at = :until
        WHERE message_id IN ({DUE}) RETURNING message_id""",
        now=now,
        until=until,
        limit=limit,
    )
    return await tx.all(
        f"""SELECT a.*, m.client_id, m.message_type, m.media_json, m.conversation_id, m.inbox_id
        FROM awaited_media a JOIN messages m ON m.id = a.message_id WHERE a.message_id {tx.among}""",
        among=[row["message_id"] for row in taken],
    )


async def try_later(tx: Transaction, message_id: str, at: int) -> None:
    """It did not come; again then."""
    await tx.run(
        "UPDATE awaited_media SET next_try_at = :at WHERE message_id = :id", at=at, id=message_id
    )


async def arrived(tx: Transaction, awaited: Row, found: Row, voice: bool, now: int) -> None:
    """It is here (`found`: a row of `media`): the message shows it."""
    before = media.from_json(awaited["media_json"])
    assert before is not None, "made with the message"
    json = media.to_json(found, before.filename or None, before.id, voice)
    await _end(tx, awaited, found["id"], json, now)


async def give_up(tx: Transaction, awaited: Row, reason: MediaLoss, now: int) -> None:
    """It will not come any more: the message says so."""
    before = media.from_json(awaited["media_json"])
    assert before is not None, "made with the message"
    gone = msgspec.structs.replace(before, state="gone", reason=reason)
    await _end(tx, awaited, None, msgspec.json.encode(gone).decode(), now)


async def _end(
    tx: Transaction, awaited: Row, media_id: str | None, media_json: str, now: int
) -> None:
    """One event, whoever else has fetched it too."""
    ended = await tx.run(
        "DELETE FROM awaited_media WHERE message_id = :id", id=awaited["message_id"]
    )
    if not ended:
        return
    await tx.run(
        """UPDATE messages SET media_id = :media_id, media_json = :media_json, rev = rev + 1, updated_at = :now
        WHERE id = :id""",
        media_id=media_id,
        media_json=media_json,
        now=now,
        id=awaited["message_id"],
    )
    conversation = {"id": awaited["conversation_id"], "inbox_id": awaited["inbox_id"]}
    await events.append(
        tx, "message_status_update", conversation, now, message_id=awaited["message_id"]
    )
