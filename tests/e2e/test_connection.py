"""Dead networks, crashed servers and closed tabs: nothing is lost, and the screen catches up (R13, R16-R18; G6, G8, G9)."""

import asyncio

from playwright.async_api import Route

from tests.e2e.conftest import INES, NewInbox
from tests.rig import Product, eventually

TEXTS = "() => [...document.querySelectorAll('[data-client-id]')].map(each => each.dataset.clientId + each.dataset.status)"


async def test_a_restarted_server_is_unseen_and_the_screen_equals_a_fresh_load(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    conversation_id = await session.conversation_of(INES)
    await ana.open(conversation_id)
    await ana.write("Before the crash")
    await ana.until_bubble("Before the crash", "delivered")
    await product.kill()
    await ana.write("While it was down")
    assert len(await ana.bubbles("While it was down")) == 1
    await product.start()
    await ana.until_bubble("While it was down", "delivered")
    await ana.page.wait_for_selector("[data-connection=online]")
    fresh = await new_inbox("Ana")
    await fresh.open(conversation_id)
    await fresh.until_bubble("While it was down", "delivered")
    assert await ana.page.evaluate(TEXTS) == await fresh.page.evaluate(TEXTS)
    assert len(await product.emulator.ledger(to=INES)) == 2


async def test_messages_written_offline_go_out_in_order_after_a_reload_in_between(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    conversation_id = await session.conversation_of(INES)
    await ana.open(conversation_id)

    async def no_network(route: Route) -> None:
        await route.abort("internetdisconnected")

    await ana.page.context.route("**/messages", no_network)
    for number in range(5):
        await ana.write(f"Offline line {number}")
    for number in range(5):
        assert len(await ana.bubbles(f"Offline line {number}")) == 1
    await asyncio.sleep(0)
    await ana.page.context.unroute("**/messages")
    await ana.page.reload()
    for number in range(5):
        await ana.until_bubble(f"Offline line {number}", "delivered")
        assert len(await ana.bubbles(f"Offline line {number}")) == 1
    bodies = [entry["body"] for entry in await product.emulator.ledger(to=INES)]
    assert [str(body).count("Offline line") for body in bodies] == [1] * 5
    assert [f"Offline line {n}" in str(body) for n, body in enumerate(bodies)] == [True] * 5


RELOAD_AFTER = """milliseconds => document.querySelector('[data-composer] textarea')
  .addEventListener('keydown', () => setTimeout(() => location.reload(), milliseconds))"""


async def test_a_reload_at_any_moment_after_enter_keeps_the_one_bubble(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    await ana.open(await session.conversation_of(INES))
    for milliseconds in range(0, 101, 5):
        text = f"Reloaded after {milliseconds:03} ms"
        await ana.write(text, enter=False)
        await ana.page.evaluate(RELOAD_AFTER, milliseconds)
        async with ana.page.expect_navigation():
            await ana.page.keyboard.press("Enter")
        await ana.until_bubble(text, "delivered")
        assert len(await ana.bubbles(text)) == 1
        assert await ana.composer_text() == ""
    ledger = await product.emulator.ledger(to=INES)
    assert len(ledger) == len({entry["opaque"] for entry in ledger}) == 21


async def test_a_closed_tab_s_message_is_sent_once_by_another(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    conversation_id = await session.conversation_of(INES)
    await ana.open(conversation_id)

    async def held(route: Route) -> None:
        await route.abort("timedout")

    await ana.page.route("**/messages", held)
    await ana.write("From a closed tab")
    await ana.until_bubble("From a closed tab", "sending")
    other = await ana.page.context.new_page()
    await ana.page.close()
    await other.goto(f"{product.url}/c/{conversation_id}")

    async def arrived() -> bool:
        return len(await product.emulator.ledger(to=INES)) == 1

    await eventually(arrived)
    await other.wait_for_function(
        "() => document.querySelectorAll('[data-client-id][data-direction=outbound]').length === 1"
    )


async def test_the_answer_first_and_the_event_first_order_look_the_same(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    await ana.open(await session.conversation_of(INES))

    async def late_answer(route: Route) -> None:
        response = await route.fetch()
        await asyncio.sleep(0.4)
        await route.fulfill(response=response)

    await ana.page.route("**/messages", late_answer)
    await ana.write("The event comes first")
    await ana.until_bubble("The event comes first", "delivered")
    assert len(await ana.bubbles("The event comes first")) == 1
    await ana.page.unroute("**/messages")
    await ana.write("And then again")
    await ana.until_bubble("And then again", "delivered")
    assert len(await ana.bubbles("The event comes first")) == 1
