"""Read Meta's webhook envelope into items. Everything is optional, every level a list, the unknown is kept raw."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forthwith.domain.inbound_change import NumberChange, Reaction, Revision
from forthwith.domain.media import Announced
from forthwith.domain.status import Attempt, Failure, Progress
from forthwith.protocol.content import Content
from forthwith.whatsapp.errors import reason_of
from forthwith.whatsapp.fields import clean, get, items
from forthwith.whatsapp.inbound_content import read_content, words_of
from forthwith.whatsapp.inbound_media import media_of

PROGRESS: dict[str, Progress] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "played",
}
LONGEST_EMOJI = 32


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A contact's message. `timestamp`: WhatsApp's time in milliseconds, None when it makes no sense."""

    place: str
    phone_number_id: str
    wamid: str
    type: str
    text: str
    timestamp: int | None
    name: str
    phone: str | None
    bsuid: str | None
    username: str | None
    quoted_wamid: str | None
    raw_json: str
    media: Announced | None = None
    content: Content | None = None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """One status of one of our messages. `echo_datum`: the `biz_opaque_callback_data` it was sent with, if it came."""

    place: str
    phone_number_id: str
    wamid: str
    status: str
    evidence: Attempt
    echo_datum: str | None


@dataclass(frozen=True, slots=True)
class SetAside:
    """An item we do not use or cannot read; the raw body is kept beside it."""

    place: str
    reason: str


Item = InboundMessage | StatusReport | Reaction | Revision | NumberChange | SetAside


class Unreadable(ValueError):
    """The body is not JSON that anybody sends in earnest: syntax, encoding, nesting, a key given twice."""


def parse(body: bytes, now: int) -> list[Item]:
    """Every item of a signed body, in its order. Raises Unreadable."""
    try:
        envelope = json.loads(
            body.decode(), object_pairs_hook=_without_duplicates, parse_int=_integer
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    return list(_each(envelope, now)) or [SetAside("", "unknown body")]


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of one body must not see two values."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is given twice")
    return value


def _integer(digits: str) -> int | str:
    """Beyond 64 bits it is no figure of Meta's, and no column holds it."""
    return int(digits) if len(digits) < 19 else digits


def _each(envelope: Any, now: int) -> Iterator[Item]:
    for entry_number, entry in enumerate(items(get(envelope, "entry"))):
        for change_number, change in enumerate(items(get(entry, "changes"))):
            place = f"entry.{entry_number}.changes.{change_number}"
            value = get(change, "value")
            if get(change, "field") not in (None, "messages") or not isinstance(value, dict):
                yield SetAside(place, f"field {str(get(change, 'field'))[:60]}")
                continue
            yield from _value_items(value, place, now)


def _value_items(value: dict[str, Any], place: str, now: int) -> Iterator[Item]:
    phone_number_id = str(get(get(value, "metadata"), "phone_number_id") or "")
    contacts = [contact for contact in items(value.get("contacts")) if isinstance(contact, dict)]
    for number, message in enumerate(items(value.get("messages"))):
        yield _guarded(
            f"{place}.messages.{number}", _inbound, message, phone_number_id, contacts, now
        )
    for number, status in enumerate(items(value.get("statuses"))):
        yield _guarded(
            f"{place}.statuses.{number}", _status, status, phone_number_id, contacts, now
        )
    for number, error in enumerate(items(value.get("errors"))):
        yield SetAside(f"{place}.errors.{number}", f"error {get(error, 'code')}")


def _guarded(place: str, read: Any, *arguments: Any) -> Item:
    """One malformed item must not take its neighbours along (R10)."""
    try:
        item: Item = read(place, *arguments)
        return item
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        return SetAside(place, f"unreadable: {type(error).__name__} {str(error)[:80]}")


def _inbound(
    place: str,
    message: dict[str, Any],
    phone_number_id: str,
    contacts: list[dict[str, Any]],
    now: int,
) -> Item:
    kind = _required(message, "type")
    if kind in CHANGES:
        return CHANGES[kind](place, message, phone_number_id, contacts, now)
    phone = _text(message.get("from"))
    bsuid = _text(message.get("from_user_id"))
    contact = _contact_of(contacts, phone, bsuid)
    bsuid = bsuid or _text(contact.get("user_id"))
    if not phone and not bsuid:
        return SetAside(place, "message without a sender")
    profile = contact.get("profile") or {}
    return InboundMessage(
        place=place,
        phone_number_id=phone_number_id,
        wamid=_required(message, "id"),
        type=kind,
        text=words_of(kind, message),
        timestamp=_milliseconds(message.get("timestamp"), now),
        name=clean(profile.get("name")),
        phone=phone,
        bsuid=bsuid,
        username=_text(profile.get("username")),
        quoted_wamid=_text(get(message.get("context"), "id")),
        raw_json=json.dumps(message),
        media=media_of(kind, message.get(kind)),
        content=read_content(kind, message),
    )


