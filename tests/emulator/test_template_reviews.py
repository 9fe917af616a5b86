"""Templates after they are made: reviewed, edited, paused, rated, and what webhooks tell of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.emulator.conftest import Business, Receiver
from tests.emulator.template_calls import NEW, TEMPLATES, listed, made, status_of, told
from whatsapp_emulator.testing import BUSINESS_ACCOUNT_ID, RunningEmulator, running_emulator

DAY = 86_400
HOUR = 3_600


async def test_a_new_template_is_pending_until_its_review(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    status, answer, _ = await business.call("POST", TEMPLATES, NEW)
    assert status == 200
    assert answer == {"id": answer["id"], "status": "PENDING", "category": "UTILITY"}
    await emulator.control("POST", "clock/advance", {"seconds": 59})
    assert await status_of(business, answer["id"]) == "PENDING"
    await emulator.control("POST", "clock/advance", {"seconds": 2})
    await receiver.until(lambda: bool(told(receiver)))
    assert await status_of(business, answer["id"]) == "APPROVED"
    assert told(receiver) == [
        (
            "message_template_status_update",
            {
                "message_template_id": int(answer["id"]),
                "message_template_name": "wheel_is_true",
                "message_template_language": "en_GB",
                "event": "APPROVED",
                "reason": "NONE",
                "message_template_category": "UTILITY",
            },
        )
    ]
    [entry] = receiver.payloads[-1]["entry"]
    assert entry["id"] == BUSINESS_ACCOUNT_ID
    assert isinstance(entry["time"], int)


async def test_an_edited_template_is_reviewed_again_and_an_approved_one_once_a_day(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    name = await made(business)
    change = {"components": [{"type": "BODY", "text": "Your wheel is true again."}]}
    status, _, _ = await business.call("POST", name, change)
    assert status == 400, "a pending one cannot be edited"
    await emulator.control("PUT", f"templates/{name}", {"status": "APPROVED"})
    assert (await business.call("POST", name, {**change, "category": "MARKETING"}))[0] == 400
    await emulator.control("POST", "clock/advance", {"seconds": DAY})
    assert (await business.call("POST", name, change))[:2] == (200, {"success": True})
    assert await status_of(business, name) == "PENDING"
    await emulator.control("PUT", f"templates/{name}", {"status": "APPROVED"})
    assert (await business.call("POST", name, change))[0] == 400
    await emulator.control("POST", "clock/advance", {"seconds": DAY})
    assert (await business.call("POST", name, change))[0] == 200
    await emulator.quiet()
    fields = [field for field, _ in told(receiver)]
    assert fields.count("message_template_components_update") == 2
    wrong: dict[str, Any]
    for wrong in ({}, {"components": []}, {"components": [{"type": "BODY", "text": ""}]}):
        assert (await business.call("POST", name, wrong))[0] == 400
    assert (await business.call("POST", "123", change))[0] == 400


async def test_a_rejected_template_says_why(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    name = await made(business)
    decision = {"status": "REJECTED", "reason": "TAG_CONTENT_MISMATCH"}
    await emulator.control("PUT", f"templates/{name}", decision)
    await emulator.control("POST", "clock/advance", {"seconds": 120})
    await emulator.quiet()
    _, node, _ = await business.call("GET", name)
    assert (node["status"], node["rejected_reason"]) == ("REJECTED", "TAG_CONTENT_MISMATCH")
    assert [value["event"] for _, value in told(receiver)] == ["REJECTED"], "no approval follows"


async def test_a_paused_template_resumes_after_three_then_six_hours_and_ends_the_third_time(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    [node] = (await listed(business, "name=repair_ready"))["data"]
    name = node["id"]
    for hours in (3, 6):
        await emulator.control("PUT", f"templates/{name}", {"status": "PAUSED"})
        await emulator.control("POST", "clock/advance", {"seconds": hours * HOUR - 60})
        assert await status_of(business, name) == "PAUSED"
        await emulator.control("POST", "clock/advance", {"seconds": 120})
        await receiver.until(lambda: told(receiver)[-1][1].get("event") == "APPROVED")
    await emulator.control("PUT", f"templates/{name}", {"status": "PAUSED"})
    assert await status_of(business, name) == "DISABLED"
    await emulator.quiet()
    titles = [value["other_info"]["title"] for _, value in told(receiver) if "other_info" in value]
    assert titles == ["FIRST_PAUSE", "SECOND_PAUSE"]
    assert (await business.call("POST", f"{name}/unpause"))[0] == 400


async def test_a_paused_template_may_be_unpaused(business: Business) -> None:
    [node] = (await listed(business, "name=winter_clearance"))["data"]
    assert (await business.call("POST", f"{node['id']}/unpause"))[:2] == (200, {"success": True})
    assert await status_of(business, node["id"]) == "APPROVED"
    assert (await business.call("POST", f"{node['id']}/unpause"))[0] == 400


async def test_quality_and_category_change_with_their_webhooks(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    [node] = (await listed(business, "name=repair_ready"))["data"]
    change = {"quality": "YELLOW", "category": "MARKETING"}
    shape = await emulator.control("PUT", f"templates/{node['id']}", change)
    assert (shape["category"], shape["quality_score"]["score"]) == ("MARKETING", "YELLOW")
    await emulator.quiet()
    told_of = dict(told(receiver))
    assert told_of["message_template_quality_update"]["previous_quality_score"] == "GREEN"
    assert told_of["template_category_update"]["new_category"] == "MARKETING"
    with pytest.raises(AssertionError, match="404"):
        await emulator.control("PUT", "templates/1", {"quality": "RED"})


async def test_templates_are_known_after_a_restart_and_gone_after_a_reset(
    receiver: Receiver, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    async with (
        running_emulator(webhook_url=receiver.url, state=state) as emulator,
        aiohttp.ClientSession() as http,
    ):
        name = await made(Business(emulator, http))
    async with (
        running_emulator(webhook_url=receiver.url, state=state) as emulator,
        aiohttp.ClientSession() as http,
    ):
        business = Business(emulator, http)
        assert await status_of(business, name) == "PENDING"
        await emulator.control("POST", "clock/advance", {"seconds": 61})
        await receiver.until(lambda: bool(told(receiver)))
        assert await status_of(business, name) == "APPROVED", "its review goes on"
        await emulator.control("POST", "reset")
        assert (await business.call("GET", name))[0] == 400
        assert len(await emulator.control("GET", "templates")) == 8
