"""The flight recorder under every fault: its words and times against the emulator's ledger and wire log."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from forthwith.protocol.shapes import Trace
from forthwith.trace_table import words_of
from tests.rig import AgentSession, Product, eventually, new_client_id, running_product

INES = "447700900318"
TOLERANCE = 1.5
"""Seconds between what WhatsApp notes and what we note of it, on a machine with other work."""
Step = Callable[[Product, AgentSession, str], Awaitable[None]]


async def until_delivered(product: Product, ana: AgentSession, client_id: str) -> None:
    await ana.until_status(client_id, "delivered", within_seconds=20)


async def until_failed(product: Product, ana: AgentSession, client_id: str) -> None:
    await ana.until_status(client_id, "failed", within_seconds=20)


async def sent_again(product: Product, ana: AgentSession, client_id: str) -> None:
    """Unconfirmed, then a person's *Send again*."""
    await ana.until_status(client_id, "unconfirmed", within_seconds=20)
    path = f"/api/messages/{client_id}/retry"
    assert (await ana.call("POST", path, {"client_id": new_client_id()}))[0] == 200
    await until_delivered(product, ana, client_id)


async def until_lost(product: Product, ana: AgentSession, client_id: str) -> None:
    """WhatsApp's statuses come only when the answer is known to be lost."""

    async def is_lost() -> bool:
        return "unanswered" in [hop.name for hop in (await trace_of(ana, client_id)).hops]

    await eventually(is_lost)
    await product.emulator.aim_webhooks(f"{product.url}/webhooks/whatsapp")
    await until_delivered(product, ana, client_id)


async def killed_in_the_call(product: Product, ana: AgentSession, client_id: str) -> None:
    """kill -9 after WhatsApp has accepted and before it has answered."""

    async def accepted() -> bool:
        return bool(await product.emulator.ledger(opaque=client_id))

    await eventually(accepted)
    await product.kill()
    await product.start()
    await until_lost(product, ana, client_id)


@dataclass
class Fault:
    """What WhatsApp does, what is waited for, and what the recorder must tell of it, in order."""

    rules: list[dict[str, Any]]
    then: Step
    told: list[tuple[str, str]]


STORED = ("Stored", "on disk, place {pos}")
HANDED = ("Handed over", "attempt 1")
ACCEPTED = ("Accepted", "by WhatsApp")
SENT = ("Sent", "status came")
DELIVERED = ("Delivered", "to the phone")
WELL = [ACCEPTED, SENT, DELIVERED]
AFTER_ALL = [("Sent", "Arrived after all"), DELIVERED]
NO_ANSWER = ("No answer", "No answer within 1 s; it may have arrived")
SOON = {"do": {"action": "delay", "seconds": 0.2}}
"""Statuses after the answer, as in life; without it either may be first here."""


def once(action: str, **more: Any) -> dict[str, Any]:
    return {"do": {"action": action, **more}, "times": 1}


def busy(code: int) -> list[tuple[str, str]]:
    return [HANDED, ("Busy", f"WhatsApp was busy ({code}), again in 1 s"), HANDED, *WELL]


def lost(words: str) -> list[tuple[str, str]]:
    return [HANDED, ("No answer", f"{words}; it may have arrived"), *AFTER_ALL]


