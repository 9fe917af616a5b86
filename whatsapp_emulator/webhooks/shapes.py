"""Webhook payloads, as Meta's webhook reference (business-scoped ids included) describes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b
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
# Statuses of calls below this version carry a ``conversation``.
CONVERSATION_OMITTED = 24.0


class Update(msgspec.Struct):
    """One item of a webhook: a member of ``value.messages``, ``.statuses``, ``.errors`` or ``.calls``, or the
    whole ``value`` of a change about an ``account`` (with the time ``at`` on its entry).

    ``lies``: how many deliveries of it are signed wrongly, or not at all (``unsigned``).
    ``replays``: after how many seconds each its POST is repeated. ``field``: of its change.
    ``own_entry``: it shares no entry with others. ``app``: the only one to get it.
    """

    kind: Literal["messages", "statuses", "errors", "calls", "user_preferences", "account"]
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
    account: str = ""
    at: float = 0.0


def message_update(inbound: InboundMessage, contact: Contact) -> Update:
    """``user_changed_user_id`` alone comes without ``contacts`` and ``from``."""
    system = inbound.message.get("system") or {}
    is_nameless = system.get("type") == "user_changed_user_id"
    if is_nameless:
        inbound.message.pop("from", None)
    return Update(
        kind="messages",
        phone_number_id=inbound.phone_number_id,
        wamid=inbound.wamid,
        value=inbound.message,
        contact=None
        if is_nameless
        else contact_shape(
            contact, contact.shows_phone(inbound.phone_number_id, inbound.at), with_username=True
        ),
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
    shows_phone = contact.shows_phone(entry.phone_number_id, at)
    if shows_phone:
        value["recipient_id"] = contact.wa_id
    # Meta leaves contacts out of a failed status, and the user id too if sent to a number.
    if failure is None or entry.addressed_by == "recipient":
        value["recipient_user_id"] = contact.bsuid
        if contact.parent_bsuid:
            value["recipient_parent_user_id"] = contact.parent_bsuid
    if entry.opaque is not None and with_opaque:
        value["biz_opaque_callback_data"] = entry.opaque
    if failure is not None:
        value["errors"] = [webhook_error(*failure)]
    elif status == "sent" or (
        status != "played" and (entry.read_at is None or entry.delivered_at is None)
    ):
        value["pricing"] = pricing(entry)
    if entry.version < CONVERSATION_OMITTED and failure is None:
        value["conversation"] = conversation(entry, contact, status)
    return Update(
        kind="statuses",
        phone_number_id=entry.phone_number_id,
        wamid=entry.wamid,
        value=value,
        contact=None
        if failure is not None
        else contact_shape(contact, shows_phone, with_username=status in ("delivered", "read")),
        status=status,
    )


def account_update(account: str, field: str, value: dict[str, Any], at: float) -> Update:
    """A change about a business account (its templates, its numbers)."""
    return Update(
        kind="account",
        phone_number_id="",
        wamid="",
        value=value,
        field=field,
        own_entry=True,
        account=account,
        at=at,
    )


def envelope(
    updates: Iterable[Update], account_of: Callable[[str], str], display_numbers: dict[str, str]
) -> dict[str, Any]:
    """Updates as one POST: one entry per account, one change per field, number, kind and presence
    of contacts. ``account_of`` tells the business account of a number."""
    groups: dict[tuple[str, str, str, bool], list[Update]] = {}
    alone = []
    for update in updates:
        if update.own_entry:
            alone.append([update])
        else:
            key = (update.field, update.phone_number_id, update.kind, update.contact is None)
            groups.setdefault(key, []).append(update)
    entries: dict[str, list[dict[str, Any]]] = {}
    for group in groups.values():
        changes = entries.setdefault(account_of(group[0].phone_number_id), [])
        changes.append(_change(group, display_numbers))
    shaped: list[dict[str, Any]] = [
        {"id": account, "changes": changes} for account, changes in entries.items()
    ]
    for [one] in alone:
        account = one.account or account_of(one.phone_number_id)
        time = {"time": int(one.at)} if one.at else {}
        shaped.append({"id": account, **time, "changes": [_change([one], display_numbers)]})
    return {"object": "whatsapp_business_account", "entry": shaped}


def _change(group: list[Update], display_numbers: dict[str, str]) -> dict[str, Any]:
    first = group[0]
    if first.kind == "account":
        return {"value": first.value, "field": first.field}
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


def pricing(entry: Entry) -> dict[str, Any]:
    """What the message costs; templates by their category."""
    if entry.type != "template":
        return FREE_REPLY
    return {**TEMPLATE, "category": entry.category or "utility"}


def conversation(entry: Entry, contact: Contact, status: str) -> dict[str, Any]:
    """What statuses told of the conversation before v24: one per contact, number and day; when
    it ends is told by ``sent`` only."""
    origin = pricing(entry)["category"]
    began_at = entry.accepted_at // 86400 * 86400
    unique = f"{contact.bsuid}/{entry.phone_number_id}/{origin}/{began_at}"
    shape: dict[str, Any] = {
        "id": blake2b(unique.encode(), digest_size=16).hexdigest(),
        "origin": {"type": origin},
    }
    if status == "sent":
        shape["expiration_timestamp"] = str(int(began_at + 86400))
    return shape


def contact_shape(contact: Contact, shows_phone: bool, *, with_username: bool) -> dict[str, Any]:
    """A member of ``contacts``."""
    profile: dict[str, Any] = {"name": contact.name}
    if with_username and contact.username:
        profile["username"] = contact.username
    shape: dict[str, Any] = {"profile": profile, "user_id": contact.bsuid}
    if contact.parent_bsuid:
        shape["parent_user_id"] = contact.parent_bsuid
    if shows_phone:
        shape["wa_id"] = contact.wa_id
    return shape
