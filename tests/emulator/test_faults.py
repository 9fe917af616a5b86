"""Each fault, seen on the wire; the ledger says whether the message was accepted."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.emulator.conftest import INES, Business, Receiver, eventually, receiving
from whatsapp_emulator.testing import PHONE_NUMBER_ID, RunningEmulator, running_emulator


async def accepted(emulator: RunningEmulator) -> int:
    return len(await emulator.ledger())


@pytest.mark.parametrize(
    ("code", "http"),
    [(131047, 400), (190, 401), (10, 403), (131016, 503), (131000, 500), (100, 400), (1, 500)],
)
async def test_error_refuses_with_any_code(
    business: Business, emulator: RunningEmulator, code: int, http: int
) -> None:
    await emulator.faults({"do": {"action": "error", "code": code}})
    status, answer = await business.text("Hello")
    assert (status, answer["error"]["code"]) == (http, code)
    assert await accepted(emulator) == 0


@pytest.mark.parametrize("code", [4, 80007, 130429, 131056])
async def test_rate_errors_carry_a_hint_when_to_come_back(
    business: Business, emulator: RunningEmulator, code: int
) -> None:
    do = {"action": "error", "code": code, "http": 429, "retry_after_seconds": 90}
    await emulator.faults({"do": do, "times": 1})
    body = {"messaging_product": "whatsapp", "to": INES, "text": {"body": "Hello"}}
    status, answer, headers = await business.call("POST", f"{PHONE_NUMBER_ID}/messages", body)
    assert (status, answer["error"]["code"], headers["Retry-After"]) == (429, code, "90")
    [usage] = json.loads(headers["x-business-use-case-usage"])["0"]
    assert usage["estimated_time_to_regain_access"] == 2
    await business.send("again")
    assert await accepted(emulator) == 1


@pytest.mark.parametrize(
    ("do", "sight", "is_accepted"),
    [
        ("close", aiohttp.ClientError, False),
        ("reset", aiohttp.ClientError, True),
        ("truncate", aiohttp.ClientPayloadError, True),
        ("hang", TimeoutError, True),
        ("unavailable", 503, False),
        ("bad_gateway", 502, True),
        ("garbage", 200, True),
        ({"action": "garbage", "body": ""}, 200, True),
        ({"action": "slow", "seconds": 0.05}, 200, True),
        ("status_first", 200, True),
    ],
)
async def test_answers_that_are_not_what_they_should_be(
    business: Business,
    emulator: RunningEmulator,
    receiver: Receiver,
    do: Any,
    sight: int | type[Exception],
    is_accepted: bool,
) -> None:
    await emulator.faults({"do": do, "times": 1})
    url = f"{emulator.url}/v26.0/{PHONE_NUMBER_ID}/messages"
    options: Any = {
        "json": {"messaging_product": "whatsapp", "to": INES, "text": {"body": "Hello"}},
        "headers": {"Authorization": f"Bearer {emulator.settings.token}"},
        "timeout": aiohttp.ClientTimeout(total=0.4),
    }
    seen: int | type[Exception]
    text = ""
    try:
        async with business.http.post(url, **options) as answer:
            text = await answer.text()
            seen = answer.status
            statuses_before_the_answer = list(receiver.names())
    except (aiohttp.ClientError, TimeoutError) as error:
        seen = type(error)
        statuses_before_the_answer = []
    if isinstance(sight, type):
        assert isinstance(seen, type)
        assert issubclass(seen, sight)
    else:
        assert seen == sight
    assert await accepted(emulator) == int(is_accepted)
    if do in ("unavailable", "bad_gateway", "garbage") or "body" in do:
        with pytest.raises(ValueError, match="Expecting value"):
            json.loads(text)
    if do == "status_first":
        assert "sent" in statuses_before_the_answer
    await emulator.quiet()
    assert receiver.names().count("delivered") == int(is_accepted), "accepted means delivered"


@pytest.mark.parametrize("do", ["close", "reset"])
async def test_a_cut_connection_is_a_reset_and_no_orderly_end(
    business: Business, emulator: RunningEmulator, do: str
) -> None:
    await emulator.faults({"do": do})
    body = json.dumps({"messaging_product": "whatsapp", "to": INES, "text": {"body": "Hello"}})
    head = (
        f"POST /v26.0/{PHONE_NUMBER_ID}/messages HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {emulator.settings.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(emulator.url).port)
    writer.write((head + body).encode())
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_a_hanging_call_ends_with_the_emulator(receiver: Receiver) -> None:
    async with aiohttp.ClientSession() as http:
        async with running_emulator(webhook_url=receiver.url) as emulator:
            await emulator.write(INES, "Hello")
            await emulator.faults({"do": "hang"})
            call = asyncio.create_task(Business(emulator, http).text("Hello"))

            async def is_accepted() -> bool:
                return bool(await emulator.ledger())

            await eventually(is_accepted)
            await emulator.quiet()
        with pytest.raises(aiohttp.ClientError):
            await call


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("accept", ["failed"]),
        ("sent", ["sent", "failed"]),
        ("delivered", ["sent", "delivered", "failed"]),
    ],
)
async def test_fail_reports_failure_after_acceptance(
    business: Business,
    emulator: RunningEmulator,
    receiver: Receiver,
    after: str,
    expected: list[str],
) -> None:
    await emulator.faults({"do": {"action": "fail", "code": 131026, "after": after}})
    await emulator.control("PUT", "pace", {"scale": 0.1})
    wamid = await business.send("Hello")
    await emulator.quiet()
    assert receiver.names(wamid) == expected
    assert receiver.statuses[-1]["errors"][0]["code"] == 131026
    assert await accepted(emulator) == 1


async def test_duplicate_repeats_webhooks(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.faults(
        {"do": {"action": "duplicate", "copies": 2, "statuses": ["delivered"]}},
        {"match": {"kind": "inbound"}, "do": "duplicate"},
    )
    await business.send("Hello")
    inbound = await emulator.write(INES, "Hello")
    await emulator.quiet()
    assert (receiver.names().count("sent"), receiver.names().count("delivered")) == (1, 3)
    assert [one["id"] for one in receiver.messages].count(inbound) == 2


@pytest.mark.parametrize("one_post", [True, False])
async def test_reverse_tells_of_delivery_first(
    business: Business, emulator: RunningEmulator, receiver: Receiver, one_post: bool
) -> None:
    await emulator.faults({"do": {"action": "reverse", "one_post": one_post}})
    before = len(receiver.payloads)
    wamid = await business.send("Hello")
    await emulator.quiet()
    assert receiver.names(wamid) == ["delivered", "sent"]
    assert len(receiver.payloads) - before == (1 if one_post else 2)


async def test_drop_keeps_statuses_back(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.faults({"do": {"action": "drop", "statuses": ["sent", "delivered"]}})
    await business.send("Hello")
    await emulator.quiet()
    assert receiver.names() == []
    await emulator.control("POST", f"contacts/{INES}/read")
    await emulator.quiet()
    assert receiver.names() == ["read"]


async def test_delay_holds_webhooks_for_virtual_time(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.faults({"do": {"action": "delay", "seconds": 7200, "statuses": ["sent"]}})
    await business.send("Hello")
    await receiver.until(lambda: receiver.names() == ["delivered"])
    await emulator.control("POST", "clock/advance", {"seconds": 7200})
    await emulator.quiet()
    assert receiver.names() == ["delivered", "sent"]


async def test_strip_opaque_forgets_the_echo(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.faults({"do": "strip_opaque"})
    await business.send("Hello", biz_opaque_callback_data="id#1")
    await emulator.quiet()
    assert len(receiver.statuses) == 2
    assert not any("biz_opaque_callback_data" in one for one in receiver.statuses)
    [entry] = await emulator.ledger(opaque="id#")
    assert entry["opaque"] == "id#1", "the ledger still knows it"


async def test_bad_signature_is_refused_and_then_mended(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    await emulator.faults({"do": "bad_signature", "match": {"kind": ["send", "inbound"]}})
    await business.send("Hello")
    await emulator.write(INES, "Hello")
    await emulator.quiet()
    assert len(receiver.refused) == 3
    assert sorted(receiver.names()) == ["delivered", "sent"]
    signatures = [one["signature"] for one in await emulator.control("GET", "deliveries")]
    assert signatures.count("bad") == 3


async def test_rules_hit_whom_they_match(business: Business, emulator: RunningEmulator) -> None:
    tomas = "447700900226"
    await emulator.write(tomas, "Hello")
    error = {"action": "error", "code": 131000}

    async def outcomes(*texts: str, to: str = INES) -> list[int]:
        return [(await business.text(text, to))[0] for text in texts]

    await emulator.faults({"match": {"to": INES}, "do": error})
    assert (await outcomes("a"), await outcomes("a", to=tomas)) == ([500], [200])
    await emulator.faults({"match": {"nth": 2}, "do": error})
    assert await outcomes("a", "b", "c") == [200, 500, 200]
    assert await outcomes("a", "b", "c", to=tomas) == [200, 500, 200], "counted by contact"
    await emulator.faults({"match": {"nth": [1, 3]}, "do": error, "times": 1})
    assert await outcomes("a", "b", "c") == [500, 200, 200]
    await emulator.faults({"match": {"text": "bad"}, "do": error})
    assert await outcomes("a bad one", "a good one") == [500, 200]
    await emulator.faults({"match": {"type": "image"}, "do": error})
    assert await outcomes("a") == [200]
    await emulator.faults({"match": {"kind": ["node", "mark_read"]}, "do": error})
    assert await outcomes("a") == [200]
    assert (await business.call("GET", PHONE_NUMBER_ID))[0] == 500
    wamid = await emulator.write(INES, "Hello")
    assert (await business.post(status="read", message_id=wamid))[0] == 500
    [rule] = await emulator.control("GET", "faults")
    assert rule["hits"] == 2
    await emulator.control("DELETE", "faults")
    assert (await business.call("GET", PHONE_NUMBER_ID))[0] == 200


async def test_chance_follows_the_seed_and_not_the_time(receiver: Receiver) -> None:
    async def run(seed: int, *, at_once: bool) -> list[int]:
        async with (
            receiving() as other,
            running_emulator(webhook_url=other.url, seed=seed) as emulator,
            aiohttp.ClientSession() as http,
        ):
            business = Business(emulator, http)
            people = [f"44770090030{number}" for number in range(4)]
            for wa_id in people:
                await emulator.write(wa_id, "Hello")
            await emulator.faults({"do": {"action": "error", "code": 4}, "probability": 0.4})

            async def talk(wa_id: str) -> list[int]:
                return [(await business.text(str(turn), wa_id))[0] for turn in range(8)]

            if at_once:
                lanes = list(await asyncio.gather(*map(talk, people)))
            else:
                lanes = [await talk(wa_id) for wa_id in reversed(people)][::-1]
            return [status for lane in lanes for status in lane]

    first = await run(7, at_once=False)
    assert first == await run(7, at_once=True)
    assert first != await run(8, at_once=False)
    assert 4 <= first.count(400) <= 22


async def test_limits_pace_the_business_when_set(
    business: Business, emulator: RunningEmulator
) -> None:
    await emulator.control("PUT", "limits", {"pair": {"every_seconds": 6, "burst": 3}})
    statuses = [(await business.text(str(number)))[0] for number in range(4)]
    assert statuses == [200, 200, 200, 400]
    _, answer = await business.text("again")
    assert answer["error"]["code"] == 131056
    await emulator.control("POST", "clock/advance", {"seconds": 6})
    await business.send("after a pause")

    await emulator.control("PUT", "limits", {"throughput_per_second": 2})
    statuses = [(await business.text(str(number)))[0] for number in range(3)]
    assert statuses == [200, 200, 400]
    _, answer = await business.text("again")
    assert answer["error"]["code"] == 130429
    await emulator.control("PUT", "limits", {})
    await business.send("no limits")


async def test_a_door_that_was_shut_opens_again_even_when_somebody_took_its_port(
    business: Business, emulator: RunningEmulator
) -> None:
    await emulator.faults({"do": {"action": "refuse_connections", "seconds": 0.1}, "times": 1})
    with pytest.raises(aiohttp.ClientError):
        await business.text("Hello")
    taker = await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", urlsplit(emulator.url).port
    )
    await asyncio.sleep(0.3)
    taker.close()
    await taker.wait_closed()

    async def is_open() -> bool:
        try:
            return (await business.text("Hello"))[0] == 200
        except aiohttp.ClientError:
            return False

    await eventually(is_open)
    assert await accepted(emulator) == 1
