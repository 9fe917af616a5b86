"""Actions that refuse a call: nothing is accepted."""

from __future__ import annotations

from typing import TypeAlias

from whatsapp_emulator.faults.action import Action


class Error(Action, tag="error"):
    """Refuse with Meta's error ``code``; ``http`` overrides the usual HTTP status."""

    code: int
    http: int | None = None
    details: str | None = None
    retry_after_seconds: float | None = None


class Close(Action, tag="close"):
    """Close the connection without a word, as if nobody had listened."""


class Unavailable(Action, tag="unavailable"):
    """Answer 503 (or ``http``) without an error body."""

    http: int = 503


class RefuseConnections(Action, tag="refuse_connections"):
    """Close this connection and all others, and for ``seconds`` of real time listen no more: who
    connects is refused by the machine. The control plane is away for as long."""

    seconds: float = 1.0


class TlsAlert(Action, tag="tls_alert"):
    """Answer with the bytes of a TLS alert (handshake failure) and close, as a TLS port does to
    a caller it cannot agree with."""


Refusal: TypeAlias = Error | Close | Unavailable | RefuseConnections | TlsAlert
