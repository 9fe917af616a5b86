"""Two agents, one customer: each sees everything once, soon, and the customer sees blue ticks (G3, G6)."""

import statistics
import time

from tests.e2e.conftest import INES, NewInbox
from tests.rig import Product, eventually

ARRIVALS = """() => {
  window.arrivals = new Map();
  new MutationObserver(() => {
    for (const each of document.querySelectorAll('[data-client-id]'))
      if (!window.arrivals.has(each.dataset.clientId)) window.arrivals.set(each.dataset.clientId, Date.now());
  }).observe(document.body, {childList: true, subtree: true});
}"""


async def test_the_other_agent_sees_each_message_once_and_soon(
    product: Product, new_inbox: NewInbox
) -> None:
    ana, ben = await new_inbox("Ana"), await new_inbox("Ben")
    session = await product.sign_in("Ana")
    conversation_id = await session.conversation_of(INES)
    await ana.open(conversation_id)
    await ben.open(conversation_id)
    await ben.page.evaluate(ARRIVALS)
    delays = []
    for number in range(50):
        text = f"Shared line {number:02}."
        await ana.write(text)
        await ben.until("text => document.body.innerText.includes(text)", text)
        (bubble,) = await ben.bubbles(text)
        row = await session.message(bubble["clientId"])
        stored = (
            time.mktime(time.strptime(row["created_at"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
        )
        stored_ms = stored * 1_000 + int(row["created_at"][20:23])
        seen_ms = await ben.page.evaluate("id => window.arrivals.get(id)", bubble["clientId"])
        delays.append(seen_ms - stored_ms)
        assert len(await ana.bubbles(text)) == 1
    print(f"commit to the other screen: median {statistics.median(delays):.0f} ms of {len(delays)}")
    assert statistics.median(delays) <= 200


async def test_an_inbound_message_appears_in_both_and_reading_it_is_told_to_all(
    product: Product, new_inbox: NewInbox
) -> None:
    ana, ben = await new_inbox("Ana"), await new_inbox("Ben")
    session = await product.sign_in("Ana")
    conversation_id = await session.conversation_of(INES)
    row = f"[data-conversation-id='{conversation_id}']"
    for inbox in (ana, ben):
        await inbox.page.wait_for_selector(row)
    wamid = await product.emulator.write(INES, "And does it come with lights?")
    for inbox in (ana, ben):
        await inbox.until("text => document.body.innerText.includes(text)", "And does it come")
    assert (await session.conversations())[0]["unread_count"] == 2
    await ana.page.click(row)
    await ana.until_bubble("And does it come with lights?", "received")

    async def unread() -> int:
        return int((await session.conversations())[0]["unread_count"])

    async def is_read() -> bool:
        return await unread() == 0

    await eventually(is_read)
    for inbox in (ana, ben):
        await inbox.until(
            "row => !/\\b2 unread/i.test(document.querySelector(row)?.getAttribute('aria-label') ?? "
            "document.querySelector(row)?.innerText ?? '2 unread')",
            row,
        )

    async def is_blue() -> bool:
        thread = await product.emulator.control("GET", f"contacts/{INES}/thread")
        shown = [each for each in thread["messages"] if each.get("wamid", each.get("id")) == wamid]
        return bool(shown) and "read" in str(shown[0])

    await eventually(is_blue)
