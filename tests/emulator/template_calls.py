"""A new template, and the calls that make, list and watch templates."""

from __future__ import annotations

from typing import Any

from tests.emulator.conftest import Business, Receiver
from whatsapp_emulator.testing import BUSINESS_ACCOUNT_ID

TEMPLATES = f"{BUSINESS_ACCOUNT_ID}/message_templates"
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
