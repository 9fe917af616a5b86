"""A browser whose line breaks in every way while its agent writes on; WhatsApp's ledger is the judge (G1, G3-G6, G8)."""

import asyncio
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from playwright.async_api import Browser, ViewportSize

from tests.e2e.conftest import Inbox
from tests.network.faults import OF_THE_TAB, ON_THE_LINE, Fault, Scene, silence
from tests.network.proxy import Proxy
from tests.network.tab import Tab
from tests.proofs import record
from tests.rig import AgentSession, Product
from tests.watch import Watch

FAULTS = int(os.environ.get("FORTHWITH_NETWORK_FAULTS", "100"))
A_STRETCH = 17
"""Faults in one conversation, before all is laid to rest and compared. Every row of it is in sight of the watch."""
SILENT_ONE_IN = 3
"""Stretches; a dead connection that nobody is told of takes 15-30 s to be noticed."""
REST_SECONDS = 90.0
TALL: ViewportSize = {"width": 1280, "height": 3000}


@dataclass
class Stretch:
    """One conversation and what was entered there."""

    wa_id: str
    conversation_id: str
    scene: Scene
    ben: AgentSession
    entered: list[str] = field(default_factory=list)
    written_by_ben: list[str] = field(default_factory=list)


def schedule(chance: random.Random, count: int) -> list[list[Fault]]:
    """So many faults in stretches, every mode as often as the next."""
    modes = [*ON_THE_LINE, *OF_THE_TAB]
    faults = [modes[number % len(modes)] for number in range(count)]
    chance.shuffle(faults)
    stretches = [faults[begin : begin + A_STRETCH] for begin in range(0, count, A_STRETCH)]
    for stretch in stretches[::SILENT_ONE_IN]:
        stretch[chance.randrange(len(stretch))] = silence
    return stretches


def texts() -> list[str]:
    """Every message's own, to be taken from the end: numbered in the order of the Enters."""
    return [f"Line {number:04}." for number in range(9999, 0, -1)]


async def write(stretch: Stretch, product: Product, unused: list[str]) -> None:
    """What people do meanwhile: the agent in any tab, the other agent, the customer."""
    chance = stretch.scene.chance
    for _ in range(chance.choice((1, 1, 2))):
        text = unused.pop()
        stretch.entered.append(text)
        await stretch.scene.any_tab().write(text)
    if chance.random() < 0.7:
        await product.emulator.write(stretch.wa_id, "And another question")
    if chance.random() < 0.3:
        text = unused.pop()
        stretch.written_by_ben.append(text)
        status, answer = await stretch.ben.send(stretch.conversation_id, text)
        assert status == 201, answer


async def strike(stretch: Stretch, fault: Fault, product: Product, unused: list[str]) -> None:
    """One fault, with messages under it: a tab is written in before its end, a line at any moment."""
    if fault in OF_THE_TAB:
        await write(stretch, product, unused)
        return await fault(stretch.scene)
    striking = asyncio.ensure_future(fault(stretch.scene))
    await stretch.scene.pause(0.0, 0.2)
    await write(stretch, product, unused)
    await striking


async def come_to_rest(stretch: Stretch) -> None:
    """Fair weather: every tab ends by showing what the server has, all delivered; so does a fresh one."""
    scene = stretch.scene
    scene.proxy.clear()
    await scene.proxy.listen()
    await show_what_is_stored(stretch, scene.tabs)
    fresh = Tab(scene.context, scene.tabs[0].address)
    await fresh.open()
    await show_what_is_stored(stretch, [fresh])
    await fresh.close()
    assert [await tab.composer_text() for tab in scene.tabs] == ["" for _ in scene.tabs]


async def show_what_is_stored(stretch: Stretch, tabs: list[Tab]) -> None:
    deadline = time.monotonic() + REST_SECONDS
    written = len(stretch.entered) + len(stretch.written_by_ben)
    while True:
        rows = await stretch.ben.messages(stretch.conversation_id)
        stored = [[row["client_id"], row["status"], str(row["pos"])] for row in rows]
        is_over = all(status in ("delivered", "received") for _, status, _ in stored)
        screens = [await tab.shown() for tab in tabs]
        if is_over and len(rows) >= written and all(screen == stored for screen in screens):
            return
        assert time.monotonic() < deadline, f"stored: {stored}\nshown: {screens}"
        await asyncio.sleep(0.1)


