"""Fifty Enters in two seconds, in two tabs, over a line that delays each request as it likes (R18; G5)."""

import asyncio
import os
import random
import time

from playwright.async_api import Browser, ViewportSize

from tests.e2e.conftest import Inbox
from tests.network.observer import Observer
from tests.network.proxy import Proxy
from tests.network.tab import COMPOSER, Tab
from tests.proofs import record
from tests.rig import Product, eventually

RUNS = int(os.environ.get("FORTHWITH_ENTERS", "2"))
ENTERS = 50
WITHIN_SECONDS = 2.0
JITTER_SECONDS = 0.4
TALL: ViewportSize = {"width": 1280, "height": 3000}

TYPE_AND_ENTER = f"""async text => {{
  const field = document.querySelector('{COMPOSER}');
  field.focus();
  // Hands do not type into a composer that still shows what the other tab has just sent.
  while (field.value !== '') await new Promise((resolve) => setTimeout(resolve));
  document.execCommand('insertText', false, text);
  field.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter', bubbles: true, cancelable: true }}));
}}"""
"""In one call: key by key through Playwright, fifty take four seconds on a busy machine."""


async def enter_in_any_tab(tabs: list[Tab], texts: list[str], chance: random.Random) -> float:
    """As fast as told; the seconds it took."""
    began = time.monotonic()
    for number, text in enumerate(texts):
        await chance.choice(tabs).page.evaluate(TYPE_AND_ENTER, text)
        pause = began + (number + 1) * WITHIN_SECONDS / ENTERS - time.monotonic()
        await asyncio.sleep(max(pause, 0))
    return time.monotonic() - began


async def test_fifty_enters_in_two_tabs_over_a_jittery_line_arrive_in_their_order(
    product: Product, proxy: Proxy, browser: Browser, seed: int
) -> None:
    chance, began, observer = random.Random(seed), time.monotonic(), Observer()
    context = await browser.new_context(viewport=TALL)
    await observer.watch(context)
    inbox = Inbox(await context.new_page(), product)
    await inbox.sign_in("Ana")
    ana = await product.sign_in("Ana")
    tabs = [Tab(context), Tab(context)]
    lost = doubled = backwards = 0
    paces = []
    for run in range(RUNS):
        wa_id = f"4477009{run:05}"
        await product.emulator.contact(wa_id, name=f"Contact {run}", device="online")
        await product.emulator.write(wa_id, "Hello")
        conversation_id = await ana.conversation_of(wa_id)
        proxy.in_time()
        for tab in tabs:
            await tab.open(f"{product.public_url}/c/{conversation_id}")
        proxy.delay("up", 0.0, JITTER_SECONDS)
        texts = [f"Line {number:04}." for number in range(run * ENTERS, (run + 1) * ENTERS)]
        paces.append(await enter_in_any_tab(tabs, texts, chance))

        async def shown_in_both() -> bool:
            counts = [
                sum(each.startswith("optimistic-") for each, *_ in await tab.shown())
                for tab in tabs
            ]
            return counts == [ENTERS, ENTERS]

        await eventually(shown_in_both, 20)

        async def arrived(wa_id: str = wa_id) -> list[str]:
            ledger = await product.emulator.ledger(to=wa_id)
            return [str(entry["body"]) for entry in ledger] if len(ledger) >= ENTERS else []

        handed = await eventually(arrived, 120, every=0.2)
        lost += len(set(texts) - set(handed))
        doubled += len(handed) - len(set(handed))
        backwards += sum(one != other for one, other in zip(texts, handed, strict=False))
    print(f"{ENTERS} Enters took {min(paces):.1f} to {max(paces):.1f} s")
    print(*observer.wrong[:20], *observer.falls[:20], sep="\n")
    record(
        "jittery enters",
        seed,
        runs=RUNS * ENTERS,
        faults=proxy.delayed,
        seconds=time.monotonic() - began,
        lost=lost,
        doubled=doubled,
        backwards=backwards + len(observer.falls),
        wrong_frames=len(observer.wrong),
    )
    await context.close()
    assert (lost, doubled, backwards, observer.falls, observer.wrong) == (0, 0, 0, [], [])
