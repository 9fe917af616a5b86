"""Contacts' files on both engines: announced, fetched, given up, and what every browser is told of it (R2, R10, G6)."""

import asyncio
import contextlib
import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from forthwith.clock import milliseconds
from forthwith.contents.pictures import Pictures
from forthwith.domain.agent import Agent
from forthwith.domain.media import LIMITS
from forthwith.domain.times import DAY
from forthwith.protocol.shapes import MessageRow
from forthwith.services import fetch_media
from forthwith.services.fetch_media import MediaFetcher
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.store import awaited_media, events, messages
from forthwith.store.database import Database, Transaction
from forthwith.store.media_files import MediaFiles
from forthwith.whatsapp.media_source import MediaSource
from tests import media_samples
from tests.rig import eventually
from tests.services.test_receive_webhook import body, receiver
from tests.store.conftest import NOW
from whatsapp_emulator.testing import TOKEN, RunningEmulator, running_emulator

__all__ = ["receiver"]
NUMBER = "15550001"


class Clock:
    """Runs like the real one, from NOW on; tests move it."""

    def __init__(self) -> None:
        self.ahead = NOW - milliseconds()

    def __call__(self) -> int:
        return milliseconds() + self.ahead


class Desk:
    """What contacts send, and the loop that fetches it."""

    def __init__(
        self, db: Database, emulator: RunningEmulator, receiver: WebhookReceiver, folder: Path
    ) -> None:
        self.db, self.emulator, self.receiver, self.clock = db, emulator, receiver, Clock()
        self.files = MediaFiles(folder)
        source = MediaSource(emulator.url, TOKEN, 2.0)
        self.fetcher = MediaFetcher(db, self.files, Pictures(), source, self.clock)

    @contextlib.asynccontextmanager
    async def fetching(self) -> AsyncIterator[None]:
        loop = asyncio.create_task(self.fetcher.run())
        try:
            yield
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)

    async def put(self, content: bytes, mime_type: str) -> str:
        """A file that a contact has given to WhatsApp; its id there."""
        emulator = self.emulator
        async with emulator.http.post(
            f"{emulator.url}/_control/media", data=content, headers={"Content-Type": mime_type}
        ) as answer:
            brought = await answer.json(content_type=None)
        return str(brought["id"])

    async def tell(self, kind: str, whatsapp_id: str, mime_type: str, **more: Any) -> None:
        """The webhook of such a message."""
        part = {"id": whatsapp_id, "mime_type": mime_type, **more}
        message = {
            "from": "447700900318",
            "id": f"wamid.{whatsapp_id}",
            "timestamp": str(NOW // 1_000),
            "type": kind,
            kind: part,
        }
        await self.receiver.receive(body(messages=[message]))
        self.fetcher.ring()

    async def row(self, whatsapp_id: str) -> MessageRow:
        async def read(tx: Transaction) -> MessageRow:
            row = await tx.one(
                "SELECT * FROM messages WHERE wamid = :id", id=f"wamid.{whatsapp_id}"
            )
            assert row is not None
            return messages.to_message(row)

        return await self.db.read(read)

    def shows(self, whatsapp_id: str, state: str) -> Callable[[], Any]:
        async def look() -> bool:
            media = (await self.row(whatsapp_id)).media
            return media is not None and media.state == state

        return look


@pytest.fixture
async def desk(
    db: Database, ana: Agent, receiver: WebhookReceiver, tmp_path: Path
) -> AsyncIterator[Desk]:
    async with running_emulator(phone_number_ids=(NUMBER,)) as emulator:
        yield Desk(db, emulator, receiver, tmp_path)


async def test_a_file_is_shown_at_once_and_again_when_it_is_here(desk: Desk) -> None:
    photo = media_samples.photo()
    whatsapp_id = await desk.put(photo, "image/jpeg")
    digest = b64encode(hashlib.sha256(photo).digest()).decode()
    await desk.tell("image", whatsapp_id, "image/jpeg", sha256=digest, caption="The wheel")
    before = await desk.row(whatsapp_id)
    assert before.media is not None
    assert (before.media.state, before.media.size, before.rev) == ("fetching", 0, 1)
    seen = await desk.db.read(events.newest_seq)
    async with desk.fetching():
        await eventually(desk.shows(whatsapp_id, "ready"))
    after = await desk.row(whatsapp_id)
    assert after.media is not None
    assert (after.media.id, after.media.size, after.rev) == (before.media.id, len(photo), 2)
    (event,) = await desk.db.read(lambda tx: events.read_after(tx, seen, 10))
    assert (event.type, event.message_id) == ("message_status_update", after.id)
    assert await desk.db.read(lambda tx: tx.all("SELECT * FROM awaited_media")) == []


async def test_what_has_come_is_not_given_up_by_a_slower_process(desk: Desk, db: Database) -> None:
    whatsapp_id = await desk.put(media_samples.PDF, "application/pdf")
    await desk.tell("document", whatsapp_id, "application/pdf")
    take = partial(awaited_media.take, now=NOW + DAY, until=NOW + DAY, limit=1)
    (awaited,) = await db.write(take)
    async with desk.fetching():
        desk.clock.ahead += 2 * DAY
        await eventually(desk.shows(whatsapp_id, "ready"))
    seen = await db.read(events.newest_seq)
    give_up = partial(awaited_media.give_up, awaited=awaited, reason="expired", now=NOW)
    await db.write(give_up)
    assert await desk.shows(whatsapp_id, "ready")()
    assert await db.read(events.newest_seq) == seen


async def test_a_voice_note_says_how_long_it_is(desk: Desk) -> None:
    whatsapp_id = await desk.put(media_samples.voice_note(4), "audio/ogg")
    await desk.tell("audio", whatsapp_id, "audio/ogg; codecs=opus", voice=True)
    async with desk.fetching():
        await eventually(desk.shows(whatsapp_id, "ready"))
    media = (await desk.row(whatsapp_id)).media
    assert media is not None
    assert (media.mime_type, media.duration_ms, media.voice) == ("audio/ogg", 4_000, True)


async def test_bytes_with_another_hash_are_never_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_media, "LONGEST_WAIT", 10)
    whatsapp_id = await desk.put(media_samples.PDF, "application/pdf")
    wrong = b64encode(bytes(32)).decode()
    await desk.tell("document", whatsapp_id, "application/pdf", sha256=wrong)
    async with desk.fetching():
        await eventually(desk.shows(whatsapp_id, "gone"), 20)
    media = (await desk.row(whatsapp_id)).media
    assert media is not None
    assert media.reason == "damaged"
    assert [path for path in desk.files._folder.rglob("*") if path.is_file()] == []


