"""Templates: what may be made, how they are listed, and when a name is free."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import Business, Receiver
from tests.emulator.template_calls import NEW, TEMPLATES, listed, made, new, status_of, told
from whatsapp_emulator.testing import RunningEmulator

DAY = 86_400


def component(type_: str, **fields: Any) -> dict[str, Any]:
    """A new template with one more component."""
    return new(components=[*NEW["components"], {"type": type_, **fields}])


def body(text: str, **fields: Any) -> dict[str, Any]:
    return new(components=[{"type": "BODY", "text": text, **fields}])


def button(type_: str, **fields: Any) -> dict[str, Any]:
    return component("BUTTONS", buttons=[{"type": type_, "text": "Press", **fields}])


@pytest.mark.parametrize(
    ("template", "subcode"),
    [
        (new(name="Wheel Is True"), None),
        (new(name=""), None),
        (new(language="english"), None),
        (new(language="en_FR"), None),
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
    assert (status, answer["error"]["code"]) == (400, 100), answer
    assert answer["error"].get("error_subcode") == subcode, answer
    assert ("error_user_msg" in answer["error"]) or subcode is None
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
    assert (node["parameter_format"], node["quality_score"]["score"]) == ("NAMED", "UNKNOWN")
    assert node["quality_score"]["date"] > 0


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
    assert await found('status=["PAUSED","REJECTED"]') == {"winter_clearance", "refer_a_friend"}
    assert (await business.call("GET", f"{TEMPLATES}?status=[x"))[0] == 400
    summary = (await listed(business, "limit=1&summary=total_count&category=UTILITY"))["summary"]
    assert summary["message_template_limit"] == 250
    assert summary["total_count"] < summary["message_template_count"] == len(names)
    assert summary["are_translations_complete"] is True
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
