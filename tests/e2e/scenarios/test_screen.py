"""Scenarios 26-31: pages, events, clocks and epochs against what is on the screen (R2, R3, R13-R15, R20)."""

import asyncio
import sqlite3

from playwright.async_api import Route

from tests.e2e.conftest import INES, TOMAS
from tests.e2e.scenarios.clocks import BROWSER, step_server_back
from tests.e2e.scenarios.conftest import NewScene
from tests.e2e.scenarios.scene import PAGES, POSTS, Scene, Tab
from tests.e2e.scenarios.socket_line import SocketLine
from tests.e2e.test_reading import HELD, PLACE_OF, POSITIONS, SCROLL_BY
from tests.rig import eventually

LENGTH = 200
TO_THE_END = "[title='To the newest message']"
FOLLOW_HELD = f"""([id, place]) => {{
  window.mostMoved = 0;
  const painted = new MessageChannel();
  // After the frame: what observers of sizes mend before it is painted has not been seen.
  const look = () => requestAnimationFrame(() => painted.port2.postMessage(null));
  painted.port1.onmessage = () => {{
    // The list is led to its end later on: the row is unmounted then, and there is nothing left to follow.
    if (!document.getElementById(id)) return;
    window.mostMoved = Math.max(window.mostMoved, Math.abs(({PLACE_OF})(id) - place));
    look();
  }};
  look();
}}"""


async def scroll_up(tab: Tab, pixels: int) -> None:
    """As a reader does; rows come and go at the edges from now on."""
    await tab.page.evaluate("() => (window.watched.isStill = false)")
    await tab.page.evaluate(SCROLL_BY, -pixels)


async def test_scenario_26_ten_events_while_an_older_page_is_held(new_scene: NewScene) -> None:
    scene = await new_scene(history=LENGTH)
    tab = await scene.tab()
    released, asked = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        response = await route.fetch()
        asked.set()
        await released.wait()
        await route.fulfill(response=response)

    await tab.page.route("**/messages?*before_pos=*", hold)
    await scroll_up(tab, 10_000)
    await asked.wait()
    held = await tab.page.evaluate(HELD)
    for number in range(10):
        await scene.product.emulator.write(INES, f"Meanwhile {number}")

    async def all_stored() -> bool:
        rows = await scene.session.messages(scene.ines, 10)
        return bool(rows[-1]["text_content"] == "Meanwhile 9")

    await eventually(all_stored, 30)
    released.set()
    await tab.until(f"known => ({POSITIONS})().some(pos => pos < known)", LENGTH - 60)
    assert abs(await tab.page.evaluate(PLACE_OF, held["id"]) - held["place"]) < 0.5
    await tab.page.click(TO_THE_END)
    await tab.until_bubble("Meanwhile 9", "received")
    shown = await tab.page.evaluate(POSITIONS)
    assert shown == list(range(shown[0], LENGTH + 12)), "a row is missing, doubled or out of order"
    await scene.at_rest()


async def test_scenario_27_a_page_read_before_a_status_is_answered_after_it(
    new_scene: NewScene,
) -> None:
    scene = await new_scene()
    late = {"do": {"action": "delay", "seconds": 600, "statuses": ["delivered"]}}
    await scene.faults(late)
    _, row = await scene.session.send(scene.ines, "Read before, answered after")
    await scene.session.until_status(row["client_id"], "sent")
    released, asked = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        response = await route.fetch()
        asked.set()
        await released.wait()
        await route.fulfill(response=response)

    context = await scene.context()
    await context.route(PAGES, hold)
    opening = asyncio.create_task(scene.tab(context=context))
    await asked.wait()
    await scene.product.emulator.control("POST", "clock/advance", {"seconds": 601})
    await scene.session.until_status(row["client_id"], "delivered")
    await scene.product.emulator.write(TOMAS, "This came after it")
    (page,) = context.pages
    await page.wait_for_selector("text=This came after it")
    released.set()
    tab = await opening
    await tab.until_bubble("Read before, answered after", "delivered")
    await scene.at_rest()


