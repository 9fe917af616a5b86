"""A measured server: `python -m bench.server.child ROLE`, with settings from the environment.

    product    the whole product
    storing    the product without its outbox loop: what accepting and receiving cost alone
    floor      the same routes; what would be stored is not: sends answer a constant row, webhooks end when parsed

`bare.py` is the floor of the sockets.
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from forthwith import app, config, log
from forthwith.api import send_message
from forthwith.protocol.shapes import MessageRow
from forthwith.serve import serve
from forthwith.services.deliver_outbox import OutboxWorker
from forthwith.whatsapp.webhook_payloads import parse

CONSTANT = MessageRow(
    id="message-0123456789abcdef01234567",
    client_id="optimistic-1790000000000-AAAAAAAAAAAAAAAAAAAAAA",
    conversation_id="conversation-1",
    message_type="text",
    type="text",
    direction="outbound",
    sender_role="agent",
    sender_id="agent-1",
    sender_name="Agent 1",
    text_content="We have it in blue and in green; both are in the shop until Saturday.",
    status="sending",
    timestamp="2026-09-21T14:13:20.000Z",
    created_at="2026-09-21T14:13:20.000Z",
    updated_at="2026-09-21T14:13:20.000Z",
    pos=1,
    rev=1,
)


class ParseOnly:
    """Stands for the receiver of webhooks, and stores nothing."""

    def __init__(self, db: Any, clock: Callable[[], int]) -> None:
        self._clock = clock

    async def receive(self, body: bytes) -> None:
        """All that happens before the store is asked."""
        parse(body, self._clock())


async def _constant(*_: Any) -> tuple[MessageRow, bool]:
    return CONSTANT, True


async def _idle(*_: Any) -> None:
    await asyncio.Event().wait()


def main() -> int:
    """Serve in the role named by the first argument."""
    role = sys.argv[1]
    settings = config.load()
    log.start(settings.log_level)
    with ExitStack() as patches:
        if role in ("storing", "floor"):
            patches.enter_context(patch.object(OutboxWorker, "run", _idle))
        if role == "floor":
            patches.enter_context(patch.object(send_message, "accept_message", _constant))
            patches.enter_context(patch.object(app, "WebhookReceiver", ParseOnly))
        return serve(settings)


if __name__ == "__main__":
    sys.exit(main())
