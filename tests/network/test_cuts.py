"""The line is cut for seconds; when the socket is open again, the old tab soon shows what a fresh one does (R13; G6)."""

import asyncio
import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from tests.e2e.conftest import Inbox
from tests.network.proxy import Proxy, running_proxy
from tests.network.tab import Tab
from tests.proofs import record
from tests.rig import AgentSession, Product, running_product
from tests.servers import free_port

CUTS = int(os.environ.get("FORTHWITH_CUTS", "10"))
CATCH_UP_SECONDS = 2.0
LONGEST_SECONDS = 30.0
SHORT_SECONDS = 2.0
"""The longest while there are few cuts. From 50 on, one in ten is as long as can be and the others anything up to it."""
WORLDS = {"silent": 2}
"""How many side by side; a silent death takes half a minute to be noticed."""
OPEN_WITHIN_SECONDS = 75.0
COMPARED = 30
TALL: ViewportSize = {"width": 1280, "height": 3000}

OPENED = """(() => {
  window.openedAt = [];
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...details) {
      super(...details);
      this.addEventListener('open', () => window.openedAt.push(Date.now()));
    }
  };
})()"""
"""Notes when sockets opened; changes nothing."""

WATCH = """expected => {
  const RANK = ['received', 'sending', 'sent', 'delivered', 'read'];
  const holds = () => {
    const rows = [...document.querySelectorAll('[data-client-id]')].map(each => each.dataset)
      .filter(({ pos }) => pos !== '');
    const begin = rows.findIndex(({ clientId }) => clientId === expected[0][0]);
    return begin >= 0 && expected.every(([id, status], index) => {
      const row = rows[begin + index];
      return row?.clientId === id && RANK.indexOf(row.status) >= RANK.indexOf(status);
    });
  };
  window.caughtUpAt = holds() ? Date.now() : 0;
  if (window.caughtUpAt) return true;
  const observer = new MutationObserver(() => {
    if (!holds()) return;
    window.caughtUpAt = Date.now();
    observer.disconnect();
  });
  observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  return false;
}"""
"""From here on the time is noted at which the thread holds what the server has now; true when it does already."""


@dataclass
class World:
    """One product, one agent's tab, one way to cut its line."""

    product: Product
    proxy: Proxy
    context: BrowserContext
    page: Page
    ben: AgentSession
    wa_id: str
    conversation_id: str


async def refused(world: World) -> None:
    await world.proxy.refuse()
    world.proxy.reset()


async def silent(world: World) -> None:
    world.proxy.swallow()


async def held(world: World) -> None:
    world.proxy.hold("up", "down")


async def turned_away(world: World) -> None:
    world.proxy.turn_away()
    world.proxy.close()


async def offline(world: World) -> None:
    """As when the wireless goes: the browser knows, and its connections lead nowhere."""
    await world.context.set_offline(True)
    world.proxy.swallow()


async def heal(world: World) -> None:
    """The line is as ever; a connection that was swallowed stays dead, and nobody is told."""
    world.proxy.clear()
    await world.proxy.listen()
    await world.context.set_offline(False)


CUT: dict[str, Callable[[World], Awaitable[None]]] = {
    "refused": refused,
    "silent": silent,
    "held": held,
    "turned away": turned_away,
    "offline": offline,
}


