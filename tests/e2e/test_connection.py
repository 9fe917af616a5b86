"""Dead networks, crashed servers and closed tabs: nothing is lost, and the screen catches up (R13, R16-R18; G6, G8, G9)."""

import asyncio

from playwright.async_api import Route

from tests.e2e.conftest import INES, NewInbox
from tests.rig import Product

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
