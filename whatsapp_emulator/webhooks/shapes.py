"""Webhook payloads, as Meta's webhook reference (business-scoped ids included) describes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.graph.errors import webhook_error
from whatsapp_emulator.inbound import InboundMessage
from whatsapp_emulator.ledger import Entry

FREE_REPLY = {
    "billable": False,
    "pricing_model": "PMP",
    "type": "free_customer_service",
    "category": "service",
}
TEMPLATE = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}


class Update(msgspec.Struct):
    """One item of a webhook: a member of ``value.messages``, ``.statuses`` or ``.errors``.

    ``lies``: how many deliveries of it are signed wrongly, or not at all (``unsigned``).
    ``replays``: after how many seconds each its POST is repeated. ``field``: of its change.
    ``own_entry``: it shares no entry with others. ``app``: the only one to get it.
    """

    kind: Literal["messages", "statuses", "errors"]
    phone_number_id: str
    wamid: str
    value: dict[str, Any]
    contact: dict[str, Any] | None = None
    status: str | None = None
    lies: int = 0
    unsigned: bool = False
    replays: list[float] = []
    field: str = "messages"
    own_entry: bool = False
    app: str | None = None


def message_update(inbound: InboundMessage, contact: Contact) -> Update:
    return Update(
        kind="messages",
        phone_number_id=inbound.phone_number_id,
        wamid=inbound.wamid,
        value=inbound.message,
        contact=_contact(contact, with_username=True),
    )


def status_update(
    entry: Entry,
    contact: Contact,
    status: str,
    at: float,
    *,
    with_opaque: bool = True,
    failure: tuple[int, str | None] | None = None,
) -> Update:
    """A status of ``entry``; ``failure`` is the code and details of a ``failed`` one."""
    value: dict[str, Any] = {"id": entry.wamid, "status": status, "timestamp": str(int(at))}
    if not contact.phone_hidden:
        value["recipient_id"] = contact.wa_id
    # Meta leaves contacts out of a failed status, and the user id too if sent to a number.
    if failure is None or entry.addressed_by == "recipient":
        value["recipient_user_id"] = contact.bsuid
    if entry.opaque is not None and with_opaque:
        value["biz_opaque_callback_data"] = entry.opaque
    if failure is not None:
        value["errors"] = [webhook_error(*failure)]
    elif status == "sent" or entry.read_at is None or entry.delivered_at is None:
        value["pricing"] = TEMPLATE if entry.type == "template" else FREE_REPLY
    return Update(
        kind="statuses",
        phone_number_id=entry.phone_number_id,
        wamid=entry.wamid,
        value=value,
        contact=None
        if failure is not None
        else _contact(contact, with_username=status in ("delivered", "read")),
        status=status,
    )


def envelope(
    updates: Iterable[Update], business_account_id: str, display_numbers: dict[str, str]
) -> dict[str, Any]:
    """Updates as one POST: one change per field, number, kind and presence of contacts."""
    groups: dict[tuple[str, str, str, bool], list[Update]] = {}
    alone = []
    for update in updates:
        if update.own_entry:
            alone.append([update])
        else:
            key = (update.field, update.phone_number_id, update.kind, update.contact is None)
            groups.setdefault(key, []).append(update)
    entries = [[_change(group, display_numbers) for group in groups.values()]] if groups else []
    entries += [[_change(group, display_numbers)] for group in alone]
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": business_account_id, "changes": changes} for changes in entries],
    }


def _change(group: list[Update], display_numbers: dict[str, str]) -> dict[str, Any]:
    first = group[0]
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": display_numbers[first.phone_number_id],
            "phone_number_id": first.phone_number_id,
        },
    }
    if first.contact is not None:
        # One person's shapes are alike but for the username: each is there once.
        value["contacts"] = list({str(one.contact): one.contact for one in group}.values())
    value[first.kind] = [one.value for one in group]
    return {"value": value, "field": first.field}


def _contact(contact: Contact, *, with_username: bool) -> dict[str, Any]:
    profile: dict[str, Any] = {"name": contact.name}
    if with_username and contact.username:
        profile["username"] = contact.username
    shape: dict[str, Any] = {"profile": profile, "user_id": contact.bsuid}
    if not contact.phone_hidden:
        shape["wa_id"] = contact.wa_id
    return shape