FAULTS = {
    "none": Fault([SOON], until_delivered, [HANDED, *WELL]),
    "slow": Fault(
        [once("slow", seconds=0.4), {"do": {"action": "delay", "seconds": 0.7}}],
        until_delivered,
        [HANDED, *WELL],
    ),
    "duplicated and reversed": Fault(
        [once("duplicate", copies=3), once("reverse"), SOON],
        until_delivered,
        [HANDED, ACCEPTED, DELIVERED, SENT],
    ),
    "status before the answer": Fault(
        [once("status_first")],
        until_delivered,
        [HANDED, SENT, DELIVERED, ACCEPTED],
    ),
    "pair limit": Fault(
        [once("error", code=131056, retry_after_seconds=1), SOON], until_delivered, busy(131056)
    ),
    "number limit": Fault(
        [once("error", code=130429, retry_after_seconds=1), SOON], until_delivered, busy(130429)
    ),
    "datum stripped": Fault([once("strip_opaque"), SOON], until_delivered, [HANDED, *WELL]),
    "hangs past the time-out": Fault([once("hang")], until_lost, [HANDED, NO_ANSWER, *AFTER_ALL]),
    "refused": Fault(
        [once("error", code=131026)], until_failed, [HANDED, ("Refused", "by WhatsApp (131026)")]
    ),
    "reported failed later": Fault(
        [once("fail", code=131047), SOON],
        until_failed,
        [HANDED, ACCEPTED, ("Failed", "WhatsApp reported it later (131047)")],
    ),
    "connection reset": Fault([once("reset")], until_lost, lost("The connection broke")),
    "no fault again": Fault([SOON], until_delivered, [HANDED, *WELL]),
    "answer unreadable": Fault([once("garbage")], until_lost, lost("The answer could not be read")),
    "no fault once more": Fault([SOON], until_delivered, [HANDED, *WELL]),
    "lost for good, sent again": Fault(
        [once("hang"), once("strip_opaque"), SOON],
        sent_again,
        [
            *(HANDED, NO_ANSWER, ("Unconfirmed", "No word came; the next ones go on")),
            *(("Sent again", "Ana sent it again"), ("Handed over", "attempt 2"), *WELL),
        ],
    ),
    "server killed": Fault(
        [once("hang")],
        killed_in_the_call,
        lost("The server stopped during the call"),
    ),
}


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    settings: dict[str, Any] = {"outcome_wait_seconds": "4", "graph_timeout_seconds": "1"}
    async with running_product(tmp_path, "Ana", **settings) as running:
        await running.emulator.contact(INES, name="Ines Okafor", device="online", bsuid="GB.318")
        await running.emulator.write(INES, "Hello")
        yield running


async def trace_of(ana: AgentSession, client_id: str) -> Trace:
    status, answer = await ana.call("GET", f"/api/messages/{client_id}/trace")
    assert status == 200, answer
    return msgspec.convert(answer, Trace)


def told(trace: Trace) -> list[tuple[str, str]]:
    return [words_of(hop, trace.pos, "Ana") for hop in trace.hops]