async def write_by_a_wrong_clock(scene: Scene, hours: int, text: str) -> Tab:
    """Somebody else's message comes while this one is not stored yet."""
    context = await scene.context()
    await context.add_init_script(BROWSER % (hours * 3_600_000))
    tab = await scene.tab(context=context)
    released = asyncio.Event()

    async def hold(route: Route) -> None:
        await released.wait()
        await route.continue_()

    await tab.page.route(POSTS, hold)
    await tab.write(text)
    await scene.product.emulator.write(INES, f"Meanwhile, {text}")
    await tab.until_bubble(f"Meanwhile, {text}", "received")
    last = await tab.page.evaluate(
        "[...document.querySelectorAll('[data-client-id]')].at(-1).dataset.direction"
    )
    assert last == "outbound", "the own bubble stays last until it is stored"
    released.set()
    await tab.until_bubble(text, "delivered")
    return tab


async def test_scenario_28_wrong_clocks_change_no_order(new_scene: NewScene) -> None:
    scene = await new_scene()
    for hours, text in ((-1, "An hour behind"), (1, "An hour ahead")):
        await write_by_a_wrong_clock(scene, hours, text)
    await scene.product.stop()
    step_server_back(scene.product, 3_600)
    await scene.product.start()
    tab = scene.tabs[-1]
    await tab.write("Into an earlier hour")
    await tab.until_bubble("Into an earlier hour", "delivered")
    rows = await scene.session.messages(scene.ines)
    assert rows[-1]["text_content"] == "Into an earlier hour"
    assert rows[-1]["created_at"] < rows[-2]["created_at"], "the clock was set back"
    await scene.at_rest()


async def test_scenario_29_one_frame_is_lost_in_silence(new_scene: NewScene) -> None:
    scene = await new_scene()
    context = await scene.context()
    line = await SocketLine.of(context)
    tab = await scene.tab(context=context)
    opened = line.opened
    line.lose("Lost on the way")
    await scene.product.emulator.write(INES, "Lost on the way")
    await line.lost.wait()
    assert await tab.bubbles("Lost on the way") == []
    await tab.write("After it")
    await tab.until_bubble("After it", "delivered")
    await tab.until_bubble("Lost on the way", "received")
    assert line.opened == opened + 1
    await scene.at_rest()


async def test_scenario_30_a_restart_with_the_log_gone_and_a_new_epoch(new_scene: NewScene) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    await tab.write("Stored before")
    await tab.until_bubble("Stored before", "delivered")
    await scene.product.emulator.quiet()
    await scene.product.stop()
    await tab.write("Tried while it was down")
    await tab.write("Behind it")
    await tab.page.wait_for_selector("[data-client-id] >> text=Waiting for network")
    (path,) = (scene.product.folder / "data").glob("*.db")
    with sqlite3.connect(path) as store:
        store.execute("DELETE FROM events")
        store.execute("UPDATE meta SET value = 'ffffffffffffffff' WHERE name = 'epoch'")
    store.close()
    await scene.product.start()
    # One that may have reached WhatsApp through the old store asks first (R16).
    await tab.page.click("[data-client-id] >> role=button[name='Send']")
    for text in ("Tried while it was down", "Behind it"):
        await tab.until_bubble(text, "delivered")
    tried = await tab.id_of("Tried while it was down")
    assert len(await scene.ledger()) == 3
    await scene.at_rest(again=(tried,))


async def test_scenario_31_a_reader_further_up_is_not_moved(new_scene: NewScene) -> None:
    scene = await new_scene(history=LENGTH)
    reader = await scene.tab()
    writer = await scene.tab(context=reader.page.context)
    await scroll_up(reader, 2_000)
    held = await reader.page.evaluate(HELD)
    await reader.page.evaluate(FOLLOW_HELD, [held["id"], held["place"]])
    await scene.product.emulator.contact(INES, device="online-open")
    await writer.write("From the other tab, " + "with many words " * 20)
    await writer.until_bubble("From the other tab", "read")
    await scene.product.emulator.write(INES, "And from the contact")
    await reader.until(
        "button => document.querySelector(button).textContent.includes('1')", TO_THE_END
    )
    assert await reader.page.evaluate("window.mostMoved") == 0
    await reader.page.click(TO_THE_END)
    await reader.until_bubble("And from the contact", "received")
    await scene.at_rest()
