"""Several tabs of one agent in one browser: one outbox, one order, one winner (R16, R18, R19; G5, G8)."""

import asyncio
import random

from playwright.async_api import Page, Route

from tests.e2e.conftest import INES, TOMAS, Inbox, NewInbox
from tests.e2e.test_returned import refused_only_now
from tests.e2e.test_tray import no_network
from tests.rig import Product, eventually

OWN = """() => [...document.querySelectorAll('[data-direction=outbound]')]
  .map(each => each.querySelector('[elementtiming]').innerText.trim())"""
SHOW = f"texts => JSON.stringify(({OWN})()) === JSON.stringify(texts)"
COMPOSER = "text => document.querySelector('[data-composer] textarea')?.value === text"

# Reading the outbox waits for a writer, and this one goes on until it is told to stop.
HOLD_STORAGE = """() => new Promise(held => {
  const opening = indexedDB.open('forthwith-outbox');
  opening.addEventListener('success', () => {
    const store = opening.result.transaction(['entries', 'drafts'], 'readwrite').objectStore('entries');
    const again = () => { if (!window.letGo) store.count().addEventListener('success', again); };
    again();
    held();
  });
})"""


async def second_tab(inbox: Inbox, conversation_id: str) -> Inbox:
    """In the same browser, at the same conversation."""
    other = Inbox(await inbox.page.context.new_page(), inbox.product)
    await other.open(conversation_id)
    return other


async def bodies(product: Product, count: int, wa_id: str = INES) -> list[str]:
    """What WhatsApp has taken for this contact, in its order, once it is so many."""

    async def taken() -> list[str]:
        found = [str(entry["body"]) for entry in await product.emulator.ledger(to=wa_id)]
        return found if len(found) >= count else []

    found: list[str] = await eventually(taken, 60)
    return found


async def test_all_tabs_show_all_entries_and_another_takes_over_in_order(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    conversation_id = await session.conversation_of(INES)
    await ana.open(conversation_id)
    other = await second_tab(ana, conversation_id)
    await ana.page.context.route("**/messages", no_network)
    texts = [f"Line {number} of five" for number in range(5)]
    for inbox, number in ((ana, 0), (ana, 1), (other, 2), (ana, 3), (other, 4)):
        await inbox.page.bring_to_front()
        await inbox.write(texts[number])
        for each in (ana, other):
            await each.until(SHOW, texts[: number + 1])
    await ana.page.close()  # it held the lane
    await ana.page.context.unroute("**/messages")
    await other.until_bubble(texts[4], "delivered")
    assert await bodies(product, 5) == texts
    assert await other.page.evaluate(OWN) == texts


async def test_a_quick_enter_after_a_reload_goes_behind_what_the_page_before_left(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    conversation_id = await session.conversation_of(INES)
    await ana.open(conversation_id)
    holder = await ana.page.context.new_page()
    await holder.goto(f"{product.url}/healthz")
    await ana.page.context.route("**/messages", no_network)
    for text in ("First", "Second"):
        await ana.write(text)
    await holder.evaluate(HOLD_STORAGE)
    await ana.page.context.unroute("**/messages")
    await ana.page.reload()
    await ana.page.wait_for_selector("[data-connection=online]")
    await ana.write("Quick")
    await ana.until(SHOW, ["Quick"])
    assert await product.emulator.ledger(to=INES) == []
    await holder.evaluate("() => { window.letGo = true }")
    await ana.until(SHOW, ["First", "Second", "Quick"])
    assert await bodies(product, 3) == ["First", "Second", "Quick"]


async def test_of_two_tabs_that_lift_one_text_one_wins_and_no_draft_is_lost(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    ines, tomas = [await session.conversation_of(each) for each in (INES, TOMAS)]
    await ana.open(ines)
    other = await second_tab(ana, ines)
    async with refused_only_now(product):
        await ana.write("Wanted back")
        await ana.write("busy", enter=False)
    held: list[Route] = []
    is_free = asyncio.Event()

    async def hold(route: Route) -> None:
        held.append(route)
        await is_free.wait()
        await route.continue_()

    await ana.page.context.route("**/dismiss", hold)
    for each in (ana, other):
        await each.until(COMPOSER, "busy")
        await each.page.click("[data-unsent] >> button:text-is('Edit')")

    async def asked() -> bool:
        return len(held) > 0

    await eventually(asked)
    is_free.set()
    for each in (ana, other):
        await each.until(COMPOSER, "busy\nWanted back")
        await each.until("() => document.querySelector('[data-unsent]') === null")
    await other.open(tomas)
    assert await other.composer_text() == ""
    await other.write("For Tomás", enter=False)
    await ana.page.reload()
    await ana.until(COMPOSER, "busy\nWanted back")
    await other.open(ines)
    assert await other.composer_text() == "busy\nWanted back"


async def test_enters_in_two_tabs_over_a_jittery_line_go_out_in_their_order(
    product: Product, new_inbox: NewInbox
) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    print(f"seed {seed}")
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    conversation_id = await session.conversation_of(INES)
    await ana.open(conversation_id)
    tabs = [ana, await second_tab(ana, conversation_id)]

    async def jitter(route: Route) -> None:
        await ana.page.wait_for_timeout(chance.uniform(0, 60))
        if chance.random() < 0.1:
            await route.abort("connectionreset")
        elif chance.random() < 0.1:
            await route.fetch()
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await ana.page.context.route("**/messages", jitter)
    texts = [f"Enter {number:02}." for number in range(24)]
    for text in texts:
        await enter_quickly(chance.choice(tabs).page, text)
    for each in tabs:
        await each.until(SHOW, texts, 60_000)
    assert await bodies(product, len(texts)) == texts


async def enter_quickly(page: Page, text: str) -> None:
    """Text and Enter in one task, as a fast hand."""
    await page.eval_on_selector(
        "[data-composer] textarea",
        """(field, text) => {
          const setter = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
          setter.call(field, text);
          field.dispatchEvent(new Event('input', {bubbles: true}));
          field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}));
        }""",
        text,
    )
