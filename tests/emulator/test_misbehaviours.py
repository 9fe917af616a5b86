"""Each misbehaviour, seen on the wire by a plain receiver and a plain caller."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.emulator.conftest import AUTHORIZED, INES, Business, Receiver, put_up
from tests.emulator.files import GOOD
from tests.emulator.misbehaviours.manual import MANUAL, written
from tests.emulator.misbehaviours.row import Row
from tests.emulator.misbehaviours.table import ROWS, ids
from tests.emulator.wire import Answer, read_wire
from whatsapp_emulator.testing import APP_SECRET, PHONE_NUMBER_ID, RunningEmulator

PATIENCE = aiohttp.ClientTimeout(total=0.6)


class BareStage:
    """The business is an HTTP client without any sense."""

    def __init__(self, business: Business, emulator: RunningEmulator, receiver: Receiver) -> None:
        self._http, self._emulator, self._receiver = business.http, emulator, receiver
        self.answers: list[Answer] = []

    async def send(self, text: str) -> None:
        body = {"messaging_product": "whatsapp", "to": INES, "text": {"body": text}}
        body["biz_opaque_callback_data"] = f"{text}#1"
        before = len(self._receiver.statuses)
        try:
            async with self._http.post(
                f"{self._emulator.url}/v26.0/{PHONE_NUMBER_ID}/messages",
                json=body,
                headers=AUTHORIZED,
                timeout=PATIENCE,
            ) as answer:
                seen = tuple(self._receiver.names()[before:])
                self.answers.append(Answer(answer.status, await answer.text(), seen))
        except (aiohttp.ClientError, TimeoutError) as error:
            self.answers.append(Answer(type(error).__name__))
            # Out of what the machine refuses for a moment, the next call gets out by waiting.
            await asyncio.sleep(0.6 if isinstance(error, aiohttp.ClientConnectorError) else 0)

    async def write(self, text: str, times: int = 1) -> None:
        contact = self._emulator.emulator.contacts.find(INES)
        assert contact is not None
        for number in range(times):
            message = {"type": "text", "text": {"body": f"{number} {text}"}}
            self._emulator.emulator.write(contact, message)

    async def write_image(self) -> None:
        mime_type, content = GOOD["image"]
        media = await put_up(self._emulator, content, mime_type)
        body = {"from": INES, "type": "image", "image": {"id": media["id"]}}
        await self._emulator.control("POST", "inbound", body)
        told = self._emulator.emulator.inbound.of_contact(INES)[-1].message["image"]
        await self._fetch(f"{self._emulator.url}/v26.0/{told['id']}")
        await self._fetch(told["url"])

    async def _fetch(self, url: str) -> None:
        try:
            async with self._http.get(url, headers=AUTHORIZED, timeout=PATIENCE) as answer:
                self.answers.append(Answer(answer.status, await answer.text()))
        except (aiohttp.ClientError, TimeoutError) as error:
            self.answers.append(Answer(type(error).__name__))

    async def read(self) -> None:
        await self._emulator.quiet()
        await self._emulator.control("POST", f"contacts/{INES}/read")

    async def ask(self) -> None:
        url = f"{self._emulator.url}/v26.0/{PHONE_NUMBER_ID}"
        with pytest.raises(aiohttp.ClientError):
            await self._http.get(url, headers=AUTHORIZED)
        await asyncio.sleep(0.05)

    async def advance(self, seconds: float) -> None:
        await self._until_waiting()
        await self._emulator.control("POST", "clock/advance", {"seconds": seconds})

    async def _until_waiting(self) -> None:
        """Until only the clock can move anything: no webhook was answered for a while."""
        before = -1
        while before != len(self._receiver.bodies):
            before = len(self._receiver.bodies)
            await asyncio.sleep(0.1)


async def second_app(emulator: RunningEmulator, url: str) -> None:
    app = {"name": "second", "url": url, "secret": APP_SECRET}
    await emulator.control("PUT", "apps", [app])


@pytest.mark.parametrize("row", ROWS, ids=ids)
async def test_the_wire_shows_it(
    row: Row, business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.control("POST", "reset", {"keep_contacts": True})
    if row.second_app:
        await second_app(emulator, receiver.url)
    await emulator.write(INES, "Good morning")
    await emulator.quiet()
    await emulator.faults(*row.rules)
    stage = BareStage(business, emulator, receiver)
    await row.play(stage)
    await emulator.quiet()

    wire = await read_wire(emulator, INES)
    wire.posts = wire.posts[2 if row.second_app else 1 :]  # after the good morning
    wire.answers = stage.answers
    assert row.sight(wire), wire
    hits = [one.get("hits", 0) for one in await emulator.control("GET", "faults")]
    assert all(hits)


def test_there_is_a_row_for_each_of_the_23() -> None:
    assert {row.number for row in ROWS} == set(range(1, 24))
    assert len({ids(row) for row in ROWS}) == len(ROWS)


def test_the_manual_has_the_table_as_it_is() -> None:
    assert written(MANUAL.read_text()) == MANUAL.read_text(), (
        "docs/misbehaviours.md is old: run `python -m tests.emulator.misbehaviours.manual`"
    )
