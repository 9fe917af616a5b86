"""The personas: a past that can be imported, a script that begins on demand, answers that fit."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.emulator.conftest import INES, Business, Receiver, eventually
from whatsapp_emulator.pace import Pace
from whatsapp_emulator.personas.cast import read_cast
from whatsapp_emulator.testing import RunningEmulator, running_emulator

DAY = 24 * 3600


@pytest.fixture
async def shop(receiver: Receiver) -> AsyncIterator[RunningEmulator]:
    async with running_emulator(webhook_url=receiver.url, personas=True) as emulator:
        yield emulator


async def skip(emulator: RunningEmulator, seconds: float) -> None:
    await emulator.control("POST", "clock/advance", {"seconds": seconds})


def test_the_cast_is_in_order() -> None:
    cast = read_cast()
    assert len(cast) == 8
    assert len({persona.wa_id for persona in cast}) == 8
    for persona in cast:
        assert re.fullmatch(r"4477009003\d\d", persona.wa_id)
        ages = [past.seconds_ago for past in persona.past]
        assert ages == sorted(ages, reverse=True)
        last_written = min(past.seconds_ago for past in persona.past if past.who == "them")
        assert last_written < DAY, f"the window of {persona.name} must be open"
        texts = [past.text for past in persona.past] + [line.text for line in persona.live]
        texts += [reply.text for reply in persona.replies] + persona.others
        assert len(set(texts)) == len(texts)
        assert not any("!" in text and text.count("!") > 1 for text in texts)


async def test_the_past_can_be_imported(shop: RunningEmulator, receiver: Receiver) -> None:
    cast = await shop.control("GET", "personas")
    assert len(cast) == 8
    ines = cast[0]
    assert (ines["wa_id"], ines["name"], ines["username"]) == (INES, "Ines Okafor", "ines.rides")
    messages = ines["messages"]
    assert {one["direction"] for one in messages} == {"inbound", "outbound"}
    ages = [one["at_seconds_ago"] for one in messages]
    assert ages == sorted(ages, reverse=True)
    assert {one["status"] for one in messages} == {"received", "read"}
    assert all(one["id"].startswith("wamid.") for one in messages)

    thread = await shop.control("GET", f"contacts/{INES}/thread")
    assert [one["text"] for one in thread["messages"]] == [one["text"] for one in messages]
    assert await shop.ledger() == [], "the past was never sent"
    assert receiver.payloads == [], "nor was it reported"


async def test_every_persona_can_be_written_to_and_gets_it(
    shop: RunningEmulator, receiver: Receiver
) -> None:
    async with aiohttp.ClientSession() as http:
        business = Business(shop, http)
        for persona in await shop.control("GET", "personas"):
            wamid = await business.send("Good morning", to=persona["wa_id"])
            await shop.quiet()
            assert sorted(receiver.names(wamid)) == ["delivered", "sent"]


async def test_nobody_writes_before_the_beginning_and_everybody_once_after_it(
    shop: RunningEmulator, receiver: Receiver
) -> None:
    await skip(shop, 600)
    await shop.quiet()
    assert receiver.messages == []

    assert await shop.control("POST", "personas/begin") == {"begun": True}
    assert await shop.control("POST", "personas/begin") == {"begun": False}
    await skip(shop, 600)
    written = [line.text for persona in read_cast() for line in persona.live]
    await eventually(lambda: len(receiver.messages) >= len(written))
    await shop.quiet()
    assert sorted(one["text"]["body"] for one in receiver.messages) == sorted(written)


async def test_they_begin_when_the_business_is_ready(receiver: Receiver) -> None:
    answers = [503, 503, 200]

    async def ready(request: web.Request) -> web.Response:
        return web.Response(status=answers.pop(0) if answers else 200)

    app = web.Application()
    app.router.add_get("/readyz", ready)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/readyz"
    try:
        async with running_emulator(
            webhook_url=receiver.url, personas=True, ready_url=url
        ) as emulator:
            await eventually(lambda: not answers)

            async def has_begun() -> bool:
                return not (await emulator.control("POST", "personas/begin"))["begun"]

            await eventually(has_begun)
    finally:
        await runner.cleanup()


async def say(shop: RunningEmulator, receiver: Receiver, text: str, to: str = INES) -> str:
    """Send a text, let time pass, and return what the persona answers."""
    async with aiohttp.ClientSession() as http:
        before = len(receiver.messages)
        wamid = await Business(shop, http).send(text, to=to)
        await shop.quiet()
        await skip(shop, 5)
        await eventually(lambda: "read" in receiver.names(wamid))
        await skip(shop, 15)
        await eventually(lambda: len(receiver.messages) > before)
        await shop.quiet()
        return str(receiver.messages[-1]["text"]["body"])


async def test_they_read_and_answer_to_the_point(shop: RunningEmulator, receiver: Receiver) -> None:
    answer = await say(shop, receiver, "Thursday is fine. Shall I book 9:30?")
    assert answer.startswith("Thursday at 9:30 it is.")
    answer = await say(shop, receiver, "Thursday, as agreed.")
    assert answer == "Thank you, that's clear.", "no answer is given twice"
    answer = await say(shop, receiver, "The 54 is here, we kept it.", to="447700900326")
    assert "shoes" in answer


async def test_several_messages_in_a_row_get_one_answer(
    shop: RunningEmulator, receiver: Receiver
) -> None:
    async with aiohttp.ClientSession() as http:
        business = Business(shop, http)
        await business.send("Hello Ines")
        await business.send("We had a look")
        await business.send("It is £38 in all.")
        await shop.quiet()
    await skip(shop, 5)
    await eventually(lambda: receiver.names().count("read") == 3)
    await skip(shop, 60)
    await eventually(lambda: len(receiver.messages) > 0)
    await shop.quiet()
    assert [one["text"]["body"] for one in receiver.messages] == [
        "That's very fair. Is card all right?"
    ]


async def test_a_persona_played_by_hand_reads_but_says_nothing(
    shop: RunningEmulator, receiver: Receiver
) -> None:
    await shop.write(INES, "I type for myself now")
    async with aiohttp.ClientSession() as http:
        wamid = await Business(shop, http).send("Good morning")
    await shop.quiet()
    await skip(shop, 5)
    await eventually(lambda: "read" in receiver.names(wamid))
    await shop.control("POST", "personas/begin")
    await skip(shop, 600)
    await eventually(lambda: len(receiver.messages) >= 9)
    await shop.quiet()
    own = [one["text"]["body"] for one in receiver.messages if one.get("from") == INES]
    assert own == ["I type for myself now"]


async def test_the_seed_decides_when_they_write() -> None:
    async def moments(seed: int) -> list[str]:
        async with running_emulator(personas=True, seed=seed, pace=Pace(scale=0)) as emulator:
            await emulator.control("POST", "personas/begin")
            people: list[Any] = []
            order: list[str] = []
            for _ in range(60):
                await skip(emulator, 4)
                people = await emulator.control("GET", "personas")
                for persona in people:
                    thread = await emulator.control("GET", f"contacts/{persona['wa_id']}/thread")
                    order += [
                        one["text"]
                        for one in thread["messages"][len(persona["messages"]) :]
                        if one["text"] not in order
                    ]
            return order

    assert await moments(3) == await moments(3)


async def test_a_reset_brings_the_past_back(shop: RunningEmulator, receiver: Receiver) -> None:
    await shop.control("POST", "personas/begin")
    await shop.write(INES, "Hello")
    await shop.control("POST", "reset")
    thread = await shop.control("GET", f"contacts/{INES}/thread")
    assert len(thread["messages"]) == 7
    assert await shop.control("POST", "personas/begin") == {"begun": True}


async def test_after_a_restart_nothing_is_said_twice(receiver: Receiver, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    async with running_emulator(webhook_url=receiver.url, personas=True, state=state) as emulator:
        assert await say(emulator, receiver, "It is £38.") == "That's very fair. Is card all right?"
    async with running_emulator(webhook_url=receiver.url, personas=True, state=state) as emulator:
        thread = await emulator.control("GET", f"contacts/{INES}/thread")
        assert len(thread["messages"]) == 9
        await skip(emulator, 60)
        assert await say(emulator, receiver, "Still £38.") == "Thank you, that's clear."


async def test_without_personas_there_are_none(emulator: RunningEmulator) -> None:
    assert await emulator.control("GET", "personas") == []
    with pytest.raises(AssertionError, match="409"):
        await emulator.control("POST", "personas/begin")
