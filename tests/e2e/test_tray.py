"""What an agent does about messages that came back or are in doubt, without a network too (R9, R19, R21)."""

import re

from playwright.async_api import Route

from tests.e2e.conftest import INES, NewInbox
from tests.e2e.test_returned import refused_only_now
from tests.rig import Product

SAYS = "words => document.body.innerText.includes(words)"
SILENCE = "The server does not answer."


async def no_network(route: Route) -> None:
    """As a line that is cut."""
    await route.abort("internetdisconnected")


async def test_the_tray_s_buttons_say_that_the_server_does_not_answer_and_work_again(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    conversation_id = await session.conversation_of(INES)
    await ana.open(conversation_id)
    async with refused_only_now(product, times=2):
        for text in ("Discarded", "Edited"):
            await ana.write(text)
        await ana.write("busy", enter=False)
    await ana.until("() => document.querySelectorAll('[data-unsent]').length === 2")

    await ana.page.route("**/dismiss", no_network)
    await ana.page.click("[data-unsent]:has-text('Discarded') >> button:text-is('Discard')")
    await ana.page.click("[data-unsent]:has-text('Edited') >> button:text-is('Edit')")
    for text in ("Discarded", "Edited"):
        await ana.page.wait_for_selector(f"[data-unsent]:has-text('{text}'):has-text('{SILENCE}')")
    assert await ana.composer_text() == "busy"
    await ana.page.unroute("**/dismiss")
    await ana.until("() => document.querySelectorAll('[data-unsent]').length === 1")
    assert await ana.composer_text() == "busy\nEdited"
    await ana.page.click("[data-unsent]:has-text('Discarded') >> button:text-is('Discard')")
    await ana.until("() => document.querySelector('[data-unsent]') === null")
    rows = await session.messages(conversation_id)
    assert all(row["dismissed_at"] for row in rows if row["direction"] == "outbound")


async def test_send_again_without_a_network_says_so_and_sends_once_when_it_is_back(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    await ana.open(await session.conversation_of(INES))
    await product.emulator.faults({"do": {"action": "close"}, "times": 1})
    await ana.write("In doubt")
    await ana.until_bubble("In doubt", "unconfirmed")

    answers_lost = 0

    async def lost_answer(route: Route) -> None:
        nonlocal answers_lost
        answers_lost += 1
        await route.fetch()
        await route.abort("connectionreset")

    await ana.page.route("**/retry", no_network)
    await ana.page.click("text=Send again")
    await ana.until(SAYS, SILENCE)
    await ana.page.unroute("**/retry")
    await ana.page.route("**/retry", lost_answer)
    await ana.page.click("text=Send again")
    await ana.until_bubble("In doubt", "delivered")
    assert answers_lost == 1
    assert len(await product.emulator.ledger(to=INES)) == 1
    assert not await ana.page.evaluate(SAYS, SILENCE)


async def test_an_answer_that_crossed_a_colleague_s_says_whose_and_how_long_before(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session, ben = await product.sign_in("Ana"), await product.sign_in("Ben")
    conversation_id = await session.conversation_of(INES)
    await ana.open(conversation_id)
    seen = (await session.messages(conversation_id))[-1]["pos"]
    await ben.send(conversation_id, "Mine first")
    await session.send(conversation_id, "Mine too", seen_pos=seen)
    await ana.until_bubble("Mine too", "delivered")
    words = await ana.page.inner_text("body")
    assert re.search(r"Ben answered (just|\d+ s) before you", words), words
