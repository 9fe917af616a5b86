"""kill -9 of the server under a browser that goes on sending; the emulator's ledger is the judge (G1, G5, G6, G8, G9)."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.e2e.conftest import Inbox
from tests.rig import Product, eventually, running_product

ROUNDS = int(os.environ.get("FORTHWITH_KILLS", "20"))
CONTACTS = [f"44770090{number:04}" for number in range(5)]
EACH = 4
ENDED = ("delivered", "read", "unconfirmed")
"""Every device is online, so `sent` goes on to `delivered`: the two screens are compared when nothing moves any more."""

SHOWN = """() => [...document.querySelectorAll('[data-client-id]')]
  .filter(each => each.dataset.direction === 'outbound')
  .map(each => [each.dataset.clientId, each.dataset.status, each.dataset.pos])"""


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    async with running_product(
        tmp_path, "Ana", outcome_wait_seconds="1", graph_timeout_seconds="2"
    ) as running:
        for number, wa_id in enumerate(CONTACTS):
            await running.emulator.contact(wa_id, name=f"Contact {number}", device="online")
            await running.emulator.write(wa_id, "Hello")
        slow = {"do": {"action": "slow", "seconds": 0.05}, "probability": 0.5, "seed": 7}
        await running.emulator.faults(slow)
        yield running


async def show(inbox: Inbox, conversation_id: str) -> None:
    row = f"[data-conversation-id='{conversation_id}']"
    # Not by the mouse: statuses that come in move rows under it between aiming and pressing.
    await inbox.page.eval_on_selector(
        row, "row => (row.matches('a') ? row : row.querySelector('a')).click()"
    )
    await inbox.until("id => location.pathname.endsWith(id)", conversation_id)
    await inbox.page.wait_for_selector("[data-client-id]")


async def write_everywhere(inbox: Inbox, conversations: list[str], round_number: int) -> None:
    """Twenty messages in five conversations, as fast as hands would."""
    for conversation_id in conversations:
        await show(inbox, conversation_id)
        for number in range(EACH):
            await inbox.write(f"Round {round_number:02}, line {number}")


async def show_the_same(one: Inbox, other: Inbox) -> bool:
    """
    The newest ten, at the end of both: a conversation left within 250 ms is still unread, and opens at its first
    unread message. Both are asked anew each time: a doubt resolves by itself whenever WhatsApp's word comes.
    """
    for each in (one, other):
        await each.page.eval_on_selector(
            "[role=region][aria-label=Messages]", "box => (box.scrollTop = 0)"
        )
    shown, again = [(await each.page.evaluate(SHOWN))[-10:] for each in (one, other)]
    return bool(shown == again)


async def test_a_browser_catches_up_by_itself_after_every_kill(
    product: Product, browser: Browser
) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    inbox = Inbox(await context.new_page(), product)
    await inbox.sign_in("Ana")
    session = await product.sign_in("Ana")
    conversations = [await session.conversation_of(wa_id) for wa_id in CONTACTS]
    for round_number in range(ROUNDS):
        writing = asyncio.create_task(write_everywhere(inbox, conversations, round_number))
        await asyncio.sleep(chance.uniform(0.0, 0.9))
        await product.kill()
        await product.start()
        await writing
    endings: Counter[str] = Counter()
    fresh = Inbox(await context.new_page(), product)
    for wa_id, conversation_id in zip(CONTACTS, conversations, strict=True):
        await show(inbox, conversation_id)
        await inbox.until(
            f"ended => ({SHOWN})().every(([, status]) => ended.includes(status))",
            list(ENDED),
            60_000,
        )
        rows = [
            row for row in await session.messages(conversation_id) if row["direction"] == "outbound"
        ]
        texts = [row["text_content"] for row in rows]
        assert texts == [f"Round {n:02}, line {m}" for n in range(ROUNDS) for m in range(EACH)]
        endings.update(row["status"] for row in rows)
        ledger = [entry["opaque"] for entry in await product.emulator.ledger(to=wa_id)]
        assert len(ledger) == len(set(ledger)), "handed to WhatsApp twice"
        order = [row["client_id"] for row in rows]
        places = [order.index(opaque.partition("#")[0]) for opaque in ledger]
        assert places == sorted(places), "handed over out of order"
        await fresh.open(conversation_id)
        await fresh.page.wait_for_selector("[data-client-id]")
        await eventually(partial(show_the_same, inbox, fresh), 30)
    await context.close()
    print(
        f"seed {seed}: {ROUNDS} kills under a browser, {sum(endings.values())} messages: {dict(endings)}"
    )
    assert sum(endings.values()) == ROUNDS * EACH * len(CONTACTS)
