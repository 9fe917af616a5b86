"""What this browser keeps of unsent texts, for whom, and what the agent is told when it keeps nothing (R16, R17; G8)."""

from typing import Any

import pytest
from playwright.async_api import Page, Request

from tests.e2e.conftest import INES, NewInbox
from tests.e2e.test_tray import SAYS, no_network
from tests.rig import PASSWORD, Product, eventually

DENIED = {
    "no database at all": "Object.defineProperty(window, 'indexedDB', {value: undefined})",
    "one that may not be asked for": """Object.defineProperty(window, 'indexedDB',
        {get() { throw new DOMException('denied', 'SecurityError'); }})""",
    "one that may not be opened": "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }",
}
KEEPS_NOTHING = "This browser does not keep messages here."
ONLINE = "() => dispatchEvent(new Event('online'))"
NO_ROOM = "This browser has no room to keep another message."

STORED_TEXTS = """async () => {
  const opening = indexedDB.open('forthwith-outbox');
  await new Promise(done => opening.addEventListener('success', done));
  const database = opening.result;
  const all = name => new Promise(done => {
    const asking = database.transaction(name).objectStore(name).getAll();
    asking.addEventListener('success', () => done(asking.result));
  });
  const texts = [...(await all('entries')).map(each => each.message.text_content), ...(await all('drafts')).map(each => each.text)];
  database.close();
  return texts.toSorted();
}"""

NEWER_PAGE = """() => new Promise((done, failed) => {
  const opening = indexedDB.open('forthwith-outbox', 3);
  opening.addEventListener('success', () => { opening.result.close(); done('opened'); });
  opening.addEventListener('blocked', () => failed(new Error('held up')));
})"""


async def sign_in_again(page: Page, name: str) -> None:
    """On the form that lies over the page, or on a bare one."""
    await page.fill("[name=email]", f"{name.lower()}@demo.example")
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_selector("[name=password]", state="detached")
    await page.wait_for_selector("[data-connection=online]")


async def sign_out(page: Page, agent: str) -> None:
    """By the account menu; stops where it asks."""
    await page.click(f"[aria-label='Account of {agent}']:visible")
    await page.click("[role=menuitem]:has-text('Sign out')")


