"""Management: profile, fields, registration, blocking, several accounts, and the hourly limit."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.emulator.conftest import INES, Business, Receiver
from whatsapp_emulator.testing import (
    BUSINESS_ACCOUNT_ID,
    PHONE_NUMBER_ID,
    RunningEmulator,
    running_emulator,
)

DAY = 86_400
PROFILE = f"{PHONE_NUMBER_ID}/whatsapp_business_profile"
SECOND_ACCOUNT = "800000000000002"
SECOND_NUMBER = "900000000000002"


async def code(business: Business, path: str, body: Any = None, method: str = "POST") -> int:
    """The error's code, 0 when the call succeeds."""
    status, answer, _ = await business.call(method, path, body)
    assert status == 200 or "error" in answer
    return int(answer.get("error", {}).get("code", 0))


# --- profile -------------------------------------------------------------------------------


async def test_the_profile_changes_by_the_fields_that_are_named(business: Business) -> None:
    change = {"messaging_product": "whatsapp", "about": "Open on Sundays", "vertical": "AUTO"}
    assert (await business.call("POST", PROFILE, change))[:2] == (200, {"success": True})
    _, answer, _ = await business.call("GET", f"{PROFILE}?fields=about,vertical,email")
    assert answer == {
        "data": [
            {
                "about": "Open on Sundays",
                "vertical": "AUTO",
                "email": "hello@alderlane.example",
                "messaging_product": "whatsapp",
            }
        ]
    }
    _, answer, _ = await business.call("GET", PROFILE)
    assert answer["data"][0]["websites"] == ["https://alderlane.example/"]


@pytest.mark.parametrize(
    "change",
    [
        {"about": "x" * 140},
        {"about": " "},
        {"address": "x" * 257},
        {"description": "x" * 257},
        {"email": "x" * 129},
        {"email": "nowhere"},
        {"vertical": "BICYCLES"},
        {"websites": ["https://a.example"] * 3},
        {"websites": ["a.example"]},
        {"websites": "https://a.example"},
        {"messaging_product": None},
    ],
    ids=str,
)
async def test_a_profile_beyond_a_limit_is_refused(
    business: Business, change: dict[str, Any]
) -> None:
    before = (await business.call("GET", PROFILE))[1]
    assert await code(business, PROFILE, {"messaging_product": "whatsapp", **change}) == 100
    assert (await business.call("GET", PROFILE))[1] == before


# --- fields and registration ---------------------------------------------------------------


async def test_a_number_tells_its_fields(business: Business, receiver: Receiver) -> None:
    fields = "display_phone_number,quality_rating,throughput{level,x},webhook_configuration,status"
    _, node, _ = await business.call("GET", f"{PHONE_NUMBER_ID}?fields={fields}")
    assert node == {
        "display_phone_number": "+44 20 7946 0018",
        "quality_rating": "GREEN",
        "throughput": {"level": "STANDARD"},
        "webhook_configuration": {"application": receiver.url},
        "status": "CONNECTED",
        "id": PHONE_NUMBER_ID,
    }
    _, account, _ = await business.call("GET", f"{BUSINESS_ACCOUNT_ID}?fields=name,currency")
    assert account == {"name": "Alder Lane Cycles", "currency": "GBP", "id": BUSINESS_ACCOUNT_ID}


