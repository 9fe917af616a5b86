"""The objects of a send by type, checked as Meta does; limits from Meta's send reference of 2026."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whatsapp_emulator.graph.checks import (
    flag,
    mapping,
    member,
    missing,
    number,
    objects,
    optional_text,
    text,
    wrong,
)
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.graph.interactive import check_interactive

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
FILENAME_LIMIT = 240
CAPTIONED = ("image", "video", "document")
ADDRESSES = ("phones", "emails", "addresses", "urls")


def check_payload(kind: str, payload: Any) -> None:
    """Refuse what Meta would refuse of the object named like the type."""
    if payload is None:
        raise missing(kind)
    CHECKS[kind](kind, payload)


def _check_text(kind: str, payload: Any) -> None:
    body = mapping(payload, kind)
    text(body, "body", kind, TEXT_LIMIT)
    flag(body, "preview_url", kind)


def _check_media(kind: str, payload: Any) -> None:
    media = mapping(payload, kind)
    given = [name for name in ("id", "link") if media.get(name)]
    if not given:
        raise missing(f"{kind}['id']")
    if len(given) == 2:
        raise wrong(f"Only one of {kind}['id'] and {kind}['link'] may be given.")
    if "link" in given:
        link = text(media, "link", kind, 2_048)
        if not link.startswith(("http://", "https://")):
            raise wrong(f"Param {kind}['link'] is not a valid URL.")
    if kind in CAPTIONED:
        optional_text(media, "caption", kind, CAPTION_LIMIT)
    elif media.get("caption"):
        raise wrong(f"Param {kind}['caption'] is not allowed for this type.")
    if kind == "document":
        optional_text(media, "filename", kind, FILENAME_LIMIT)
    if kind == "audio":
        flag(media, "voice", kind)


def _check_location(kind: str, payload: Any) -> None:
    place = mapping(payload, kind)
    number(place, "latitude", kind, -90, 90)
    number(place, "longitude", kind, -180, 180)
    optional_text(place, "name", kind, 1_000)
    optional_text(place, "address", kind, 1_000)


def _check_contacts(kind: str, payload: Any) -> None:
    if payload == []:
        raise wrong("Parameter 'contacts' must be a list of at least one card.")
    for index, card in enumerate(objects(payload, kind, 1, 257)):
        path = f"{kind}[{index}]"
        name = mapping(member(card, "name", path), f"{path}['name']")
        text(name, "formatted_name", f"{path}['name']", 1_000)
        parts = ("first_name", "last_name", "middle_name", "suffix", "prefix")
        if not any(name.get(part) for part in parts):
            raise wrong(f"{path}['name'] needs formatted_name and at least one part of the name.")
        for each in ADDRESSES:
            if card.get(each) is not None:
                objects(card[each], f"{path}['{each}']", 0)


def _check_reaction(kind: str, payload: Any) -> None:
    reaction = mapping(payload, kind)
    text(reaction, "message_id", kind, 512)
    emoji = reaction.get("emoji")
    if not isinstance(emoji, str):
        raise missing(f"{kind}['emoji']")
    if len(emoji) > 16 or any(sign.isascii() and sign.isalpha() for sign in emoji):
        raise wrong("Param reaction['emoji'] must be one emoji.")


def _check_template(kind: str, payload: Any) -> None:
    template = mapping(payload, kind)
    text(template, "name", kind, 512)
    language = mapping(member(template, "language", kind), f"{kind}['language']")
    text(language, "code", f"{kind}['language']", 16)
    for index, component in enumerate(objects(template.get("components") or [], "components", 0)):
        member(component, "type", f"{kind}['components'][{index}]")


def _check_interactive(kind: str, payload: Any) -> None:
    check_interactive(mapping(payload, kind))


def _unknown(kind: str) -> GraphError:
    listed = ", ".join(CHECKS).upper()
    return GraphError(100, message=f"(#100) Param type must be one of {{{listed}}}.")


CHECKS: dict[str, Callable[[str, Any], None]] = {
    "text": _check_text,
    "image": _check_media,
    "video": _check_media,
    "audio": _check_media,
    "document": _check_media,
    "sticker": _check_media,
    "location": _check_location,
    "contacts": _check_contacts,
    "reaction": _check_reaction,
    "interactive": _check_interactive,
    "template": _check_template,
}


def known_type(kind: Any) -> str:
    """``type`` as Meta takes it; absent means text."""
    if not isinstance(kind, str) or kind not in CHECKS:
        raise _unknown(str(kind))
    return kind