def seconds(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()


async def check_times(product: Product, trace: Trace, name: str) -> None:
    """Each hop that WhatsApp knows of has WhatsApp's time of it."""
    deliveries = await product.emulator.control("GET", "deliveries")
    for attempt in trace.attempts:
        entries = await product.emulator.ledger(opaque=f"{trace.client_id}#{attempt.n}")
        mine = {hop.name: seconds(hop.at) for hop in trace.hops if hop.attempt == attempt.n}
        for entry in entries:
            accepted = seconds(entry["times"]["accepted"])
            assert mine["claimed"] - 0.01 <= accepted <= mine["claimed"] + TOLERANCE, name
            assert attempt.wamid in (entry["wamid"], None), name
            if "accepted" in mine:
                assert accepted - 0.01 <= mine["accepted"] <= accepted + TOLERANCE, name
        for status in ("sent", "delivered", "failed"):
            stored = [
                seconds(each["at"])
                for each in deliveries
                for update in each["updates"]
                if each["http"] == 200
                if (update["wamid"], update.get("status")) == (attempt.wamid, status)
            ]
            assert (status in mine) == bool(stored), f"{name}: {status}"
            if stored:
                # The first one counts; whatever is repeated after it is not told.
                assert abs(mine[status] - min(stored)) <= TOLERANCE, f"{name}: {status}"


async def test_the_recorder_tells_every_fault_as_whatsapp_saw_it(product: Product) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    for name, fault in FAULTS.items():
        await product.emulator.faults(*fault.rules)
        if fault.then in (until_lost, killed_in_the_call):
            await product.emulator.aim_webhooks(None)
        status, row = await ana.send(conversation_id, f"Under a fault: {name}")
        assert status == 201
        await fault.then(product, ana, row["client_id"])
        await product.emulator.quiet()
        trace = await trace_of(ana, row["client_id"])
        stored = (STORED[0], STORED[1].format(pos=row["pos"]))
        assert told(trace) == [stored, *fault.told], name
        await check_times(product, trace, name)


async def test_a_held_number_is_told_as_held(product: Product) -> None:
    ana = await product.sign_in()
    conversation_id = await ana.conversation_of(INES)
    await product.emulator.faults(once("error", code=190))
    _, row = await ana.send(conversation_id, "On a number that is held")

    async def is_told() -> bool:
        words = ("Held", "WhatsApp holds this number (190); it waits")
        return told(await trace_of(ana, row["client_id"]))[-1] == words

    await eventually(is_told)
    assert await product.emulator.ledger(opaque=row["client_id"]) == []


async def test_a_contacts_message_has_no_trace(product: Product) -> None:
    ana = await product.sign_in()
    (inbound,) = await ana.messages(await ana.conversation_of(INES))
    for message_id in (inbound["_id"], inbound["client_id"], "message-nowhere"):
        status, problem = await ana.call("GET", f"/api/messages/{message_id}/trace")
        assert (status, problem["code"]) == (404, "not_found")


async def test_what_the_browser_reports_feeds_the_histogram_once(product: Product) -> None:
    ana = await product.sign_in()
    _, row = await ana.send(await ana.conversation_of(INES), "Measured")
    hops = [{"name": "enter", "at": 1_000}, {"name": "painted", "at": 1_007}]
    body = {"traces": [{"client_id": row["client_id"], "hops": hops}]}
    for _ in range(3):
        assert (await ana.call("POST", "/api/traces", body))[0] == 204
    _, metrics = await ana.call("GET", "/metrics")
    name = "forthwith_optimistic_latency_seconds"
    assert f'{name}_bucket{{le="0.005"}} 0\n{name}_bucket{{le="0.01"}} 1\n' in metrics
    assert f"{name}_count 1\n" in metrics


async def forthwith_trace(product: Product, *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of `forthwith trace …` in the server's own environment."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "forthwith", "trace", *arguments),
        env=product.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), errors.decode()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_the_command_tells_the_same_beside_a_server_and_without_one(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if engine == "postgres" else ""
    async with running_product(tmp_path, "Ana", database_url=url) as product:
        await product.emulator.contact(INES, name="Ines Okafor", device="online")
        await product.emulator.write(INES, "Hello")
        ana = await product.sign_in()
        _, row = await ana.send(await ana.conversation_of(INES), "A secret between us")
        await until_delivered(product, ana, row["client_id"])
        await product.emulator.quiet()
        trace = await trace_of(ana, row["client_id"])
        beside = await forthwith_trace(product, row["client_id"])
        as_json = await forthwith_trace(product, row["client_id"], "--json")
        await product.stop()
        assert await forthwith_trace(product, row["client_id"]) == beside
        unknown = await forthwith_trace(product, "optimistic-\x1b[31m")
    code, out, errors = beside
    assert (code, errors) == (0, "")
    for title, words in told(trace):
        assert f"{title:<11}  {words}" in out
    assert str(trace.attempts[0].wamid) in out
    assert msgspec.json.decode(as_json[1], type=Trace) == trace
    assert "secret" not in out + as_json[1]
    assert INES not in out + as_json[1]
    assert unknown[0] == 1
    assert unknown[1] == ""
    assert unknown[2].startswith("forthwith: No message of ours has the id ")
    assert unknown[2].strip().isprintable()


async def test_the_log_has_the_same_hops_one_line_each(product: Product) -> None:
    ana = await product.sign_in()
    await product.emulator.faults(once("error", code=131056, retry_after_seconds=1), SOON)
    _, row = await ana.send(await ana.conversation_of(INES), "A secret between us")
    await until_delivered(product, ana, row["client_id"])
    await product.emulator.quiet()
    trace = await trace_of(ana, row["client_id"])

    async def logged() -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in product.log().splitlines() if line[:1] == "{"]
        mine = [line for line in lines if line.get("client_id") == row["client_id"]]
        return mine if len(mine) == len(trace.hops) else []

    lines = await eventually(logged)
    assert [(line["hop"], line["attempt"]) for line in lines] == [
        (hop.name, hop.attempt) for hop in trace.hops
    ]
    for line, before, hop in zip(lines[1:], trace.hops, trace.hops[1:], strict=False):
        took = round((seconds(hop.at) - seconds(before.at)) * 1_000)
        assert line["since_ms"] == took
    schema = {"at", "level", "from", "text", "client_id", "hop", "attempt", "since_ms"}
    assert all(line.keys() - {"code", "reason", "until", "why", "by"} == schema for line in lines)
    assert "secret" not in product.log()
    assert INES not in product.log()
