"""Reading: the list opens where it should, holds what the agent looks at, and loses nothing while it loads (R14, G3, G6)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.e2e.conftest import INES, TOMAS, Inbox
from tests.e2e.history import write_history
from tests.rig import Product, eventually, running_product

LENGTH = 400

# The highest row in the box, and how far its lower edge is from the box's upper one. Not its upper edge: a day chip may
# leave it when older messages come.
HELD = """() => {
  const box = document.querySelector('[aria-label=Messages]');
  const edge = box.getBoundingClientRect().top;
  const row = [...box.querySelectorAll('[data-client-id]')].find(each => each.getBoundingClientRect().bottom > edge);
  return {id: row.dataset.clientId, place: row.getBoundingClientRect().bottom - edge};
}"""
PLACE_OF = """id => document.getElementById(id).getBoundingClientRect().bottom
  - document.querySelector('[aria-label=Messages]').getBoundingClientRect().top"""
SCROLL_BY = """async pixels => {
  document.querySelector('[aria-label=Messages]').scrollTop += pixels;
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
# Pixels by which the newest row is hidden below the box (negative: the list's own margin).
HIDDEN = """() => {
  const box = document.querySelector('[aria-label=Messages]');
  const rows = box.querySelectorAll('[data-client-id]');
  return rows[rows.length - 1].getBoundingClientRect().bottom - box.getBoundingClientRect().bottom;
}"""
FIELD_HEIGHT = "() => document.querySelector('[data-composer] textarea').offsetHeight"
POSITIONS = """() => [...document.querySelectorAll('[data-client-id]')].map(each => Number(each.dataset.pos))"""


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    """One long conversation, all of it read, and one short."""
    await write_history(tmp_path / "data", INES, "Ines Okafor", LENGTH)
    async with running_product(tmp_path, "Ana", "Ben", debug="true") as running:
        await running.emulator.contact(INES, name="Ines Okafor", device="online")
        await running.emulator.contact(TOMAS, name="Tomás Verhey", device="online")
        await running.emulator.write(TOMAS, "Hello, I saw two Larches in your window")
        yield running


@pytest.fixture
async def inbox(browser: Browser, product: Product) -> AsyncIterator[Inbox]:
    """Ana, with the long conversation open."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    opened = Inbox(await context.new_page(), product)
    await opened.sign_in("Ana")
    session = await product.sign_in("Ana")
    await opened.open(await session.conversation_of(INES))
    await opened.page.wait_for_selector("[data-client-id]")
    yield opened
    assert opened.errors == []
    await context.close()


async def test_a_reader_further_up_is_not_moved_by_what_comes_below(
    product: Product, inbox: Inbox
) -> None:
    await inbox.page.evaluate(SCROLL_BY, -1_000)
    held = await inbox.page.evaluate(HELD)
    ben = await product.sign_in("Ben")
    conversation_id = await ben.conversation_of(INES)
    status, row = await ben.send(conversation_id, "From a colleague, " + "with many words " * 20)
    assert status == 201
    await product.emulator.write(INES, "And from the contact")
    await ben.until_status(row["client_id"], "delivered")
    await inbox.until("() => document.querySelector('[title=\"To the newest message\"]')")
    await inbox.until(
        "() => document.querySelector('[title=\"To the newest message\"]').textContent.includes('1')"
    )
    after = await inbox.page.evaluate(HELD)
    assert (after["id"], round(after["place"], 2)) == (held["id"], round(held["place"], 2))

    await inbox.page.click("[title='To the newest message']")
    await inbox.until_bubble("And from the contact", "received")
    assert await inbox.page.evaluate(HIDDEN) <= 0


async def test_all_of_a_long_history_can_be_read_back(inbox: Inbox) -> None:
    seen: set[int] = set()

    async def read_on() -> bool:
        seen.update(await inbox.page.evaluate(POSITIONS))
        await inbox.page.evaluate(SCROLL_BY, -600)
        return 1 in seen

    await eventually(read_on, within_seconds=60)
    assert seen == set(range(1, LENGTH + 1))
    mounted = await inbox.page.evaluate("document.querySelectorAll('[data-client-id]').length")
    assert mounted < 120


async def test_a_growing_composer_does_not_hide_the_end(inbox: Inbox) -> None:
    before = await inbox.page.evaluate(HIDDEN)
    height = await inbox.page.evaluate(FIELD_HEIGHT)
    await inbox.write("one\ntwo\nthree\nfour\nfive", enter=False)
    grown = await inbox.page.evaluate(FIELD_HEIGHT)
    assert grown > height + 60
    assert await inbox.page.evaluate(HIDDEN) == before
    await inbox.write("\n".join(str(line) for line in range(30)), enter=False)
    assert await inbox.page.evaluate(FIELD_HEIGHT) < 2 * grown, "six lines, then it scrolls"


async def test_a_conversation_is_found_again_where_it_was_left(
    product: Product, inbox: Inbox
) -> None:
    ana = await product.sign_in("Ana")
    short, long = await ana.conversation_of(TOMAS), await ana.conversation_of(INES)
    await inbox.page.evaluate(SCROLL_BY, -1_111)
    held = await inbox.page.evaluate(HELD)
    await inbox.page.click(f"[data-conversation-id='{short}']")
    await inbox.until_bubble("two Larches", "received")
    await inbox.page.click(f"[data-conversation-id='{long}']")
    await inbox.until("id => document.getElementById(id)", held["id"])
    after = await inbox.page.evaluate(HELD)
    assert (after["id"], round(after["place"])) == (held["id"], round(held["place"]))


async def test_what_is_unread_opens_at_its_first_message_and_is_read_as_it_is_seen(
    product: Product, inbox: Inbox
) -> None:
    ana = await product.sign_in("Ana")
    short, long = await ana.conversation_of(TOMAS), await ana.conversation_of(INES)
    await inbox.page.click(f"[data-conversation-id='{short}']")
    await inbox.until_bubble("two Larches", "received")
    for number in range(30):
        await product.emulator.write(INES, f"Unread {number:02}, " + "which is long " * 12)

    async def unread() -> int:
        rows = {row["_id"]: row for row in await ana.conversations()}
        return int(rows[long]["unread_count"])

    async def thirty() -> bool:
        return await unread() == 30

    await eventually(thirty)
    await inbox.until(
        "id => document.querySelector(`[data-conversation-id='${id}']`).textContent.includes('30')",
        long,
    )
    await inbox.page.click(f"[data-conversation-id='{long}']")
    await inbox.page.wait_for_selector("text=30 unread messages")
    first = await inbox.page.evaluate(
        """() => [...document.querySelectorAll('[data-client-id]')]
        .find(each => each.textContent.includes('30 unread')).getBoundingClientRect().top"""
    )
    assert 60 < first < 400, "the divider stands near the top of the box"
    assert await inbox.page.evaluate(HIDDEN) > 0, "there is more below"

    async def some_are_read() -> bool:
        return 0 < await unread() < 30

    await eventually(some_are_read)
    await inbox.page.click("[title='To the newest message']")

    async def none_are_left() -> bool:
        return await unread() == 0

    await eventually(none_are_left)
    await inbox.page.evaluate(SCROLL_BY, -3_000)
    assert await inbox.page.get_by_text("30 unread messages").count() == 1, "kept until leaving"


async def test_the_own_message_leads_to_the_end_from_anywhere(
    product: Product, inbox: Inbox
) -> None:
    await product.emulator.write(INES, "The window is open")
    await inbox.until_bubble("The window is open", "received")
    await inbox.page.evaluate(SCROLL_BY, -20_000)
    await inbox.write("Where am I")
    await inbox.until_bubble("Where am I", "delivered")
    assert await inbox.page.evaluate(HIDDEN) <= 0


def _true(condition: Any) -> Any:
    async def holds() -> bool:
        return bool(condition())

    return holds
