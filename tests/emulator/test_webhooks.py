"""The webhook engine: signature, handshake, repetition, batches, the log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web

from tests.emulator.conftest import INES, Business, Receiver, eventually
from whatsapp_emulator.contacts import ContactPatch
from whatsapp_emulator.testing import BUSINESS_ACCOUNT_ID, VERIFY_TOKEN, RunningEmulator


async def test_the_signature_is_over_the_raw_bytes_with_everything_escaped(
    emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.write(INES, "Überfällig 🚲 and/or late")
    await emulator.quiet()

    raw = receiver.bodies[-1]
    assert raw.isascii()
    assert b"\\u00dcberf\\u00e4llig \\ud83d\\udeb2 and\\/or late" in raw
    assert json.loads(raw) == receiver.payloads[-1]
    assert json.dumps(json.loads(raw)).encode() != raw, "re-serialising breaks the signature"
    assert receiver.refused == []


async def test_an_inbound_message_comes_in_metas_shape(
    emulator: RunningEmulator, receiver: Receiver
) -> None:
    [ines] = await emulator.control("GET", "contacts")
    wamid = await emulator.write(INES, "This hub clicks")
    await emulator.quiet()

    payload = receiver.payloads[-1]
    [change] = payload["entry"][0]["changes"]
    assert (payload["object"], payload["entry"][0]["id"], change["field"]) == (
        "whatsapp_business_account",
        BUSINESS_ACCOUNT_ID,
        "messages",
    )
    message = change["value"]["messages"][0]
    assert message.pop("timestamp").isdigit()
    assert message == {
        "from": INES,
        "from_user_id": ines["bsuid"],
        "id": wamid,
        "type": "text",
        "text": {"body": "This hub clicks"},
    }


async def test_any_inbound_type_passes_as_it_is(
    emulator: RunningEmulator, receiver: Receiver
) -> None:
    location = {"latitude": 51.5, "longitude": -0.1, "name": "Alder Lane"}
    context = {"from": "442079460018", "id": "wamid.x"}
    await emulator.control(
        "POST",
        "inbound",
        {"from": INES, "type": "location", "location": location, "context": context},
    )
    await emulator.quiet()
    assert receiver.messages[-1]["location"] == location
    assert receiver.messages[-1]["context"] == context


async def test_the_handshake_shows_in_the_log(
    emulator: RunningEmulator, receiver: Receiver
) -> None:
    log: list[dict[str, Any]] = []

    async def is_logged() -> bool:
        log[:] = await emulator.control("GET", "deliveries")
        return any(one["kind"] == "handshake" for one in log)

    await eventually(is_logged)
    assert receiver.handshakes[0]["hub.mode"] == "subscribe"
    assert receiver.handshakes[0]["hub.verify_token"] == VERIFY_TOKEN
    [shake] = [one for one in log if one["kind"] == "handshake"]
    assert (shake["http"], shake["error"]) == (200, None)


async def test_anything_but_200_is_sent_again_byte_for_byte(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    receiver.answers = [503, 500, 201]
    wamid = await emulator.write(INES, "Hello?")

    async def has_come() -> bool:
        await emulator.control("POST", "clock/advance", {"seconds": 1})
        return wamid in [one["id"] for one in receiver.messages]

    await eventually(has_come)
    await emulator.quiet()

    log = await emulator.control("GET", "deliveries", query={"bodies": "1"})
    attempts = [one for one in log if one["updates"] and one["updates"][0]["wamid"] == wamid]
    assert [one["http"] for one in attempts] == [503, 500, 201, 200]
    assert [one["attempt"] for one in attempts] == [1, 2, 3, 4]
    assert len({one["body"] for one in attempts}) == 1
    assert [one["id"] for one in receiver.messages].count(wamid) == 1


async def test_a_receiver_that_is_down_is_tried_until_it_is_up(
    emulator: RunningEmulator, receiver: Receiver, unused_tcp_port: int
) -> None:
    await emulator.aim_webhooks(f"http://127.0.0.1:{unused_tcp_port}/webhook")
    wamid = await emulator.write(INES, "Anybody there?")
    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    assert thread["messages"][-1]["status"] == "sent", "one tick"

    app = web.Application()
    app.router.add_post("/webhook", receiver.post)
    app.router.add_get("/webhook", receiver.get)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    try:
        await receiver.until(lambda: wamid in [one["id"] for one in receiver.messages])
        await emulator.quiet()
    finally:
        await runner.cleanup()
    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    assert thread["messages"][-1]["status"] == "delivered", "two ticks"


async def test_after_seven_days_a_webhook_is_given_up(
    emulator: RunningEmulator, unused_tcp_port: int
) -> None:
    await emulator.aim_webhooks(f"http://127.0.0.1:{unused_tcp_port}/webhook")
    await emulator.write(INES, "Anybody there?")
    for _ in range(60):
        await emulator.control("POST", "clock/advance", {"seconds": 6 * 3600})
        try:
            await emulator.quiet(0.02)
            break
        except AssertionError:
            continue
    await emulator.quiet(0.02)
    failed = [one for one in await emulator.control("GET", "deliveries") if one["http"] is None]
    assert 20 < len(failed) < 60
    assert all(one["error"] for one in failed)


async def test_without_a_target_webhooks_wait(
    emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.aim_webhooks(None)
    wamid = await emulator.write(INES, "Hello")
    with pytest.raises(AssertionError, match="504"):
        await emulator.quiet(0.05)
    await emulator.aim_webhooks(receiver.url)
    await emulator.quiet()
    assert receiver.messages[-1]["id"] == wamid


async def test_lingering_webhooks_travel_together(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.control("PUT", "pace", {"linger_seconds": 0.2})
    before = len(receiver.payloads)
    await emulator.write(INES, "one")
    for number in range(10):
        await business.send(f"message {number}")
    await emulator.quiet()

    assert len(receiver.payloads) - before <= 2
    assert len(receiver.statuses) == 20
    assert {"messages", "statuses"} <= {name for value in receiver.values for name in value}


async def test_many_webhooks_are_delivered_side_by_side(
    emulator: RunningEmulator, receiver: Receiver
) -> None:
    for number in range(100):
        emulator.emulator.write(
            emulator.emulator.contacts.put(INES, ContactPatch()),
            {"type": "text", "text": {"body": str(number)}},
        )
    await emulator.quiet()
    assert len({one["id"] for one in receiver.messages}) == 101