async def test_an_unknown_id_is_given_up_after_five_tries(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_media, "LONGEST_WAIT", 10)
    await desk.tell("image", "1234567890", "image/jpeg")
    async with desk.fetching():
        await eventually(desk.shows("1234567890", "gone"), 20)
    media = (await desk.row("1234567890")).media
    assert media is not None
    assert media.reason == "expired"


async def test_what_does_not_come_in_seven_days_is_given_up_and_not_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_media, "LONGEST_WAIT", 10)
    whatsapp_id = await desk.put(media_samples.PDF, "application/pdf")
    await desk.emulator.faults({"match": {"kind": "download"}, "do": {"action": "unavailable"}})
    await desk.tell("document", whatsapp_id, "application/pdf")

    async def has_been_tried() -> bool:
        rows = await desk.db.read(lambda tx: tx.all("SELECT tries FROM awaited_media"))
        return bool(rows and rows[0]["tries"] > fetch_media.TRIES_OF_THE_HOPELESS)

    async with desk.fetching():
        await eventually(has_been_tried, 20)
        assert await desk.shows(whatsapp_id, "fetching")()
        desk.clock.ahead += 8 * DAY
        await eventually(desk.shows(whatsapp_id, "gone"), 20)


async def test_a_file_too_large_is_given_up_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "document", 10)
    whatsapp_id = await desk.put(media_samples.PDF, "application/pdf")
    await desk.tell("document", whatsapp_id, "application/pdf")
    async with desk.fetching():
        await eventually(desk.shows(whatsapp_id, "gone"))
    media = (await desk.row(whatsapp_id)).media
    assert media is not None
    assert media.reason == "too_large"


async def test_odd_announcements_are_messages_all_the_same(desk: Desk, db: Database) -> None:
    for number, part in enumerate(
        ({}, {"id": None}, {"id": "7", "mime_type": 5, "filename": "a\r\nb\x00\ud800.pdf"}, [], "x")
    ):
        message = {
            "from": "447700900318",
            "id": f"wamid.odd{number}",
            "timestamp": str(NOW // 1_000),
            "type": "document",
            "document": part,
        }
        await desk.receiver.receive(body(messages=[message]))
    rows = await db.read(lambda tx: tx.all("SELECT media_json FROM messages ORDER BY pos"))
    assert [row["media_json"] is not None for row in rows] == [False, False, True, False, False]
    assert '"ab.pdf"' in rows[2]["media_json"]
