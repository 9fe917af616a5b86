"""Rows about files: what they are, who may send them, and what a message says of the one it carries."""

from dataclasses import asdict, dataclass
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from forthwith.domain.agent import Agent
from forthwith.domain.errors import Invalid, NotFound
from forthwith.domain.media import clean_name
from forthwith.protocol.shapes import Media, MediaReference, SendMessage, UploadedMedia
from forthwith.store.database import Row, Transaction
from forthwith.store.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMedia:
    """A file that has its place on disk. `hash`: of its content; milliseconds and pixels where they are known."""

    hash: str
    kind: str
    mime_type: str
    size: int
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    voice: int = 0


async def add(tx: Transaction, new: NewMedia, now: int) -> Row:
    """The row of this content as this kind, made when missing."""
    await tx.run(
        """INSERT INTO media (id, hash, kind, mime_type, size, width, height, duration_ms, voice, created_at)
        VALUES (:id, :hash, :kind, :mime_type, :size, :width, :height, :duration_ms, :voice, :now)
        ON CONFLICT (hash, kind) DO NOTHING""",
        id=new_id("media"),
        now=now,
        **asdict(new),
    )
    row = await tx.one(
        "SELECT * FROM media WHERE hash = :hash AND kind = :kind", hash=new.hash, kind=new.kind
    )
    assert row is not None, "inserted above or there before"
    return row


async def hash_of(tx: Transaction, media_id: str) -> tuple[str, str] | None:
    """(hash, type) of a file."""
    row = await tx.one("SELECT hash, mime_type FROM media WHERE id = :id", id=media_id)
    return (row["hash"], row["mime_type"]) if row else None


@dataclass(frozen=True, slots=True)
class Upload:
    """What an agent has brought. `source_hash`: of the bytes as they came. `wanted`: `document`, or empty."""

    agent_id: str
    source_hash: str
    wanted: str
    filename: str | None


async def find_upload(tx: Transaction, upload: Upload, now: int) -> Row | None:
    """The file these bytes have become when the same agent brought them before; its day begins anew."""
    known = await tx.one(
        """UPDATE uploads SET created_at = :now, filename = COALESCE(:filename, filename)
        WHERE agent_id = :agent_id AND source_hash = :source_hash AND wanted = :wanted RETURNING media_id""",
        now=now,
        **asdict(upload),
    )
    if known is None:
        return None
    return await tx.one("SELECT * FROM media WHERE id = :id", id=known["media_id"])


async def add_upload(tx: Transaction, upload: Upload, media_id: str, now: int) -> None:
    """Remember who may send it."""
    await tx.run(
        """INSERT INTO uploads (agent_id, source_hash, wanted, media_id, filename, created_at)
        VALUES (:agent_id, :source_hash, :wanted, :media_id, :filename, :now)
        ON CONFLICT (agent_id, source_hash, wanted)
        DO UPDATE SET media_id = :media_id, created_at = :now, filename = COALESCE(:filename, uploads.filename)""",
        media_id=media_id,
        now=now,
        **asdict(upload),
    )


def to_uploaded(row: Row, filename: str | None) -> UploadedMedia:
    """A row of `media` for the one who has uploaded it."""
    return UploadedMedia(kind=row["kind"], filename=filename or UNSET, **_shown(row))


def _shown(row: Row) -> dict[str, Any]:
    measures = {name: row[name] for name in ("width", "height", "duration_ms") if row[name]}
    voice = {"voice": True} if row["voice"] else {}
    return {name: row[name] for name in ("id", "mime_type", "size")} | measures | voice


def to_json(row: Row, filename: str | None, shown_id: str = "", voice: bool = False) -> str:
    """A row of `media` as `messages.media_json` keeps it. `shown_id`: the one by which it was announced."""
    shown = (
        _shown(row) | ({"id": shown_id} if shown_id else {}) | ({"voice": True} if voice else {})
    )
    return msgspec.json.encode(Media(filename=filename or UNSET, **shown)).decode()


def from_json(media_json: str | None) -> Media | None:
    """What a message says of its file."""
    return msgspec.json.decode(media_json, type=Media) if media_json else None


async def of_command(tx: Transaction, agent: Agent, command: SendMessage) -> dict[str, str | None]:
    """The columns of a message with this file; none for a text. Raises NotFound: the agent has not brought it here."""
    if not command.media:
        return {}
    row = await tx.one(
        """SELECT m.*, u.filename FROM uploads u JOIN media m ON m.id = u.media_id
        WHERE u.media_id = :id AND u.agent_id = :agent_id ORDER BY u.created_at DESC LIMIT 1""",
        id=command.media.id,
        agent_id=agent.id,
    )
    if row is None:
        raise NotFound("media_not_found")
    if row["kind"] != command.message_type:
        raise Invalid("invalid_body", field="message_type")
    named = command.media.filename
    filename = clean_name(named) if named else row["filename"]
    return {"media_id": row["id"], "media_json": to_json(row, filename)}


UNREFERENCED = """SELECT id FROM media f WHERE created_at < :before
    AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.media_id = f.id)
    AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.media_id = f.id)"""


async def prune_uploads(tx: Transaction, before: int, limit: int) -> int:
    """Forget who has uploaded what before the time given; what a message carries stays. Returns how many rows."""
    return await tx.run(
        """DELETE FROM uploads WHERE (agent_id, source_hash, wanted) IN
        (SELECT agent_id, source_hash, wanted FROM uploads WHERE created_at < :before LIMIT :limit)""",
        before=before,
        limit=limit,
    )


async def unreferenced(tx: Transaction, before: int, limit: int) -> list[str]:
    """Ids of files older than the time given that no message carries and no agent may send."""
    rows = await tx.all(f"{UNREFERENCED} LIMIT :limit", before=before, limit=limit)
    return [row["id"] for row in rows]


async def prune(tx: Transaction, ids: list[str], before: int) -> int:
    """Forget those of them that are still unreferenced; returns how many."""
    which = f"{tx.among} AND {{0}} IN ({UNREFERENCED})"
    await tx.run(
        f"DELETE FROM whatsapp_media WHERE media_id {which.format('media_id')}",
        among=ids,
        before=before,
    )
    return await tx.run(
        f"DELETE FROM media WHERE id {which.format('id')}", among=ids, before=before
    )


async def without_row(tx: Transaction, hashes: list[str]) -> set[str]:
    """Those of these hashes that no row has."""
    rows = await tx.all(f"SELECT hash FROM media WHERE hash {tx.among}", among=hashes)
    return set(hashes) - {row["hash"] for row in rows}


def is_same(known: Row, reference: MediaReference | UnsetType | None) -> bool:
    """True when a message carries just what is referred to."""
    stored = from_json(known["media_json"])
    if stored is None or not reference:
        return stored is None and not reference
    named = clean_name(reference.filename) if reference.filename else stored.filename
    return (reference.id, named) == (stored.id, stored.filename)
