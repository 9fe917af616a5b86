"""The handshake by which a webhook proves that it knows the verify token."""

from __future__ import annotations

import asyncio
import secrets

from whatsapp_emulator.clock import VirtualClock
from whatsapp_emulator.webhooks.engine import WebhookEngine
from whatsapp_emulator.webhooks.log import Attempt


async def shake_hands(engine: WebhookEngine, clock: VirtualClock, verify_token: str) -> None:
    """Ask until the challenge comes back, every second at first: the receiver may start later.

    Updates are delivered meanwhile all the same: the result only shows in the delivery log.
    """
    number = 0
    while True:
        number += 1
        url = engine.target
        if url is not None and not await ask_challenge(
            engine, clock, url, verify_token, number=number
        ):
            return
        await asyncio.sleep(1.0 if number < 60 else 15.0)


async def ask_challenge(
    engine: WebhookEngine, clock: VirtualClock, url: str, verify_token: str, *, number: int = 1
) -> str | None:
    """Ask once; None when the challenge came back, else what was wrong. It is in the log."""
    challenge = str(secrets.randbelow(10**10))
    attempt = Attempt(
        kind="handshake", delivery=0, attempt=number, at=clock.now(), url=url, signature="none"
    )
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": verify_token,
    }
    answer = await engine.request("GET", url, attempt, params=query)
    if attempt.http is not None and attempt.http != 200:
        return f"HTTP Status Code = {attempt.http}"
    if attempt.http == 200 and answer != challenge:
        attempt.error = "the answer is not the challenge"
    return attempt.error
