"""A tab that its agent opens again whenever it is gone: crashed, closed, or an error page in place of the inbox."""

import asyncio
import time

from playwright.async_api import BrowserContext, Error, Page

SHOWN = """() => [...document.querySelectorAll('[data-client-id]')]
  .map(each => [each.dataset.clientId, each.dataset.status, each.dataset.pos])"""
OPENED_WITHIN_SECONDS = 60.0
COMPOSER = "[data-composer] textarea"


class Tab:
    """One tab on one conversation."""

    def __init__(
        self, context: BrowserContext, address: str = "", page: Page | None = None
    ) -> None:
        self.address = address
        self._context = context
        self._page = page

    @property
    def page(self) -> Page:
        """The page of now."""
        assert self._page is not None, "not opened"
        return self._page

    async def open(self, address: str = "") -> None:
        """Ready when the composer is there; asked for until it comes, as people do."""
        self.address = address or self.address
        deadline = time.monotonic() + OPENED_WITHIN_SECONDS
        while True:
            if self._page is None or self._page.is_closed():
                self._page = await self._context.new_page()
            try:
                await self.page.goto(self.address, wait_until="commit", timeout=10_000)
                await self.page.wait_for_selector(COMPOSER, timeout=15_000)
            except Error:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
            else:
                return

    async def write(self, text: str) -> None:
        """Into the composer, and Enter."""
        await self.page.fill(COMPOSER, text)
        await self.page.press(COMPOSER, "Enter")

    async def close(self) -> None:
        """By its cross."""
        await self.page.close()

    async def crash(self) -> None:
        """Its renderer dies between two instructions: no farewell of any kind."""
        session = await self._context.new_cdp_session(self.page)
        async with self.page.expect_event("crash"):
            dying = asyncio.create_task(session.send("Page.crash"))
        await self.page.close()
        await asyncio.gather(dying, return_exceptions=True)  # it never answers

    async def shown(self) -> list[list[str]]:
        """Every bubble: client id, status, place."""
        found: list[list[str]] = await self.page.evaluate(SHOWN)
        return found

    async def composer_text(self) -> str:
        """What stands in the composer."""
        return await self.page.input_value(COMPOSER)
