"""The media store: files in a folder, known by id, gone when their time is over.

Bytes never stay in memory: they are hashed and written as they come. Times run on the virtual clock.
"""

from __future__ import annotations

import hashlib
import hmac
import shutil
import tempfile
from base64 import b64encode
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec

from whatsapp_emulator.clock import VirtualClock
from whatsapp_emulator.identifiers import media_id
from whatsapp_emulator.media.kinds import ANY_LIMIT, HEAD_BYTES, lie, limit_of

DAY_SECONDS = 24 * 3600.0
UPLOAD_LIFE_SECONDS = 30 * DAY_SECONDS
INBOUND_LIFE_SECONDS = 7 * DAY_SECONDS
LINK_LIFE_SECONDS = 600.0
URL_LIFE_SECONDS = 300.0
DOWNLOAD_PATH = "/whatsapp_business/attachments/"

Origin = Literal["business", "contact", "link"]
_LIVES: dict[Origin, float] = {
    "business": UPLOAD_LIFE_SECONDS,
    "contact": INBOUND_LIFE_SECONDS,
    "link": UPLOAD_LIFE_SECONDS,  # the phone it went to shows it as long as an uploaded one
}


class Media(msgspec.Struct):
    """One file. ``origin``: uploaded by the business, written by a contact, or fetched from a
    link. ``sha256`` in hex. ``lie`` is Meta's sentence when the content is not of its type."""

    id: str
    phone_number_id: str
    mime_type: str
    sha256: str
    size: int
    created_at: float
    origin: Origin = "business"
    filename: str | None = None
    lie: str | None = None

    @property
    def expires_at(self) -> float:
        return self.created_at + _LIVES[self.origin]

    @property
    def sha256_base64(self) -> str:
        """As webhooks write it."""
        return b64encode(bytes.fromhex(self.sha256)).decode()

    def shape(self) -> dict[str, Any]:
        """As the control plane and the phone page show it."""
        return {
            "id": self.id,
            "mime_type": self.mime_type,
            "sha256": self.sha256,
            "file_size": self.size,
            "filename": self.filename,
            "url": f"/_control/media/{self.id}",
        }


class TooLarge(Exception):
    """More bytes came than the type may have."""


class Incoming(AbstractContextManager["Incoming"]):
    """A file that is being received; used as a context, it is removed unless it was kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._hash = hashlib.sha256()
        self.size = 0
        self.head = b""

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Take the next bytes; ``TooLarge`` beyond what any media may have."""
        self.size += len(chunk)
        if self.size > ANY_LIMIT:
            raise TooLarge
        if len(self.head) < HEAD_BYTES:
            self.head += chunk[: HEAD_BYTES - len(self.head)]
        self._hash.update(chunk)
        self._file.write(chunk)

    def finish(self, path: Path) -> str:
        """Put the whole file in its place; its SHA-256 in hex."""
        self._file.close()
        self._path.replace(path)
        return self._hash.hexdigest()


class MediaStore:
    """All media. ``folder`` None: a temporary one, made when first needed, removed at the end."""

    def __init__(self, folder: Path | None, clock: VirtualClock) -> None:
        self._folder = folder
        self._temporary: Path | None = None
        self._clock = clock
        self._media: dict[str, Media] = {}
        self._count = 0

    @property
    def all(self) -> list[Media]:
        return list(self._media.values())

    def receive(self) -> Incoming:
        """A file to write into."""
        self._count += 1
        return Incoming(self._place(f"incoming-{self._count}"))

    def keep(
        self,
        incoming: Incoming,
        life: str,
        phone_number_id: str,
        mime_type: str,
        *,
        origin: Origin = "business",
        filename: str | None = None,
    ) -> Media:
        """Keep what was received; ``TooLarge`` when it is more than its type may have (what
        contacts write is only bounded by ``ANY_LIMIT``). ``life`` makes ids of this run."""
        if origin != "contact" and incoming.size > limit_of(mime_type, incoming.head):
            raise TooLarge
        self._sweep()
        self._count += 1
        name = media_id(f"{life}/{self._clock.now()}/{self._count}")
        media = Media(
            id=name,
            phone_number_id=phone_number_id,
            mime_type=mime_type,
            sha256=incoming.finish(self._place(name)),
            size=incoming.size,
            created_at=self._clock.now(),
            origin=origin,
            filename=filename,
            lie=lie(mime_type, incoming.head),
        )
        self._media[name] = media
        return media

    def get(self, name: str) -> Media | None:
        """The media, unless it is unknown, deleted or its time is over."""
        media = self._media.get(name)
        return None if media is None or media.expires_at <= self._clock.now() else media

    def path(self, media: Media) -> Path:
        return self._place(media.id)

    def restore(self, media: Iterable[Media]) -> None:
        """Know again what an earlier process kept, as far as the files are there."""
        self._media.update({one.id: one for one in media if self.path(one).exists()})

    def delete(self, name: str) -> None:
        media = self._media.pop(name, None)
        if media is not None:
            self.path(media).unlink(missing_ok=True)

    def clear(self) -> None:
        for name in list(self._media):
            self.delete(name)

    def close(self) -> None:
        """Remove the temporary folder; a folder that was given stays."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None

    def _sweep(self) -> None:
        now = self._clock.now()
        for media in [one for one in self._media.values() if one.expires_at <= now]:
            self.delete(media.id)

    @property
    def folder(self) -> Path:
        """Where the files lie."""
        folder = self._folder or self._temporary
        if folder is None:
            folder = self._temporary = Path(tempfile.mkdtemp(prefix="whatsapp-emulator-"))
        folder.mkdir(exist_ok=True)
        return folder

    def _place(self, name: str) -> Path:
        return self.folder / name


def download_url(base: str, media: Media, life: str, now: float) -> str:
    """Where the file can be got for the next five minutes; ``base`` is how the caller calls us."""
    ext = str(int(now + URL_LIFE_SECONDS))
    query = {"mid": media.id, "ext": ext, "hash": _seal(media.id, life, ext)}
    return f"{base}{DOWNLOAD_PATH}?{urlencode(query)}"


def sealed_media(query: dict[str, str], life: str, now: float) -> str | None:
    """The media id of a download URL's query; None when it is forged or its time is over."""
    name, ext = query.get("mid", ""), query.get("ext", "")
    if not hmac.compare_digest(query.get("hash", "").encode(), _seal(name, life, ext).encode()):
        return None
    return name if float(ext) > now else None


def _seal(name: str, life: str, ext: str) -> str:
    return hmac.new(life.encode(), f"{name}/{ext}".encode(), hashlib.sha256).hexdigest()[:32]
