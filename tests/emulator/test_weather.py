"""Each weather on the wire, and calm, which lets go of everything that was held back."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import aiohttp
import pytest

from tests.emulator.conftest import INES, Business, Receiver, eventually
from whatsapp_emulator.testing import PHONE_NUMBER_ID, TOKEN, RunningEmulator

CALLS = 24
PATIENCE_SECONDS = 0.4


async def call(business: Business, text: str, patience_seconds: float = PATIENCE_SECONDS) -> str:
    """Send a text; what comes of the call: an HTTP status, ``broken`` or ``no answer``."""
    body = {"messaging_product": "whatsapp", "to": INES, "type": "text", "text": {"body": text}}
    try:
        async with business.http.post(
            f"{business.emulator.url}/v26.0/{PHONE_NUMBER_ID}/messages",
            json={**body, "biz_opaque_callback_data": text},
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=aiohttp.ClientTimeout(total=patience_seconds),
        ) as answer:
            await answer.read()
            return str(answer.status)
    except TimeoutError:
        return "no answer"
    except aiohttp.ClientError:
        return "broken"


async def calls(business: Business, count: int = CALLS) -> dict[str, str]:
    """Send so many texts, one after another; what came of each, by its text."""
    return {f"m{number}": await call(business, f"m{number}") for number in range(count)}


async def set_weather(emulator: RunningEmulator, name: str) -> Any:
    return await emulator.control("PUT", "weather", {"name": name})


async def taken(emulator: RunningEmulator) -> Counter[str]:
    """How often WhatsApp took each text."""
    return Counter(entry["body"] for entry in await emulator.ledger())


async def test_bad_wifi_breaks_calls_before_and_after_they_are_taken(
    emulator: RunningEmulator, business: Business, receiver: Receiver
) -> None:
    await set_weather(emulator, "bad-wifi")
    ends = await calls(business)
    accepted = await taken(emulator)
    assert {text for text, end in ends.items() if end == "200"} <= set(accepted)
    broken = [text for text, end in ends.items() if end == "broken"]
    assert 0 < len([text for text in broken if text not in accepted]) < CALLS / 2
    assert [text for text in broken if text in accepted], "none broke after it was taken"
    assert set(accepted.values()) == {1}
    await set_weather(emulator, "calm")
    await emulator.quiet()
    told = Counter(
        (status["biz_opaque_callback_data"], status["status"]) for status in receiver.statuses
    )
    assert set(told.values()) == {1, 2}, "some webhooks come twice, and some once"
    assert {text for text, _ in told} == set(accepted)


async def test_slow_answers_and_tells_late_until_calm(
    emulator: RunningEmulator, business: Business, receiver: Receiver
) -> None:
    await set_weather(emulator, "slow")
    slow = asyncio.create_task(call(business, "slowly", patience_seconds=5))
    await eventually(lambda: _is_taken(emulator, "slowly"))
    await emulator.write(INES, "And late, too")
    await asyncio.sleep(0.3)
    assert not slow.done()
    assert receiver.statuses == []
    assert len(receiver.messages) == 1, "only what she wrote before"

    await set_weather(emulator, "calm")
    assert await slow == "200"
    await emulator.quiet(1.0)
    assert sorted(receiver.names()) == ["delivered", "sent"]
    assert receiver.messages[-1]["text"]["body"] == "And late, too"


async def test_lost_answers_take_every_message_and_answer_none(
    emulator: RunningEmulator, business: Business, receiver: Receiver
) -> None:
    await set_weather(emulator, "answers-lost")
    ends = await calls(business, 12)
    assert set(ends.values()) == {"no answer", "broken"}
    assert await taken(emulator) == Counter(list(ends))
    known = {status["biz_opaque_callback_data"] for status in receiver.statuses}
    assert 0 < len(known & set(ends)) < len(ends), "of some there is no word yet"

    await set_weather(emulator, "calm")
    await emulator.quiet(2.0)
    known = {status["biz_opaque_callback_data"] for status in receiver.statuses}
    assert known >= set(ends), "calm brings word of all"


async def test_disorder_repeats_and_reverses_but_loses_nothing(
    emulator: RunningEmulator, business: Business, receiver: Receiver
) -> None:
    await set_weather(emulator, "disorder")
    ends = {f"m{number}": await call(business, f"m{number}", 15) for number in range(CALLS)}
    assert set(ends.values()) == {"200"}
    await set_weather(emulator, "calm")
    await emulator.quiet()
    assert receiver.refused, "some are signed wrongly at first"
    order: dict[str, list[str]] = {}
    for status in receiver.statuses:
        order.setdefault(status["biz_opaque_callback_data"], []).append(status["status"])
    assert {text: set(names) for text, names in order.items()} == {
        text: {"sent", "delivered"} for text in ends
    }
    assert any(names[0] == "delivered" for names in order.values()), "none came backwards"
    assert any(len(names) > 2 for names in order.values()), "none came twice"


async def test_down_takes_nothing_and_tells_nothing(
    emulator: RunningEmulator, business: Business, receiver: Receiver
) -> None:
    await set_weather(emulator, "down")
    ends = await calls(business)
    assert set(ends.values()) == {"503", "broken"}
    assert await emulator.ledger() == []
    await emulator.write(INES, "Are you there?")
    await asyncio.sleep(0.2)
    assert len(receiver.messages) == 1, "only what she wrote before"

    await set_weather(emulator, "calm")
    await receiver.until(lambda: receiver.messages[-1]["text"]["body"] == "Are you there?")
    assert await call(business, "after") == "200"


async def test_calm_answers_a_call_that_hangs(
    emulator: RunningEmulator, business: Business
) -> None:
    await emulator.faults({"do": "hang", "times": 1})
    hanging = asyncio.create_task(call(business, "held", patience_seconds=5))
    await eventually(lambda: _is_taken(emulator, "held"))
    await set_weather(emulator, "calm")
    assert await hanging == "200"


async def test_calm_brings_a_status_that_waits_for_a_later_one(
    emulator: RunningEmulator, business: Business, receiver: Receiver
) -> None:
    await emulator.contact(INES, device="offline")
    await emulator.faults({"do": "reverse"})
    await business.send("Backwards")
    await emulator.quiet()
    assert receiver.statuses == []
    await set_weather(emulator, "calm")
    await receiver.until(lambda: receiver.names() == ["sent"])


async def test_the_weather_says_its_name_until_a_rule_is_changed(
    emulator: RunningEmulator,
) -> None:
    for name in ("bad-wifi", "down", "calm"):
        assert (await set_weather(emulator, name))["weather"] == name
        assert (await emulator.control("GET", "weather"))["weather"] == name
    await emulator.faults({"do": "hang"})
    assert (await emulator.control("GET", "weather"))["weather"] is None
    with pytest.raises(AssertionError, match=r"There is no weather 'sunny'. Known are: calm"):
        await set_weather(emulator, "sunny")


async def test_every_weather_is_made_of_switches_the_console_offers(
    emulator: RunningEmulator,
) -> None:
    console = await emulator.control("GET", "console")
    switches = {one["title"]: one["rule"] for one in console["switches"]}
    for weather in console["weathers"]:
        for rule in (await set_weather(emulator, weather["name"]))["rules"]:
            assert rule["do"] == switches[rule["name"]]["do"], weather["name"]


async def test_rules_that_stay_go_on_with_their_hits_when_asked(
    emulator: RunningEmulator, business: Business
) -> None:
    first = {"name": "first", "do": {"action": "error", "code": 131026}, "times": 2}
    other = {"name": "other", "do": "strip_opaque"}
    await emulator.faults(first)
    assert (await business.text("refused"))[0] == 400
    kept = await emulator.control("PUT", "faults", [other, first], query={"keep": "1"})
    assert [rule.get("hits", 0) for rule in kept] == [0, 1]
    assert (await business.text("refused"))[0] == 400
    assert (await business.text("passes"))[0] == 200
    await emulator.faults(first)
    assert (await business.text("refused anew"))[0] == 400


async def test_reset_is_calm(emulator: RunningEmulator, receiver: Receiver) -> None:
    await set_weather(emulator, "down")
    await emulator.control("POST", "reset", {"keep_contacts": True})
    assert (await emulator.control("GET", "weather"))["weather"] == "calm"
    await emulator.write(INES, "Good morning again")
    await receiver.until(lambda: receiver.messages[-1]["text"]["body"] == "Good morning again")


async def _is_taken(emulator: RunningEmulator, text: str) -> bool:
    return text in await taken(emulator)
