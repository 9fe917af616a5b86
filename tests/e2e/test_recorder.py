"""The flight recorder on screen: opened by mouse and keyboard, told from recorded times, followed while it is open."""

import re
from typing import Any

from playwright.async_api import Locator

from tests.e2e.conftest import INES, Inbox, NewInbox
from tests.flow.test_recorder import SOON, once, seconds
from tests.rig import Product, eventually

DIALOG = "role=dialog[name='Flight recorder']"


async def sent(inbox: Inbox, product: Product, text: str, status: str = "delivered") -> str:
    """Write it to Ines; the client_id once the bubble shows this status."""
    await inbox.write(text)
    await inbox.until_bubble(text, status)
    return str((await inbox.bubbles(text))[0]["clientId"])


async def open_ines(inbox: Inbox, product: Product) -> None:
    ben = await product.sign_in("Ben")
    await inbox.open(await ben.conversation_of(INES))


def opener(inbox: Inbox, client_id: str) -> Locator:
    return inbox.page.locator(f"[data-client-id='{client_id}'] [data-trace]")


async def hops(inbox: Inbox) -> list[str]:
    """The lines of the open recorder: title and words."""
    names = inbox.page.locator(f"{DIALOG} >> [data-hop] >> css=span:has(> b)")
    return [re.sub(r"\s+", " ", text).strip() for text in await names.all_inner_texts()]


async def until_hops(inbox: Inbox, *wanted: str) -> None:
    """Wait until exactly these lines are shown; times of two clocks may put neighbours in another order."""

    async def are_shown() -> bool:
        return sorted(await hops(inbox)) == sorted(wanted)

    try:
        await eventually(are_shown, 10)
    except AssertionError:
        assert sorted(await hops(inbox)) == sorted(wanted)


def milliseconds(words: str) -> float:
    number, unit = words.split()
    return float(number) * {"ms": 1, "s": 1_000}[unit]


async def test_a_message_tells_its_life_from_recorded_times(
    new_inbox: NewInbox, product: Product
) -> None:
    ana = await new_inbox("Ana")
    await open_ines(ana, product)
    await product.emulator.faults(SOON)
    client_id = await sent(ana, product, "We will have it back to you by noon.")
    await opener(ana, client_id).click()
    row = await (await product.sign_in("Ben")).message(client_id)
    usual = (
        *("Enter you pressed it", "Painted on your screen", f"Stored on disk, place {row['pos']}"),
        *("Handed over attempt 1", "Accepted by WhatsApp", "Sent status came"),
        "Delivered to the phone",
    )
    await until_hops(ana, *usual)
    # The figures are the recorded ones: within what the page itself and WhatsApp have measured.
    figures = await ana.page.locator(f"{DIALOG} >> dd").all_inner_texts()
    to_screen, to_whatsapp, to_phone = [milliseconds(words) for words in figures[:3]]
    assert 0 <= to_screen < 2_000
    assert to_whatsapp <= to_phone
    trace = await trace_of(product, client_id)
    at = {hop["name"]: seconds(hop["at"]) for hop in trace["hops"]}
    (entry,) = await product.emulator.ledger(opaque=client_id)
    accepted = (seconds(entry["times"]["accepted"]) - at["enter"]) * 1_000
    assert accepted - 20 <= to_whatsapp <= accepted + 1_500
    assert at["enter"] <= at["painted"] <= at["drawn"]
    assert at["posted"] <= at["stored"] + 0.002
    assert at["stored"] <= at["answered"] + 0.002
    # It follows what happens while it is open.
    await product.emulator.contact(INES, device="online-open")
    await until_hops(ana, *usual, "Read by Ines Okafor")
    await ana.page.keyboard.press("Escape")
    assert await ana.page.locator(DIALOG).count() == 0
    is_back = "element => element === document.activeElement"
    assert await opener(ana, client_id).evaluate(is_back)
    assert ana.errors == []


async def trace_of(product: Product, client_id: str) -> dict[str, Any]:
    """As a colleague reads it, once the sender's browser has reported."""
    ben = await product.sign_in("Ben")

    async def read() -> dict[str, Any] | None:
        _, trace = await ben.call("GET", f"/api/messages/{client_id}/trace")
        return trace if any(hop["name"] == "drawn" for hop in trace["hops"]) else None

    trace: dict[str, Any] = await eventually(read, 15)
    return trace


