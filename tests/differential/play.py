"""One run on the stage: who takes part, and what each step does to them."""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, Error

from tests.differential.schedule import CONVERSATIONS, Step
from tests.differential.whatsapp import RULES
from tests.e2e.scenarios.gate import Gate
from tests.network.proxy import Proxy
from tests.network.tab import COMPOSER, Tab
from tests.rig import AgentSession, Product
from tests.watch import Watch

PATIENCE_MS = 1_500
"""How long a person looks for the composer of a page that may be down."""
LINE = re.compile(r"Line \d{4}\.")
CARET_TO_THE_END = f"""() => {{
  const field = document.querySelector('{COMPOSER}');
  field.setSelectionRange(field.value.length, field.value.length);
}}"""
PRESS = """which => {
  const words = ['Retry', 'Discard', 'Edit', 'Send again', 'Leave it'];
  const buttons = [...document.querySelectorAll('[data-unsent] button, [data-client-id] button')]
    .filter(each => words.includes(each.innerText));
  if (which !== null) buttons[which % buttons.length]?.click();
  return buttons.length > 0;
}"""
HOLDS = f"line => document.querySelector('{COMPOSER}')?.value.includes(line)"
LOOKS = 8
STORED_WITHIN_SECONDS = 1.0
TURN = """id => {
  const row = document.querySelector(`[data-conversation-id="${id}"]`);
  (row?.matches('a') ? row : row?.querySelector('a'))?.click();
  return location.pathname.endsWith(id);
}"""


class Hand(Tab):
    """A tab that is written in whether or not anything is there to write into."""

    errors: tuple[str, ...] = ()

    async def begin_to_open(self) -> None:
        """A new page on the same address; it need not come."""
        self._page = await self._context.new_page()
        self._page.on("pageerror", lambda error: self._note(str(error)))
        await self.ask_for_it()

    async def ask_for_it(self) -> None:
        """As if its address were entered anew."""
        with contextlib.suppress(Error):
            await self.page.goto(self.address, wait_until="commit", timeout=PATIENCE_MS)

    async def ask(self, script: str, argument: Any = None) -> Any:
        """What the page answers; None when it does not: a page whose first answer is held up never would."""
        try:
            async with asyncio.timeout(PATIENCE_MS / 1_000):
                return await self.page.evaluate(script, argument)
        except (Error, TimeoutError):
            return None

    async def crash(self) -> None:
        """Its renderer dies. A page that has not come yet has none that would be missed."""
        if await self.is_there():
            await super().crash()
        else:
            await self.close()

    async def type(self, text: str, *, enter: bool = False) -> None:
        """After what stands there already: nobody overwrites a text that has come back."""
        with contextlib.suppress(Error):
            await self.page.focus(COMPOSER, timeout=PATIENCE_MS)
            await self.ask(CARET_TO_THE_END)
            await self.page.keyboard.insert_text(text)
            if enter:
                await self.page.keyboard.press("Enter")

    async def turn_to(self, conversation_id: str) -> bool:
        """By a click in the list, in the life of the same page; whether it is there now."""
        if not await self.ask(TURN, conversation_id):
            return False
        self.address = f"{self.address.rpartition('/')[0]}/{conversation_id}"
        return True

    async def is_there(self) -> bool:
        """The inbox is on this page, and not an error."""
        return bool(await self.ask(f"() => document.querySelector('{COMPOSER}') !== null"))

    def _note(self, error: str) -> None:
        self.errors += (error,)


@dataclass
class Typed:
    """A line that was in a composer, and by when its page had had the time to store it."""

    who: str
    conversation_id: str
    line: str
    stored_by: float = field(default_factory=lambda: time.monotonic() + STORED_WITHIN_SECONDS)


@dataclass
class Play:
    """Everything of one run. Its contacts and browsers are its own; server and WhatsApp have been on stage before."""

    product: Product
    proxy: Proxy
    gate: Gate
    session: AgentSession
    wa_ids: list[str]
    conversations: list[str]
    contexts: dict[str, BrowserContext]
    tabs: dict[str, Hand]
    watch: Watch
    is_up: bool = True
    lines: int = 0
    drafts: list[Typed] = field(default_factory=list)
    written: list[tuple[int, str]] = field(default_factory=list)
    """(conversation, text) that contacts have written."""

    def next_line(self) -> str:
        """Unlike any other, numbered in the order of the Enters, and the beginning of none."""
        self.lines += 1
        return f"Line {self.lines:04}."

    def address_of(self, conversation_id: str) -> str:
        """Where a conversation is shown."""
        return f"{self.product.public_url}/c/{conversation_id}"


async def enter(play: Play, step: Step) -> None:
    for _ in range(int(step.what)):
        await play.tabs[step.who].type(play.next_line(), enter=True)


