"""Fifty Enters in two seconds, in two tabs, over a line that delays each request as it likes (R18; G5)."""

import asyncio
import os
import random
import time

from playwright.async_api import Browser, ViewportSize

from tests.e2e.conftest import Inbox
from tests.network.proxy import Proxy
from tests.network.tab import COMPOSER, Tab
from tests.proofs import record
from tests.rig import Product, eventually
from tests.watch import Watch

RUNS = int(os.environ.get("FORTHWITH_ENTERS", "2"))
ENTERS = 50
WITHIN_SECONDS = 2.0
JITTER_SECONDS = 0.4
TALL: ViewportSize = {"width": 1280, "height": 3000}

TYPE_AND_ENTER = f"""async ([begin, plan]) => {{
  const field = document.querySelector('{COMPOSER}');
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  const entered = [];
  for (const [after, text] of plan) {{
    // Hands do not type into a composer that still shows what the other tab has just sent.
    while (Date.now() < begin + after || field.value !== '') await turn();
    field.focus();
    const before = Date.now();
    document.execCommand('insertText', false, text);
    field.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter', bubbles: true, cancelable: true }}));
    entered.push([text, before, Date.now()]);
  }}
  return entered;
}}"""
"""Inside the page: key by key through Playwright, fifty take four seconds and more on a busy machine."""

Entered = tuple[str, int, int]
"""A text, and between which two milliseconds its Enter was."""


async def enter_in_both(
    tabs: list[Tab], texts: list[str], chance: random.Random
) -> tuple[list[Entered], float]:
    """Evenly spread over the time, each in one tab or the other; the seconds it took."""
    plans: list[list[tuple[float, str]]] = [[] for _ in tabs]
    for number, text in enumerate(texts):
        chance.choice(plans).append((number * WITHIN_SECONDS / ENTERS * 1_000, text))
    begin = time.time() * 1_000 + 200
    pages = zip(tabs, plans, strict=True)
    both = await asyncio.gather(
        *(tab.page.evaluate(TYPE_AND_ENTER, [begin, plan]) for tab, plan in pages)
    )
    entered = [tuple(each) for found in both for each in found]
    ends = [end for _, _, end in entered]
    return entered, (max(ends) - min(ends)) / 1_000


def overtaken(entered: list[Entered], handed: list[str]) -> int:
    """How many were handed over after one whose Enter came later. Of two in the same moment either may be first."""
    moments = {text: (before, after) for text, before, after in entered}
    latest = count = 0
    for text in handed:
        before, after = moments[text]
        count += after < latest
        latest = max(latest, before)
    return count


async def test_fifty_enters_in_two_tabs_over_a_jittery_line_arrive_in_their_order(
    product: Product, proxy: Proxy, browser: Browser, seed: int
) -> None:
    chance, began, watch = random.Random(seed), time.monotonic(), Watch()
    context = await browser.new_context(viewport=TALL)
    await watch.follow(context)
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
        entered, seconds = await enter_in_both(tabs, texts, chance)
        paces.append(seconds)

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
        backwards += overtaken(entered, handed)
    print(f"{ENTERS} Enters took {min(paces):.1f} to {max(paces):.1f} s")
    print(*watch.faults[:20], *watch.fallen()[:20], sep="\n")
    record(
        "jittery enters",
        seed,
        runs=RUNS * ENTERS,
        faults=proxy.delayed,
        seconds=time.monotonic() - began,
        lost=lost,
        doubled=doubled,
        backwards=backwards + len(watch.fallen()),
        wrong_frames=len(watch.faults),
    )
    await context.close()
    assert (lost, doubled, backwards, watch.fallen(), watch.faults) == (0, 0, 0, [], [])
