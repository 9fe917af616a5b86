"""Subscriptions: who hears of an account, and where its webhooks are sent instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.emulator.conftest import INES, Business, Receiver, receiving
from whatsapp_emulator.testing import (
    BUSINESS_ACCOUNT_ID,
    PHONE_NUMBER_ID,
    RunningEmulator,
    running_emulator,
)

APPS = f"{BUSINESS_ACCOUNT_ID}/subscribed_apps"
SECOND_NUMBER = "900000000000002"


async def subscribe(business: Business, url: str, token: Any = "another-token") -> tuple[int, Any]:
    body = {"override_callback_uri": url, "verify_token": token}
    status, answer, _ = await business.call("POST", APPS, body)
    return status, answer


async def texts(receiver: Receiver) -> list[str]:
    return [one["text"]["body"] for one in receiver.messages]


async def test_an_override_is_verified_and_takes_the_webhooks_until_it_is_taken_away(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    async with receiving() as other:
        assert await subscribe(business, other.url) == (200, {"success": True})
        assert other.handshakes[0]["hub.verify_token"] == "another-token"
        _, apps, _ = await business.call("GET", APPS)
        assert apps["data"][0]["override_callback_uri"] == other.url
        _, node, _ = await business.call("GET", PHONE_NUMBER_ID)
        assert node["webhook_configuration"] == {
            "application": receiver.url,
            "whatsapp_business_account": other.url,
        }
        await emulator.write(INES, "to the other")
        await emulator.quiet()
        assert await texts(other) == ["to the other"], "signed with the app's secret"
        await business.call("POST", APPS)
        await emulator.write(INES, "to the first")
        await emulator.quiet()
        assert await texts(other) == ["to the other"]
        assert await texts(receiver) == ["Good morning", "to the first"]


async def test_a_number_may_have_an_override_of_its_own(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    async with receiving() as whole, receiving() as own:
        await subscribe(business, whole.url)
        wanted = {"override_callback_uri": own.url, "verify_token": "own-token"}
        body = {"webhook_configuration": wanted}
        assert (await business.call("POST", PHONE_NUMBER_ID, body))[0] == 200
        assert own.handshakes[0]["hub.verify_token"] == "own-token"
        _, node, _ = await business.call("GET", PHONE_NUMBER_ID)
        assert node["webhook_configuration"]["phone_number"] == own.url
        await emulator.write(INES, "to the number's own")
        await emulator.quiet()
        gone = {"webhook_configuration": {"override_callback_uri": ""}}
        assert (await business.call("POST", PHONE_NUMBER_ID, gone))[0] == 200
        await emulator.write(INES, "to the account's")
        await emulator.quiet()
        assert await texts(own) == ["to the number's own"]
        assert await texts(whole) == ["to the account's"]
        assert await texts(receiver) == ["Good morning"]


@pytest.mark.parametrize("token", [None, "", 5])
async def test_an_override_needs_a_verify_token(business: Business, token: Any) -> None:
    status, answer = await subscribe(business, "http://127.0.0.1:9/", token)
    assert (status, answer["error"]["code"]) == (400, 100)


async def test_an_override_elsewhere_is_refused_in_one_sentence(business: Business) -> None:
    for url in ("https://hooks.example.com/", "ftp://127.0.0.1/", "nonsense"):
        status, answer = await subscribe(business, url)
        assert (status, answer["error"]["code"]) == (400, 100)
        assert "only calls this machine" in answer["error"]["message"]


async def test_an_override_that_does_not_answer_the_challenge_changes_nothing(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    for url, words in (
        (receiver.url.replace("/webhook", "/nothing"), "HTTP Status Code = 404"),
        ("http://127.0.0.1:9/", "Callback verification failed"),
        (f"{emulator.url}/assets/main.js", "not the challenge"),
    ):
        status, answer = await subscribe(business, url)
        assert (status, answer["error"]["error_subcode"]) == (400, 2200)
        assert words in answer["error"]["message"]
    await emulator.write(INES, "still here")
    await emulator.quiet()
    assert (await texts(receiver))[-1] == "still here"


async def test_an_app_that_unsubscribes_hears_nothing_and_nothing_is_kept_for_it(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await business.call("DELETE", APPS)
    assert (await business.call("GET", APPS))[1] == {"data": []}
    await emulator.write(INES, "unheard")
    await business.send("and its statuses too")
    await emulator.quiet()
    await business.call("POST", APPS)
    await emulator.write(INES, "heard")
    await emulator.quiet()
    assert await texts(receiver) == ["Good morning", "heard"]
    assert receiver.statuses == []


async def test_an_override_is_for_one_account_and_known_after_a_restart(
    receiver: Receiver, tmp_path: Path
) -> None:
    numbers = (PHONE_NUMBER_ID, SECOND_NUMBER)
    options: dict[str, Any] = {
        "webhook_url": receiver.url,
        "phone_number_ids": numbers,
        "accounts": {SECOND_NUMBER: "800000000000002"},
        "state": tmp_path / "state.json",
    }

    async def write(emulator: RunningEmulator, number: str, text: str) -> None:
        body = {"from": INES, "text": text, "phone_number_id": number}
        await emulator.control("POST", "inbound", body)
        await emulator.quiet()

    async with receiving() as other:
        async with running_emulator(**options) as emulator, aiohttp.ClientSession() as http:
            await subscribe(Business(emulator, http), other.url)
            await write(emulator, numbers[0], "one")
            await write(emulator, numbers[1], "two")
        async with running_emulator(**options) as emulator:
            await write(emulator, numbers[0], "three")
            await emulator.control("POST", "reset")
            await write(emulator, numbers[0], "four")
        assert (await texts(other), await texts(receiver)) == (["one", "three"], ["two", "four"])