async def test_the_quality_of_a_number_falls_with_its_webhook(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    path = f"numbers/{PHONE_NUMBER_ID}"
    await emulator.control("PUT", path, {"quality": "RED", "throughput": "HIGH"})
    await emulator.control("PUT", path, {"quality": "RED"})
    await emulator.quiet()
    _, node, _ = await business.call("GET", PHONE_NUMBER_ID)
    assert (node["quality_rating"], node["throughput"]) == ("RED", {"level": "HIGH"})
    changes = [change for one in receiver.payloads for change in one["entry"][0]["changes"]]
    events = [one["value"]["event"] for one in changes if "quality" in one["field"]]
    assert events == ["FLAGGED"], "told once"


async def test_a_number_that_is_deregistered_cannot_send(business: Business) -> None:
    register = {"messaging_product": "whatsapp", "pin": "123456"}
    assert await code(business, f"{PHONE_NUMBER_ID}/register", register) == 0
    assert await code(business, f"{PHONE_NUMBER_ID}/deregister") == 0
    assert await code(business, f"{PHONE_NUMBER_ID}/deregister") == 133010
    assert (await business.text("Hello"))[1]["error"]["code"] == 133010
    _, node, _ = await business.call("GET", PHONE_NUMBER_ID)
    assert node["status"] == "DISCONNECTED"
    assert await code(business, f"{PHONE_NUMBER_ID}/register", {**register, "pin": "1"}) == 100
    assert await code(business, f"{PHONE_NUMBER_ID}/register", {"pin": "123456"}) == 100
    wrong = {**register, "pin": "654321"}
    assert await code(business, f"{PHONE_NUMBER_ID}/register", wrong) == 133005
    assert await code(business, PHONE_NUMBER_ID, {"pin": "654321"}) == 0, "the PIN is set anew"
    assert await code(business, f"{PHONE_NUMBER_ID}/register", wrong) == 0
    assert (await business.text("Hello"))[0] == 200


async def test_registration_is_tried_ten_times_in_three_days(
    business: Business, emulator: RunningEmulator
) -> None:
    register = {"messaging_product": "whatsapp", "pin": "123456"}
    path = f"{PHONE_NUMBER_ID}/register"
    assert [await code(business, path, register) for _ in range(11)] == [0] * 10 + [133016]
    await emulator.control("POST", "clock/advance", {"seconds": 3 * DAY})
    assert await code(business, path, register) == 0


async def test_a_number_is_verified_by_the_code_that_was_sent(business: Business) -> None:
    ask = f"{PHONE_NUMBER_ID}/request_code"
    verify = f"{PHONE_NUMBER_ID}/verify_code"
    assert await code(business, verify, {"code": "123456"}) == 136024, "none was asked for"
    assert await code(business, ask, {"code_method": "PIGEON", "language": "en"}) == 100
    assert await code(business, ask, {"code_method": "SMS"}) == 100
    assert await code(business, ask, {"code_method": "SMS", "language": "en"}) == 0
    _, node, _ = await business.call("GET", PHONE_NUMBER_ID)
    assert node["code_verification_status"] == "NOT_VERIFIED"
    register = {"messaging_product": "whatsapp", "pin": "123456"}
    assert await code(business, f"{PHONE_NUMBER_ID}/register", register) == 133006
    assert await code(business, verify, {"code": "000000"}) == 136024
    assert await code(business, verify, {"code": "123-456"}) == 0
    _, node, _ = await business.call("GET", PHONE_NUMBER_ID)
    assert node["code_verification_status"] == "VERIFIED"


# --- blocking ------------------------------------------------------------------------------


def blocking(*users: str) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "block_users": [{"user": one} for one in users]}


async def test_who_is_blocked_cannot_be_written_to(business: Business) -> None:
    path = f"{PHONE_NUMBER_ID}/block_users"
    status, answer, _ = await business.call("POST", path, blocking(f"+{INES}"))
    assert status == 200
    [added] = answer["block_users"]["added_users"]
    assert (added["input"], added["wa_id"]) == (f"+{INES}", INES)
    _, listed, _ = await business.call("GET", path)
    assert [one["wa_id"] for one in listed["data"]] == [INES]
    assert (await business.text("Hello"))[1]["error"]["code"] == 130403
    status, answer, _ = await business.call("DELETE", path, blocking(INES))
    assert (status, len(answer["block_users"]["removed_users"])) == (200, 1)
    assert (await business.text("Hello"))[0] == 200


async def test_who_cannot_be_blocked_is_named_and_the_others_are(
    business: Business, emulator: RunningEmulator
) -> None:
    silent = "447700900226"
    await emulator.contact(silent)
    path = f"{PHONE_NUMBER_ID}/block_users"
    status, answer, _ = await business.call("POST", path, blocking(INES, silent, "447700900999"))
    assert (status, answer["error"]["code"]) == (400, 139100)
    users = answer["block_users"]
    assert [one["wa_id"] for one in users["added_users"]] == [INES]
    assert [one["errors"][0]["code"] for one in users["failed_users"]] == [131047, 131021]
    assert await code(business, path, {"block_users": [{"user": INES}]}) == 100
    assert await code(business, path, blocking()) != 0


