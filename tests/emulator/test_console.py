"""The console in a real browser: phones, wire, faults, weather, clock and ledger."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.emulator.conftest import INES, Business, Receiver, eventually
from whatsapp_emulator.testing import RunningEmulator

pytestmark = pytest.mark.browser
TOMAS = "447700900226"


@pytest.fixture
async def page(browser: Browser, emulator: RunningEmulator) -> AsyncIterator[Page]:
    """The console beside Ines's and Tomás's phones; nothing may be refused, missing or thrown."""
    await emulator.contact(TOMAS, name="Tomás Verhey")
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    elsewhere: list[str] = []
    page.on("request", lambda asked: elsewhere.append(asked.url))
    await page.goto(f"{emulator.url}/console")
    await expect(page.locator(".phone")).to_have_count(2)
    yield page
    refused = "Failed to load resource: the server responded with a status of 400 (Bad Request)"
    assert [one for one in complaints if one != refused] == []
    assert [url for url in elsewhere if not url.startswith(emulator.url)] == []


def phone_of(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=f"Phone of {name}")


async def test_a_send_shows_on_phone_wire_and_ledger_as_it_happens(
    page: Page, emulator: RunningEmulator, business: Business
) -> None:
    await business.send("Thursday at 9:30 is free.", biz_opaque_callback_data="optimistic-1#1")
    await expect(phone_of(page, "Ines Okafor").locator(".bubble").last).to_contain_text("Thursday")
    row = page.locator(".exchange", has_text="POST messages")
    await expect(row).to_contain_text("text to Ines Okafor")
    await expect(row.locator(".code")).to_have_text("200")
    await expect(page.locator(".exchange", has_text="webhook delivered")).to_be_visible()
    sent = page.locator(".send-row")
    await expect(sent).to_contain_text("Thursday at 9:30 is free.")
    await expect(sent.get_by_role("img", name="Delivered")).to_be_visible()
    await expect(page.locator(".sum")).to_have_text("1 accepted, each exactly once")
    await sent.click()
    await expect(page.locator(".way")).to_contain_text("optimistic-1#1")

    await business.send("Once more.", biz_opaque_callback_data="optimistic-1#1")
    await expect(page.locator(".sum")).to_have_text("2 accepted, 1 of them more than once")


async def test_a_row_of_the_wire_opens_to_both_bodies_by_keyboard(
    page: Page, business: Business
) -> None:
    await business.send("Look inside.")
    await page.locator(".exchange", has_text="POST messages").focus()
    await page.keyboard.press("Enter")
    bodies = page.locator(".bodies")
    await expect(bodies.get_by_label("Request")).to_contain_text('"body": "Look inside."')
    await expect(bodies.get_by_label("Answer")).to_contain_text('"messages": [')
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(".exchange", has_text="webhook sent")).to_be_focused()


async def test_the_wire_is_sifted_by_kind_and_by_contact(
    page: Page, emulator: RunningEmulator, business: Business
) -> None:
    await emulator.write(TOMAS, "Hello")
    await business.send("to Ines")
    await emulator.quiet()
    shown = page.locator(".exchange:visible")
    await page.get_by_label("Whose exchanges").select_option(label="Tomás Verhey")
    await expect(shown).to_have_count(1)
    await expect(shown).to_contain_text("text from Tomás Verhey")
    await page.get_by_label("Whose exchanges").select_option(label="Everybody")
    await page.get_by_role("button", name="Calls", exact=True).click()
    await expect(shown).to_have_count(1)
    await expect(shown).to_contain_text("POST messages")


async def test_a_switch_sets_a_rule_and_shows_its_hits(
    page: Page, emulator: RunningEmulator, business: Business
) -> None:
    await page.get_by_label("How often new faults hit").select_option(label="once")
    await page.get_by_label("Whom new faults hit").select_option(label="Ines Okafor")
    await page.get_by_role("switch", name=re.compile("Refuse: window closed")).check(force=True)
    fault = page.locator(".fault", has_text="Refuse: window closed")
    await expect(fault).to_contain_text("once, only Ines Okafor")
    await expect(fault).to_contain_text("hit 0 of 1")
    assert (await business.text("refused"))[1]["error"]["code"] == 131047
    await expect(fault).to_contain_text("hit 1 of 1")
    await expect(page.get_by_role("button", name="Faults 1")).to_be_visible()

    await page.get_by_role("switch", name=re.compile("Tell everything twice")).check(force=True)
    await expect(page.locator(".faults")).to_contain_text("2 on")
    await expect(fault).to_contain_text("hit 1 of 1")
    await page.get_by_role("switch", name=re.compile("Refuse: window closed")).uncheck(force=True)
    await expect(page.locator(".faults")).to_contain_text("1 on")
    [rule] = await emulator.control("GET", "faults")
    assert rule["name"] == "Tell everything twice"


async def test_own_rules_are_written_as_json_and_refused_in_words(
    page: Page, emulator: RunningEmulator
) -> None:
    await page.get_by_role("button", name="Write your own rule").click()
    field = page.get_by_label("Rules as JSON")
    await field.fill("[")
    await page.get_by_role("button", name="Set these rules").click()
    await expect(page.get_by_role("alert")).to_contain_text("not JSON yet")
    await field.fill('[{"do": "sneeze"}]')
    await page.get_by_role("button", name="Set these rules").click()
    await expect(page.get_by_role("alert")).to_contain_text("sneeze")
    await field.fill('[{"name": "Odd answer", "do": "garbage", "times": 1}]')
    await page.get_by_role("button", name="Set these rules").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(".fault", has_text="Odd answer")).to_contain_text("hit 0 of 1")


async def test_the_weather_is_one_click_there_and_one_back(
    page: Page, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await expect(page.get_by_role("radio", name="Calm")).to_be_checked()
    await page.get_by_role("radio", name="Down").check()
    forecast = page.locator(".forecast")
    await expect(forecast).to_contain_text("No webhook comes until calm.")
    assert (await emulator.control("GET", "weather"))["weather"] == "down"
    await emulator.write(INES, "Anybody there?")
    await page.get_by_role("button", name="Back to calm").click()
    await expect(forecast).to_be_hidden()
    await expect(page.get_by_role("radio", name="Calm")).to_be_checked()
    await receiver.until(lambda: receiver.messages[-1]["text"]["body"] == "Anybody there?")

    await emulator.faults({"do": "hang"})
    await expect(forecast).to_contain_text("Your own mixture. One fault is on.")
    await expect(page.locator(".weather :checked")).to_have_count(0)


async def test_customers_send_pictures_sounds_places_people_and_answers(
    page: Page, emulator: RunningEmulator, business: Business, receiver: Receiver
) -> None:
    ines = phone_of(page, "Ines Okafor")
    for item in ("Photo", "Location", "Contact"):
        await ines.get_by_role("button", name="Send something else").click()
        await page.get_by_role("menuitem", name=item, exact=True).click()
        await expect(page.get_by_role("menu")).to_have_count(0)
    await ines.get_by_role("button", name="Send a voice note").click()
    await receiver.until(lambda: len(receiver.messages) == 5)
    kinds = [message["type"] for message in receiver.messages[1:]]
    assert sorted(kinds) == ["audio", "contacts", "image", "location"]
    voice = next(one["audio"] for one in receiver.messages if one["type"] == "audio")
    assert voice["voice"] is True
    assert voice["mime_type"] == "audio/ogg; codecs=opus"
    width = "image => image.decode().then(() => image.naturalWidth)"
    assert await ines.get_by_role("img", name="Photo").evaluate(width) == 720
    await expect(ines.locator(".tile")).to_have_count(2)

    await business.send("Shall I keep it?")
    await ines.get_by_role("button", name="Reply or react").click()
    await page.get_by_role("menuitem", name="React with 👍").click()
    await receiver.until(lambda: receiver.messages[-1]["type"] == "reaction")
    await expect(ines.locator(".reaction")).to_have_text("👍")
    await ines.get_by_role("button", name="Reply or react").click()
    await page.get_by_role("menuitem", name="Reply", exact=True).click()
    await page.keyboard.type("Yes, please")
    await page.keyboard.press("Enter")
    await receiver.until(lambda: receiver.messages[-1]["type"] == "text")
    [entry] = await emulator.ledger()
    assert receiver.messages[-1]["context"] == {"from": "442079460018", "id": entry["wamid"]}
    await expect(ines.locator(".bubble .quote")).to_have_text("Shall I keep it?")


async def test_a_button_of_the_business_can_be_tapped(
    page: Page, business: Business, receiver: Receiver
) -> None:
    reply = {"type": "reply", "reply": {"id": "blue-54", "title": "The blue 54"}}
    action = {"buttons": [reply]}
    await business.post(
        to=INES,
        type="interactive",
        interactive={"type": "button", "body": {"text": "Which one?"}, "action": action},
    )
    await phone_of(page, "Ines Okafor").get_by_role("button", name="The blue 54").click()
    await receiver.until(lambda: receiver.messages[-1]["type"] == "interactive")
    assert receiver.messages[-1]["interactive"] == {
        "type": "button_reply",
        "button_reply": {"id": "blue-54", "title": "The blue 54"},
    }


async def test_what_is_sent_to_a_contact_who_blocked_the_business_stays_at_one_tick(
    page: Page, emulator: RunningEmulator, business: Business, receiver: Receiver
) -> None:
    ines = phone_of(page, "Ines Okafor")
    await ines.locator(".who").click()
    await page.get_by_role("button", name="Block the business").click()
    await expect(ines).to_contain_text("The business is blocked: nothing arrives")
    await expect(ines.get_by_label("Write as Ines")).to_be_disabled()
    wamid = await business.send("Hello?")
    await emulator.quiet()
    assert receiver.names(wamid) == ["sent"]
    await emulator.contact(INES, blocked=False)
    later = await business.send("Hello again?")
    await receiver.until(lambda: "delivered" in receiver.names(later))
    assert receiver.names(wamid) == ["sent"], "what was blocked does not come later"


async def test_the_clock_moves_and_reset_asks_twice(
    page: Page, emulator: RunningEmulator, business: Business
) -> None:
    await page.get_by_role("button", name="Move the clock 23 hours and 50 minutes forward").click()
    await expect(page.locator("[data-day]")).to_contain_text("virtual")
    assert (await emulator.control("GET", "clock"))["ahead_seconds"] == 85_800
    assert (await business.text("within the window"))[0] == 200
    await page.get_by_role("button", name="Move the clock 1 hour forward").click()
    await eventually(lambda: _refuses(business))
    await page.get_by_role("button", name="Reset").click()
    await page.get_by_role("button", name="Forget all?").click()
    await expect(page.get_by_text("No customers yet")).to_be_visible()
    assert await emulator.ledger() == []


async def _refuses(business: Business) -> bool:
    """Whether the service window is over."""
    return (await business.text("too late"))[0] == 400


@pytest.mark.parametrize("width", [360, 900, 1280])
async def test_nothing_is_wider_than_the_screen(page: Page, business: Business, width: int) -> None:
    await business.send("W" * 300)
    await page.set_viewport_size({"width": width, "height": 740})
    if width < 1024:
        for name in ("Phones", "Wire", "Faults", "Ledger"):
            await page.get_by_role("tab", name=name).click()
            part = page.get_by_role("tab", name=name).get_attribute("aria-controls")
            await expect(page.locator(f"#{await part}")).to_be_visible()
            assert await overflow(page) <= 0, name
    assert await overflow(page) <= 0


async def overflow(page: Page) -> int:
    """How much of the page lies to the right of the screen."""
    return int(await page.evaluate("document.documentElement.scrollWidth - innerWidth"))


async def test_every_part_can_be_reached_by_keyboard(page: Page) -> None:
    reached = set()
    await page.evaluate("document.body.focus()")
    for _ in range(80):
        await page.keyboard.press("Tab")
        reached.add(
            await page.evaluate(
                "document.activeElement.closest('[data-weather], .moves, .phone, #wire, #faults,"
                " #ledger, [data-reset]')?.className.split(' ').at(-1) ?? ''"
            )
        )
    assert {"weather", "moves", "phone", "wire", "faults"} <= reached
