"""Scenario 35: a file whose upload takes long, and what is entered behind it (R16, R18)."""

import asyncio

from playwright.async_api import Route

from tests.e2e.files import UPLOADS, choose, photo
from tests.e2e.scenarios.conftest import NewScene
from tests.e2e.scenarios.scene import POSTS


async def test_scenario_35_an_image_that_uploads_slowly_then_a_text(new_scene: NewScene) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    arrives = asyncio.Event()
    posted: list[str] = []

    async def slowly(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    async def count(route: Route) -> None:
        posted.append(route.request.headers["idempotency-key"])
        await route.continue_()

    await tab.page.route(UPLOADS, slowly)
    await tab.page.route(POSTS, count)
    await choose(tab, photo())
    await tab.write("The hub, from the left")
    await tab.write("The bearing is what clicks")
    shown = await tab.shown()
    assert [(status, pos) for _, status, pos in shown] == [("sending", 0)] * 2, "both at Enter"
    await tab.page.wait_for_selector("[data-upload]")
    await tab.page.wait_for_timeout(
        3_500
    )  # past the time after which a POST of its own would say that it waits
    assert "Waiting for network" not in await tab.page.inner_text("[aria-label=Messages]")
    assert posted == [], "the text waits for the picture"
    arrives.set()
    ledger = await scene.until_accepted(2)
    assert [entry["type"] for entry in ledger] == ["image", "text"]
    assert posted == [client_id for client_id, _, _ in shown]
    await tab.until_bubble("The hub, from the left", "delivered")
    await tab.until_bubble("The bearing is what clicks", "delivered")
    await scene.at_rest()
