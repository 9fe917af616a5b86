"""What an inbound message carries beside its text, read from Meta's JSON. What has another form than expected is left out.

Whatever is left out stays in the raw message beside the row.
"""

import json
from collections.abc import Callable
from typing import Any

from msgspec import UNSET, UnsetType

from forthwith.protocol.content import (
    CardLine,
    Choice,
    ContactCard,
    Content,
    Form,
    FormField,
    Location,
    Order,
    ProductItem,
    Referral,
    Unsupported,
)
from forthwith.whatsapp.fields import clean, get, items, texts

MOST_CARDS = 20
MOST_LINES = 20
MOST_ITEMS = 50
LONGEST_PART = 1_024
KNOWN_TYPES = frozenset(
    (
        *("text", "image", "video", "audio", "document", "sticker", "location", "contacts"),
        *("interactive", "button", "order", "system", "unsupported"),
    )
)


def read_content(kind: str, message: dict[str, Any]) -> Content | None:
    """The parts of this message, or None when its text is all there is."""
    body = message.get(kind)
    parts = {
        "referral": _referral(message.get("referral")),
        "product": _text(
            get(get(message.get("context"), "referred_product"), "product_retailer_id")
        ),
        "forwarded": _forwarded(message.get("context")),
        **(READERS[kind](body, message) if kind in READERS else {}),
    }
    if kind not in KNOWN_TYPES:
        parts["unsupported"] = Unsupported(kind=_short(kind))
    known = {name: part for name, part in parts.items() if part is not UNSET}
    return Content(**known) if known else None


def words_of(kind: str, message: dict[str, Any]) -> str:
    """The text an agent reads, searches and copies; a message of parts alone has none."""
    part = message.get(kind)
    if kind == "contacts":
        return ", ".join(card.name for card in _cards(part) if card.name)
    if not isinstance(part, dict):
        return ""
    if kind == "interactive":
        reply = part.get("button_reply") or part.get("list_reply") or part.get("nfm_reply") or {}
        return clean(get(reply, "title") or get(reply, "body"))
    if kind == "location":
        return clean(part.get("name") or part.get("address"))
    return clean(part.get("body") or part.get("caption") or part.get("text"))


def _location(body: Any, _: dict[str, Any]) -> dict[str, Any]:
    latitude, longitude = get(body, "latitude"), get(body, "longitude")
    if not _is_degrees(latitude, 90) or not _is_degrees(longitude, 180):
        return {}
    place = Location(
        latitude=float(latitude),
        longitude=float(longitude),
        name=_text(get(body, "name")),
        address=_text(get(body, "address")),
    )
    return {"location": place}


def _is_degrees(value: Any, most: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most


def _contacts(body: Any, _: dict[str, Any]) -> dict[str, Any]:
    cards = _cards(body)
    return {"contacts": cards} if cards else {}


def _cards(body: Any) -> list[ContactCard]:
    return [_card(card) for card in items(body)[:MOST_CARDS] if isinstance(card, dict)]


def _card(card: dict[str, Any]) -> ContactCard:
    lines = [
        *_lines("phone", card.get("phones"), "phone", "wa_id"),
        *_lines("email", card.get("emails"), "email"),
        *_lines("address", [_address(each) for each in items(card.get("addresses"))], "address"),
        *_lines("url", card.get("urls"), "url"),
    ]
    name = card.get("name")
    spelled = get(name, "formatted_name") or " ".join(texts(name, "first_name", "last_name"))
    organisation = _short(get(card.get("org"), "company"))
    first = next((line.value for line in lines), "")
    return ContactCard(
        name=_short(spelled) or organisation or first,
        organisation=organisation,
        lines=lines[:MOST_LINES],
    )


def _lines(kind: Any, given: Any, *keys: str) -> list[CardLine]:
    found = []
    for one in items(given):
        value = next(iter(texts(one, *keys)), "")
        if value:
            found.append(CardLine(kind=kind, value=_short(value), label=_short(get(one, "type"))))
    return found


def _address(address: Any) -> dict[str, Any]:
    parts = texts(address, "street", "city", "state", "zip", "country")
    return {"address": ", ".join(parts), "type": get(address, "type")}


def _interactive(body: Any, _: dict[str, Any]) -> dict[str, Any]:
    form = get(body, "nfm_reply")
    if isinstance(form, dict):
        return {
            "form": Form(name=_short(form.get("name")), fields=_fields(form.get("response_json")))
        }
    for kind in ("button_reply", "list_reply"):
        reply = get(body, kind)
        if isinstance(reply, dict):
            description = _short(reply.get("description"))
            return {
                "choice": Choice(kind=kind, id=_short(reply.get("id")), description=description)
            }
    return {}


def _fields(response: Any) -> list[FormField]:
    """A form's answers, one level deep; what lies deeper is shown as its JSON."""
    try:
        answers = json.loads(response) if isinstance(response, str) else response
        named = list(answers.items()) if isinstance(answers, dict) else []
        return [
            FormField(
                name=_short(name),
                value=_short(value if isinstance(value, str) else json.dumps(value)),
            )
            for name, value in named[:MOST_ITEMS]
            if name != "flow_token"
        ]
    except (ValueError, RecursionError):
        return []


def _button(body: Any, _: dict[str, Any]) -> dict[str, Any]:
    return {"choice": Choice(kind="button", id=_short(get(body, "payload")))}


def _order(body: Any, _: dict[str, Any]) -> dict[str, Any]:
    lines = [
        ProductItem(
            product=_short(get(item, "product_retailer_id")),
            quantity=_quantity(get(item, "quantity")),
            price=_price(get(item, "item_price")),
            currency=_short(get(item, "currency"))[:3],
        )
        for item in items(get(body, "product_items"))[:MOST_ITEMS]
    ]
    return {"order": Order(catalog=_short(get(body, "catalog_id")), items=lines)}


def _quantity(value: Any) -> int:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 10 else 1


def _price(value: Any) -> str:
    try:
        return f"{float(value):.2f}"[:20] if value is not None else ""
    except (TypeError, ValueError, OverflowError):
        return ""


def _unsupported(body: Any, message: dict[str, Any]) -> dict[str, Any]:
    error: Any = next(iter(items(message.get("errors"))), {})
    code = get(error, "code")
    detail = get(get(error, "error_data"), "details") or get(error, "title")
    return {
        "unsupported": Unsupported(
            kind=_short(get(body, "type")),
            code=code if isinstance(code, int) else 0,
            detail=_short(detail),
        )
    }


def _system(body: Any, _: dict[str, Any]) -> dict[str, Any]:
    return {"system": _short(get(body, "type"))}


def _referral(referral: Any) -> Referral | UnsetType:
    if not isinstance(referral, dict):
        return UNSET
    names = ("headline", "body", "source_url", "source_type")
    return Referral(**{name: _short(referral.get(name)) for name in names})


def _forwarded(context: Any) -> Any:
    if get(context, "frequently_forwarded") is True:
        return "often"
    return "once" if get(context, "forwarded") is True else UNSET


def _short(value: Any) -> str:
    return clean(value)[:LONGEST_PART]


def _text(value: Any) -> str | UnsetType:
    return _short(value) if isinstance(value, str) and value else UNSET


READERS: dict[str, Callable[[Any, dict[str, Any]], dict[str, Any]]] = {
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "unsupported": _unsupported,
    "system": _system,
}
