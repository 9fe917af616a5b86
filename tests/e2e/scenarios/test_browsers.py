"""Scenarios 21-25 and 32-34: tabs, people and networks that come and go (R16-R19, R21)."""

import asyncio
import contextlib

from playwright.async_api import Error, Route

from tests.e2e.scenarios.clocks import BROWSER
from tests.e2e.scenarios.conftest import NewScene
from tests.e2e.scenarios.scene import POSTS
from tests.e2e.scenarios.socket_line import SocketLine
from tests.e2e.scenarios.statuses import accepted_in_silence, fails
from tests.rig import eventually


async def never(route: Route) -> None:
    """The request does not leave the browser, and nobody says so."""


async def test_scenario_21_a_tab_crashes_between_outbox_and_post(new_scene: NewScene) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    context = tab.page.context
    await tab.page.route(POSTS, never)
    await tab.write("From a tab that is gone")

    async def is_stored() -> bool:
        return len(await tab.outbox()) == 1

    await eventually(is_stored)
    cdp = await context.new_cdp_session(tab.page)

    async def crash() -> None:
        with contextlib.suppress(Error):
            await cdp.send("Page.crash")

    async with tab.page.expect_event("crash"):
        crashing = asyncio.create_task(crash())
    scene.tabs.remove(tab)
    other = await scene.tab(context=context)
    await other.until_bubble("From a tab that is gone", "delivered")
    assert len(await scene.ledger()) == 1
    await scene.at_rest()
    crashing.cancel()


async def test_scenario_22_two_tabs_offline_five_messages_online(new_scene: NewScene) -> None:
    scene = await new_scene()
    one = await scene.tab()
    other = await scene.tab(context=one.page.context)
    await one.page.context.set_offline(True)
    texts = [f"Offline line {number}" for number in range(5)]
    for number, text in enumerate(texts):
        writing, reading = (other, one) if number in (2, 3) else (one, other)
        await writing.write(text)
        await reading.until_bubble(text, "sending")
    assert await scene.ledger() == []
    await one.page.context.set_offline(False)
    for tab in (one, other):
        await tab.until_bubble(texts[-1], "delivered")
        assert len(await tab.shown()) == 5
    assert [entry["body"] for entry in await scene.ledger()] == texts
    await scene.at_rest()


async def test_scenario_23_refused_while_the_agent_types_to_somebody_else(
    new_scene: NewScene,
) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    wamid, _ = await accepted_in_silence(scene, "For Ines only")
    await tab.turn_to(scene.tomas)
    await tab.write("Typed for Tomás", enter=False)
    await fails(scene, wamid)
    row = f"[data-conversation-id='{scene.ines}']"
    await tab.until("row => /unsent/i.test(document.querySelector(row).innerText)", row)
    assert await tab.composer_text() == "Typed for Tomás"
    await tab.turn_to(scene.ines)
    await tab.page.wait_for_selector("[data-unsent] >> text=For Ines only")
    await tab.turn_to(scene.tomas)
    assert await tab.composer_text() == "Typed for Tomás"
    await scene.at_rest()


async def test_scenario_24_refused_while_the_agent_types_the_next_message(
    new_scene: NewScene,
) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    wamid, _ = await accepted_in_silence(scene, "The blue one is 649 euros")
    await tab.write("And the mudguards fit", enter=False)
    await fails(scene, wamid)
    await tab.page.wait_for_selector("[data-unsent] >> text=The blue one is 649 euros")
    assert await tab.composer_text() == "And the mudguards fit"
    assert await tab.bubbles("The blue one is 649 euros") == []
    await scene.at_rest()


async def test_scenario_25_an_agent_answers_while_the_other_is_cut_off(
    new_scene: NewScene,
) -> None:
    scene = await new_scene("Ben")
    ana = await scene.tab()
    context = await scene.context("Ben")
    line = await SocketLine.of(context)
    ben = await scene.tab(context=context)

    line.mute()
    await ana.write("Ana's first answer")
    await ana.until_bubble("Ana's first answer", "delivered")
    assert await ben.bubbles("Ana's first answer") == []
    line.cut()
    await ben.until_bubble("Ana's first answer", "delivered")
    await ben.write("Ben has seen it")
    await ben.until_bubble("Ben has seen it", "delivered")

    line.mute()
    await ana.write("Ana's second answer")
    await ana.until_bubble("Ana's second answer", "delivered")
    assert await ben.bubbles("Ana's second answer") == []
    await ben.write("Ben has not seen it")
    await ben.page.wait_for_selector("text=/Ana answered .* before you/")
    line.cut()
    await ben.until_bubble("Ana's second answer", "delivered")
    rows = await scene.session.messages(scene.ines)
    crossed = [row["text_content"] for row in rows if row["crossed"]]
    assert crossed == ["Ben has not seen it"]
    await scene.at_rest()


async def test_scenario_32_offline_for_eleven_minutes(new_scene: NewScene) -> None:
    scene = await new_scene()
    context = await scene.context()
    await context.add_init_script(BROWSER % 0)
    tab = await scene.tab(context=context)
    await context.set_offline(True)
    await tab.write("Still right?")
    await tab.until_bubble("Still right?", "sending")
    await tab.page.evaluate("setClockForward(11 * 60 * 1000)")
    await context.set_offline(False)
    await tab.page.wait_for_selector("text=/Written 1[01] min(utes)? ago/")
    assert await scene.ledger() == []
    await tab.page.click("[data-client-id] >> role=button[name='Send']")
    await tab.until_bubble("Still right?", "delivered")
    assert len(await scene.ledger()) == 1
    await scene.at_rest()


async def test_scenario_33_retry_clicked_twice_and_retry_of_a_delivered_row(
    new_scene: NewScene,
) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    wamid, failed = await accepted_in_silence(scene, "Once more")
    await tab.write("Typed meanwhile", enter=False)
    await fails(scene, wamid, 131026)
    await tab.page.wait_for_selector(f"[data-unsent='{failed}']")
    await scene.faults()
    await tab.page.locator("[data-unsent] >> role=button[name='Retry']").evaluate(
        "button => { button.click(); button.click(); }"
    )
    await tab.until_bubble("Once more", "delivered")
    assert len(await scene.ledger()) == 2, "the failed one and its one retry"
    delivered = await tab.id_of("Once more")
    for client_id in (delivered, failed):
        body = {"client_id": "optimistic-1700000000000-AAAAAAAAAAAAAAAA"}
        status, _ = await scene.session.call("POST", f"/api/messages/{client_id}/retry", body)
        assert status == 409
    assert len(await scene.ledger()) == 2
    await scene.at_rest()


async def test_scenario_34_a_laptop_sleeps_in_the_middle_of_a_post(new_scene: NewScene) -> None:
    scene = await new_scene()
    context = await scene.context()
    line = await SocketLine.of(context)
    tab = await scene.tab(context=context)
    awake = asyncio.Event()

    async def asleep(route: Route) -> None:
        await route.fetch()
        await awake.wait()
        await route.abort("internetdisconnected")

    await tab.page.route(POSTS, asleep, times=1)
    line.mute()
    await tab.write("Shut the lid")
    await context.set_offline(True)
    await tab.page.wait_for_selector("[data-client-id] >> text=Waiting for network")
    await scene.until_accepted()
    assert await tab.page.query_selector("[data-unsent]") is None
    awake.set()
    line.cut()
    await context.set_offline(False)
    await tab.until_bubble("Shut the lid", "delivered")
    assert len(await scene.ledger()) == 1
    await scene.at_rest()
