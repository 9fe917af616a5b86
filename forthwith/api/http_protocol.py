"""uvicorn's HTTP protocol with the limits it lacks: size and duration of the head, duration of the body.

Without them llhttp collects headers of any size, and a client that sends a byte a minute keeps its connection for ever.
"""

import asyncio
from typing import Any, Literal

from msgspec.json import encode
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from forthwith.api.errors import TITLES
from forthwith.protocol.codes import REQUEST_CODES
from forthwith.protocol.shapes import Problem

MAX_HEAD_BYTES = 32 * 1024
HEAD_SECONDS = 10.0
BODY_SECONDS = 30.0
FILES_PATH = b"/api/media"
FILES_BYTES_PER_PERIOD = 256 * 1024
"""A file may take longer than other bodies, as long as so much of it comes in each period of `BODY_SECONDS`."""
LINGER_SECONDS = 1.0
"""A refused client may still be sending; closing at once would reset the connection and destroy the answer."""

LAST_REQUEST_SECONDS = 0.3
"""A stopping server keeps idle connections so long: a request may be on its way, and closing would destroy it (G9)."""
STOPPING = "stopping"
"""In `app_state` once the server stops: every answer from then on is the last one of its connection."""

Phase = Literal["idle", "head", "body"]


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection. A timer runs from the first byte of a head, or of a body, until its end."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._phase: Phase = "idle"
        self._message = 0
        self._uncounted = (
            0  # bytes of this message that belong to no body: head, chunk sizes, trailers
        )
        self._body_bytes = 0
        self._body_bytes_before = 0
        self._refused = False
        self._timer: asyncio.TimerHandle | None = None
        self._timed: tuple[Phase, int] = ("idle", 0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        if STOPPING in self.app_state:  # accepted in the moment of stopping
            self.loop.call_later(LAST_REQUEST_SECONDS, self._close_when_idle)
        # A connection that never asks for anything is closed as well.
        self._timer = self.loop.call_later(HEAD_SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        message, phase, body_bytes = self._message, self._phase, self._body_bytes
        super().data_received(data)
        in_same_part = (message, phase) == (self._message, self._phase)
        begins_a_head = self._phase == "head" and self._message == message + 1 and phase == "idle"
        if begins_a_head or (in_same_part and phase != "idle"):
            self._uncounted += len(data) - (self._body_bytes - body_bytes)
            # A body may come in chunks of a byte, six bytes on the wire each.
            if self._uncounted > MAX_HEAD_BYTES + 8 * self._body_bytes:
                self._refuse("headers_too_large")
        self._watch()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._phase, self._uncounted, self._body_bytes = "head", 0, 0
        self._body_bytes_before = 0
        self._message += 1

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._phase == "head":  # uvicorn would append trailers to the request's headers
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > MAX_HEAD_BYTES:
            self._refuse("headers_too_large")
        if not self._refused:
            self._phase, self._uncounted = "body", 0
            super().on_headers_complete()
            if STOPPING in self.app_state and self.cycle is not None:
                self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._refused:
            self._phase = "idle"
            super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._stop_watching()
        if STOPPING in self.app_state:
            self.transport.close()  # nobody would tell it to end; the browser comes back at once
        elif not self._refused:
            super().handle_websocket_upgrade()

    def shutdown(self) -> None:
        """The server stops. What is under way ends; what is idle may say one thing more."""
        if self._is_idle():
            self.loop.call_later(LAST_REQUEST_SECONDS, self._close_when_idle)
        else:
            super().shutdown()

    def _is_idle(self) -> bool:
        answering: RequestResponseCycle | None = self.cycle
        return self._phase == "idle" and (answering is None or answering.response_complete)

    def _close_when_idle(self) -> None:
        if self._is_idle():
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """uvicorn calls it for what llhttp does not take: two lengths, length and chunks, bad characters."""
        self._refuse("malformed_body", "The request is not well-formed HTTP.")

    def _watch(self) -> None:
        """Keep one timer for the phase the connection is in now. One-packet requests never start any."""
        if (self._phase, self._message) == self._timed or self._refused:
            return
        self._stop_watching()
        self._timed = (self._phase, self._message)
        if self._phase == "head":
            self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)
        elif self._phase == "body":
            self._timer = self.loop.call_later(BODY_SECONDS, self._close_unless_a_file_comes)

    def _close_unless_a_file_comes(self) -> None:
        come = self._body_bytes - self._body_bytes_before
        if self.url == FILES_PATH and come >= FILES_BYTES_PER_PERIOD:
            self._body_bytes_before = self._body_bytes
            self._timer = self.loop.call_later(BODY_SECONDS, self._close_unless_a_file_comes)
        else:
            self.transport.close()

    def _stop_watching(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, code: str, title: str = "") -> None:
        """Answer without the application, take no more, and close."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._stop_watching()
        answering: RequestResponseCycle | None = self.cycle
        if answering and not answering.response_complete:
            self.transport.close()  # an earlier answer is under way: another cannot follow it now
            return
        status = REQUEST_CODES[code]
        body = encode(Problem(code, status, title or TITLES[code]))
        head = (
            f"HTTP/1.1 {status} Refused\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
