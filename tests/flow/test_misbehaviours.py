"""Each of WhatsApp's misbehaviours against the real server: it happens on the wire, and every guarantee holds.

The table is `tests/emulator/misbehaviours`; a row names the guarantee it attacks, and all that can be judged from outside are
judged for each: one outcome, handed over as often as shown (G1), once in the history (G3), statuses that only rise (G4), the
order of the Enters (G5), a live view that equals a fresh one (G6), and webhooks that count once (G7).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.emulator.conftest import put_up
from tests.emulator.files import GOOD
from tests.emulator.misbehaviours.row import Row
from tests.emulator.misbehaviours.table import ROWS, ids
from tests.emulator.wire import read_wire
from tests.flow.traffic import Watcher
from tests.rig import AgentSession, Product, eventually, running_product
from whatsapp_emulator.contacts import ContactPatch
from whatsapp_emulator.testing import APP_SECRET, PHONE_NUMBER_ID, TOKEN

SETTINGS: dict[str, Any] = {"outcome_wait_seconds": "2", "graph_timeout_seconds": "1"}
HELD_SECONDS = 45.0
LAST_THE_HOLDING = [row for row in ROWS if not row.holds] + [row for row in ROWS if row.holds]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Desk:
    """A server, an agent at it, and a watcher who hears every event."""

    def __init__(self, product: Product, ana: AgentSession, watcher: Watcher) -> None:
        self.product, self.ana, self.watcher = product, ana, watcher


@asynccontextmanager
async def open_desk(folder: Path) -> AsyncIterator[Desk]:
    async with running_product(folder, "Ana", **SETTINGS) as product:
        ana = await product.sign_in()
        _, page = await ana.call("GET", "/api/conversations")
        watcher = Watcher(ana, page["epoch"])
        watcher.seq = page["as_of_seq"]
        watching = asyncio.create_task(watcher.watch())
        try:
            yield Desk(product, ana, watcher)
        finally:
            watching.cancel()


class AgentStage:
    """The business is Forthwith, and Ana writes in it."""

    def __init__(self, desk: Desk, wa_id: str, conversation_id: str) -> None:
        self._desk, self._wa_id, self._conversation_id = desk, wa_id, conversation_id
        self._emulator = desk.product.emulator
        self.client_ids: list[str] = []

    async def send(self, text: str) -> None:
        status, row = await self._desk.ana.send(self._conversation_id, text)
        assert status == 201, row
        self.client_ids.append(row["client_id"])

    async def write(self, text: str, times: int = 1) -> None:
        contact = self._emulator.emulator.contacts.find(self._wa_id)
        assert contact is not None
        for number in range(times):
            message = {"type": "text", "text": {"body": f"{number} {text}"}}
            self._emulator.emulator.write(contact, message)

    async def write_image(self) -> None:
        mime_type, content = GOOD["image"]
        media = await put_up(self._emulator, content, mime_type)
        body = {"from": self._wa_id, "type": "image", "image": {"id": media["id"]}}
        await self._emulator.control("POST", "inbound", body)

    async def read(self) -> None:
        await self._until_called()
        await self._emulator.quiet()
        await self._emulator.control("POST", f"contacts/{self._wa_id}/read")

    async def ask(self) -> None:
        url = f"{self._emulator.url}/v26.0/{PHONE_NUMBER_ID}"
        with pytest.raises(aiohttp.ClientError):
            await self._emulator.http.get(url, headers={"Authorization": f"Bearer {TOKEN}"})

    async def advance(self, seconds: float) -> None:
        await self._until_called()
        await asyncio.sleep(0.2)  # the answers to what went out before
        await self._emulator.control("POST", "clock/advance", {"seconds": seconds})

    async def _until_called(self) -> None:
        """Until WhatsApp was called for everything sent so far, accepted or not."""
        contact = self._emulator.emulator.contacts.find(self._wa_id)
        assert contact is not None

        async def called() -> bool:
            return contact.calls >= len(self.client_ids)

        await eventually(called)


async def play(row: Row, desk: Desk) -> None:
    """Play the row in a conversation of its own, then judge."""
    emulator, wa_id = desk.product.emulator, f"4477009{9000 + ROWS.index(row):05d}"
    await emulator.control("POST", "reset")
    if row.second_app:
        url = f"{desk.product.url}/webhooks/whatsapp"
        app = {"name": "second", "url": url, "secret": APP_SECRET}
        await emulator.control("PUT", "apps", [app])
    emulator.emulator.put_contact(wa_id, ContactPatch(name="Ines Okafor"))
    await emulator.write(wa_id, "Good morning")
    await emulator.quiet()
    conversation_id = await desk.ana.conversation_of(wa_id)
    await emulator.faults(*row.rules)
    stage = AgentStage(desk, wa_id, conversation_id)
    await row.play(stage)

    within = HELD_SECONDS if row.holds else 15.0
    for client_id, status in zip(stage.client_ids, row.shown, strict=True):
        await desk.ana.until_status(client_id, status, within_seconds=within)
    await emulator.quiet(15)
    await judge_wire(row, desk, wa_id)
    await judge_outcomes(row, desk, wa_id, stage.client_ids)
    await judge_history(desk, wa_id, conversation_id, stage.client_ids)


async def judge_wire(row: Row, desk: Desk, wa_id: str) -> None:
    """It did happen, to this server."""
    emulator = desk.product.emulator
    hits = [one.get("hits", 0) for one in await emulator.control("GET", "faults")]
    assert all(hits) or row.number == 17, "media faults strike whoever fetches"
    wire = await read_wire(emulator, wa_id)
    wire.posts = wire.posts[2 if row.second_app else 1 :]  # after the good morning
    if row.seen_in == "webhooks":
        assert row.sight(wire), wire


async def judge_outcomes(row: Row, desk: Desk, wa_id: str, client_ids: list[str]) -> None:
    """G1, G5: what is shown is what the ledger says, in the order of the Enters."""
    ledger = await desk.product.emulator.ledger(to=wa_id)
    accepted = [entry["opaque"].partition("#")[0] for entry in ledger]
    assert tuple(accepted.count(one) for one in client_ids) == row.accepted
    assert accepted == [one for one in client_ids if one in accepted]
    shown = [(await desk.ana.message(one))["status"] for one in client_ids]
    assert tuple(shown) == row.shown, "nothing has changed it since"


async def judge_history(
    desk: Desk, wa_id: str, conversation_id: str, client_ids: list[str]
) -> None:
    """G3, G4, G6, G7: each once, never backwards, and live as a fresh load."""
    history = await desk.ana.history(conversation_id)
    outbound = [one["client_id"] for one in history if one["direction"] == "outbound"]
    assert outbound == client_ids
    wamids = [one["wamid"] for one in history if one["direction"] == "inbound"]
    for inbound in desk.product.emulator.emulator.inbound.of_contact(wa_id):
        assert wamids.count(inbound.wamid) == 1, inbound.message
    fresh = {one["client_id"]: one for one in history}

    async def is_live() -> bool:
        return all(desk.watcher.rows.get(one) == row for one, row in fresh.items())

    await eventually(is_live)
    assert desk.watcher.falls == []
    assert desk.watcher.gaps == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """For all rows that let the number go on."""
    async with open_desk(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def holding(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    """Rows that pause the number for half a minute: all at once and meanwhile, each with its own server."""

    async def alone(row: Row) -> None:
        async with open_desk(tmp_path_factory.mktemp("held")) as desk:
            await play(row, desk)

    tasks = {row.name: asyncio.create_task(alone(row)) for row in ROWS if row.holds}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest.mark.parametrize("row", LAST_THE_HOLDING, ids=ids)
async def test_every_guarantee_holds(
    row: Row, desk: Desk, holding: dict[str, asyncio.Task[Any]]
) -> None:
    if row.holds:
        await holding[row.name]
    else:
        await play(row, desk)
