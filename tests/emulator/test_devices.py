"""Statuses follow the contact's phone; the service window follows the clock."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.emulator.conftest import INES, Business, Receiver
from whatsapp_emulator.pace import Pace
from whatsapp_emulator.testing import RunningEmulator, running_emulator

DAY = 24 * 3600


@pytest.mark.parametrize(
    ("device", "read_receipts", "expected"),
    [
        ("online-open", True, {"sent", "read"}),
        ("online-open", False, {"sent", "delivered"}),
        ("online", True, {"sent", "delivered"}),
        ("offline", True, {"sent"}),
    ],
)
async def test_statuses_go_as_far_as_the_phone_lets_them(
    business: Business,
    emulator: RunningEmulator,
    receiver: Receiver,
    device: str,
    read_receipts: bool,
    expected: set[str],
) -> None:
    await emulator.contact(INES, device=device, read_receipts=read_receipts)
    wamid = await business.send("Hello")
    await emulator.quiet()
    assert set(receiver.names(wamid)) == expected
    assert len(receiver.names(wamid)) == len(expected)


async def test_a_phone_that_is_switched_on_gets_what_waited(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    contact = await emulator.contact(INES, device="offline")
    assert contact["waiting"] == 0
    wamids = [await business.send(f"message {number}") for number in range(5)]
    await emulator.quiet()
    [contact] = await emulator.control("GET", "contacts")
    assert contact["waiting"] == 5
    assert set(receiver.names()) == {"sent"}

    await emulator.contact(INES, device="online")
    await emulator.quiet()

    thread = await emulator.control("GET", f"contacts/{INES}/thread")
    assert [one["id"] for one in thread["messages"][1:]] == wamids, "in the order of the sends"
    assert receiver.names().count("delivered") == 5


@pytest.mark.parametrize("way", ["opens the conversation", "is made to read"])
async def test_reading_makes_read_of_everything_delivered_once(
    business: Business, emulator: RunningEmulator, receiver: Receiver, way: str
) -> None:
    for number in range(3):
        await business.send(f"message {number}")
    await emulator.quiet()
    for _ in range(2):
        if way == "opens the conversation":
            await emulator.contact(INES, device="online-open")
        else:
            await emulator.control("POST", f"contacts/{INES}/read")
        await emulator.quiet()
    assert receiver.names().count("read") == 3


async def test_without_read_receipts_reading_tells_the_business_nothing(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.contact(INES, read_receipts=False)
    await business.send("Hello")
    await emulator.quiet()
    assert await emulator.control("POST", f"contacts/{INES}/read") == {"seen": 1}
    await emulator.contact(INES, read_receipts=True)
    await emulator.control("POST", f"contacts/{INES}/read")
    await emulator.quiet()
    assert "read" not in receiver.names(), "receipts switched on later do not tell of the past"


async def test_a_reaction_is_only_sent(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    wamid = await emulator.write(INES, "Lovely")
    status, _ = await business.post(
        to=INES, type="reaction", reaction={"message_id": wamid, "emoji": "👍"}
    )
    await emulator.quiet()
    assert (status, receiver.names()) == (200, ["sent"])


async def test_the_window_closes_after_24_hours_and_opens_with_the_next_message(
    business: Business, emulator: RunningEmulator
) -> None:
    await emulator.control("POST", "clock/advance", {"seconds": DAY - 60})
    await business.send("still open")
    await emulator.control("POST", "clock/advance", {"seconds": 61})

    status, answer = await business.text("too late")
    assert (status, answer["error"]["code"]) == (400, 131047)
    status, _ = await business.post(
        to=INES, type="template", template={"name": "hello_world", "language": {"code": "en_US"}}
    )
    assert status == 200, "templates pass"

    await emulator.write(INES, "Still there?")
    await business.send("we are")
    assert [entry["body"] for entry in await emulator.ledger() if entry["type"] == "text"] == [
        "still open",
        "we are",
    ]


async def test_a_contact_who_never_wrote_has_no_window(
    business: Business, emulator: RunningEmulator
) -> None:
    await emulator.contact("447700900226", name="Tomás Verhey")
    status, answer = await business.text("Hello", to="447700900226")
    assert (status, answer["error"]["code"]) == (400, 131047)


async def test_the_window_may_be_refused_by_webhook_instead(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.control("PUT", "behaviour", {"window_refusal": "async"})
    await emulator.control("POST", "clock/advance", {"seconds": DAY + 1})
    wamid = await business.send("too late", biz_opaque_callback_data="id#1")
    await emulator.quiet()

    [failed] = receiver.statuses
    assert (failed["id"], failed["status"]) == (wamid, "failed")
    assert failed["errors"][0]["code"] == 131047
    assert failed["biz_opaque_callback_data"] == "id#1"
    assert "recipient_user_id" not in failed
    assert "contacts" not in receiver.values[-1]
    [entry] = await emulator.ledger()
    assert (entry["status"], entry["failed_code"]) == ("failed", 131047)


async def test_whether_failed_echoes_the_datum_is_a_switch(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    behaviour = {"window_refusal": "async", "opaque_on_failed": False}
    await emulator.control("PUT", "behaviour", behaviour)
    await emulator.control("POST", "clock/advance", {"seconds": DAY + 1})
    await business.send("too late", biz_opaque_callback_data="id#1")
    await emulator.quiet()
    assert "biz_opaque_callback_data" not in receiver.statuses[0]


async def test_the_usual_pace_is_believable_and_keeps_the_order(receiver: Receiver) -> None:
    async with (
        running_emulator(webhook_url=receiver.url, pace=Pace()) as emulator,
        aiohttp.ClientSession() as http,
    ):
        business = Business(emulator, http)
        await emulator.contact(INES, name="Ines Okafor")
        await emulator.write(INES, "Hello")
        wamids = [await business.send(f"message {number}") for number in range(4)]
        assert receiver.names() == [], "nothing is instant"
        await emulator.quiet()
        thread = await emulator.control("GET", f"contacts/{INES}/thread")
        assert [one["id"] for one in thread["messages"][1:]] == wamids
        assert sorted(receiver.names()) == ["delivered"] * 4 + ["sent"] * 4
        for entry in await emulator.ledger():
            accepted, sent, delivered = (
                float(entry["times"][name][17:23]) for name in ("accepted", "sent", "delivered")
            )
            assert 0.04 < (sent - accepted) % 60 < 1.0
            assert 0.19 < (delivered - sent) % 60 < 2.0


async def test_the_clock_brings_forward_what_falls_due(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.control("PUT", "pace", {"scale": 1, "sent_seconds": [3600, 3600]})
    wamid = await business.send("Hello")
    await asyncio.sleep(0)
    assert receiver.names(wamid) == []
    await emulator.control("POST", "clock/advance", {"seconds": 3600})
    await receiver.until(lambda: "sent" in receiver.names(wamid))
