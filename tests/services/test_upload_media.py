"""Files on their way to WhatsApp, on both engines: an upload hands nothing over, so whatever becomes of it (R6-R8)."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from forthwith.clock import milliseconds
from forthwith.contents.pictures import Pictures
from forthwith.domain.agent import Agent
from forthwith.domain.media import Claim
from forthwith.domain.times import DAY, HOUR
from forthwith.protocol.shapes import MediaReference, MessageRow, SendMessage
from forthwith.services import settle_message
from forthwith.services.accept_message import accept_message
from forthwith.services.deliver_outbox import DeliverySettings, OutboxWorker
from forthwith.services.receive_upload import Offer, UploadReceiver
from forthwith.services.upload_media import MediaUploader
from forthwith.store import messages
from forthwith.store.database import Database
from forthwith.store.media_files import MediaFiles
from forthwith.whatsapp.client import WhatsAppClient
from forthwith.whatsapp.media_client import MediaClient
from tests import media_samples
from tests.rig import eventually
from tests.store.conftest import NOW, open_conversation
from whatsapp_emulator.testing import TOKEN, RunningEmulator, running_emulator

PHONE = "447700900301"
OTHER = "447700900302"
SETTINGS = DeliverySettings(outcome_wait=300, stale_after=HOUR, lease=1_000)


class Clock:
    """Runs like the real one, from NOW on; tests move it."""

    def __init__(self) -> None:
        self.ahead = NOW - milliseconds()

    def __call__(self) -> int:
        return milliseconds() + self.ahead


class Desk:
    """Ana, the loops that carry what she sends, and the folder of its files."""

    def __init__(self, db: Database, ana: Agent, emulator: RunningEmulator, folder: Path) -> None:
        self.db, self.ana, self.emulator, self.clock = db, ana, emulator, Clock()
        self.files = MediaFiles(folder)
        whatsapp = WhatsAppClient(emulator.url, TOKEN, 2.0)
        self.outbox = OutboxWorker(db, whatsapp, self.clock, SETTINGS)
        client = MediaClient(emulator.url, TOKEN, 0.5)
        self.uploader = MediaUploader(db, self.files, client, self.clock, HOUR, self.outbox.ring)
        self.closing = whatsapp.close

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        loops = [asyncio.create_task(loop.run()) for loop in (self.outbox, self.uploader)]
        try:
            yield
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)

    async def bring(self, content: bytes = media_samples.PDF) -> str:
        """The id of an uploaded document."""

        async def chunks() -> AsyncIterator[bytes]:
            yield content

        receiver = UploadReceiver(self.db, self.files, Pictures())
        offer = Offer(self.ana.id, Claim("application/pdf", False), "Offer.pdf", None)
        found, _ = await receiver.receive(offer, chunks(), self.clock())
        return found.id

    async def send(self, media_id: str = "", words: str = "", phone: str = PHONE) -> str:
        lane = await open_conversation(self.db, self.ana, phone)
        client_id = f"optimistic-{NOW}-{secrets.token_urlsafe(16)}"
        kind: Any = "document" if media_id else "text"
        more: Any = {"media": MediaReference(media_id)} if media_id else {}
        command = SendMessage(client_id, words, kind, **more)
        await accept_message(self.db, self.ana, lane, command, self.clock())
        self.outbox.ring()
        self.uploader.ring()
        return client_id

    async def row(self, client_id: str) -> Any:
        row = await self.db.read(lambda tx: messages.by_client_id(tx, client_id))
        assert row is not None
        return row

    def shows(self, client_id: str, *statuses: str) -> Callable[[], Any]:
        async def look() -> bool:
            return (await self.row(client_id))["status"] in statuses

        return look

    async def handed_over(self) -> list[str]:
        """The data of all that WhatsApp has taken."""
        return [entry["opaque"] for entry in await self.emulator.ledger()]

    async def uploads(self) -> int:
        """How many files WhatsApp has."""
        return len(self.emulator.emulator.media._media)


@pytest.fixture
async def desk(db: Database, ana: Agent, tmp_path: Path) -> AsyncIterator[Desk]:
    async with running_emulator(phone_number_ids=("15550001",)) as emulator:
        for phone in (PHONE, OTHER):
            await emulator.contact(phone, name="Mara", device="online")
            await emulator.write(phone, "Hello?")
        desk = Desk(db, ana, emulator, tmp_path)
        yield desk
        await desk.closing()


def spoil(kind: str, action: Any, **more: Any) -> dict[str, Any]:
    do = action if isinstance(action, dict) else {"action": action}
    return {"match": {"kind": kind}, "do": do, "times": 1, **more}


async def test_a_file_is_uploaded_once_for_all_who_get_it(desk: Desk) -> None:
    media_id = await desk.bring()
    async with desk.working():
        first = await desk.send(media_id, "For you")
        await eventually(desk.shows(first, "sent"))
        second = await desk.send(media_id, phone=OTHER)
        await eventually(desk.shows(second, "sent"))
    assert await desk.uploads() == 1
    entries = await desk.emulator.ledger()
    assert [entry["type"] for entry in entries] == ["document", "document"]
    body = str(entries[0]["body"])
    assert "Offer.pdf" in body
    assert "For you" in body


@pytest.mark.parametrize(
    "trouble",
    [
        "close", "unavailable", "hang", "reset", "bad_gateway", "truncate", "garbage",
        {"action": "error", "code": 130429}, {"action": "error", "code": 131000},
    ],
    ids=str,
)  # fmt: skip
async def test_an_upload_that_fails_sends_nothing_and_the_lane_waits_in_order(
    desk: Desk, trouble: Any
) -> None:
    await desk.emulator.faults(spoil("upload", trouble))
    media_id = await desk.bring()
    async with desk.working():
        file = await desk.send(media_id)
        text = await desk.send(words="And this")
        await eventually(desk.shows(text, "sent"), 20)
    assert await desk.handed_over() == [f"{file}#1", f"{text}#1"]
    assert (await desk.row(file))["attempt"] == 1


async def test_other_lanes_do_not_wait_for_an_upload(desk: Desk) -> None:
    await desk.emulator.faults(spoil("upload", "hang", times=100))
    media_id = await desk.bring()
    async with desk.working():
        file = await desk.send(media_id)
        text = await desk.send(words="Quick", phone=OTHER)
        await eventually(desk.shows(text, "sent"), 2)
        assert (await desk.row(file))["status"] == "sending"
        await desk.emulator.faults()
        await eventually(desk.shows(file, "sent"), 20)


async def test_a_refused_upload_returns_the_message_and_the_lane_goes_on(desk: Desk) -> None:
    await desk.emulator.faults(spoil("upload", {"action": "error", "code": 131053}))
    media_id = await desk.bring()
    async with desk.working():
        file = await desk.send(media_id)
        text = await desk.send(words="And this")
        await eventually(desk.shows(text, "sent"))
        await eventually(desk.shows(file, "failed"))
        assert '"media_fault"' in (await desk.row(file))["error_json"]
        new_id = f"optimistic-{NOW}-{secrets.token_urlsafe(16)}"
        again: MessageRow = await settle_message.retry_message(
            desk.db, desk.ana, file, new_id, desk.clock()
        )
        assert again.media is not None
        assert again.media.id == media_id
        desk.uploader.ring()
        await eventually(desk.shows(new_id, "sent"))
    assert await desk.handed_over() == [f"{text}#1", f"{new_id}#1"]


async def test_a_held_number_keeps_the_message_waiting(desk: Desk) -> None:
    await desk.emulator.faults(spoil("upload", {"action": "error", "code": 190}))
    media_id = await desk.bring()
    async with desk.working():
        file = await desk.send(media_id)

        async def is_held() -> bool:
            rows = await desk.db.read(lambda tx: tx.all("SELECT held_since FROM inboxes"))
            return rows[0]["held_since"] is not None

        await eventually(is_held)
        assert (await desk.row(file))["status"] == "sending"
        desk.clock.ahead += 31_000
        desk.uploader.ring()
        await eventually(desk.shows(file, "sent"))


async def test_an_id_that_whatsapp_has_forgotten_is_uploaded_once_more(desk: Desk) -> None:
    media_id = await desk.bring()
    async with desk.working():
        await eventually(desk.shows(await desk.send(media_id), "sent"))
        desk.emulator.emulator.media.clear()
        second = await desk.send(media_id)
        await eventually(desk.shows(second, "sent"))
        assert await desk.uploads() == 1
        # The file of this very message was uploaded for it: then it is refused for good.
        await desk.emulator.faults(spoil("send", {"action": "error", "code": 100}, times=9))
        fresh = await desk.send(await desk.bring(media_samples.PDF + b"another"))
        await eventually(desk.shows(fresh, "failed"))


async def test_after_29_days_it_is_uploaded_again_before_it_is_sent(desk: Desk) -> None:
    media_id = await desk.bring()
    async with desk.working():
        await eventually(desk.shows(await desk.send(media_id), "sent"))
        desk.clock.ahead += 29 * DAY
        await desk.db.write(
            lambda tx: tx.run("UPDATE conversations SET last_inbound_at = :now", now=desk.clock())
        )
        await desk.bring()  # the agent's right to send it was for a day
        second = f"optimistic-{NOW}-{secrets.token_urlsafe(16)}"
        rows = await desk.db.read(lambda tx: tx.all("SELECT id FROM conversations"))
        command = SendMessage(second, "", "document", media=MediaReference(media_id))
        await accept_message(desk.db, desk.ana, rows[0]["id"], command, desk.clock())
        desk.uploader.ring()
        await eventually(desk.shows(second, "sent"))
    assert await desk.uploads() == 2


async def test_what_waited_too_long_is_returned_without_an_upload(desk: Desk) -> None:
    media_id = await desk.bring()
    file = await desk.send(media_id)
    desk.clock.ahead += 2 * HOUR
    async with desk.working():
        await eventually(desk.shows(file, "failed"))
    assert '"stale"' in (await desk.row(file))["error_json"]
    assert await desk.uploads() == 0


async def test_a_file_that_is_gone_returns_its_message(desk: Desk) -> None:
    media_id = await desk.bring()
    for path in (path for path in desk.files._folder.rglob("*") if path.is_file()):
        path.unlink()
    async with desk.working():
        await eventually(desk.shows(await desk.send(media_id), "failed"))
    assert await desk.handed_over() == []
