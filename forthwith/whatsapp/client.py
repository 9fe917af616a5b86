"""The Cloud API client: one call, one outcome (R7). It never retries: the outbox decides."""

import re
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec

from forthwith.whatsapp.errors import meaning_of

GRAPH_VERSION = "v26.0"


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
    code: int
    message: str = ""
    error_data: dict[str, Any] | None = None


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
        self._timeout = aiohttp.ClientTimeout(
            total=timeout_seconds, sock_connect=min(10.0, timeout_seconds)
        )
        self._session: aiohttp.ClientSession | None = None

    async def send(self, phone_number_id: str, body: dict[str, Any]) -> Outcome:
        """Hand a message over."""
        try:
            async with self._open().post(
                f"{self._url}/{phone_number_id}/messages", data=msgspec.json.encode(body)
            ) as answer:
                return outcome_of(
                    answer.status, answer.headers.get("Retry-After"), await answer.read()
                )
        except (
            aiohttp.ClientConnectorError
        ) as error:  # refused, no route, DNS, TLS: before the first byte of the request
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
            async with self._open().post(
                f"{self._url}/{phone_number_id}/messages", data=msgspec.json.encode(body)
            ) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def close(self) -> None:
        """Drop idle connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # A kept-alive connection that the peer has just closed fails after the request was written, which is
            # *unknown*; a short keep-alive makes that rare.
            connector = aiohttp.TCPConnector(limit=64, keepalive_timeout=10)
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
    detail = str((error.error_data or {}).get("details") or error.message)
    if meaning.kind == "held":
        return Held(error.code, detail)
    if meaning.kind == "paced":
        seconds = int(retry_after) if retry_after and retry_after.isdecimal() else None
        return Paced(error.code, seconds * 1_000 if seconds is not None else None)
    if meaning.kind == "unknown":
        return Unknown(f"WhatsApp error {error.code}")
    return Refused(error.code, meaning.reason, detail)
