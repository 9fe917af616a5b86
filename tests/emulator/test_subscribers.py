"""Batches, repetition in other company, several apps, and a log that does not grow for ever."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from tests.emulator.conftest import INES, Business, Receiver, eventually, receiving
from tests.emulator.misbehaviours.order import LONG
from whatsapp_emulator.contacts import ContactPatch
from whatsapp_emulator.testing import APP_SECRET, RunningEmulator
from whatsapp_emulator.webhooks import log as log_module
from whatsapp_emulator.webhooks.log import Attempt, DeliveryLog, Named
from whatsapp_emulator.webhooks.mailbox import CONNECTIONS, GIVE_UP_SECONDS, retry_after

TOMAS = "447700900226"


def write(emulator: RunningEmulator, wa_id: str, text: str) -> str:
    contact = emulator.emulator.contacts.put(wa_id, ContactPatch())
    return emulator.emulator.write(contact, {"type": "text", "text": {"body": text}}).wamid


async def deliveries(emulator: RunningEmulator, wamid: str) -> list[dict[str, Any]]:
    """The attempts that carried this message."""
    log = await emulator.control("GET", "deliveries", query={"bodies": "1"})
    return [one for one in log if wamid in [update["wamid"] for update in one["updates"]]]


async def test_what_was_refused_comes_again_with_what_else_is_due(
    emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.control("PUT", "pace", {"linger_seconds": 0.1})
    receiver.answers = [503]
    first = write(emulator, INES, "refused once")

    async def was_refused() -> bool:
        return len(await deliveries(emulator, first)) == 1

    await eventually(was_refused)
    second = write(emulator, TOMAS, "for the first time")
    await emulator.quiet()

    refused, together = await deliveries(emulator, first)
    assert (refused["http"], together["http"]) == (503, 200)
    assert [(one["wamid"], one["attempt"]) for one in together["updates"]] in (
        [(first, 2), (second, 1)],
        [(second, 1), (first, 2)],
    )
    assert refused["delivery"] != together["delivery"]
    assert len(await deliveries(emulator, second)) == 1
    assert [one["id"] for one in receiver.messages].count(first) == 1


async def test_a_lingering_post_carries_at_most_a_thousand_updates(
    emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.control("PUT", "pace", {"linger_seconds": 0.3})
    before = len(receiver.payloads)
    for number in range(1500):
        write(emulator, f"4477009{number % 300:05d}", str(number))
    await emulator.quiet()
    assert len(receiver.messages) == 1 + 1500
    values = [payload["entry"][0]["changes"][0]["value"] for payload in receiver.payloads[before:]]
    assert sorted(len(value["messages"]) for value in values) == [500, 1000]
    assert max(len(value["contacts"]) for value in values) == 300, "each person once"


async def test_a_lingering_post_is_no_longer_than_three_megabytes(
    emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.control("PUT", "pace", {"linger_seconds": 0.3})
    for number in range(260):
        write(emulator, INES, f"{number} {LONG}")
    await emulator.quiet()
    assert len(receiver.messages) == 1 + 260
    largest = max(map(len, receiver.bodies))
    assert 2_900_000 < largest <= 3 * 1024 * 1024


async def test_every_subscribed_app_gets_every_update_signed_with_its_own_secret(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    async with receiving() as other, receiving() as stranger:
        apps = [
            {"name": "archive", "url": other.url, "secret": APP_SECRET},
            {"name": "wrong", "url": stranger.url, "secret": "another secret"},
        ]
        answer = await emulator.control("PUT", "apps", apps)
        assert [one["name"] for one in answer] == ["first", "archive", "wrong"]
        before = len(receiver.statuses)
        await business.send("Hello")
        await eventually(lambda: len(other.statuses) == 2 and len(receiver.statuses) == before + 2)
        await eventually(lambda: len(stranger.refused) >= 2)
        assert stranger.payloads == [], "its own secret, not the first app's"
        names = [one["app"] for one in await emulator.control("GET", "deliveries")]
        assert {"first", "archive", "wrong"} == set(names)

        await emulator.control("PUT", "apps", apps[:1])
        await emulator.quiet()
        other.answers = [500]
        wamid = write(emulator, INES, "refused by one app")
        await emulator.quiet()
        tries = [(one["app"], one["http"]) for one in await deliveries(emulator, wamid)]
        assert sorted(tries) == [("archive", 200), ("archive", 500), ("first", 200)]


async def test_an_app_that_is_down_holds_nobody_else_up(
    business: Business, emulator: RunningEmulator, receiver: Receiver, unused_tcp_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/webhook"
    await emulator.control("PUT", "apps", [{"name": "down", "url": url, "secret": "s"}])
    wamid = await business.send("Hello")
    await receiver.until(lambda: sorted(receiver.names(wamid)) == ["delivered", "sent"])
    with pytest.raises(AssertionError, match="504"):
        await emulator.quiet(0.1)
    await emulator.control("PUT", "apps", [])
    await emulator.quiet()


async def test_a_backlog_comes_at_full_concurrency_when_the_receiver_is_back(
    emulator: RunningEmulator,
) -> None:
    at_once, most = 0, 0

    async def receive(_: web.Request) -> web.Response:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.05)
        at_once -= 1
        return web.Response()

    await emulator.aim_webhooks(None)
    await emulator.faults({"match": {"kind": "inbound"}, "do": {"action": "batch", "size": 2}})
    for number in range(300):
        write(emulator, f"4477009{number % 150:05d}", str(number))
    app = web.Application()
    app.router.add_post("/webhook", receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await emulator.aim_webhooks(f"http://127.0.0.1:{runner.addresses[0][1]}/webhook")
        await emulator.quiet()
    finally:
        await runner.cleanup()
    assert most == CONNECTIONS


def test_repetition_is_at_once_then_ever_rarer_and_ends_within_seven_days() -> None:
    waits = [retry_after(attempt) for attempt in range(1, 40)]
    assert waits[0] == 0
    assert waits == sorted(waits)
    assert waits[30] == 2 * waits[29]
    assert sum(waits[:24]) < GIVE_UP_SECONDS < sum(waits[:28]), "about 26 attempts in all"


def test_the_log_forgets_old_bodies_then_old_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "KEPT_BODY_BYTES", 1000)
    monkeypatch.setattr(log_module, "KEPT_UPDATES", 50)
    log = DeliveryLog()
    for number in range(20):
        updates: list[Named] = [("statuses", f"wamid.{number}", "sent", 1)] * 10
        log.add(Attempt("webhook", number, 1, 0.0, "", updates=updates, body="x" * 300))
    assert [one.delivery for one in log.attempts] == [15, 16, 17, 18, 19]
    assert [len(one.body) for one in log.attempts] == [0, 0, 300, 300, 300]
