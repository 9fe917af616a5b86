"""Bring the files of waiting messages to WhatsApp, before the outbox claims the messages (ADR 9).

A claim whose owner dies is in doubt for ever (R8), so it must be short; an upload may take minutes, and hands over nothing.
Till its file is there, a message cannot be claimed, and its lane waits.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from forthwith.domain.status import Failure
from forthwith.loops import Waking
from forthwith.store import inboxes, outbox, whatsapp_media
from forthwith.store.database import Database, Row, StorageUnavailable, Transaction
from forthwith.store.media_files import MediaFiles
from forthwith.whatsapp import client
from forthwith.whatsapp.media_client import MediaClient, Uploaded, UploadOutcome

log = logging.getLogger(__name__)
AT_ONCE = 4
LOOK_AT = 64
HELD_FOR = 30_000
LONGEST_WAIT = 15_000


class MediaUploader:
    """The loop of one process. Two processes may upload the same file; that costs time and harms nothing.

    `uploaded` is called when a message has become ready to be claimed.
    """

    def __init__(
        self,
        db: Database,
        files: MediaFiles,
        whatsapp: MediaClient,
        clock: Callable[[], int],
        stale_after: int,
        uploaded: Callable[[], None],
    ) -> None:
        self._db, self._files, self._whatsapp, self._clock = db, files, whatsapp, clock
        self._stale_after, self._uploaded = stale_after, uploaded
        self._waking = Waking()
        self._under_way: dict[tuple[str, str], asyncio.Task[None]] = {}

    def ring(self) -> None:
        """Something was stored: look again."""
        self._waking.ring()

    async def run(self) -> None:
        """Look and upload until cancelled; uploads under way are then given up, and begin anew after a start."""
        try:
            while True:
                try:
                    await self._round()
                except StorageUnavailable as error:
                    log.error("uploads: the store does not answer (%s); trying again", error)
                await self._waking.wait()
        finally:
            for task in self._under_way.values():
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _round(self) -> None:
        now = self._clock()
        for message in await self._db.read(partial(whatsapp_media.wanting, now=now, limit=LOOK_AT)):
            file = (message["media_id"], message["phone_number_id"])
            if len(self._under_way) >= AT_ONCE:
                break
            may_go = outbox.why_not(message, now, self._stale_after) is None
            if file not in self._under_way and (may_go or message["is_next"]):
                task = asyncio.create_task(self._bring(message))
                self._under_way[file] = task
                task.add_done_callback(partial(self._has_ended, file))

    def _has_ended(self, file: tuple[str, str], task: "asyncio.Task[None]") -> None:
        del self._under_way[file]
        if not task.cancelled() and task.exception() is not None:
            log.error("uploads: failed", exc_info=task.exception())
            return  # the next look is a tick away
        self.ring()

    async def _bring(self, message: Row) -> None:
        reason = outbox.why_not(message, self._clock(), self._stale_after)
        if reason is not None:
            await self._db.write(partial(self._return, message=message, reason=reason))
            return
        try:
            outcome = await self._whatsapp.upload(
                message["phone_number_id"],
                self._files.path(message["hash"]),
                message["mime_type"],
                message["size"],
            )
        except FileNotFoundError:
            log.error("uploads: the file of %s is gone", message["client_id"])
            outcome = client.Refused(0, "media_fault", "")
        await self._db.write(lambda tx: self._store(tx, message, outcome))
        self._uploaded()

    async def _return(self, tx: Transaction, message: Row, reason: str) -> None:
        now = self._clock()
        why = Failure(now // 1_000, "", "", reason)
        await outbox.give_back(tx, message, why, now, "returned")

    async def _store(self, tx: Transaction, message: Row, outcome: UploadOutcome) -> None:
        now = self._clock()
        put_off = partial(whatsapp_media.put_off, tx, message, now)
        match outcome:
            case Uploaded(whatsapp_id):
                await whatsapp_media.add(tx, message, whatsapp_id, now)
            case client.Refused(code, reason, detail):
                why = Failure(now // 1_000, str(code) if code else "", detail, reason)
                await outbox.give_back(tx, message, why, now, "refused")
            case client.Held(code, detail):
                await put_off(now, "held", code=code)
                until, number = now + HELD_FOR, message["phone_number_id"]
                if await inboxes.hold(tx, message["inbox_id"], now, until, f"whatsapp {code}"):
                    log.error("uploads: WhatsApp holds number %s (%d): %s", number, code, detail)
            case client.Paced(code, retry_after):
                until = now + (retry_after or self._wait_after(message))
                await inboxes.pause(tx, message["inbox_id"], until, f"whatsapp {code}")
                await put_off(until, "paced", code=code)
            case client.NotSent():
                await put_off(now + self._wait_after(message), "not_sent")

    def _wait_after(self, message: Row) -> int:
        """Milliseconds; longer each time."""
        return int(min(LONGEST_WAIT, 500 * 2 ** min(message["put_off"], 10)))
