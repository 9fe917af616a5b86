"""The emulator inside a test: started in this process on a free port, driven over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.pace import Pace
from whatsapp_emulator.server import serving
from whatsapp_emulator.settings import Settings

PHONE_NUMBER_ID = "900000000000001"
BUSINESS_ACCOUNT_ID = "800000000000001"
APP_SECRET = "emulator-app-secret"  # noqa: S105 - invented
VERIFY_TOKEN = "emulator-verify-token"  # noqa: S105 - invented
TOKEN = "emulator-token"  # noqa: S105 - invented


def settings_for_tests(**changes: Any) -> Settings:
    """Settings with invented credentials, no webhook URL yet, and nothing that takes time."""
    usual: dict[str, Any] = {
        "webhook_url": None,
        "app_secret": APP_SECRET,
        "verify_token": VERIFY_TOKEN,
        "token": TOKEN,
        "phone_number_ids": (PHONE_NUMBER_ID,),
        "business_account_id": BUSINESS_ACCOUNT_ID,
        "pace": Pace(scale=0.0),
    }
    return Settings(**usual | changes)


class RunningEmulator:
    """A handle on a running emulator. ``url`` has no trailing slash."""

    def __init__(
        self, url: str, settings: Settings, emulator: Emulator, http: aiohttp.ClientSession
    ) -> None:
        self.url = url
        self.settings = settings
        self.emulator = emulator
        self.http = http

    async def control(
        self, method: str, path: str, body: Any = None, *, query: dict[str, str] | None = None
    ) -> Any:
        """Call the control plane and return its JSON; ``AssertionError`` unless it answers 2xx."""
        async with self.http.request(
            method, f"{self.url}/_control/{path}", json=body, params=query
        ) as answer:
            text = await answer.text()
            if answer.status >= 300:
                raise AssertionError(f"{method} {path}: {answer.status} {text}")
            return msgspec.json.decode(text)

    async def contact(self, wa_id: str, **fields: Any) -> Any:
        """Make or change a contact (``name``, ``device``, ``read_receipts`` ...)."""
        return await self.control("PUT", f"contacts/{wa_id}", fields)

    async def write(self, wa_id: str, text: str) -> str:
        """The contact writes a text (this opens the service window); its wamid."""
        answer = await self.control("POST", "inbound", {"from": wa_id, "text": text})
        return str(answer["id"])

    async def ledger(self, **query: str) -> list[dict[str, Any]]:
        """Accepted sends, maybe only ``to=`` a contact or with an ``opaque=`` beginning."""
        entries: list[dict[str, Any]] = await self.control("GET", "ledger", query=query)
        return entries

    async def faults(self, *rules: dict[str, Any]) -> None:
        """Put these rules in force, and no others."""
        await self.control("PUT", "faults", list(rules))

    async def quiet(self, timeout_seconds: float = 10.0) -> None:
        """Return when nothing is under way; ``AssertionError`` after the time-out."""
        await self.control("POST", "quiet", {"timeout_seconds": timeout_seconds})

    async def aim_webhooks(self, url: str | None) -> None:
        """Deliver webhooks to ``url`` from now on; None lets them wait."""
        await self.control("PUT", "webhook", {"url": url})


@asynccontextmanager
async def running_emulator(
    *,
    webhook_url: str | None = None,
    app_secret: str = APP_SECRET,
    verify_token: str = VERIFY_TOKEN,
    token: str = TOKEN,
    phone_number_ids: tuple[str, ...] = (PHONE_NUMBER_ID,),
    business_account_id: str = BUSINESS_ACCOUNT_ID,
    port: int = 0,
    seed: int | None = None,
    state: Path | None = None,
    personas: bool = False,
    ready_url: str | None = None,
    pace: Pace | None = None,
    accounts: dict[str, str] | None = None,
) -> AsyncIterator[RunningEmulator]:
    """Run an emulator in this event loop. Without ``webhook_url`` webhooks wait until
    ``aim_webhooks``; without ``pace`` nothing takes time (``Pace()`` is the believable one)."""
    settings = Settings(
        webhook_url=webhook_url,
        app_secret=app_secret,
        verify_token=verify_token,
        token=token,
        phone_number_ids=phone_number_ids,
        business_account_id=business_account_id,
        port=port,
        seed=seed,
        state=state,
        personas=personas,
        ready_url=ready_url,
        pace=pace or Pace(scale=0.0),
        accounts=accounts or {},
    )
    async with serving(settings) as running, aiohttp.ClientSession() as http:
        yield RunningEmulator(f"http://127.0.0.1:{running.port}", settings, running.emulator, http)
