"""`forthwith demo`, as a stranger meets it; its screenshots are the ones in `docs/images` (`make screenshots`)."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.servers import free_port

READY = "Ctrl-C stops everything"


@dataclass
class Demo:
    """A running demo: the addresses it printed."""

    inbox: str
    phones: str
    output: str


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "FORTHWITH_PORT": str(free_port()),
        "FORTHWITH_EMULATOR_PORT": str(free_port()),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "forthwith", "demo"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    output = ""
    async with asyncio.timeout(30):
        while READY not in output:
            line = await process.stdout.readline()
            assert line, output
            output += line.decode()
    inbox, phones = re.findall(r"http://127\.0\.0\.1:\d+", output)[:2]
    yield Demo(inbox, phones, output)
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.communicate(), 20)


async def page_of(browser: Browser, *, width: int, height: int, dark: bool = False) -> Page:
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        device_scale_factor=2 if width < 600 else 1,
        has_touch=width < 600,
        locale="en-GB",
    )
    return await context.new_page()


async def sign_in(page: Page, demo: Demo) -> None:
    await page.goto(demo.inbox)
    await page.fill("[name=email]", "ana@demo.example")
    await page.fill("[name=password]", "forthwith-demo")
    await page.press("[name=password]", "Enter")
    await page.wait_for_selector("[data-connection=online]")
    await page.wait_for_selector("[data-conversation-id]")


def screenshot_path(tmp_path: Path, name: str) -> Path:
    """In the folder `make screenshots` names, else where nobody looks."""
    return Path(os.environ.get("FORTHWITH_SCREENSHOTS", tmp_path)) / f"{name}.png"


async def test_the_demo_says_where_how_and_what(demo: Demo) -> None:
    for words in ("ana@demo.example", "ben@demo.example", "forthwith-demo", "Try"):
        assert words in demo.output


async def test_the_first_conversation_delivers_within_three_seconds(
    demo: Demo, browser: Browser
) -> None:
    page = await page_of(browser, width=1280, height=800)
    await sign_in(page, demo)
    await page.locator("[data-conversation-id]").first.click()
    await page.fill("[data-composer] textarea", "We open at ten on Thursday.")
    await page.press("[data-composer] textarea", "Enter")
    await page.wait_for_selector(
        "[data-client-id]:is([data-status=delivered], [data-status=read]) >> text=We open at ten on Thursday.",
        timeout=3_000,
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_the_screens_at_a_desk_and_on_a_phone(
    demo: Demo, browser: Browser, tmp_path: Path, dark: bool
) -> None:
    theme = "dark" if dark else "light"
    desk = await page_of(browser, width=1280, height=800, dark=dark)
    await sign_in(desk, demo)
    await desk.wait_for_timeout(500)
    await desk.screenshot(path=screenshot_path(tmp_path, f"list-{theme}"))
    await desk.click("[data-conversation-id] >> text=Ines Okafor")
    await desk.wait_for_selector("[data-client-id]")
    await desk.fill("[data-composer] textarea", "Thursday at 9:30 is yours, Ines.")
    await desk.press("[data-composer] textarea", "Enter")
    await desk.wait_for_selector(
        "[data-client-id]:is([data-status=delivered], [data-status=read]) >> text=Thursday at 9:30"
    )
    await desk.wait_for_timeout(300)
    await desk.screenshot(path=screenshot_path(tmp_path, f"inbox-{theme}"))
    await desk.locator("[data-trace]").last.click()
    await desk.wait_for_selector("role=dialog >> [data-hop=delivered]")
    await desk.wait_for_timeout(300)
    await desk.screenshot(path=screenshot_path(tmp_path, f"recorder-{theme}"))
    await desk.keyboard.press("Escape")
    assert await desk.evaluate("document.documentElement.scrollWidth <= innerWidth")

    phone = await page_of(browser, width=360, height=740, dark=dark)
    await sign_in(phone, demo)
    await phone.wait_for_timeout(500)
    await phone.screenshot(path=screenshot_path(tmp_path, f"phone-list-{theme}"))
    await phone.click("[data-conversation-id] >> text=Ines Okafor")
    await phone.wait_for_selector("[data-client-id]")
    await phone.wait_for_timeout(300)
    await phone.screenshot(path=screenshot_path(tmp_path, f"phone-chat-{theme}"))
    assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    customer = await page_of(browser, width=1280, height=800, dark=dark)
    await customer.goto(demo.phones)
    await customer.wait_for_timeout(800)
    await customer.screenshot(path=screenshot_path(tmp_path, f"customers-{theme}"))


async def test_a_returned_message_on_screen(demo: Demo, browser: Browser, tmp_path: Path) -> None:
    page = await page_of(browser, width=1280, height=800)
    await sign_in(page, demo)
    await page.click("[data-conversation-id] >> text=Tomás Verhey")
    await page.wait_for_selector("[data-client-id]")
    rule = {"do": {"action": "fail", "code": 131026}, "times": 1}
    answer = await page.request.put(
        f"{demo.phones}/_control/faults", data=[rule], headers={"Content-Type": "application/json"}
    )
    assert answer.ok
    await page.fill(
        "[data-composer] textarea", "It is, the last one in 54. Shall I keep it for you?"
    )
    await page.press("[data-composer] textarea", "Enter")
    await page.fill("[data-composer] textarea", "And the mudguards fit that fr")
    await page.wait_for_selector("[data-unsent]")
    await page.wait_for_timeout(400)
    await page.screenshot(path=screenshot_path(tmp_path, "returned-light"))


async def test_the_console_is_one_click_from_the_inbox(demo: Demo, browser: Browser) -> None:
    assert f"Console      {demo.phones}/console" in demo.output
    page = await page_of(browser, width=1280, height=800)
    await sign_in(page, demo)
    await page.get_by_role("button", name="Account of Ana").first.click()
    async with page.expect_popup() as opened:
        await page.get_by_role("menuitem", name="WhatsApp emulator").click()
    console = await opened.value
    await console.wait_for_selector(".phone .bubble")
    assert console.url == f"{demo.phones}/console"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_the_console_at_a_desk_and_on_a_phone(
    demo: Demo, browser: Browser, tmp_path: Path, dark: bool
) -> None:
    theme = "dark" if dark else "light"
    desk = await page_of(browser, width=1280, height=800, dark=dark)
    await sign_in(desk, demo)
    console = await page_of(browser, width=1280, height=800, dark=dark)
    await console.goto(f"{demo.phones}/console")
    await write(desk, "Ines Okafor", "Thursday at 9:30 is free. Shall I book it?")
    await console.get_by_role("radio", name="Disorder").check()
    await write(desk, "Ines Okafor", "We will have it back to you by noon.")
    await write(desk, "Tomás Verhey", "It is, the last one in 54.")
    await desk.wait_for_timeout(1_500)
    await console.screenshot(path=screenshot_path(tmp_path, f"console-{theme}"))
    assert await console.evaluate("document.documentElement.scrollWidth <= innerWidth")

    phone = await page_of(browser, width=360, height=740, dark=dark)
    await phone.goto(f"{demo.phones}/console")
    await phone.wait_for_selector(".phone .bubble")
    await phone.get_by_role("tab", name="Wire").click()
    await phone.locator(".exchange:not(:disabled)").last.click()
    await phone.wait_for_selector(".bodies pre")
    await phone.wait_for_timeout(300)
    await phone.screenshot(path=screenshot_path(tmp_path, f"phone-console-{theme}"))
    assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def write(page: Page, name: str, text: str) -> None:
    """Open the conversation, send the text and wait until it is on the phone."""
    await page.click(f"[data-conversation-id] >> text={name}")
    await page.fill("[data-composer] textarea", text)
    await page.press("[data-composer] textarea", "Enter")
    reached = "[data-client-id]:is([data-status=delivered], [data-status=read])"
    await page.wait_for_selector(f"{reached} >> text={text}")