@pytest.mark.parametrize("how", DENIED)
async def test_a_browser_that_denies_storage_sends_all_the_same_and_says_so(
    product: Product, new_inbox: NewInbox, how: str
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    await ana.page.add_init_script(DENIED[how])
    await ana.open(await session.conversation_of(INES))
    await ana.until(SAYS, KEEPS_NOTHING)
    await ana.write("Kept by nobody")
    await ana.until_bubble("Kept by nobody", "delivered")
    assert len(await ana.bubbles("Kept by nobody")) == 1
    assert len(await product.emulator.ledger(to=INES)) == 1
    assert ana.errors == []


async def test_without_room_enter_takes_nothing_until_there_is_room_again(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    await ana.open(await session.conversation_of(INES))
    machine = await ana.page.context.new_cdp_session(ana.page)
    quota: dict[str, Any] = {"origin": product.url, "quotaSize": 1}
    await machine.send("Storage.overrideQuotaForOrigin", quota)
    text = "Too much for this device. " * 40
    await ana.write(text, enter=False)
    await ana.until(SAYS, NO_ROOM)
    await ana.page.press("[data-composer] textarea", "Enter")
    await ana.page.click("[aria-label=Send]")
    assert await ana.composer_text() == text
    assert await ana.bubbles("Too much") == []

    await machine.send("Storage.overrideQuotaForOrigin", {"origin": product.url})
    await ana.page.press("[data-composer] textarea", "Enter")
    await ana.until_bubble("Too much", "delivered")
    assert await ana.composer_text() == ""
    assert not await ana.page.evaluate(SAYS, NO_ROOM)
    assert len(await product.emulator.ledger(to=INES)) == 1

    assert await ana.page.evaluate(NEWER_PAGE) == "opened"
    await ana.until(SAYS, KEEPS_NOTHING)
    await ana.write("From the older page")
    await ana.until_bubble("From the older page", "delivered")
    assert ana.errors == []


async def test_after_eleven_minutes_offline_a_message_asks_before_it_is_sent(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    await ana.page.clock.install()
    await ana.open(await session.conversation_of(INES))
    await ana.page.context.set_offline(True)
    await ana.write("See you at noon")
    await ana.write("At the corner")
    await ana.page.clock.fast_forward("11:00")
    await ana.page.context.set_offline(False)
    await ana.until("() => document.body.innerText.split('Still right?').length === 3")
    await ana.page.wait_for_selector("[data-connection=online]")
    assert await product.emulator.ledger(to=INES) == []

    await ana.page.click("[data-client-id]:has-text('At the corner') >> text=Send")
    await ana.until_bubble("At the corner", "delivered")
    await ana.page.click("[data-client-id]:has-text('at noon') >> text=Back to composer")
    await ana.until(
        "() => document.querySelector('[data-composer] textarea').value === 'See you at noon'"
    )
    assert await ana.bubbles("See you at noon") == []
    (sent,) = await product.emulator.ledger(to=INES)
    assert "At the corner" in str(sent["body"])


async def test_texts_are_their_agent_s_alone_and_only_signing_out_wipes_them(
    product: Product, new_inbox: NewInbox
) -> None:
    ana = await new_inbox("Ana")
    session = await product.sign_in("Ana")
    conversation_id = await session.conversation_of(INES)
    await ana.open(conversation_id)
    other_tab = await ana.page.context.new_page()
    await ana.page.context.route("**/messages", no_network)
    await ana.write("Waits for the network")
    await ana.write("Half a thought", enter=False)
    texts = ["Half a thought", "Waits for the network"]

    # The session ends: the form lies over the page, and nothing is wiped.
    await ana.page.context.clear_cookies()
    await ana.page.evaluate(ONLINE)
    await ana.page.wait_for_selector("[name=password]")
    assert await ana.page.evaluate(STORED_TEXTS) == texts

    # Ben signs in beside it, in another tab: he sees nothing of it, and nothing of it goes out in his name.
    tries: list[str] = []

    def note(request: Request) -> None:
        if "by-client-id" in request.url or request.method == "POST":
            tries.append(request.url)

    await other_tab.goto(f"{product.url}/c/{conversation_id}")
    await sign_in_again(other_tab, "Ben")
    await ana.page.context.unroute("**/messages")
    await other_tab.wait_for_selector("[data-client-id]")
    await other_tab.wait_for_selector("[data-composer] textarea")
    assert await other_tab.input_value("[data-composer] textarea") == ""
    assert await other_tab.locator("[data-direction=outbound]").count() == 0
    ana.page.on("request", note)
    await ana.page.evaluate(ONLINE)

    async def has_tried() -> bool:
        return len(tries) > 1

    await eventually(has_tried, 30)
    assert await product.emulator.ledger(to=INES) == []
    await sign_out(other_tab, "Ben")
    await other_tab.wait_for_selector("[name=password]")
    assert await ana.page.evaluate(STORED_TEXTS) == texts

    # Ana again: it is as she left it, and goes out in her name.
    await sign_in_again(ana.page, "Ana")
    await ana.until_bubble("Waits for the network", "delivered")
    assert await ana.composer_text() == "Half a thought"
    rows = await session.messages(conversation_id)
    assert [row["sender_name"] for row in rows if row["direction"] == "outbound"] == ["Ana"]

    # Signing out warns, and then wipes.
    await sign_out(ana.page, "Ana")
    assert await ana.page.evaluate(SAYS, "This browser holds text that was not sent.")
    await ana.page.click("text=Stay")
    assert await ana.composer_text() == "Half a thought"
    await sign_out(ana.page, "Ana")
    await ana.page.click("text=Delete and sign out")
    await ana.page.wait_for_selector("[name=password]")
    assert await ana.page.evaluate(STORED_TEXTS) == []
