"""Every type of a send: what Meta takes is accepted and in the ledger, what is beyond a limit is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.conftest import INES, Business
from tests.emulator.files import GOOD
from whatsapp_emulator.testing import RunningEmulator

BODY = {"text": "Choose one"}


def reply(title: str, id_: str = "") -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": id_ or title, "title": title}}


def buttons(*titles: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "button",
        "body": BODY,
        "action": {"buttons": [reply(title) for title in titles]},
        **more,
    }


def listing(*sections: dict[str, Any], button: str = "Open", **more: Any) -> dict[str, Any]:
    return {
        "type": "list",
        "body": BODY,
        "action": {"button": button, "sections": list(sections)},
        **more,
    }


def section(*ids: str, title: str = "Bikes") -> dict[str, Any]:
    return {"title": title, "rows": [{"id": id_, "title": "A bike"} for id_ in ids]}


def link(**parameters: str) -> dict[str, Any]:
    return {
        "type": "cta_url",
        "body": BODY,
        "action": {"name": "cta_url", "parameters": parameters},
    }


CARD = {"name": {"formatted_name": "Ines Okafor", "first_name": "Ines"}}

TAKEN: list[tuple[str, Any]] = [
    ("image", {"link": "https://example.invalid/a.jpg", "caption": "x" * 1024}),
    ("video", {"id": "?"}),
    ("audio", {"id": "?", "voice": True}),
    ("document", {"id": "?", "filename": "card.pdf", "caption": "Yours"}),
    ("sticker", {"id": "?"}),
    ("location", {"latitude": 51.5, "longitude": "-0.12", "name": "Shop", "address": "1 Lane"}),
    ("contacts", [{**CARD, "phones": [{"phone": "+44 7700 900000", "type": "CELL"}]}]),
    ("reaction", {"message_id": "wamid.x", "emoji": "👍🏽"}),
    ("reaction", {"message_id": "wamid.x", "emoji": ""}),
    ("interactive", buttons("Yes", "No", "Later", footer={"text": "x" * 60})),
    ("interactive", buttons("Yes", header={"type": "image", "image": {"id": "?"}})),
    ("interactive", listing(section("a", "b"))),
    ("interactive", listing({"rows": [{"id": "a", "title": "A", "description": "x" * 72}]})),
    ("interactive", link(display_text="Look", url="https://example.invalid")),
    (
        "interactive",
        {
            "type": "location_request_message",
            "body": BODY,
            "action": {"name": "send_location"},
        },
    ),
    ("template", {"name": "hello_world", "language": {"code": "en_US"}}),
]

REFUSED: list[tuple[str, Any, int]] = [
    ("image", {"id": "1", "link": "https://example.invalid/a.jpg"}, 131009),
    ("image", {"link": "ftp://example.invalid/a.jpg"}, 131009),
    ("image", {"id": "1", "caption": "x" * 1025}, 100),
    ("audio", {"id": "1", "caption": "a voice note has none"}, 131009),
    ("audio", {"id": "1", "voice": "yes"}, 100),
    ("document", {"id": "1", "filename": "x" * 241}, 100),
    ("location", {"latitude": 91, "longitude": 0}, 131009),
    ("location", {"latitude": "north", "longitude": 0}, 100),
    ("location", {"latitude": 0}, 100),
    ("contacts", {"name": "not a list"}, 100),
    ("contacts", [{"name": {"formatted_name": "Ines"}}], 131009),
    ("contacts", [{"phones": []}], 100),
    ("reaction", {"message_id": "wamid.x"}, 100),
    ("reaction", {"message_id": "wamid.x", "emoji": "ok"}, 131009),
    ("interactive", {"type": "poll", "action": {}}, 100),
    ("interactive", buttons(), 131009),
    ("interactive", buttons("a", "b", "c", "d"), 131009),
    ("interactive", buttons("x" * 21), 100),
    ("interactive", buttons("Yes", "Yes"), 131009),
    ("interactive", {**buttons("Yes"), "body": {"text": "x" * 1025}}, 100),
    ("interactive", {**buttons("Yes"), "body": None}, 100),
    ("interactive", buttons("Yes", footer={"text": "x" * 61}), 100),
    ("interactive", buttons("Yes", header={"type": "audio"}), 100),
    ("interactive", buttons("Yes", header={"type": "text", "text": "x" * 61}), 100),
    ("interactive", buttons("Yes", header={"type": "image", "image": {}}), 100),
    ("interactive", listing(), 131009),
    ("interactive", listing(section("a"), button="x" * 21), 100),
    ("interactive", listing(section("a", "a")), 131009),
    ("interactive", listing(section(*"abcdefghijk")), 131009),
    ("interactive", listing(section("a"), {"rows": [{"id": "b", "title": "B"}]}), 100),
    ("interactive", listing({"rows": [{"id": "b", "title": "x" * 25}]}), 100),
    ("interactive", listing({"rows": [{"id": "b", "title": "B", "description": "x" * 73}]}), 100),
    ("interactive", link(display_text="x" * 21, url="https://example.invalid"), 100),
    ("interactive", link(display_text="Look", url="example.invalid"), 131009),
    ("interactive", link(url="https://example.invalid"), 100),
    ("template", {"name": "hello_world", "language": {}}, 100),
]


async def with_files(business: Business, kind: str, payload: Any) -> Any:
    """The payload with ``?`` replaced by the id of an uploaded file."""
    if '"?"' not in json.dumps(payload):
        return payload
    name = await business.uploaded(kind if kind in GOOD else "image")
    return json.loads(json.dumps(payload).replace('"?"', json.dumps(name)))


def described(case: Any) -> str:
    return str(case)[:60]


@pytest.mark.parametrize(("kind", "payload"), TAKEN, ids=described)
async def test_what_meta_takes_is_accepted_whole(
    business: Business, emulator: RunningEmulator, kind: str, payload: Any
) -> None:
    payload = await with_files(business, kind, payload)
    status, answer = await business.post(to=INES, type=kind, **{kind: payload})
    assert status == 200, answer
    [entry] = await emulator.ledger()
    assert (entry["type"], entry["body"]) == (kind, payload)


@pytest.mark.parametrize(("kind", "payload", "code"), REFUSED, ids=described)
async def test_what_is_beyond_a_limit_is_refused_and_not_accepted(
    business: Business, emulator: RunningEmulator, kind: str, payload: Any, code: int
) -> None:
    status, answer = await business.post(to=INES, type=kind, **{kind: payload})
    assert (status, answer["error"]["code"]) == (400, code), answer
    assert await emulator.ledger() == []
