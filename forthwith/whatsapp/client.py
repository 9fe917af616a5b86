"""The Cloud API client: one call, one outcome (R7). It never retries: the outbox decides."""

import re
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec

from forthwith.whatsapp.errors import meaning_of

GRAPH_VERSION = "v26.0"
LONGEST_RETRY_AFTER = 3_600_000
"""Whatever Meta asks for, we look again after an hour."""
NOTHING_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""Refused, no route, DNS, TLS, no connection in time: before the first byte of the request."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp has it, and calls it `wamid`. Not more: a failure may still be reported later."""

    wamid: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An error body proves that it was not accepted and never will be as it is."""

    code: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Held:
    """The number or the token cannot send now; nothing was accepted."""

    code: int
    detail: str


@dataclass(frozen=True, slots=True)
class Paced:
    """Too fast, or WhatsApp is down and says so; nothing was accepted. `retry_after`: milliseconds, when it says."""

    code: int
    retry_after: int | None


@dataclass(frozen=True, slots=True)
class NotSent:
    """No byte of the request left us."""

    detail: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Everything else: it may have arrived or not."""

    detail: str


Outcome = Accepted | Refused | Held | Paced | NotSent | Unknown


class _ErrorBody(msgspec.Struct):
    """Only the code decides, so nothing else in it may be a reason not to understand the refusal."""

    code: int
    message: Any = ""
    error_data: Any = None


class _Id(msgspec.Struct):
    id: str


class _Answer(msgspec.Struct):
    messages: list[_Id] = []
    error: _ErrorBody | None = None


class WhatsAppClient:
    """Calls for one Meta app. `graph_url`: `https://graph.facebook.com`, with or without a version behind it."""

    def __init__(self, graph_url: str, token: str, timeout_seconds: float) -> None:
        self._url = versioned(graph_url)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        # Connecting gives up first: that nothing left us is worth knowing.
        self._timeout = aiohttp.ClientTimeout(
            total=timeout_seconds, sock_connect=min(10.0, timeout_seconds / 2)
        )
        self._session: aiohttp.ClientSession | None = None

    async def send(self, phone_number_id: str, body: dict[str, Any]) -> Outcome:
        """Hand a message over."""
        try:
            async with self._post(phone_number_id, body) as answer:
                return outcome_of(
                    answer.status, answer.headers.get("Retry-After"), await answer.read()
                )
        except NOTHING_LEFT as error:
            return NotSent(type(error).__name__)
        except (aiohttp.ClientError, TimeoutError) as error:
            return Unknown(type(error).__name__)

    async def is_answering(self, phone_number_id: str) -> bool:
        """A harmless read of the number's own node: any answer below 500 counts (R9)."""
        try:
            async with self._open().get(f"{self._url}/{phone_number_id}") as answer:
                return answer.status < 500
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def mark_read(self, phone_number_id: str, body: dict[str, Any]) -> bool:
        """Best effort; True when WhatsApp took it."""
        try:
            async with self._post(phone_number_id, body) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def close(self) -> None:
        """Drop idle connections."""
        if self._session is not None:
            await self._session.close()

    def _post(
        self, phone_number_id: str, body: dict[str, Any]
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Never follows a redirection: that would be a second call, and tell another host our token."""
        return self._open().post(
            f"{self._url}/{phone_number_id}/messages",
            data=msgspec.json.encode(body),
            allow_redirects=False,
        )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # A kept-alive connection that the peer has just closed fails after the request was written, which is
            # *unknown*; a short keep-alive makes that rare. Callers bound themselves: waiting for a free connection
            # would use up the time of a call, and end as *unknown* too.
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=10)
            self._session = aiohttp.ClientSession(
                connector=connector, headers=self._headers, timeout=self._timeout
            )
        return self._session


def versioned(graph_url: str) -> str:
    """The address that paths are added to; calls without a version would get Meta's oldest."""
    url = graph_url.rstrip("/")
    return url if re.search(r"/v\d+(\.\d+)?$", url) else f"{url}/{GRAPH_VERSION}"


def outcome_of(status: int, retry_after: str | None, body: bytes) -> Outcome:
    """Read Meta's answer. Only an error body proves refusal; only a wamid proves acceptance."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except msgspec.MsgspecError:
        return Unknown(f"HTTP {status} without a readable body")
    if answer.error is not None:
        return _of_error(answer.error, retry_after)
    if 200 <= status < 300 and answer.messages:
        return Accepted(answer.messages[0].id)
    return Unknown(f"HTTP {status} without a message id")


def _of_error(error: _ErrorBody, retry_after: str | None) -> Outcome:
    meaning = meaning_of(error.code)
    details = error.error_data.get("details") if isinstance(error.error_data, dict) else None
    detail = str(details or error.message)
    if meaning.kind == "held":
        return Held(error.code, detail)
    if meaning.kind == "paced":
        hint = retry_after if retry_after and retry_after.isdecimal() else ""
        wait = min(int(hint[:9]) * 1_000, LONGEST_RETRY_AFTER) if hint else None
        return Paced(error.code, wait)
    if meaning.kind == "unknown":
        return Unknown(f"WhatsApp error {error.code}")
    return Refused(error.code, meaning.reason, detail)
