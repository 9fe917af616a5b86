"""Nodes that can be read."""

from __future__ import annotations

import re
from typing import Any

from whatsapp_emulator.emulator import Emulator


def phone_node(emulator: Emulator, phone_number_id: str) -> dict[str, Any]:
    """The node of a business phone number."""
    shown = emulator.display_numbers[phone_number_id]
    number = emulator.numbers[phone_number_id]
    webhooks = {"application": emulator.webhooks.target or ""}
    subscriptions = emulator.webhooks.subscriptions
    account = emulator.settings.account_of(phone_number_id)
    for level, name in (("whatsapp_business_account", account), ("phone_number", phone_number_id)):
        override = subscriptions.of(name).override
        if override:
            webhooks[level] = override
    return {
        "verified_name": number.verified_name,
        "code_verification_status": "VERIFIED" if number.is_verified else "NOT_VERIFIED",
        "display_phone_number": f"+{shown[:2]} {shown[2:4]} {shown[4:8]} {shown[8:]}",
        "quality_rating": number.quality,
        "platform_type": "CLOUD_API" if number.is_registered else "NOT_APPLICABLE",
        "throughput": {"level": number.throughput},
        "webhook_configuration": webhooks,
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "name_status": "APPROVED",
        "is_pin_enabled": number.pin is not None,
        "status": "CONNECTED" if number.is_registered else "DISCONNECTED",
        "id": phone_number_id,
    }


def account_node(emulator: Emulator, account: str) -> dict[str, Any]:
    """The node of a business account."""
    return {
        "id": account,
        "name": emulator.settings.business_name,
        "currency": "GBP",
        "timezone_id": "71",
        "country": "GB",
        "message_template_namespace": f"{int(account) if account.isdigit() else 0:032x}",
    }


def select_fields(node: dict[str, Any], fields: str | None) -> dict[str, Any]:
    """The asked fields and always the id, as Graph answers ``?fields=``."""
    if not fields:
        return node
    # Fields of fields, as in throughput{level}, come whole.
    wanted = {field.strip() for field in re.sub(r"\{[^}]*\}", "", fields).split(",")} | {"id"}
    return {name: value for name, value in node.items() if name in wanted}
