"""Media that a send names by link: fetched from this machine only, kept ten minutes.

Meta fetches after it has answered the send; what cannot be fetched becomes ``failed`` 131053. Redirects are
not followed, as developers report.
"""

from __future__ import annotations

import asyncio

import aiohttp

from whatsapp_emulator.clock import VirtualClock
from whatsapp_emulator.media.store import LINK_LIFE_SECONDS, Media, MediaStore, TooLarge
from whatsapp_emulator.settings import SettingsError, require_loopback

FETCH_SECONDS = 10.0
CHUNK = 64 * 1024


class LinkError(Exception):
    """The link cannot be fetched; its text is the ``details`` of 131053."""


class Links:
    """Fetched links by URL and number; one fetch at a time for each."""

    def __init__(self, store: MediaStore, clock: VirtualClock) -> None:
        self._store = store
        self._clock = clock
        self._fetched: dict[tuple[str, str], Media] = {}
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: str, phone_number_id: str, life: str) -> Media:
        """The media behind ``url``, from the cache if it was fetched in the last ten minutes."""
        try:
            require_loopback(url)
        except SettingsError as error:
            raise LinkError(f"Downloading media from weblink failed: {error}") from None
        key = (url, phone_number_id)
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            self._forget_old()
            if key not in self._fetched:
                self._fetched[key] = await self._download(url, phone_number_id, life)
            return self._fetched[key]

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        self.clear()

    def clear(self) -> None:
        self._fetched.clear()
        self._locks.clear()

    def _forget_old(self) -> None:
        oldest = self._clock.now() - LINK_LIFE_SECONDS
        for key in [key for key, one in self._fetched.items() if one.created_at <= oldest]:
            del self._fetched[key]

    async def _download(self, url: str, phone_number_id: str, life: str) -> Media:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        try:
            with self._store.receive() as incoming:
                async with self._session.get(url, timeout=timeout, allow_redirects=False) as answer:
                    if answer.status != 200:
                        raise LinkError(
                            f"Downloading media from weblink failed with http code {answer.status}, "
                            f"status message {answer.reason}"
                        )
                    async for chunk in answer.content.iter_chunked(CHUNK):
                        incoming.write(chunk)
                    mime_type = answer.headers.get("Content-Type", "application/octet-stream")
                return self._store.keep(incoming, life, phone_number_id, mime_type, origin="link")
        except TooLarge:
            raise LinkError("The file behind the weblink is too large.") from None
        except (TimeoutError, aiohttp.ClientError) as error:
            words = str(error) or "time-out"
            raise LinkError(f"Downloading media from weblink failed: {words}") from None