def _reaction(
    place: str, message: dict[str, Any], phone_number_id: str, contacts: Any, now: int
) -> Item:
    phone, bsuid = _text(message.get("from")), _text(message.get("from_user_id"))
    contact = _contact_of(contacts, phone, bsuid)
    bsuid = bsuid or _text(contact.get("user_id"))
    if not phone and not bsuid:
        return SetAside(place, "reaction without a sender")
    return Reaction(
        place=place,
        phone_number_id=phone_number_id,
        wamid=_required(message, "id"),
        target_wamid=_required(message["reaction"], "message_id"),
        emoji=clean(message["reaction"].get("emoji"))[:LONGEST_EMOJI],
        timestamp=_milliseconds(message.get("timestamp"), now),
        name=clean(get(contact.get("profile"), "name")),
        phone=phone,
        bsuid=bsuid,
    )


def _revision(
    place: str, message: dict[str, Any], phone_number_id: str, contacts: Any, now: int
) -> Item:
    """Of coexistence numbers: others get an edit or a deletion as `unsupported`."""
    kind = message["type"]
    changed = message[kind].get("message")
    inner = _text(get(changed, "type")) or "text"
    return Revision(
        place=place,
        phone_number_id=phone_number_id,
        target_wamid=_required(message[kind], "original_message_id"),
        text=words_of(inner, changed) if kind == "edit" and isinstance(changed, dict) else None,
        timestamp=_milliseconds(message.get("timestamp"), now),
    )


def _system(
    place: str, message: dict[str, Any], phone_number_id: str, contacts: Any, now: int
) -> Item:
    system = message["system"]
    change = NumberChange(
        place=place,
        phone_number_id=phone_number_id,
        wamid=_required(message, "id"),
        text=clean(system.get("body")),
        timestamp=_milliseconds(message.get("timestamp"), now),
        phone=_text(message.get("from")) or _text(system.get("customer")),
        bsuid=_text(system.get("previous_user_id")) or _text(message.get("from_user_id")),
        new_phone=_text(system.get("wa_id")) or _text(system.get("new_wa_id")),
        new_bsuid=_text(system.get("user_id")) or _text(system.get("new_user_id")),
    )
    if not change.phone and not change.bsuid:
        return SetAside(place, "system message about nobody")
    return change


CHANGES = {"reaction": _reaction, "edit": _revision, "revoke": _revision, "system": _system}


def _status(
    place: str, status: dict[str, Any], phone_number_id: str, contacts: Any, now: int
) -> Item:
    name = _required(status, "status")
    wamid = _required(status, "id")
    if name == "failed":
        at = (_milliseconds(status.get("timestamp"), now) or now) // 1_000
        evidence = Attempt(
            failures=frozenset(_failure(error, at) for error in items(status.get("errors")) or [{}])
        )
    elif name in PROGRESS:
        evidence = Attempt(PROGRESS[name])
    else:
        return SetAside(place, f"status {name[:60]}")
    return StatusReport(
        place, phone_number_id, wamid, name, evidence, _text(status.get("biz_opaque_callback_data"))
    )


def _failure(error: dict[str, Any], at: int) -> Failure:
    code = int(error.get("code") or 0)
    detail = (
        get(error.get("error_data"), "details") or error.get("message") or error.get("title") or ""
    )
    return Failure(
        at, str(code) if code else "", clean(detail)[:500], reason_of(code) if code else "refused"
    )


def _contact_of(
    contacts: list[dict[str, Any]], phone: str | None, bsuid: str | None
) -> dict[str, Any]:
    for contact in contacts:
        if (bsuid and contact.get("user_id") == bsuid) or (phone and contact.get("wa_id") == phone):
            return contact
    return contacts[0] if len(contacts) == 1 else {}


def _milliseconds(value: Any, now: int) -> int | None:
    """Meta's whole seconds as text; None for what is no number, before 2009 (WhatsApp's birth) or a day ahead."""
    text = str(value)
    if not text.isdecimal() or len(text) > 12:
        return None
    milliseconds = int(text) * 1_000
    return milliseconds if 1_230_768_000_000 <= milliseconds <= now + 86_400_000 else None


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and str(value) else None


def _required(item: dict[str, Any], key: str) -> str:
    value = item[key]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is not a text")
    return value