async def test_what_the_blocked_write_never_arrives(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await business.call("POST", f"{PHONE_NUMBER_ID}/block_users", blocking(INES))
    before = len(receiver.messages)
    await emulator.write(INES, "Why do you not answer?")
    await emulator.quiet()
    assert len(receiver.messages) == before


# --- several accounts ----------------------------------------------------------------------


@pytest.fixture
async def two(receiver: Receiver) -> AsyncIterator[RunningEmulator]:
    """Two accounts with a number each."""
    async with running_emulator(
        webhook_url=receiver.url,
        phone_number_ids=(PHONE_NUMBER_ID, SECOND_NUMBER),
        accounts={SECOND_NUMBER: SECOND_ACCOUNT},
    ) as emulator:
        yield emulator


async def test_each_account_has_its_numbers_templates_and_webhooks(
    two: RunningEmulator, receiver: Receiver
) -> None:
    async with aiohttp.ClientSession() as http:
        business = Business(two, http)
        ids: set[str] = set()
        for account, number in (
            (BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID),
            (SECOND_ACCOUNT, SECOND_NUMBER),
        ):
            _, numbers, _ = await business.call("GET", f"{account}/phone_numbers")
            assert [one["id"] for one in numbers["data"]] == [number]
            _, templates, _ = await business.call("GET", f"{account}/message_templates")
            assert templates["data"][0]["name"] == "hello_world"
            ids.add(templates["data"][0]["id"])
            body = {"from": INES, "text": "Hello", "phone_number_id": number}
            await two.control("POST", "inbound", body)
            await two.quiet()
            [entry] = receiver.payloads[-1]["entry"]
            assert entry["id"] == account
            assert entry["changes"][0]["value"]["metadata"]["phone_number_id"] == number
        assert len(ids) == 2
        assert await code(business, "800000000000009/phone_numbers", method="GET") == 100


async def test_an_account_is_asked_so_often_in_an_hour(
    business: Business, two: RunningEmulator
) -> None:
    async with aiohttp.ClientSession() as http:
        business = Business(two, http)
        await two.control("PUT", "limits", {"management_per_hour": 3})
        paths = [
            f"{BUSINESS_ACCOUNT_ID}/{one}"
            for one in ("phone_numbers", "message_templates", "subscribed_apps")
        ]
        assert [await code(business, path, method="GET") for path in paths] == [0, 0, 0]
        _, _, headers = await business.call("GET", f"{SECOND_ACCOUNT}/phone_numbers")
        [usage] = json.loads(headers["x-business-use-case-usage"])[SECOND_ACCOUNT]
        assert usage["call_count"] == 33
        status, answer, headers = await business.call("GET", paths[0])
        assert (status, answer["error"]["code"]) == (400, 80007)
        assert 0 < int(headers["Retry-After"]) <= 1200
        other = f"{SECOND_ACCOUNT}/phone_numbers"
        assert await code(business, other, method="GET") == 0, "each account for itself"
        await two.control("POST", "clock/advance", {"seconds": 1201})
        assert await code(business, paths[0], method="GET") == 0
        with pytest.raises(AssertionError, match="greater than 0"):
            await two.control("PUT", "limits", {"management_per_hour": 0})


async def test_numbers_and_blocks_are_known_after_a_restart(
    receiver: Receiver, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    async with (
        running_emulator(webhook_url=receiver.url, state=state) as emulator,
        aiohttp.ClientSession() as http,
    ):
        business = Business(emulator, http)
        await emulator.write(INES, "Hello")
        await business.call("POST", PROFILE, {"messaging_product": "whatsapp", "about": "Closed"})
        await business.call("POST", f"{PHONE_NUMBER_ID}/block_users", blocking(INES))
    async with (
        running_emulator(webhook_url=receiver.url, state=state) as emulator,
        aiohttp.ClientSession() as http,
    ):
        business = Business(emulator, http)
        _, answer, _ = await business.call("GET", PROFILE)
        assert answer["data"][0]["about"] == "Closed"
        assert (await business.text("Hello"))[1]["error"]["code"] == 130403
        await emulator.control("POST", "reset")
        _, answer, _ = await business.call("GET", PROFILE)
        assert answer["data"][0]["about"] != "Closed"
