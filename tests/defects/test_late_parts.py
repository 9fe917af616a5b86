"""Parts of the page that are fetched later may not come: the line is cut between the page and them."""

from playwright.async_api import Route

from tests.e2e.conftest import INES, NewInbox
from tests.rig import Product, eventually

RECORDER = "**/assets/recorder-*.js"
DIALOG = "role=dialog[name='Flight recorder']"


async def test_pressing_a_time_while_the_recorder_cannot_be_fetched_took_the_inbox_away(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    asked = 0

    async def cut_off(route: Route) -> None:
        nonlocal asked
        asked += 1
        await route.abort("connectionreset")

    await ana.page.route(RECORDER, cut_off)
    await ana.open(await session.conversation_of(INES))
    await ana.write("Is anybody there?")
    await ana.until_bubble("Is anybody there?", "delivered")
    before = asked

    async def asked_again() -> bool:
        return asked > before

    await ana.page.click("[data-direction=outbound] [data-trace]")
    await eventually(asked_again)
    await ana.page.wait_for_timeout(200)  # for what a failure would draw
    await ana.write("The inbox is still there")
    await ana.until_bubble("The inbox is still there", "delivered")
    assert ana.errors == []

    await ana.page.unroute(RECORDER)
    await ana.page.wait_for_selector(DIALOG)