@dataclass
class Verdict:
    """What the ledger and the store say of a stretch."""

    lost: int = 0
    doubled: int = 0
    backwards: int = 0


async def judge(stretch: Stretch, product: Product) -> Verdict:
    rows = [
        row
        for row in await stretch.ben.messages(stretch.conversation_id)
        if row["direction"] == "outbound"
    ]
    ledger = [entry["opaque"] for entry in await product.emulator.ledger(to=stretch.wa_id)]
    text_of = {row["client_id"]: row["text_content"] for row in rows}
    handed = [text_of.get(opaque.partition("#")[0], "") for opaque in ledger]
    stored = [row["text_content"] for row in rows]
    written = stretch.entered + stretch.written_by_ben
    anas = [text for text in dict.fromkeys(handed) if text in stretch.entered]
    return Verdict(
        lost=len(set(written) - (set(stored) & set(handed))),
        doubled=len(stored) + len(handed) - len(set(stored)) - len(set(handed)),
        backwards=sum(one > other for one, other in pairwise(anas)),
    )


@dataclass
class Tally:
    """Everything seen so far; noted also when a stretch does not come to rest."""

    watch: Watch
    verdict: Verdict = field(default_factory=Verdict)
    faults: Counter[str] = field(default_factory=Counter)
    messages: int = 0

    def add(self, stretch: Stretch, verdict: Verdict) -> None:
        self.messages += len(stretch.entered) + len(stretch.written_by_ben)
        self.verdict.lost += verdict.lost
        self.verdict.doubled += verdict.doubled
        self.verdict.backwards += verdict.backwards

    def note(self, seed: int, seconds: float) -> None:
        print(f"{self.messages} messages, {self.watch.frames} frames: {dict(self.faults)}")
        print(*self.watch.faults[:20], *self.watch.fallen()[:20], sep="\n")
        record(
            "browser network faults",
            seed,
            runs=self.messages,
            faults=self.faults.total(),
            seconds=seconds,
            lost=self.verdict.lost,
            doubled=self.verdict.doubled,
            backwards=self.verdict.backwards + len(self.watch.fallen()),
            wrong_frames=len(self.watch.faults),
        )


async def test_whatever_the_line_does_every_message_is_shown_once_and_arrives_once(
    product: Product, proxy: Proxy, browser: Browser, seed: int
) -> None:
    chance, began, tally = random.Random(seed), time.monotonic(), Tally(Watch())
    context = await browser.new_context(viewport=TALL)
    await tally.watch.follow(context)
    inbox = Inbox(await context.new_page(), product)
    await inbox.sign_in("Ana")
    await inbox.page.close()
    ben, unused = await product.sign_in("Ben"), texts()
    tabs = [Tab(context), Tab(context)]
    try:
        for number, faults in enumerate(schedule(chance, FAULTS)):
            wa_id = f"4477009{number:05}"
            await product.emulator.contact(wa_id, name=f"Contact {number}", device="online")
            await product.emulator.write(wa_id, "Hello")
            conversation_id = await ben.conversation_of(wa_id)
            for tab in tabs:
                await tab.open(f"{product.public_url}/c/{conversation_id}")
            stretch = Stretch(wa_id, conversation_id, Scene(proxy, context, tabs, chance), ben)
            for fault in faults:
                await strike(stretch, fault, product, unused)
                tally.faults[fault.__name__] += 1
            await come_to_rest(stretch)
            tally.add(stretch, await judge(stretch, product))
    finally:
        tally.note(seed, time.monotonic() - began)
    await context.close()
    assert tally.watch.frames > 0
    assert (tally.verdict, tally.watch.fallen(), tally.watch.faults) == (Verdict(), [], [])
