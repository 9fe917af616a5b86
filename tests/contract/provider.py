"""Who is asked: the emulator, or the real Cloud API when the environment names one.

    CLOUD_API_TOKEN                 a token of Meta's
    CLOUD_API_PHONE_NUMBER_ID       the number that sends
    CLOUD_API_CONTACT               the one number that is written to; it must have written within 24 hours
    CLOUD_API_INBOUND_WAMID         id of a message of that contact's: marking read and typing (else skipped)
    CLOUD_API_WEBHOOKS              file to which your receiver appends webhook bodies, one a line (else skipped)
    CLOUD_API_URL                   https://graph.facebook.com unless set

Nobody else is ever written to, a run sends two texts, and every other call reads, or is refused.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

VERSION = "v26.0"
NEEDED = ("CLOUD_API_TOKEN", "CLOUD_API_PHONE_NUMBER_ID", "CLOUD_API_CONTACT")
Statuses = Callable[[], Awaitable[list[dict[str, Any]]]]


@dataclass(frozen=True)
class Answer:
    """What came back: HTTP status, raw body, the body decoded (None when it is no JSON)."""

    http: int
    raw: bytes
    body: Any


@dataclass(frozen=True)
class Provider:
    """``statuses`` gives the status objects that webhooks have brought so far; None: nobody listens."""

    http: aiohttp.ClientSession
    url: str
    token: str
    phone_number_id: str
    contact: str
    inbound_wamid: str | None
    statuses: Statuses | None

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        """One call of the Graph API; ``token=`` sends another one, None none."""
        token = options.pop("token", self.token)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = path if path.startswith("http") else f"{self.url}/{VERSION}/{path}"
        async with self.http.request(method, url, headers=headers, **options) as answer:
            raw = await answer.read()
            try:
                return Answer(answer.status, raw, json.loads(raw))
            except ValueError:
                return Answer(answer.status, raw, None)

    async def post(self, body: dict[str, Any], **options: Any) -> Answer:
        """``POST /{phone_number_id}/messages``."""
        return await self.call("POST", f"{self.phone_number_id}/messages", json=body, **options)


def missing() -> list[str]:
    """What the environment does not say that the real Cloud API needs."""
    return [name for name in NEEDED if not os.environ.get(name)]


def cloud_api(http: aiohttp.ClientSession) -> Provider:
    """The provider that the environment names."""
    told = os.environ.get("CLOUD_API_WEBHOOKS")

    async def statuses() -> list[dict[str, Any]]:
        lines = Path(told or "").read_text().splitlines()  # noqa: ASYNC240 - one small file of a test
        return [one for line in lines for one in statuses_of(json.loads(line))]

    return Provider(
        http=http,
        url=os.environ.get("CLOUD_API_URL", "https://graph.facebook.com").rstrip("/"),
        token=os.environ["CLOUD_API_TOKEN"],
        phone_number_id=os.environ["CLOUD_API_PHONE_NUMBER_ID"],
        contact=os.environ["CLOUD_API_CONTACT"],
        inbound_wamid=os.environ.get("CLOUD_API_INBOUND_WAMID"),
        statuses=statuses if told else None,
    )


def statuses_of(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The status objects of one webhook."""
    return [
        status
        for entry in payload["entry"]
        for change in entry["changes"]
        for status in change["value"].get("statuses", [])
    ]
