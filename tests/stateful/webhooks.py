"""Webhooks as Meta shapes them, for the stories."""

import json
from typing import Any

from forthwith.domain.times import SECOND

PHONE_NUMBER_ID = "15550001"


def webhook(statuses: list[Any], inbound: list[Any] | None = None) -> bytes:
    """The body of one POST with these items."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001", "phone_number_id": PHONE_NUMBER_ID},
        "statuses": statuses,
        "messages": inbound or [],
    }
    entry = {"id": "9001", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def inbound(phone: str, number: int, now: int) -> dict[str, Any]:
    """A text of a customer. `now`: milliseconds."""
    return {
        "from": phone,
        "id": f"wamid.in.{phone}.{number}",
        "timestamp": str(now // SECOND),
        "type": "text",
        "text": {"body": f"Question {number}"},
    }
