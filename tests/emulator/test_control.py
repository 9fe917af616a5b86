"""The control plane: who may use it, what it refuses, and what starting over means."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.emulator.conftest import INES, Business, Receiver, eventually
from whatsapp_emulator.testing import RunningEmulator


@pytest.mark.parametrize(
    ("method", "path", "body", "http"),
    [
        ("PUT", f"contacts/{INES}", {"nmae": "Ines"}, 400),
        ("PUT", f"contacts/{INES}", {"device": "flying"}, 400),
        ("PUT", f"contacts/{INES}", [], 400),
        ("PUT", "contacts/ines", {}, 400),
        ("POST", "inbound", {"text": "no sender"}, 400),
        ("POST", "inbound", {"from": INES}, 400),
        ("POST", "inbound", {"from": INES, "type": "text", "text": {}}, 400),
        ("POST", "inbound", {"from": "GB.1", "text": "nobody"}, 400),
        ("POST", "inbound", {"from": INES, "text": "x", "phone_number_id": "1"}, 400),
        ("PUT", "faults", {"do": "hang"}, 400),
        ("PUT", "faults", [{"do": "explode"}], 400),
        ("PUT", "faults", [{"do": {"action": "error"}}], 400),
        ("PUT", "faults", [{"do": "hang", "match": {"two": INES}}], 400),
        ("PUT", "faults", [{"do": "hang", "probabilty": 1}], 400),
        ("PUT", "faults", [{"do": {"action": "reroute", "app": "nobody"}}], 400),
        ("PUT", "apps", [{"name": "a", "url": "https://hooks.example.com/", "secret": "s"}], 400),
        ("PUT", "apps", [{"name": "first", "url": None, "secret": "s"}], 400),
        ("PUT", "apps", [{"name": "a", "url": None, "secret": ""}], 400),
        ("PUT", "apps", [{"name": "a", "url": None, "secret": "s"}] * 2, 400),
        ("PUT", "limits", {"throughput": 1}, 400),
        ("PUT", "limits", {"throughput_per_second": 0}, 400),
        ("PUT", "pace", {"sent": 0}, 400),
        ("PUT", "behaviour", {"window_refusal": "never"}, 400),
        ("PUT", "webhook", {"url": "https://hooks.example.com/"}, 400),
        ("POST", "clock/advance", {"seconds": -1}, 400),
        ("POST", "clock/advance", {}, 400),
        ("POST", "quiet", {"timeout": 1}, 400),
        ("POST", "reset", {"all": True}, 400),
        ("GET", "ledger?ot=1", None, 400),
        ("GET", "contacts/447700900999/thread", None, 404),
        ("GET", "nothing", None, 404),
    ],
)
async def test_what_makes_no_sense_is_answered_with_a_sentence(
    emulator: RunningEmulator, method: str, path: str, body: Any, http: int
) -> None:
    url = f"{emulator.url}/_control/{path}"
    async with emulator.http.request(method, url, json=body) as answer:
        assert answer.status == http
        sentence = (await answer.json())["error"]
    assert sentence.endswith(".")
    assert "\n" not in sentence


async def test_a_body_that_is_no_json_is_answered_with_a_sentence(
    emulator: RunningEmulator,
) -> None:
    async with emulator.http.put(f"{emulator.url}/_control/faults", data=b"{") as answer:
        assert (answer.status, await answer.json()) == (
            400,
            {"error": "The body is not valid JSON."},
        )


@pytest.mark.parametrize(
    "headers", [{"Host": "attacker.example"}, {"Origin": "https://attacker.example"}]
)
async def test_other_names_and_other_pages_are_refused(
    emulator: RunningEmulator, headers: dict[str, str]
) -> None:
    url = f"{emulator.url}/_control/contacts"
    async with emulator.http.get(url, headers=headers) as answer:
        assert answer.status == 403
    async with emulator.http.get(url, headers={"Origin": emulator.url}) as answer:
        assert answer.status == 200


async def test_a_contact_is_changed_by_the_fields_that_are_there(
    emulator: RunningEmulator,
) -> None:
    await emulator.contact(INES, device="offline", username="ines.rides")
    contact = await emulator.contact(INES, read_receipts=False)
    assert {key: contact[key] for key in ("name", "device", "read_receipts", "username")} == {
        "name": "Ines Okafor",
        "device": "offline",
        "read_receipts": False,
        "username": "ines.rides",
    }
    assert contact["bsuid"].startswith("GB.")
    assert contact["window_expires_at"].endswith("Z")


async def test_anybody_may_write_and_becomes_a_contact(emulator: RunningEmulator) -> None:
    await emulator.write("+44 7700 900142", "Do you mend tandems?")
    contacts = await emulator.control("GET", "contacts")
    assert contacts[-1]["wa_id"] == "447700900142"
    assert contacts[-1]["name"] == "+447700900142"


async def test_the_ledger_is_searched_by_contact_and_echo_datum(
    business: Business, emulator: RunningEmulator
) -> None:
    await emulator.write("447700900226", "Hello")
    await business.send("one", biz_opaque_callback_data="abc#1")
    await business.send("two", biz_opaque_callback_data="abc#2")
    await business.send("three", to="447700900226", biz_opaque_callback_data="abd#1")
    await business.send("four")

    async def bodies(**query: str) -> list[str]:
        return [str(entry["body"]) for entry in await emulator.ledger(**query)]

    assert await bodies() == ["one", "two", "three", "four"]
    assert await bodies(opaque="abc#") == ["one", "two"]
    assert await bodies(opaque="ab", to="447700900226") == ["three"]
    assert await bodies(to="447700900999") == []


async def test_reset_starts_over(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.contact(INES, device="offline")
    first = await business.send("Hello")
    await emulator.faults({"do": "hang"})
    await emulator.control("PUT", "limits", {"throughput_per_second": 1})
    await emulator.control("POST", "clock/advance", {"seconds": 3600})
    await emulator.aim_webhooks(None)
    await emulator.write(INES, "never delivered")
    await emulator.control("POST", "reset", {"keep_contacts": True})
    await emulator.aim_webhooks(receiver.url)
    await emulator.quiet()

    assert await emulator.ledger() == []
    assert await emulator.control("GET", "faults") == []
    assert (await emulator.control("GET", "clock"))["ahead_seconds"] == 0
    [ines] = await emulator.control("GET", "contacts")
    assert (ines["name"], ines["device"], ines["window_expires_at"]) == (
        "Ines Okafor",
        "offline",
        None,
    )
    await emulator.write(INES, "Hello again")
    assert await business.send("Hello") != first, "ids of an earlier life are not used again"
    await emulator.control("POST", "reset")
    assert await emulator.control("GET", "contacts") == []


async def test_the_live_feed_tells_what_happens(
    business: Business, emulator: RunningEmulator
) -> None:
    async with emulator.http.get(f"{emulator.url}/_control/live") as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        events: list[dict[str, Any]] = []

        async def listen() -> None:
            while line := await stream.content.readline():
                if line.startswith(b"data: "):
                    events.append(json.loads(line[6:]))

        listening = asyncio.create_task(listen())
        inbound = await emulator.write(INES, "Hello")
        await business.post(status="read", message_id=inbound, typing_indicator={"type": "text"})
        await business.send("Good morning")
        await emulator.quiet()
        await eventually(lambda: len(events) >= 8)
        listening.cancel()

    ticks = [
        event["message"]["status"]
        for event in events
        if event["type"] == "message" and event["message"]["id"] == inbound
    ]
    assert (ticks[0], ticks[-1]) == ("sent", "read")
    typing = [event["seconds"] for event in events if event["type"] == "typing"]
    assert typing == [25.0, 0.0]
    assert any(
        event["type"] == "message" and event["message"]["text"] == "Good morning"
        for event in events
    )
