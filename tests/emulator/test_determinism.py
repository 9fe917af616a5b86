"""The same seed, the same run: nothing that is decided depends on who comes first."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import aiohttp

from tests.emulator.conftest import Business, Receiver, receiving
from tests.emulator.misbehaviours.row import ALL, HOUR, rule
from whatsapp_emulator.testing import APP_SECRET, RunningEmulator, running_emulator

CONTACTS, MESSAGES, WRITTEN = 50, 16, 4
SPOILT = {"text": "message"}
BOTH = {"text": "message", "kind": ALL}
SPARED = "44770090000"
"""Of the contacts whose first status is waited for: no fault may hold it back."""


def everything() -> list[dict[str, Any]]:
    """Every fault there is, each now and then. `times` names its contact: over all it counts arrivals."""
    calls = [
        *(rule("error", SPOILT, code=code, probability=0.02) for code in (4, 190, 131047)),
        rule("error", {"to": "447700900001"}, code=130429, times=3),
        rule("error", {"nth": [5, 6]} | SPOILT, code=131056, probability=0.3),
        rule("error", SPOILT, code=131057, for_seconds=1000 * HOUR, probability=0.02),
        *(rule(action, SPOILT, probability=0.02) for action in ("close", "unavailable")),
        rule("tls_alert", SPOILT, probability=0.02),
        *(rule(action, SPOILT, probability=0.02) for action in ("reset", "bad_gateway")),
        *(rule(action, SPOILT, probability=0.02) for action in ("truncate", "garbage")),
        rule("hang", SPOILT, seconds=0.05, probability=0.02),
        rule("slow", SPOILT, seconds=0.02, probability=0.02),
        rule("status_first", {"text": "spared"}, probability=0.5),
    ]
    webhooks = [
        *(
            rule("fail", SPOILT, code=131026, after=after, probability=0.04)
            for after in ("accept", "sent", "delivered")
        ),
        rule("drop", SPOILT, statuses=["sent"], probability=0.05),
        rule("delay", BOTH, seconds=60, tail=0.7, most_seconds=10 * HOUR, probability=0.1),
        rule("storm", BOTH, seconds=2 * HOUR, probability=0.05),
        rule("reverse", SPOILT, probability=0.05),
        rule("reverse", SPOILT, one_post=True, probability=0.05),
        rule("batch", BOTH, size=3, wait_seconds=20 * HOUR, probability=0.3),
        rule("duplicate", BOTH, probability=0.05),
        rule("duplicate", BOTH, company="next", wait_seconds=20 * HOUR, probability=0.1),
        rule("replay", BOTH, probability=0.05),
        rule("bad_signature", BOTH, attempts=2, probability=0.05),
        rule("bad_signature", BOTH, missing=True, probability=0.05),
        rule("strip_opaque", SPOILT, probability=0.1),
        rule("omit", BOTH, fields=["contacts"], probability=0.1),
        rule("skew", BOTH, seconds=-50, whole_seconds=60, probability=0.1),
        rule("unsupported", BOTH, probability=0.1),
        *(rule("stray", BOTH, what=what, probability=0.05) for what in ("field", "type", "status")),
        rule("account_error", BOTH, probability=0.05),
        rule("reroute", BOTH, app="second", probability=0.1),
    ]
    return calls + webhooks


async def talk(emulator: RunningEmulator, business: Business, wa_id: str) -> list[str]:
    """One contact's messages, one after another, and how each call ended."""
    people = emulator.emulator.contacts
    contact = people.find(wa_id)
    assert contact is not None
    text = "spared" if wa_id.startswith(SPARED) else "message"
    ends = []
    for number in range(MESSAGES):
        if number % (MESSAGES // WRITTEN) == 0:
            message = {"type": "text", "text": {"body": f"{text} {number}"}}
            emulator.emulator.write(contact, message)
        try:
            status, answer = await business.text(
                f"{text} {number}", wa_id, biz_opaque_callback_data=f"{wa_id}-{number}#1"
            )
            ends.append(str(answer.get("error", {}).get("code", status)))
        except aiohttp.ClientError:
            ends.append("cut")
        except ValueError:
            ends.append("not JSON")
    return ends


async def until_only_the_clock_moves(receiver: Receiver) -> None:
    before = -1
    while before != len(receiver.bodies) + len(receiver.refused):
        before = len(receiver.bodies) + len(receiver.refused)
        await asyncio.sleep(0.3)


def sorted_log(log: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The delivery log by message, with each one's neighbours, without times."""
    rows = []
    for post in log:
        names = [(one["wamid"], one["kind"], str(one["status"])) for one in post["updates"]]
        told = (post["app"], post["http"], post["error"], post["signature"], post["replayed"])
        rows += [
            (*name, one["attempt"], *told, tuple(names))
            for name, one in zip(names, post["updates"], strict=True)
        ]
    return sorted(rows, key=str)


async def run(seed: int, order: random.Random) -> tuple[Any, Any, Any, list[dict[str, Any]]]:
    """Ends of the calls, ledger and sorted log of one run; contacts begin in any order."""
    async with (
        receiving() as receiver,
        running_emulator(webhook_url=receiver.url, seed=seed) as emulator,
        aiohttp.ClientSession() as http,
    ):
        second = {"name": "second", "url": receiver.url, "secret": APP_SECRET}
        await emulator.control("PUT", "apps", [second])
        people = [f"44770090{number:04d}" for number in range(CONTACTS)]
        for wa_id in people:
            device = "online-open" if wa_id.endswith("7") else "online"
            await emulator.contact(wa_id, device=device)
            await emulator.write(wa_id, "Good morning")
        await emulator.faults(*everything())
        business = Business(emulator, http)
        lanes = {}
        order.shuffle(people)

        async def lane(wa_id: str) -> None:
            await asyncio.sleep(order.random() * 0.2)
            lanes[wa_id] = await talk(emulator, business, wa_id)

        await asyncio.gather(*map(lane, people))
        await until_only_the_clock_moves(receiver)
        await emulator.control("POST", "clock/advance", {"seconds": 22 * HOUR})
        await emulator.quiet()
        log = await emulator.control("GET", "deliveries")
        ledger = sorted(
            (one["wamid"], one["opaque"], one["status"]) for one in await emulator.ledger()
        )
        rules = await emulator.control("GET", "faults")
        posts = [post for post in log if post["kind"] == "webhook"]
        return sorted(lanes.items()), ledger, sorted_log(posts), rules


async def test_a_thousand_messages_under_all_faults_at_once_go_the_same_way_twice() -> None:
    first = await run(7, random.Random(1))
    again = await run(7, random.Random(2))
    assert first[0] == again[0]
    assert first[1] == again[1]
    assert first[2] == again[2]
    rules = [(one["do"], one.get("hits", 0)) for one in first[3]]
    assert all(hits for _, hits in rules), "every fault struck"
    assert len(first[1]) > 500
    sizes = [len(row[-1]) for row in first[2]]
    assert max(sizes) >= 3, "some have neighbours"
    print(f"{CONTACTS * (MESSAGES + WRITTEN)} messages, {len(first[2])} lines of the log")


async def test_another_seed_is_another_run_and_without_one_no_id_comes_twice() -> None:
    async def wamids(seed: int | None) -> list[str]:
        async with running_emulator(seed=seed) as emulator:
            first = await emulator.write("447700900318", "Hello")
            await emulator.control("POST", "reset")
            return [first, await emulator.write("447700900318", "Hello")]

    seeded, again, other = await wamids(7), await wamids(7), await wamids(8)
    assert seeded == again
    unseeded = await wamids(None) + await wamids(None)
    assert len({*seeded, *other, *unseeded}) == 8, "a reset begins another life"


async def test_a_heavy_tail_is_heavy() -> None:
    async with (
        receiving() as receiver,
        running_emulator(webhook_url=receiver.url, seed=1) as emulator,
    ):
        await emulator.faults(rule("delay", {"kind": "inbound"}, seconds=100, tail=1))
        for number in range(400):
            await emulator.write(f"4477009{number:05d}", "Hello")
        now = emulator.emulator.clock.now()
        waits = [parcel.due_at - now for parcel in emulator.emulator.webhooks.outstanding]
        assert len(waits) == 400
        beyond_tenfold = sum(wait > 1000 for wait in waits)
        assert 20 <= beyond_tenfold <= 60, "a tenth waits ten times as long"
        await emulator.control("POST", "clock/advance", {"seconds": 86_400})
        await emulator.quiet()
        assert len(receiver.messages) == 400
