"""The customer's phone in a real browser, against the emulator and a webhook receiver."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.emulator.conftest import INES, Business, Receiver
from whatsapp_emulator.testing import RunningEmulator

pytestmark = pytest.mark.browser


@pytest.fixture
async def page(browser: Browser, emulator: RunningEmulator) -> AsyncIterator[Page]:
    """The page on Ines's phone; nothing may be refused, missing or thrown."""
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"{emulator.url}/phone/{INES}")
    await expect(page.locator(".bubble")).to_have_count(1)
    yield page
    assert complaints == []


async def test_what_the_customer_types_is_ticked_as_the_business_takes_it(
    page: Page, emulator: RunningEmulator, business: Business, receiver: Receiver
) -> None:
    receiver.answers = [503] * 2
    await page.get_by_label("Write as Ines").fill("Can I bring it on Thursday?")
    await page.keyboard.press("Enter")

    bubble = page.locator(".bubble.own").last
    await expect(bubble).to_contain_text("Can I bring it on Thursday?")
    await expect(bubble.get_by_role("img", name="Sent")).to_be_visible()
    await receiver.until(lambda: len(receiver.messages) == 2)
    await expect(bubble.get_by_role("img", name="Delivered")).to_be_visible()
    await business.post(status="read", message_id=receiver.messages[-1]["id"])
    await expect(bubble.get_by_role("img", name="Read")).to_be_visible()
    await expect(page.get_by_label("Write as Ines")).to_have_value("")


async def test_what_the_business_does_shows_on_the_phone(
    page: Page, emulator: RunningEmulator, business: Business, receiver: Receiver
) -> None:
    await business.post(
        status="read",
        message_id=receiver.messages[-1]["id"],
        typing_indicator={"type": "text"},
    )
    await expect(page.get_by_text("typing…")).to_be_visible()
    wamid = await business.send("Thursday at 9:30 is <b>free</b>.")
    await expect(page.locator(".bubble").last).to_contain_text("Thursday at 9:30 is <b>free</b>.")
    await expect(page.get_by_text("typing…")).to_have_count(0)

    await emulator.quiet()
    assert "read" not in receiver.names(wamid), "on the phone is not on the screen"
    await page.get_by_role("button", name="Read 1 message").click()
    await expect(page.get_by_role("button", name="Read 1 message")).to_have_count(0)
    await receiver.until(lambda: "read" in receiver.names(wamid))


async def test_a_phone_that_is_off_says_what_waits(
    page: Page, emulator: RunningEmulator, business: Business, receiver: Receiver
) -> None:
    await page.get_by_text("Off", exact=True).click()
    await expect(page.get_by_label("Write as Ines")).to_be_disabled()
    await business.send("Hello?")
    await expect(page.get_by_text("Phone is off, 1 message waits at WhatsApp")).to_be_visible()
    await page.get_by_text("Reading", exact=True).click()
    await expect(page.locator(".bubble").last).to_contain_text("Hello?")
    await receiver.until(lambda: receiver.names() == ["sent", "read"])
    [ines] = await emulator.control("GET", "contacts")
    assert ines["device"] == "online-open"

    await page.get_by_text("Read receipts").click()
    await expect(page.get_by_role("switch", name="Read receipts")).not_to_be_checked()
    await emulator.quiet()
    [ines] = await emulator.control("GET", "contacts")
    assert ines["read_receipts"] is False


async def test_a_new_customer_gets_a_phone(
    page: Page, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await page.locator(".who").first.click()
    await page.get_by_label("Name of a new customer").fill("Wren Hollis")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Phone of Wren Hollis")).to_be_visible()
    await expect(page.get_by_label("Write as Wren")).to_be_focused()
    await page.keyboard.type("Do you mend tandems?")
    await page.keyboard.press("Enter")
    await receiver.until(lambda: receiver.messages[-1]["text"]["body"] == "Do you mend tandems?")
    assert page.url.endswith("/phone/447700900500")


async def test_the_page_survives_a_reset_and_fits_a_small_screen(
    page: Page, emulator: RunningEmulator
) -> None:
    await emulator.control("POST", "reset")
    await expect(page.get_by_text("No customers yet")).to_be_visible()
    await emulator.write(INES, "W" * 300)
    await expect(page.locator(".phone")).to_have_count(1)
    await page.set_viewport_size({"width": 360, "height": 640})
    widths = await page.evaluate(
        "[...document.querySelectorAll('body, .phone, .thread, .top')]"
        ".map((node) => [node.getBoundingClientRect().right, node.scrollWidth - node.clientWidth])"
    )
    assert all(right <= 360 and overflow <= 0 for right, overflow in widths), widths


async def test_everything_comes_from_the_page_itself(emulator: RunningEmulator) -> None:
    async with emulator.http.get(f"{emulator.url}/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        text = await answer.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text
    assert "style=" not in text
    async with emulator.http.get(f"{emulator.url}/v26.0/1") as answer:
        assert "Content-Security-Policy" not in answer.headers
