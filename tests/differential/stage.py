"""Where runs are played: one server, one WhatsApp, one Chromium; each run brings its own contacts and browsers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from playwright.async_api import Browser, BrowserContext, Error, ViewportSize

from tests.differential.judge import Findings, judge
from tests.differential.play import STEPS, Hand, Play
from tests.differential.schedule import CONVERSATIONS, TABS, Step
from tests.e2e.scenarios.gate import Gate
from tests.network.proxy import Proxy
from tests.rig import AgentSession, Product, eventually
from tests.watch import Watch

Result = TypeVar("Result")
TALL: ViewportSize = {"width": 1280, "height": 3000}
"""Every bubble is in sight of the watch."""
READY_SECONDS = 20.0
STEP_SECONDS, CLEAR_SECONDS, JUDGE_SECONDS = 15.0, 60.0, 200.0
"""More than any of these takes: Playwright waits for some things for ever."""


@dataclass
class Stage:
    """`sessions`: by agent, `ana` and `ben`."""

    product: Product
    proxy: Proxy
    gate: Gate
    browser: Browser
    sessions: dict[str, AgentSession]
    runs: int = 0

    async def run(self, steps: Sequence[Step]) -> Findings:
        """Play these steps, lay everything to rest and judge. What breaks off is a finding too."""
        try:
            return await self._run(steps)
        except (AssertionError, Error) as broken:
            return Findings(apart=[f"broke off: {broken!r}"])

    async def _run(self, steps: Sequence[Step]) -> Findings:
        async with self._play() as play:
            for step in steps:
                await _in_time(step.do, STEPS[step.do](play, step), STEP_SECONDS)
                await asyncio.sleep(step.pause)
            await _in_time("the clearing", self._clear(play), CLEAR_SECONDS)
            return await _in_time("the judgement", judge(play), JUDGE_SECONDS)

    @contextlib.asynccontextmanager
    async def _play(self) -> AsyncIterator[Play]:
        self.runs += 1
        emulator, session = self.product.emulator, self.sessions["ana"]
        wa_ids = [f"4479{self.runs:06}{which:02}" for which in range(CONVERSATIONS)]
        for which, wa_id in enumerate(wa_ids):
            # The second looks at what arrives: it is read, not only delivered.
            device = "online-open" if which else "online"
            await emulator.contact(wa_id, name=f"Contact {self.runs} {which}", device=device)
            await emulator.write(wa_id, "Hello")
        conversations = [await session.conversation_of(wa_id) for wa_id in wa_ids]
        watch = Watch()
        contexts = {name: await self._context(name, watch) for name in self.sessions}
        address = f"{self.product.public_url}/c/{conversations[0]}"
        tabs = {tab: Hand(contexts["ben" if tab == "ben" else "ana"], address) for tab in TABS}
        play = Play(
            *(self.product, self.proxy, self.gate, session, wa_ids),
            *(conversations, contexts, tabs, watch),
        )
        try:
            await asyncio.gather(*(tab.begin_to_open() for tab in tabs.values()))
            await asyncio.gather(*(tab.open() for tab in tabs.values()))
            yield play
        finally:
            await self._clear(play)
            for context in contexts.values():
                await context.close()

    async def _context(self, name: str, watch: Watch) -> BrowserContext:
        context = await self.browser.new_context(viewport=TALL)
        for each in self.sessions[name].http.cookie_jar:
            cookie = {"name": each.key, "value": each.value, "url": self.product.public_url}
            await context.add_cookies([cookie])  # type: ignore[list-item]  # a dict of what it asks for
        await watch.follow(context)
        return context

    async def _clear(self, play: Play) -> None:
        """No fault lasts: lines, WhatsApp and server are as they should be."""
        await play.product.emulator.faults()
        for end in ("take_calls", "let_calls", "give_word", "speak", "start", "spit", "mend"):
            await STEPS[end](play, Step(end))
        self.proxy.clear()
        for context in play.contexts.values():
            await context.set_offline(False)
        await eventually(self.product.is_ready, READY_SECONDS)


async def _in_time(name: str, work: Awaitable[Result], seconds: float) -> Result:
    try:
        return await asyncio.wait_for(work, seconds)
    except TimeoutError:
        raise AssertionError(f"{name} has not ended after {seconds} s") from None
