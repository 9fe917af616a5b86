"""What a plan makes of one update: its own content and signature, not when or with whom it goes."""

from __future__ import annotations

import copy
from typing import Any

from whatsapp_emulator.faults.rules import Plan
from whatsapp_emulator.faults.spoilt_webhooks import (
    AccountError,
    BadSignature,
    Batch,
    Omit,
    Replay,
    Reroute,
    Skew,
    Stray,
    StripOpaque,
    Unsupported,
)
from whatsapp_emulator.graph.errors import webhook_error
from whatsapp_emulator.webhooks.shapes import Update

UNHEARD_OF = "hologram"
_OMITTED = {
    "wa_id": (),
    "from": ("from",),
    "recipient_id": ("recipient_id",),
    "user_id": ("from_user_id", "recipient_user_id"),
}
_OMITTED_OF_CONTACT = {"wa_id": "wa_id", "user_id": "user_id"}


def disguise(update: Update, plan: Plan) -> Update:
    """The update as the plan wants it told: signed, stripped, skewed. It is changed in place."""
    if not plan.actions:
        return update
    update.value = copy.copy(update.value)
    for lie in plan.every(BadSignature):
        update.lies = max(update.lies, lie.attempts)
        update.unsigned = update.unsigned or lie.missing
    update.replays = [
        replay.after_seconds for replay in plan.every(Replay) for _ in range(replay.copies)
    ]
    for strip in plan.every(StripOpaque):
        if strip.statuses is None or update.status in strip.statuses:
            update.value.pop("biz_opaque_callback_data", None)
    for skew in plan.every(Skew):
        at = int(update.value["timestamp"]) + skew.seconds
        update.value["timestamp"] = str(at - at % skew.whole_seconds)
    for unsupported in plan.every(Unsupported):
        if update.kind == "messages":
            update.value = _unsupported(update.value, unsupported)
    for omit in plan.every(Omit):
        _omit(update, omit)
    for reroute in plan.every(Reroute):
        update.app = reroute.app
    update.own_entry = any(batch.entries == "each" for batch in plan.every(Batch))
    return update


def beside(update: Update, plan: Plan) -> list[Update]:
    """What goes into the update's POST besides it: things nobody has heard of."""
    return [_stray(update, stray.what) for stray in plan.every(Stray)]


def before(update: Update, plan: Plan) -> list[Update]:
    """What is sent before the update, for itself: errors of the account."""
    return [
        Update(
            kind="errors",
            phone_number_id=update.phone_number_id,
            wamid=update.wamid,
            value=webhook_error(error.code),
            app=update.app,
        )
        for error in plan.every(AccountError)
    ]


def _unsupported(value: dict[str, Any], action: Unsupported) -> dict[str, Any]:
    kept = ("from", "from_user_id", "id", "timestamp")
    shown = {name: value[name] for name in kept if name in value}
    shown |= {"type": "unsupported", "errors": [webhook_error(action.code)]}
    if action.code == 131051:
        shown["unsupported"] = {"type": action.subtype}
    return shown


def _omit(update: Update, omit: Omit) -> None:
    for field in omit.fields:
        if field == "contacts":
            update.contact = None
            continue
        for name in _OMITTED[field]:
            update.value.pop(name, None)
        if update.contact is not None and field in _OMITTED_OF_CONTACT:
            update.contact = {**update.contact}
            update.contact.pop(_OMITTED_OF_CONTACT[field], None)


def _stray(update: Update, what: str) -> Update:
    """The update's neighbour; it names the same message, and must harm nobody."""
    stray = Update(
        kind=update.kind,
        phone_number_id=update.phone_number_id,
        wamid=update.wamid,
        value=dict(update.value),
        contact=update.contact,
        app=update.app,
    )
    if what == "field":
        stray.field = f"{UNHEARD_OF}s"
    elif what == "type":
        stray.kind = "messages"
        sender = update.value.get("from") or update.value.get("recipient_id")
        user_id = update.value.get("from_user_id") or update.value.get("recipient_user_id")
        stray.value = {
            **({"from": sender} if sender else {}),
            **({"from_user_id": user_id} if user_id else {}),
            "id": f"{update.wamid}/{UNHEARD_OF}/{update.status or 'message'}",
            "timestamp": update.value["timestamp"],
            "type": UNHEARD_OF,
            UNHEARD_OF: {"depth_cm": 30},
        }
    else:
        stray.kind, stray.status = "statuses", UNHEARD_OF
        stray.value = {
            "id": update.wamid,
            "status": UNHEARD_OF,
            "timestamp": update.value["timestamp"],
        }
    return stray
