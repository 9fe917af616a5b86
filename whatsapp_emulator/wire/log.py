"""The newest exchanges on the wire, bounded in number and in bytes, without the secrets."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from whatsapp_emulator.clock import iso

KEPT = 1_000
KEPT_CHARACTERS = 8_000_000
BODY_CHARACTERS = 64_000
REDACTED = "•••"

Kind = Literal["call", "webhook", "handshake", "fault", "weather"]


class Exchange(msgspec.Struct):
    """A request and its answer, or (``fault``, ``weather``) a line that explains what follows.

    ``call``: the business asks WhatsApp; ``webhook``, ``handshake``: WhatsApp tells the business.
    ``what``: in two words; ``words``: whom and what it concerns; ``wa_ids``: the contacts it is
    about. ``http`` is None while there is no answer (``ended``: there will be none; ``error``
    says why). ``attempt``: of a webhook, from 1. ``ms``: from the request to the answer's end.
    """

    number: int
    kind: Kind
    at: float
    what: str
    words: str = ""
    wa_ids: list[str] = []
    method: str = ""
    path: str = ""
    http: int | None = None
    ended: bool = True
    error: str | None = None
    attempt: int = 0
    ms: float | None = None
    request: str = ""
    answer: str = ""

    def shape(self, *, with_bodies: bool) -> dict[str, Any]:
        shape = msgspec.structs.asdict(self)
        shape["at"] = iso(self.at)
        if not with_bodies:
            del shape["request"], shape["answer"]
        return shape


class WireLog:
    """Exchanges by rising ``number``; ``on_change`` is told each new and each changed one."""

    def __init__(self, secrets: tuple[str, ...], on_change: Callable[[Exchange], None]) -> None:
        self._secrets = [secret for secret in secrets if secret]
        self._on_change = on_change
        self._exchanges: deque[Exchange] = deque()
        self._characters = 0
        self._count = 0

    def add(self, kind: Kind, at: float, what: str, **fields: Any) -> Exchange:
        """Note an exchange; its texts are cut and redacted."""
        self._count += 1
        exchange = Exchange(self._count, kind, at, what, **fields)
        exchange.path = self.redacted(exchange.path)
        exchange.request = self.redacted(exchange.request)
        exchange.answer = self.redacted(exchange.answer)
        self._exchanges.append(exchange)
        self._characters += len(exchange.request) + len(exchange.answer)
        self._forget()
        self._on_change(exchange)
        return exchange

    def end(
        self, exchange: Exchange, ms: float, http: int | None, answer: str, error: str | None
    ) -> None:
        """The answer has been given, or there will be none."""
        exchange.ended, exchange.ms, exchange.http = True, round(ms, 1), http
        exchange.error, exchange.answer = error, self.redacted(answer)
        if self._exchanges and exchange.number >= self._exchanges[0].number:
            self._characters += len(exchange.answer)
            self._forget()
        self._on_change(exchange)

    def since(self, number: int, wa_id: str | None) -> list[Exchange]:
        """Exchanges after ``number``, oldest first, maybe only those about a contact."""
        return [
            one
            for one in self._exchanges
            if one.number > number and (wa_id is None or wa_id in one.wa_ids)
        ]

    def get(self, number: int) -> Exchange | None:
        return next((one for one in self._exchanges if one.number == number), None)

    def clear(self) -> None:
        """Forget all; numbers go on rising."""
        self._exchanges.clear()
        self._characters = 0

    def redacted(self, text: str) -> str:
        """``text`` without the emulator's secrets and without tokens in addresses, and not too long."""
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        text = re.sub(r"(access_token=)[^&\s\"]+", rf"\1{REDACTED}", text)
        if len(text) > BODY_CHARACTERS:
            text = f"{text[:BODY_CHARACTERS]}\n… {len(text) - BODY_CHARACTERS} more characters"
        return text

    def _forget(self) -> None:
        while len(self._exchanges) > KEPT or self._characters > KEPT_CHARACTERS:
            gone = self._exchanges.popleft()
            self._characters -= len(gone.request) + len(gone.answer)
