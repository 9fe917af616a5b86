"""Nodes that can be read."""

from __future__ import annotations

from typing import Any

from whatsapp_emulator.emulator import Emulator


def phone_node(emulator: Emulator, phone_number_id: str) -> dict[str, Any]:
    """The node of a business phone number."""
    number = emulator.display_numbers[phone_number_id]
    return {
        "verified_name": emulator.settings.business_name,
        "code_verification_status": "VERIFIED",
        "display_phone_number": f"+{number[:2]} {number[2:4]} {number[4:8]} {number[8:]}",
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "webhook_configuration": {"application": emulator.webhooks.target or ""},
        "status": "CONNECTED",
        "id": phone_number_id,
    }


def select_fields(node: dict[str, Any], fields: str | None) -> dict[str, Any]:
    """The asked fields and always the id, as Graph answers ``?fields=``."""
    if not fields:
        return node
    wanted = {field.strip() for field in fields.split(",")} | {"id"}
    return {name: value for name, value in node.items() if name in wanted}
