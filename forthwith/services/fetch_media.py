"""Fetch the files of contacts' messages while WhatsApp keeps them (7 days), and show them once they are here."""

import asyncio
import base64
import logging
from collections.abc import Callable
from functools import partial

from forthwith.contents.measure import Broken, Measures, measure
from forthwith.contents.pictures import Pictures, Undecodable
from forthwith.domain.media import HEAD_BYTES, LIMITS, PICTURES, Kind, recognise, refined
from forthwith.domain.times import DAY, HOUR, MINUTE, SECOND
from forthwith.loops import Waking
from forthwith.protocol.shapes import Media, MediaLoss
from forthwith.store import awaited_media, media
from forthwith.store.database import Database, Row, StorageUnavailable, Transaction
from forthwith.store.media import NewMedia
from forthwith.store.media_files import Incoming, MediaFiles
from forthwith.whatsapp.media_source import (
    MediaSource,
    NotFetched,
    NotThere,
    TooLarge,
    Unsafe,
)

log = logging.getLogger(__name__)
AT_ONCE = 4
OURS_FOR = 30 * MINUTE
"""Longer than any download may take."""
KEPT_BY_WHATSAPP = 7 * DAY
LONGEST_WAIT = HOUR
TRIES_OF_THE_HOPELESS = 5
"""An unknown id, wrong bytes or an address elsewhere may be a passing fault of WhatsApp's; not for ever."""


class Damaged(NotFetched):
    """What came is not what was announced."""


HOPELESS: dict[type[NotFetched], MediaLoss] = {
    NotThere: "expired",
    Damaged: "damaged",
    Unsafe: "unavailable",
}


class MediaFetcher:
    """The loop of one process."""

    def __init__(
        self,
        db: Database,
        files: MediaFiles,
        pictures: Pictures,
        source: MediaSource,
        clock: Callable[[], int],
    ) -> None:
        self._db, self._files, self._pictures = db, files, pictures
        self._source, self._clock = source, clock
        self._waking = Waking()
        self._under_way: set[asyncio.Task[None]] = set()

    def ring(self) -> None:
        """Something was stored: look again."""
        self._waking.ring()

    async def run(self) -> None:
        """Fetch until cancelled; what is under way then is begun anew after a start."""
        try:
            while True:
                try:
                    await self._round()
                except StorageUnavailable as error:
                    log.error("fetching: the store does not answer (%s); trying again", error)
                await self._waking.wait()
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _round(self) -> None:
        now, free = self._clock(), AT_ONCE - len(self._under_way)
        if free < 1 or not await self._db.read(partial(awaited_media.any_due, now=now)):
            return
        take = partial(awaited_media.take, now=now, until=now + OURS_FOR, limit=free)
        for awaited in await self._db.write(take):
            task = asyncio.create_task(self._fetch(awaited))
            self._under_way.add(task)
            task.add_done_callback(self._has_ended)

    def _has_ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("fetching: failed", exc_info=task.exception())
        self.ring()

    async def _fetch(self, awaited: Row) -> None:
        try:
            await self._bring(awaited)
        except TooLarge:
            await self._give_up(awaited, "too_large")
        except NotFetched as error:
            await self._despair(awaited, error)
        except StorageUnavailable:
            await self._again(awaited, "the store does not answer")
            raise

    async def _despair(self, awaited: Row, error: NotFetched) -> None:
        reason = HOPELESS.get(type(error))
        if reason is not None and awaited["tries"] >= TRIES_OF_THE_HOPELESS:
            await self._give_up(awaited, reason)
        elif self._clock() - awaited["received_at"] > KEPT_BY_WHATSAPP:
            await self._give_up(awaited, reason or "unavailable")
        else:
            await self._again(awaited, f"{type(error).__name__} {error}")

    async def _again(self, awaited: Row, why: str) -> None:
        wait = min(LONGEST_WAIT, SECOND * 4 ** min(awaited["tries"] - 1, 8))
        log.warning("fetching: %s: %s; again in %d s", awaited["client_id"], why, wait // SECOND)
        at = self._clock() + wait
        await self._db.write(
            partial(awaited_media.try_later, message_id=awaited["message_id"], at=at)
        )

    async def _give_up(self, awaited: Row, reason: MediaLoss) -> None:
        log.warning("fetching: %s: given up (%s)", awaited["client_id"], reason)
        give_up = partial(awaited_media.give_up, awaited=awaited, reason=reason, now=self._clock())
        await self._db.write(give_up)

    async def _bring(self, awaited: Row) -> None:
        located = await self._source.locate(awaited["whatsapp_id"])
        announced = media.from_json(awaited["media_json"])
        assert announced is not None, "made with the message"
        async with self._files.incoming() as incoming:
            await self._source.download(located, LIMITS["document"], incoming.write)
            for given in (awaited["sha256"], located.sha256):
                if given and not _is_of(incoming, given):
                    raise Damaged("its hash is another")
            new = await self._examine(awaited["message_type"], announced, incoming)
            await self._files.keep(incoming.path, incoming.hash)
        now = self._clock()

        async def store(tx: Transaction) -> None:
            row = await media.add(tx, new, now)
            await awaited_media.arrived(tx, awaited, row, bool(announced.voice), now)

        await self._db.write(store)

    async def _examine(self, kind: Kind, announced: Media, incoming: Incoming) -> NewMedia:
        """The type by content; measures as far as it tells any."""
        head = await asyncio.to_thread(_head_of, incoming)
        mime_type = refined(recognise(head), announced.mime_type)
        measures = Measures()
        try:
            if mime_type in PICTURES:
                spare = self._files.spare()
                seen = await self._pictures.examine(incoming.path, spare, "measure")
                measures = Measures(width=seen.width, height=seen.height)
            else:
                measures = await asyncio.to_thread(measure, incoming.path, mime_type)
        except (Undecodable, Broken) as error:
            log.info("fetching: not measured: %s", error)
        return NewMedia(
            hash=incoming.hash,
            kind=kind,
            mime_type=mime_type,
            size=incoming.size,
            width=measures.width,
            height=measures.height,
            duration_ms=measures.duration_ms,
            voice=int(measures.is_voice and kind == "audio"),
        )


def _is_of(incoming: Incoming, given: str) -> bool:
    """Webhooks write a hash as base64, Graph as hexadecimal digits."""
    as_base64 = base64.b64encode(incoming.digest).decode().rstrip("=")
    return given.lower() == incoming.hash or given.rstrip("=") == as_base64


def _head_of(incoming: Incoming) -> bytes:
    with incoming.path.open("rb") as file:
        return file.read(HEAD_BYTES)
