"""Scenarios 1-4 and 17-20: between Enter and the stored row, whatever becomes of the answer (R1, R13, R15-R18, R20)."""

import asyncio

from playwright.async_api import Route

from tests.e2e.scenarios.conftest import NewScene
from tests.e2e.scenarios.scene import POSTS
from tests.e2e.scenarios.socket_line import SocketLine
from tests.rig import eventually

EMPTY = "() => window.optimisticMessageIds.length === 0"


async def test_scenario_01_the_event_comes_300_ms_before_the_answer(new_scene: NewScene) -> None:
    scene = await new_scene()
    tab = await scene.tab()

    async def late_answer(route: Route) -> None:
        response = await route.fetch()
        await tab.until_bubble("The event comes first", "delivered")
        await asyncio.sleep(0.3)
        await route.fulfill(response=response)

    await tab.page.route(POSTS, late_answer)
    async with tab.page.expect_response(POSTS):
        await tab.write("The event comes first")
    await tab.until(EMPTY)
    await scene.at_rest()


async def test_scenario_02_the_answer_never_comes_and_the_event_does(new_scene: NewScene) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    posted: list[str] = []

    async def no_answer(route: Route) -> None:
        posted.append(route.request.headers["idempotency-key"])
        await route.fetch()
        if len(posted) > 1:
            await route.continue_()

    await tab.page.route(POSTS, no_answer)
    await tab.write("Nobody answers")
    await tab.until_bubble("Nobody answers", "delivered")
    await tab.until(EMPTY)
    assert await tab.outbox() == []
    await tab.write("The lane goes on")
    await tab.until_bubble("The lane goes on", "delivered")
    assert len(posted) == len(set(posted)) == 2, "posted again though its row was seen"
    await scene.at_rest()


async def test_scenario_03_the_connection_is_reset_after_the_post_arrived(
    new_scene: NewScene,
) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))

    async def reset(route: Route) -> None:
        await route.fetch()
        await route.abort("connectionreset")

    await tab.page.route(POSTS, reset, times=1)
    await tab.write("Cut off")
    await tab.until_bubble("Cut off", "delivered")
    await tab.until(EMPTY)
    client_id = await tab.id_of("Cut off")
    status, row = await scene.session.send(scene.ines, "Cut off", client_id)
    assert (status, row["client_id"]) == (200, client_id), "the same POST again is the same row"
    assert len(await scene.ledger()) == 1
    await scene.at_rest()


async def test_scenario_04_the_socket_is_dead_and_posts_are_answered(new_scene: NewScene) -> None:
    scene = await new_scene()
    context = await scene.context()
    line = await SocketLine.of(context)
    tab = await scene.tab(context=context)
    await scene.product.emulator.aim_webhooks(None)
    line.mute()
    await tab.write("By the answer alone")
    await tab.until("() => document.querySelector('[data-direction=outbound]').dataset.pos !== ''")
    opened = line.opened
    await scene.product.emulator.aim_webhooks(f"{scene.product.url}/webhooks/whatsapp")

    async def resumed() -> bool:
        return line.opened > opened

    await eventually(resumed, 20)
    await tab.until_bubble("By the answer alone", "delivered")
    await scene.at_rest()


async def test_scenario_17_fifty_enters_in_two_seconds_at_400_ms_a_post(
    new_scene: NewScene,
) -> None:
    scene = await new_scene()
    tab = await scene.tab(viewport={"width": 1280, "height": 4_000})

    async def far_away(route: Route) -> None:
        await asyncio.sleep(0.4)
        await route.continue_()

    await tab.page.route(POSTS, far_away)
    texts = [f"Line {number:02} of fifty" for number in range(50)]
    for text in texts:
        await tab.write(text)
    assert len(await tab.shown()) == 50, "fifty bubbles at once"
    assert len(await tab.page.evaluate("window.optimisticMessageIds")) > 25, "there is no echo cap"
    for text in texts:
        await tab.until("text => document.body.innerText.includes(text)", text)
    ledger = await scene.until_accepted(50)
    assert [entry["body"] for entry in ledger] == texts
    await scene.at_rest()


async def test_scenario_18_enter_twice_in_one_frame_and_enter_held(new_scene: NewScene) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    await tab.write("Twice in one frame", enter=False)
    await tab.page.eval_on_selector(
        "[data-composer] textarea",
        """field => { for (let time = 0; time < 2; time++) field.dispatchEvent(
             new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true, cancelable: true})) }""",
    )
    await tab.until_bubble("Twice in one frame", "delivered")
    await tab.write("Held down", enter=False)
    for _ in range(5):
        await tab.page.keyboard.down("Enter")
    await tab.write("Typed while it is held", enter=False)
    for _ in range(5):
        await tab.page.keyboard.down("Enter")
    await tab.page.keyboard.up("Enter")
    assert await tab.composer_text() == "Typed while it is held"
    await tab.until_bubble("Held down", "delivered")
    assert [each["body"] for each in await scene.ledger()] == ["Twice in one frame", "Held down"]
    await scene.at_rest()


async def test_scenario_19_the_enter_that_ends_a_composition_sends_nothing(
    new_scene: NewScene,
) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    await tab.write("にほん", enter=False)
    await tab.page.evaluate("() => (window.watched.isDeaf = true)")
    for code in (229, 13):
        await tab.page.eval_on_selector(
            "[data-composer] textarea",
            """(field, keyCode) => {
                 field.dispatchEvent(new CompositionEvent('compositionstart', {bubbles: true}));
                 field.dispatchEvent(new CompositionEvent('compositionend', {bubbles: true, data: '日本'}));
                 field.dispatchEvent(
                   new KeyboardEvent('keydown', {key: 'Enter', keyCode, bubbles: true, cancelable: true}));
               }""",
            code,
        )
    await tab.page.evaluate("() => (window.watched.isDeaf = false)")
    assert await tab.shown() == []
    assert await tab.composer_text() == "にほん"
    await tab.page.wait_for_timeout(100)  # an Enter within 30 ms would still end the composition
    await tab.page.keyboard.press("Enter")
    await tab.until_bubble("にほん", "delivered")
    assert len(await scene.ledger()) == 1
    await scene.at_rest()


RELOAD_AFTER = """milliseconds => document.querySelector('[data-composer] textarea')
  .addEventListener('keydown', () => setTimeout(() => location.reload(), milliseconds))"""


async def test_scenario_20_a_reload_at_any_moment_after_enter(new_scene: NewScene) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    for milliseconds in range(0, 101, 5):
        text = f"Reloaded after {milliseconds:03} ms"
        await tab.write(text, enter=False)
        await tab.page.evaluate(RELOAD_AFTER, milliseconds)
        async with tab.page.expect_navigation():
            await tab.page.keyboard.press("Enter")
        await tab.until_bubble(text, "delivered")
        assert len(await tab.bubbles(text)) == 1
        assert await tab.composer_text() == ""
    assert len(await scene.ledger()) == 21
    await scene.at_rest()