def lengths(chance: random.Random, count: int) -> list[float]:
    """Seconds of each cut of a mode."""
    if count < 10:
        return [chance.uniform(1.0, SHORT_SECONDS) for _ in range(count)]
    long = [LONGEST_SECONDS] * (count // 10)
    return [*long, *(chance.uniform(1.0, LONGEST_SECONDS) for _ in range(count - len(long)))]


async def live_on(world: World, number: int) -> None:
    """What the cut tab must learn later: both sides write, and what was sent comes to be read."""
    emulator = world.product.emulator
    for line in range(3):
        await emulator.write(world.wa_id, f"Question {number}.{line}")
        await world.ben.send(world.conversation_id, f"Answer {number}.{line}")
    await emulator.contact(world.wa_id, device="online-open", read_receipts=True)
    await world.page.fill("[data-composer] textarea", f"Cut off {number}")
    await world.page.press("[data-composer] textarea", "Enter")


async def stored(world: World) -> list[list[str]]:
    rows = await world.ben.messages(world.conversation_id, limit=COMPARED)
    return [[row["client_id"], row["status"], str(row["pos"])] for row in rows]


async def cut(world: World, mode: str, number: int, seconds: float) -> float:
    """Cut, live on, heal; the seconds from the socket's opening to a thread that holds all."""
    until = time.monotonic() + seconds
    await CUT[mode](world)
    await live_on(world, number)
    await asyncio.sleep(max(until - time.monotonic(), 0))
    await world.product.emulator.quiet()
    assert not await world.page.evaluate(WATCH, await stored(world)), "the line was not cut"
    healed_at = time.time() * 1_000
    await heal(world)
    await world.page.wait_for_function(
        "() => window.caughtUpAt", timeout=OPEN_WITHIN_SECONDS * 1_000
    )
    caught_up_at = await world.page.evaluate("() => window.caughtUpAt")
    opened = [at for at in await world.page.evaluate("() => window.openedAt") if at >= healed_at]
    # Without a new socket the old one has lived on, and was open from the moment of healing.
    return float(caught_up_at - min([*opened, caught_up_at] if opened else [healed_at])) / 1_000


async def compare_with_a_fresh_tab(world: World) -> None:
    """To the last message and tick."""
    fresh = Tab(world.context, world.page.url)
    await fresh.open()
    old = Tab(world.context, page=world.page)
    deadline = time.monotonic() + OPEN_WITHIN_SECONDS
    while True:
        screens = [(await tab.shown())[-COMPARED:] for tab in (old, fresh)]
        if screens[0] == screens[1] == await stored(world):
            return await fresh.close()
        assert time.monotonic() < deadline, f"old: {screens[0]}\nfresh: {screens[1]}"
        await asyncio.sleep(0.1)


async def cut_again_and_again(
    folder: Path, browser: Browser, mode: str, seed: int, count: int
) -> list[float]:
    port, chance = free_port(), random.Random(f"{seed} {folder.name}")
    public_url = f"http://127.0.0.1:{port}"
    async with (
        running_product(folder, "Ana", "Ben", public_url=public_url) as product,
        running_proxy(port, product.port, seed) as proxy,
    ):
        context = await browser.new_context(viewport=TALL)
        await context.add_init_script(OPENED)
        wa_id = "447700900318"
        await product.emulator.contact(wa_id, name="Ines Okafor", device="online")
        await product.emulator.write(wa_id, "Hello")
        ana, ben = Inbox(await context.new_page(), product), await product.sign_in("Ben")
        await ana.sign_in("Ana")
        conversation_id = await ben.conversation_of(wa_id)
        await ana.open(conversation_id)
        world = World(product, proxy, context, ana.page, ben, wa_id, conversation_id)
        found = []
        for number, seconds in enumerate(lengths(chance, count)):
            await product.emulator.contact(wa_id, device="online")
            found.append(await cut(world, mode, number, seconds))
            await compare_with_a_fresh_tab(world)
        await context.close()
        return found


async def test_after_every_cut_the_old_tab_shows_what_a_fresh_one_does(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser, seed: int
) -> None:
    began = time.monotonic()
    modes = [mode for mode in CUT for _ in range(WORLDS.get(mode, 1))]
    each = await asyncio.gather(
        *(
            cut_again_and_again(
                tmp_path_factory.mktemp(mode), browser, mode, seed, CUTS // len(CUT) // worlds
            )
            for mode in modes
            if (worlds := WORLDS.get(mode, 1))
        )
    )
    latencies = [seconds for found in each for seconds in found]
    late = [seconds for seconds in latencies if seconds > CATCH_UP_SECONDS]
    for mode, found in zip(modes, each, strict=True):
        print(f"{mode}: {len(found)} cuts, at most {max(found):.3f} s")
    print(f"caught up: median {statistics.median(latencies):.3f} s, at most {max(latencies):.3f} s")
    record(
        "cut lines",
        seed,
        runs=len(latencies),
        faults=len(latencies),
        lost=len(late),
        seconds=time.monotonic() - began,
    )
    assert late == []
