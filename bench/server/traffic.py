"""What browsers and Meta send: requests ready for the wire."""

import hashlib
import hmac
import itertools
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

from bench.server.desk import CONVERSATIONS, POS, TEXT, Desk
from bench.server.http_load import request
from whatsapp_emulator.testing import APP_SECRET, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID

WEBHOOKS = "/webhooks/whatsapp"
LATER = ("delivered", "read", "played")


def sends(desk: Desk, port: int) -> Iterator[bytes]:
    """New messages, each agent and each conversation in turn, by agents who have seen what is there."""
    for number in itertools.count():
        client_id = f"optimistic-{time.time_ns() // 1_000_000}-{secrets.token_urlsafe(16)}"
        body = {
            "client_id": client_id,
            "message_type": "text",
            "text_content": TEXT,
            "seen_pos": POS + number // CONVERSATIONS,
        }
        yield request(
            f"/api/conversations/conversation-{number % CONVERSATIONS + 1}/messages",
            json.dumps(body).encode(),
            Origin=f"http://127.0.0.1:{port}",
            Cookie=f"forthwith={desk.tokens[number % len(desk.tokens)]}",
            Idempotency_Key=client_id,
            Forthwith_Protocol="1",
        )


def webhook(**parts: list[Any]) -> bytes:
    """A signed POST of Meta's with these `contacts`, `messages` or `statuses`."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": PHONE_NUMBER_ID},
        **parts,
    }
    change = {"value": value, "field": "messages"}
    entry = {"id": BUSINESS_ACCOUNT_ID, "changes": [change]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    signature = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return request(WEBHOOKS, body, X_Hub_Signature_256=f"sha256={signature}")


def status(wamid: str, name: str, datum: str = "") -> dict[str, Any]:
    """One status, as Meta's examples have it."""
    return {
        "id": wamid,
        "status": name,
        "timestamp": str(int(time.time())),
        "recipient_id": "447700900318",
        "conversation": {
            "id": "7270432eae37498234f4444b35ffc5",
            "origin": {"type": "service"},
        },
        "pricing": {"billable": True, "pricing_model": "CBP", "category": "service"},
        **({"biz_opaque_callback_data": datum} if datum else {}),
    }


def news(messages: int) -> Iterator[dict[str, Any]]:
    """Statuses that each change a message of the desk: all delivered, then all read, then all played."""
    for name in LATER:
        for number in range(1, messages + 1):
            yield status(f"wamid.{number}", name)


def inbound(number: int) -> dict[str, list[Any]]:
    """One text of a contact of the desk."""
    phone = str(447700000001 + number % CONVERSATIONS)
    message = {
        "from": phone,
        "id": f"wamid.in.{secrets.token_hex(12)}",
        "timestamp": str(int(time.time())),
        "text": {"body": "Is this still available?"},
        "type": "text",
    }
    contact = {"profile": {"name": f"Contact {number % CONVERSATIONS + 1}"}, "wa_id": phone}
    return {"messages": [message], "contacts": [contact]}
