"""A real Chromium against the real server and the emulator."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.rig import PASSWORD, Product, running_product
from tools.chromium import chromium_path

INES = "447700900318"
TOMAS = "447700900226"

QUIET_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Headless Chromium, from wherever `make setup` found it."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=str(chromium_path()), args=QUIET_FLAGS
        )
        yield launched
        await launched.close()


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    """Two agents, two customers who have each written once."""
    async with running_product(
        tmp_path, "Ana", "Ben", debug="true", outcome_wait_seconds="2", graph_timeout_seconds="2"
    ) as running:
        await running.emulator.contact(TOMAS, name="Tomás Verhey", device="online", bsuid="GB.226")
        await running.emulator.write(TOMAS, "Hello, I saw two Larches in your window")
        await running.emulator.contact(INES, name="Ines Okafor", device="online", bsuid="GB.318")
        await running.emulator.write(INES, "Is the blue one still in the shop?")
        yield running


class Inbox:
    """One agent's browser page, signed in."""

    def __init__(self, page: Page, product: Product) -> None:
        self.page, self.product = page, product
        self.console: list[str] = []
        page.on("console", lambda message: self.console.append(message.text))
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def sign_in(self, name: str) -> None:
        """By the form, as a person does."""
        await self.page.goto(self.product.public_url)
        await self.page.fill("[name=email]", f"{name.lower()}@demo.example")
        await self.page.fill("[name=password]", PASSWORD)
        await self.page.press("[name=password]", "Enter")
        await self.page.wait_for_selector("[data-connection=online]")

    async def open(self, conversation_id: str) -> None:
        """By its address; ready when the composer is."""
        await self.page.goto(f"{self.product.public_url}/c/{conversation_id}")
        await self.page.wait_for_selector("[data-connection=online]")
        await self.page.wait_for_selector("[data-composer] textarea")

    async def write(self, text: str, *, enter: bool = True) -> None:
        """Type into the composer."""
        await self.page.fill("[data-composer] textarea", text)
        if enter:
            await self.page.press("[data-composer] textarea", "Enter")

    async def composer_text(self) -> str:
        """What stands in the composer."""
        return await self.page.input_value("[data-composer] textarea")

    async def bubbles(self, text: str) -> list[dict[str, Any]]:
        """Every bubble on the page with this text."""
        script = """text => [...document.querySelectorAll('[data-client-id]')]
            .filter(each => each.textContent.includes(text))
            .map(each => ({...each.dataset}))"""
        found: list[dict[str, Any]] = await self.page.evaluate(script, text)
        return found

    async def until(self, script: str, argument: Any = None, timeout_ms: float = 10_000) -> None:
        """Wait for a condition in the page."""
        await self.page.wait_for_function(script, arg=argument, timeout=timeout_ms)

    async def until_bubble(self, text: str, status: str) -> None:
        """Wait for the one bubble with this text to show this status."""
        script = """([text, status]) => [...document.querySelectorAll('[data-client-id]')]
            .some(each => each.textContent.includes(text) && each.dataset.status === status)"""
        await self.until(script, [text, status])


NewInbox = Callable[..., Any]


@pytest.fixture
async def new_inbox(browser: Browser, product: Product) -> AsyncIterator[NewInbox]:
    """`await new_inbox("Ana")`: another agent's browser, signed in."""
    async with AsyncExitStack() as closing:

        async def make(name: str, **options: Any) -> Inbox:
            context = await browser.new_context(
                **{"viewport": {"width": 1280, "height": 800}, **options}
            )
            closing.push_async_callback(context.close)
            inbox = Inbox(await context.new_page(), product)
            await inbox.sign_in(name)
            return inbox

        yield make
