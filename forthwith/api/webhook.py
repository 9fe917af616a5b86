"""`/webhooks/whatsapp`: Meta's handshake, and signed deliveries that are answered 200 only when they are stored (G7)."""

import hmac
import logging
import time
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from forthwith.api.body import TooLarge, read_bytes
from forthwith.api.errors import problem
from forthwith.metrics import Metrics
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.whatsapp.signature import is_signed
from forthwith.whatsapp.webhook_payloads import Unreadable

log = logging.getLogger(__name__)
MAX_BYTES = 3 * 1024 * 1024
"""Meta's own limit for one delivery."""


class WebhookEndpoint:
    """Plain Starlette routes: the busiest edge, with no agent, no cookie and no Origin."""

    def __init__(
        self,
        receiver: WebhookReceiver,
        app_secrets: Sequence[str],
        verify_token: str,
        metrics: Metrics,
    ) -> None:
        self._receiver, self._app_secrets, self._verify_token = receiver, app_secrets, verify_token
        self._metrics = metrics

    def routes(self) -> list[Route]:
        """To be mounted by the composition root."""
        path = "/webhooks/whatsapp"
        return [
            Route(path, self.handshake, methods=["GET"]),
            Route(path, self.receive, methods=["POST"]),
        ]

    async def handshake(self, request: Request) -> Response:
        """Echo the bare challenge when the verify token is ours."""
        query = request.query_params
        given = query.get("hub.verify_token", "").encode()
        if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(
            given, self._verify_token.encode()
        ):
            return PlainTextResponse("wrong verify token", 403)
        return PlainTextResponse(query.get("hub.challenge", ""))

    async def receive(self, request: Request) -> Response:
        """Check the signature over the raw bytes before anything is parsed; 200 once all is committed."""
        began = time.perf_counter()
        try:
            body = await read_bytes(request, MAX_BYTES)
        except TooLarge:
            return self._refuse("body_too_large")
        if not is_signed(body, request.headers.get("x-hub-signature-256"), self._app_secrets):
            log.warning("webhook: signature missing or wrong; nothing stored (%d bytes)", len(body))
            return self._refuse("bad_signature")
        try:
            await self._receiver.receive(body)
        except Unreadable:
            return self._refuse("malformed_body")
        self._metrics.webhook_seconds.observe(time.perf_counter() - began)
        return PlainTextResponse("ok")

    def _refuse(self, reason: str) -> Response:
        self._metrics.webhook_rejected.add(reason)
        return problem(reason)