async def draft(play: Play, step: Step) -> None:
    tab, line = play.tabs[step.who], play.next_line()
    await tab.type(line)
    if await tab.ask(HOLDS, line):
        play.drafts.append(Typed(step.who, tab.address.rpartition("/")[2], line))


async def turn(play: Play, step: Step) -> None:
    await play.tabs[step.who].turn_to(play.conversations[int(step.what) % CONVERSATIONS])


async def press(play: Play, step: Step) -> None:
    await play.tabs[step.who].ask(PRESS, step.what)


async def look(play: Play, step: Step) -> None:
    """For two seconds at most, whether there is anything to decide."""
    for _ in range(LOOKS):
        if any([await tab.ask(PRESS) for tab in play.tabs.values()]):
            return
        await asyncio.sleep(2 / LOOKS)


async def write(play: Play, step: Step) -> None:
    which = int(step.what)
    text = f"Question {len(play.written)}"
    play.written.append((which, text))
    await play.product.emulator.write(play.wa_ids[which], text)


async def cut(play: Play, step: Step) -> None:
    await play.proxy.refuse()
    play.proxy.reset()


async def mend(play: Play, step: Step) -> None:
    await play.proxy.listen()


async def hold(play: Play, step: Step) -> None:
    play.proxy.hold("up" if step.what == "up" else "down")


async def release(play: Play, step: Step) -> None:
    play.proxy.release()


async def reset(play: Play, step: Step) -> None:
    play.proxy.reset()


async def swallow(play: Play, step: Step) -> None:
    play.proxy.swallow()


async def spit(play: Play, step: Step) -> None:
    """Whoever spoke into it learns that nobody is there."""
    play.proxy.spit()
    play.proxy.reset(lambda line: line.is_dead)


async def jitter(play: Play, step: Step) -> None:
    play.proxy.delay("up", 0.0, 0.3)
    play.proxy.delay("down", 0.0, 0.3)


async def steady(play: Play, step: Step) -> None:
    play.proxy.in_time()


async def lose_answer(play: Play, step: Step) -> None:
    play.proxy.drop_answer(silently=False)


async def cut_answer(play: Play, step: Step) -> None:
    """Of whatever is asked next."""
    play.proxy.cut_answer(int(step.what))


async def lose_frame(play: Play, step: Step) -> None:
    play.proxy.drop_frame()


async def offline(play: Play, step: Step) -> None:
    await play.contexts[step.who].set_offline(True)


async def online(play: Play, step: Step) -> None:
    await play.contexts[step.who].set_offline(False)


async def whatsapp(play: Play, step: Step) -> None:
    await play.product.emulator.faults(*RULES[str(step.what)])


async def refuse_calls(play: Play, step: Step) -> None:
    await play.gate.refuse()


async def take_calls(play: Play, step: Step) -> None:
    await play.gate.open()


async def swallow_calls(play: Play, step: Step) -> None:
    play.gate.swallows = True


async def let_calls(play: Play, step: Step) -> None:
    play.gate.swallows = False


async def hold_word(play: Play, step: Step) -> None:
    play.gate.answers.clear()


async def give_word(play: Play, step: Step) -> None:
    play.gate.answers.set()


async def hush(play: Play, step: Step) -> None:
    await play.product.emulator.aim_webhooks(None)


async def speak(play: Play, step: Step) -> None:
    await play.product.emulator.aim_webhooks(f"{play.product.url}/webhooks/whatsapp")


async def kill(play: Play, step: Step) -> None:
    if play.is_up:
        await play.product.kill()
    play.is_up = False


async def start(play: Play, step: Step) -> None:
    if not play.is_up:
        await play.product.spawn()
    play.is_up = True


async def reload(play: Play, step: Step) -> None:
    await play.tabs[step.who].ask_for_it()


async def close(play: Play, step: Step) -> None:
    await play.tabs[step.who].close()
    await play.tabs[step.who].begin_to_open()


async def crash(play: Play, step: Step) -> None:
    """What was typed a moment ago may be lost with it; what was entered may not."""
    now = time.monotonic()
    play.drafts = [each for each in play.drafts if each.who != step.who or each.stored_by < now]
    await play.tabs[step.who].crash()
    await play.tabs[step.who].begin_to_open()


STEPS: dict[str, Callable[[Play, Step], Awaitable[None]]] = {
    each.__name__: each
    for each in (
        *(enter, draft, turn, look, press, write),
        *(
            cut,
            mend,
            hold,
            release,
            reset,
            swallow,
            spit,
            jitter,
            steady,
            lose_answer,
            cut_answer,
            lose_frame,
        ),
        *(offline, online, whatsapp, refuse_calls, take_calls, swallow_calls, let_calls),
        *(hold_word, give_word, hush, speak, kill, start, reload, close, crash),
    )
}
