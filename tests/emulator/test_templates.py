"""Templates: made, listed, reviewed, edited, paused, deleted, and what webhooks tell of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.emulator.conftest import Business, Receiver
from whatsapp_emulator.testing import BUSINESS_ACCOUNT_ID, RunningEmulator, running_emulator

TEMPLATES = f"{BUSINESS_ACCOUNT_ID}/message_templates"
DAY = 86_400
HOUR = 3_600
NEW: dict[str, Any] = {
    "name": "wheel_is_true",
    "language": "en_GB",
    "category": "UTILITY",
    "components": [
        {
            "type": "body",
            "text": "Hello {{1}}, your wheel is true again.",
            "example": {"body_text": [["Ines"]]},
        }
    ],
}


def new(**changes: Any) -> dict[str, Any]:
    return {**NEW, **changes}


def component(type_: str, **fields: Any) -> dict[str, Any]:
    """A new template with one more component."""
    return new(components=[*NEW["components"], {"type": type_, **fields}])


def body(text: str, **fields: Any) -> dict[str, Any]:
    return new(components=[{"type": "BODY", "text": text, **fields}])


def button(type_: str, **fields: Any) -> dict[str, Any]:
    return component("BUTTONS", buttons=[{"type": type_, "text": "Press", **fields}])


async def made(business: Business, **changes: Any) -> str:
    status, answer, _ = await business.call("POST", TEMPLATES, new(**changes))
    assert status == 200, answer
    return str(answer["id"])


async def listed(business: Business, query: str = "") -> Any:
    status, answer, _ = await business.call("GET", f"{TEMPLATES}?{query}")
    assert status == 200, answer
    return answer


async def status_of(business: Business, name: str) -> str:
    _, node, _ = await business.call("GET", f"{name}?fields=status")
    return str(node["status"])


def told(receiver: Receiver) -> list[tuple[str, dict[str, Any]]]:
    """Fields and values of the webhooks about the account."""
    changes = [
        change
        for payload in receiver.payloads
        for entry in payload["entry"]
        for change in entry["changes"]
    ]
    return [(one["field"], one["value"]) for one in changes if one["field"] != "messages"]


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


@pytest.mark.parametrize(
    ("template", "subcode"),
    [
        (new(name="Wheel Is True"), None),
        (new(name=""), None),
        (new(language="english"), None),
        (new(category="SERVICE"), None),
        (new(components=[]), None),
        (new(components=[{"type": "FOOTER", "text": "x"}]), None),
        (new(components=[*NEW["components"], *NEW["components"]]), None),
        (new(parameter_format="LOOSE"), None),
        (component("SIDEBAR"), None),
        (body("x" * 1025), None),
        (body("{{1}} is ready", example={"body_text": [["It"]]}), 2388299),
        (body("Hello {{1}}!"), 2388043),
        (body("Hello {{1}} and {{2}}!", example={"body_text": [["Ines"]]}), 2388043),
        (body("Hello {{2}}!", example={"body_text": [["Ines"]]}), 2388072),
        (body("Hello {{name}}!", example={"body_text": [["Ines"]]}), 2388072),
        (component("FOOTER", text="x" * 61), None),
        (component("FOOTER", text="By {{1}}"), 2388073),
        (component("HEADER", format="TEXT", text="x" * 61), None),
        (component("HEADER", format="TEXT", text="{{1}} and {{2}}"), 2388047),
        (component("HEADER", format="IMAGE"), 2388273),
        (component("HEADER", format="SONG"), None),
        (component("BUTTONS", buttons=[]), None),
        (button("QUICK_REPLY", text="x" * 26), None),
        (button("KNOB"), None),
        (button("URL", url="ftp://alderlane.example"), None),
        (button("URL", url="https://alderlane.example/{{1}}"), None),
        (button("URL", url="https://alderlane.example/{{1}}/x", example=["1"]), None),
        (button("PHONE_NUMBER"), None),
        (button("COPY_CODE"), None),
        (
            component(
                "BUTTONS",
                buttons=[{"type": "PHONE_NUMBER", "text": "x", "phone_number": "+44"}] * 2,
            ),
            None,
        ),
        (
            component(
                "BUTTONS",
                buttons=[
                    {"type": "QUICK_REPLY", "text": "a"},
                    {"type": "URL", "text": "b", "url": "https://alderlane.example"},
                    {"type": "QUICK_REPLY", "text": "c"},
                ],
            ),
            None,
        ),
    ],
    ids=lambda case: str(case)[-60:],
)
async def test_what_cannot_be_a_template_is_refused(
    business: Business, template: dict[str, Any], subcode: int | None
) -> None:
    status, answer, _ = await business.call("POST", TEMPLATES, template)
    assert (status, answer["error"]["code"]) == (400, 100 if template else 0), answer
    assert answer["error"].get("error_subcode") == subcode, answer
    if subcode:
        assert (
            answer["error"]["error_user_msg"].endswith(".")
            or "example" in answer["error"]["error_user_msg"]
        )
    names = [one["name"] for one in (await listed(business))["data"]]
    assert "wheel_is_true" not in names


async def test_a_rich_template_is_taken_as_it_is(business: Business) -> None:
    components = [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
        {
            "type": "BODY",
            "text": "Hello {{first_name}}, it is {{day}} already.",
            "example": {
                "body_text_named_params": [
                    {"param_name": "first_name", "example": "Ines"},
                    {"param_name": "day", "example": "Monday"},
                ]
            },
        },
        {"type": "FOOTER", "text": "Alder Lane Cycles"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Thanks"},
                {"type": "URL", "text": "Look", "url": "https://alderlane.example"},
            ],
        },
    ]
    name = await made(business, parameter_format="NAMED", components=components)
    _, node, _ = await business.call("GET", name)
    assert node["components"] == components
    assert (node["parameter_format"], node["quality_score"]) == ("NAMED", {"score": "UNKNOWN"})


async def test_the_list_is_paged_filtered_and_cut_to_fields(business: Business) -> None:
    everything = await listed(business)
    names = [one["name"] for one in everything["data"]]
    assert names[0] == "hello_world"
    assert "next" not in everything["paging"]
    assert set(everything["data"][0]) == {
        "name", "parameter_format", "components", "language", "status", "category", "id",
    }  # fmt: skip

    walked: list[str] = []
    page = await listed(business, "limit=3&fields=name,quality_score")
    while True:
        assert set(page["data"][0]) == {"name", "quality_score", "id"}
        walked += [one["name"] for one in page["data"]]
        if "next" not in page["paging"]:
            break
        page = await listed(business, page["paging"]["next"].split("?")[1])
    assert walked == names
    back = await listed(business, f"limit=2&before={page['paging']['cursors']['before']}")
    assert [one["name"] for one in back["data"]] == names[-4:-2]

    async def found(query: str) -> set[str]:
        return {one["name"] for one in (await listed(business, query))["data"]}

    assert await found("status=PAUSED") == {"winter_clearance"}
    assert await found("category=AUTHENTICATION") == {"login_code"}
    assert await found("language=en_US") == {"hello_world"}
    assert await found("name=spring_offer") == {"spring_offer"}
    assert await found("name_or_content=workshop") == {"parcel_on_its_way"}
    assert await found("quality_score=RED") == {"winter_clearance"}
    assert await found("name=nothing") == set()
    summary = (await listed(business, "limit=1&summary=total_count&category=UTILITY"))["summary"]
    assert summary["message_template_limit"] == 250
    assert summary["total_count"] < summary["message_template_count"] == len(names)
    for query in ("limit=0", "limit=many", "after=%20x"):
        status, answer, _ = await business.call("GET", f"{TEMPLATES}?{query}")
        assert (status, answer["error"]["code"]) == (400, 100)


async def test_a_name_is_used_once_a_language_and_free_thirty_days_after_its_end(
    business: Business, emulator: RunningEmulator, receiver: Receiver
) -> None:
    english = await made(business)
    german = await made(business, language="de")

    async def subcode() -> int:
        _, answer, _ = await business.call("POST", TEMPLATES, NEW)
        return int(answer.get("error", {}).get("error_subcode", 0))

    assert await subcode() == 2388024
    status, answer, _ = await business.call(
        "DELETE", f"{TEMPLATES}?name=wheel_is_true&hsm_id={german}"
    )
    assert (status, answer) == (200, {"success": True})
    assert await status_of(business, english) == "PENDING"
    await business.call("DELETE", f"{TEMPLATES}?name=wheel_is_true")
    assert (await business.call("GET", english))[0] == 400
    await emulator.quiet()
    assert [value["event"] for _, value in told(receiver)] == ["PENDING_DELETION"] * 2
    assert await subcode() == 2388023
    await emulator.control("POST", "clock/advance", {"seconds": 30 * DAY})
    assert await subcode() == 0
    for query in ("", "name=", "name=nothing"):
        status, _, _ = await business.call("DELETE", f"{TEMPLATES}?{query}")
        assert status == 400


async def test_an_account_has_250_templates_at_most(business: Business) -> None:
    room = 250 - len((await listed(business, "limit=1000"))["data"])
    for number in range(room):
        await made(business, name=f"number_{number}")
    status, answer, _ = await business.call("POST", TEMPLATES, NEW)
    assert (status, answer["error"]["error_subcode"]) == (400, 2388019)


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
    assert (shape["category"], shape["quality_score"]) == ("MARKETING", {"score": "YELLOW"})
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
