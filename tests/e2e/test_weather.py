"""The emulator's weather beside the inbox: whatever it does, each of ten sends ends in exactly one way, in order."""

import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import INES, Inbox
from tests.rig import AgentSession, Product, eventually, running_product

WEATHERS = ("bad-wifi", "slow", "answers-lost", "disorder", "down")
COUNT = 10
UNDER_WEATHER_SECONDS = 6.0
THERE = ("delivered", "read")
# (status, how often WhatsApp took it): there, returned to the agent, or in doubt and never taken.
ENDS = {("delivered", 1), ("read", 1), ("failed", 0), ("unconfirmed", 0)}
SHOWN = """() => [...document.querySelectorAll('[data-client-id][data-direction=outbound]')]
  .map(each => [each.dataset.clientId, each.dataset.status])"""


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    """One agent, one customer who has written, and short waits."""
    async with running_product(
        tmp_path, "Ana", outcome_wait_seconds="1", graph_timeout_seconds="2.3"
    ) as running:
        await running.emulator.contact(INES, name="Ines Okafor", device="online", bsuid="GB.318")
        await running.emulator.write(INES, "Is the blue one still in the shop?")
        yield running


class Desk:
    """An agent's inbox and the console beside it, each in a page."""

    def __init__(
        self, product: Product, session: AgentSession, inbox: Inbox, console: Page
    ) -> None:
        self.product, self.session = product, session
        self.inbox, self.console = inbox, console
        self.conversation = ""

    async def open(self) -> None:
        self.conversation = await self.session.conversation_of(INES)
        await self.inbox.sign_in("Ana")
        await self.inbox.open(self.conversation)
        await self.console.goto(f"{self.product.emulator.url}/console")
        await expect(
            self.console.get_by_role("region", name="Phone of Ines Okafor")
        ).to_be_visible()

    async def choose(self, weather: str) -> None:
        """One click, shown as set."""
        radio = self.console.locator(f".weather input[value={weather}]")
        await radio.check()
        await eventually(lambda: self._is(weather))

    async def back_to_calm(self) -> None:
        await self.console.get_by_role("button", name="Back to calm").click()
        await expect(self.console.get_by_role("radio", name="Calm")).to_be_checked()
        await eventually(lambda: self._is("calm"))

    async def _is(self, weather: str) -> bool:
        found = await self.product.emulator.control("GET", "weather")
        return bool(found["weather"] == weather)

    async def settled(self, texts: list[str]) -> list[dict[str, Any]]:
        """The messages with these texts as the server has them, once none is on its way any more."""
        rows = await self.session.messages(self.conversation)
        mine = [row for row in rows if row["text_content"] in texts]
        is_done = len(mine) == len(texts) and all(row["status"] != "sending" for row in mine)
        return mine if is_done else []

    async def resolved(self, texts: list[str]) -> list[dict[str, Any]]:
        """The same, once nothing that WhatsApp took is in doubt or short of the phone."""
        taken = {attempted(entry) for entry in await self.product.emulator.ledger()}
        rows = await self.settled(texts)
        is_there = [row["status"] in THERE for row in rows if row["client_id"] in taken]
        return rows if all(is_there) else []

    async def is_shown(self, rows: list[dict[str, Any]]) -> bool:
        """Whether the page says of each what the server says, in the same order."""
        shown = [tuple(each) for each in await self.inbox.page.evaluate(SHOWN)]
        wanted = [(row["client_id"], row["status"]) for row in rows if row["status"] != "failed"]
        return shown[-len(wanted) :] == wanted


@pytest.fixture
async def desk(browser: Browser, product: Product) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as closing:
        pages = []
        for _ in range(2):
            context = await browser.new_context(viewport={"width": 1280, "height": 800})
            closing.push_async_callback(context.close)
            pages.append(await context.new_page())
        session = await product.sign_in("Ana")
        desk = Desk(product, session, Inbox(pages[0], product), pages[1])
        await desk.open()
        yield desk
        assert desk.inbox.errors == []


async def test_ten_sends_under_any_weather_end_once_each_and_in_order(desk: Desk) -> None:
    for weather in WEATHERS:
        began = time.monotonic()
        texts = [f"{weather}, line {number}." for number in range(1, COUNT + 1)]
        await send_under(desk, weather, texts)
        rows = await eventually(partial(desk.settled, texts), 30)
        await desk.product.emulator.quiet()
        rows = await eventually(partial(desk.resolved, texts), 10)
        await judge(desk, rows, texts)
        ends = Counter(row["status"] for row in rows)
        print(f"{weather}: {dict(ends)} in {time.monotonic() - began:.1f} s")


async def send_under(desk: Desk, weather: str, texts: list[str]) -> None:
    """Write them while the weather lasts; back to calm when all have ended, or after a while."""
    emulator = desk.product.emulator
    before = len(await emulator.ledger())
    await desk.choose(weather)
    for text in texts:
        await desk.inbox.write(text)
    await until_or_for(partial(desk.settled, texts), UNDER_WEATHER_SECONDS)
    rules = (await emulator.control("GET", "weather"))["rules"]
    assert sum(rule.get("hits", 0) for rule in rules) > 0, f"{weather} touched nothing"
    if weather == "down":
        assert len(await emulator.ledger()) == before, "nothing is taken while WhatsApp is down"
    await desk.back_to_calm()


async def judge(desk: Desk, rows: list[dict[str, Any]], texts: list[str]) -> None:
    """Each has exactly one end, WhatsApp's ledger agrees, and no order is lost."""
    assert [row["text_content"] for row in rows] == texts
    ledger = await desk.product.emulator.ledger()
    taken = Counter(attempted(entry) for entry in ledger)
    for row in rows:
        end = (row["status"], taken[row["client_id"]])
        assert end in ENDS, f"{row['text_content']} ended as {end}"
    handed = [entry["body"] for entry in ledger if entry["body"] in texts]
    assert handed == [text for text in texts if text in handed], "handed over out of order"
    await eventually(partial(desk.is_shown, rows))
    sum_ = desk.console.locator(".sum")
    await expect(sum_).to_contain_text(f"{len(ledger)} accepted, each exactly once")


def attempted(entry: dict[str, Any]) -> str:
    """The client_id of the message whose attempt the entry is."""
    return str(entry["opaque"]).partition("#")[0]


async def until_or_for(condition: Callable[[], Any], seconds: float) -> None:
    """Wait until it holds, but not longer."""
    with contextlib.suppress(AssertionError):
        await eventually(condition, seconds)
