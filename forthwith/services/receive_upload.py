"""Take a file from an agent: counted, hashed and recognised while it comes, measured, freed of its metadata, kept."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from forthwith.contents.measure import Broken, Measures, measure
from forthwith.contents.pictures import Picture, Pictures, Undecodable
from forthwith.domain.errors import Invalid, Refusal
from forthwith.domain.media import (
    HEAD_BYTES,
    PICTURES,
    STICKER_SIDE,
    Claim,
    Kind,
    check_size,
    kind_of,
)
from forthwith.protocol.shapes import UploadedMedia
from forthwith.store import media
from forthwith.store.database import Database, Transaction
from forthwith.store.media import NewMedia, Upload
from forthwith.store.media_files import Incoming, MediaFiles, size_and_hash

AT_ONCE = 10
"""Files one agent may be bringing, so that nobody fills the disk with halves."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a browser says of the file it is about to send. `announced`: its length in bytes, when it says."""

    agent_id: str
    claim: Claim
    filename: str | None
    announced: int | None


class UploadReceiver:
    """Receives for one process."""

    def __init__(self, db: Database, files: MediaFiles, pictures: Pictures) -> None:
        self._db, self._files, self._pictures = db, files, pictures
        self._under_way: Counter[str] = Counter()

    async def receive(
        self, offer: Offer, chunks: AsyncIterator[bytes], now: int
    ) -> tuple[UploadedMedia, bool]:
        """The file as it may be sent, and whether this agent had not brought it before.

        Raises Refusal: `media_too_large` (as soon as that is known), `media_unsupported`, `media_broken`,
        `rate_limited` (this agent brings so many at once).
        """
        check_size(offer.announced or 0, "document")  # the largest there is
        if self._under_way[offer.agent_id] >= AT_ONCE:
            raise Refusal("rate_limited", retry_after_seconds=1)
        self._under_way[offer.agent_id] += 1
        try:
            return await self._receive(offer, chunks, now)
        finally:
            self._under_way[offer.agent_id] -= 1

    async def _receive(
        self, offer: Offer, chunks: AsyncIterator[bytes], now: int
    ) -> tuple[UploadedMedia, bool]:
        async with self._files.incoming() as incoming:
            kind, mime_type = await _take(offer, chunks, incoming)
            wanted = "document" if offer.claim.as_document else ""
            upload = Upload(offer.agent_id, incoming.hash, wanted, offer.filename)
            known = await self._db.write(lambda tx: media.find_upload(tx, upload, now))
            if known is not None and self._files.path(known["hash"]).exists():
                return media.to_uploaded(known, offer.filename), False
            spare = self._files.spare()
            try:
                new, path = await self._examine(kind, mime_type, incoming, spare)
                await self._files.keep(path, new.hash)
            finally:
                spare.unlink(missing_ok=True)

        async def store(tx: Transaction) -> UploadedMedia:
            row = await media.add(tx, new, now)
            await media.add_upload(tx, upload, row["id"], now)
            return media.to_uploaded(row, upload.filename)

        return await self._db.write(store), True

    async def _examine(
        self, kind: Kind, mime_type: str, incoming: Incoming, spare: Path
    ) -> tuple[NewMedia, Path]:
        """What will be kept, and where it lies meanwhile: a picture's cleaned copy in `spare`, everything else as it came."""
        if mime_type in PICTURES:
            return await self._clean(kind, incoming.path, spare)
        try:
            measures = await asyncio.to_thread(measure, incoming.path, mime_type)
        except Broken:
            raise Invalid("media_broken") from None
        if kind != "document":
            kind, mime_type = _played_as(kind, mime_type, measures)
            check_size(incoming.size, kind)
        new = NewMedia(
            hash=incoming.hash,
            kind=kind,
            mime_type=mime_type,
            size=incoming.size,
            width=measures.width,
            height=measures.height,
            duration_ms=measures.duration_ms,
            voice=int(measures.is_voice and kind == "audio"),
        )
        return new, incoming.path

    async def _clean(self, kind: Kind, source: Path, spare: Path) -> tuple[NewMedia, Path]:
        try:
            picture = await self._pictures.examine(
                source, spare, "as it is" if kind == "document" else "photo"
            )
        except Undecodable:
            raise Invalid("media_broken") from None
        if kind == "image":
            kind = _shown_as(picture)
        size, content_hash = await asyncio.to_thread(size_and_hash, spare)
        check_size(size, kind)
        new = NewMedia(
            hash=content_hash,
            kind=kind,
            mime_type=picture.mime_type,
            size=size,
            width=picture.width,
            height=picture.height,
        )
        return new, spare


async def _take(offer: Offer, chunks: AsyncIterator[bytes], incoming: Incoming) -> tuple[Kind, str]:
    """Write what comes; refused as soon as its beginning or its length tells."""
    head, found = b"", None
    async for chunk in chunks:
        if found is None:
            head += chunk
            if len(head) < HEAD_BYTES:
                continue
            chunk, head = head, b""
            found = kind_of(chunk[:HEAD_BYTES], offer.claim)
            check_size(offer.announced or 0, found[0])
        check_size(incoming.size + len(chunk), found[0])
        await incoming.write(chunk)
    if found is None:
        found = kind_of(head, offer.claim)
        await incoming.write(head)
    return found


def _shown_as(picture: Picture) -> Kind:
    """A WebP that is left after cleaning is a sticker, or nothing that WhatsApp takes; nor does any picture move."""
    is_sticker = picture.mime_type == "image/webp"
    if is_sticker and (picture.width, picture.height) == (STICKER_SIDE, STICKER_SIDE):
        return "sticker"
    if is_sticker or picture.is_animated:
        raise Refusal("media_unsupported", mime_type=picture.mime_type)
    return "image"


def _played_as(kind: Kind, mime_type: str, measures: Measures) -> tuple[Kind, str]:
    """A film without pictures is a sound; codecs that WhatsApp does not play are refused here, not there."""
    if measures.foreign_codec:
        raise Refusal(
            "media_unsupported", mime_type=f"{mime_type}; codecs={measures.foreign_codec}"
        )
    if kind == "video" and not measures.has_film:
        return "audio", "audio/mp4"
    return kind, mime_type