async def test_a_colleague_and_a_reload_see_what_the_sender_saw(
    new_inbox: NewInbox, product: Product
) -> None:
    ana, ben = await new_inbox("Ana"), await new_inbox("Ben")
    await open_ines(ana, product)
    client_id = await sent(ana, product, "Seen from everywhere")
    await ana.page.reload()  # the page that knew has gone, and told the server when it went
    await ana.page.wait_for_selector("[data-connection=online]")
    for inbox, words in ((ana, "Enter you pressed it"), (ben, "Enter Ana pressed it")):
        if inbox is ben:
            await open_ines(ben, product)
        await opener(inbox, client_id).click()

        async def is_told(inbox: Inbox = inbox, words: str = words) -> bool:
            told = await hops(inbox)
            return told[:1] == [words] and any(line.startswith("Painted on") for line in told)

        await eventually(is_told)


async def test_by_keyboard_alone(new_inbox: NewInbox, product: Product) -> None:
    ana = await new_inbox("Ana")
    await open_ines(ana, product)
    first = await sent(ana, product, "The first of two")
    second = await sent(ana, product, "The second of two")
    focused = "() => document.activeElement?.closest('[data-client-id]')?.dataset.clientId ?? ''"
    await ana.page.focus("[data-composer] textarea")
    for _ in range(4):
        await ana.page.keyboard.press("Shift+Tab")
        if await ana.page.evaluate(focused):
            break
    assert await ana.page.evaluate(focused) == second
    await ana.page.keyboard.press("ArrowUp")
    assert await ana.page.evaluate(focused) == first
    await ana.page.keyboard.press("Enter")
    await ana.page.wait_for_selector(f"{DIALOG} >> [data-hop=delivered]")
    assert "The first of two" in await ana.page.inner_text(DIALOG)
    await ana.page.keyboard.press("Tab")
    assert await ana.page.evaluate("() => document.activeElement.ariaLabel") == "Copy as text"
    await ana.page.keyboard.press("Escape")
    assert await ana.page.evaluate(focused) == first


async def test_troubles_are_told_in_words(new_inbox: NewInbox, product: Product) -> None:
    ana = await new_inbox("Ana")
    await open_ines(ana, product)
    busy = once("error", code=131056, retry_after_seconds=1)
    await product.emulator.faults(busy, once("hang"), {"do": "strip_opaque", "times": 2}, SOON)
    client_id = await sent(ana, product, "Through a bad day", "unconfirmed")
    await ana.page.click("role=button[name='Send again']")
    await ana.until_bubble("Through a bad day", "delivered")
    await opener(ana, client_id).click()
    place = (await (await product.sign_in("Ben")).message(client_id))["pos"]
    await until_hops(
        ana,
        *("Enter you pressed it", "Painted on your screen", f"Stored on disk, place {place}"),
        *("Handed over attempt 1", "Busy WhatsApp was busy (131056), again in 1 s"),
        *("Handed over attempt 1", "No answer No answer within 2 s; it may have arrived"),
        *("Unconfirmed No word came; the next ones go on", "Sent again You sent it again"),
        *("Handed over attempt 2", "Accepted by WhatsApp", "Sent status came"),
        "Delivered to the phone",
    )


async def test_a_message_that_came_back_tells_why_from_the_tray(
    new_inbox: NewInbox, product: Product
) -> None:
    ana = await new_inbox("Ana")
    await open_ines(ana, product)
    await product.emulator.faults(once("fail", code=131026), SOON)
    await ana.write("Nobody there")
    await ana.write("Typed meanwhile", enter=False)
    await ana.page.click("[data-unsent] >> role=button[name='What happened']")
    await ana.page.wait_for_selector(f"{DIALOG} >> [data-hop=failed]")
    assert (await hops(ana))[-1] == "Failed WhatsApp reported it later (131026)"


async def test_on_a_phone_it_is_a_sheet(new_inbox: NewInbox, product: Product) -> None:
    phone = {"width": 360, "height": 740}
    ana = await new_inbox("Ana", viewport=phone, has_touch=True, is_mobile=True)
    await open_ines(ana, product)
    await ana.write("From a phone", enter=False)
    await ana.page.click("role=button[name='Send']")
    await ana.until_bubble("From a phone", "delivered")
    client_id = (await ana.bubbles("From a phone"))[0]["clientId"]
    await opener(ana, client_id).tap()
    await ana.page.wait_for_selector(f"{DIALOG} >> [data-hop=delivered]")
    still = "box => Promise.all(box.getAnimations().map(each => each.finished))"
    await ana.page.locator(DIALOG).evaluate(still)
    box = await ana.page.locator(DIALOG).bounding_box()
    assert box is not None
    assert (round(box["x"]), round(box["width"])) == (0, 360)
    assert round(box["y"] + box["height"]) == 740
    assert await ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
