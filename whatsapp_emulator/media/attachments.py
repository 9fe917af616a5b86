"""Where a send names media, and what is wrong with what it names.

After developers' reports, not Meta's text: an id that is not there is refused in the answer (100); a type that the
kind does not take, content that belies its type and a link that cannot be fetched come later as ``failed`` 131053.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.media.kinds import KINDS, TYPES, Kind, bare, not_of_type
from whatsapp_emulator.media.store import Media, MediaStore

_HEADERS: tuple[Kind, ...] = ("image", "video", "document")


@dataclass(frozen=True)
class Attachment:
    """One media object of a send. ``path`` is its place in Graph's spelling."""

    kind: Kind
    object: dict[str, Any]
    path: str

    @property
    def id(self) -> str | None:
        """The id of uploaded media; None when a link is given."""
        value = self.object.get("id")
        return str(value) if value else None

    @property
    def link(self) -> str | None:
        return self.object.get("link")


def attachments(type_: str, payload: Any) -> list[Attachment]:
    """All media that a checked send of this type names, in order."""
    if type_ in KINDS:
        return [Attachment(type_, payload, type_)]
    if type_ == "interactive":
        return [*_of_header(payload, "interactive"), *_of_cards(payload)]
    if type_ == "template":
        return list(_of_components(payload.get("components") or [], "template['components']"))
    return []


def find_media(store: MediaStore, attachment: Attachment, phone_number_id: str) -> Media:
    """The media behind an id; ``GraphError`` when there is none for this number."""
    media = store.get(attachment.id or "")
    if media is None or media.phone_number_id != phone_number_id:
        raise GraphError(
            100,
            message=f"(#100) Param {attachment.path}['id'] is not a valid whatsapp business account "
            "media attachment ID",
        )
    return media


def fault_of(attachment: Attachment, media: Media) -> str | None:
    """Why WhatsApp cannot process the media as this kind: Meta's details of 131053, or None."""
    kind = attachment.kind
    taken = [name for name, its in TYPES.items() if its == kind]
    if kind != "document" and bare(media.mime_type) not in taken:
        return (
            f"Unsupported {kind.capitalize()} mime type {media.mime_type}. Please use one of "
            f"{', '.join(taken)}."
        )
    if attachment.object.get("voice") and bare(media.mime_type) not in ("audio/ogg", "audio/opus"):
        return not_of_type(media.mime_type, "application/octet-stream")
    return media.lie


def _of_header(holder: dict[str, Any], path: str) -> Iterator[Attachment]:
    header = holder.get("header")
    kind = header.get("type") if isinstance(header, dict) else None
    if isinstance(header, dict) and kind in _HEADERS and isinstance(header.get(kind), dict):
        yield Attachment(kind, header[kind], f"{path}['header']['{kind}']")


def _of_cards(payload: dict[str, Any]) -> Iterator[Attachment]:
    for index, card in enumerate(payload["action"].get("cards") or []):
        yield from _of_header(card, f"interactive['action']['cards'][{index}]")


def _of_components(components: Any, path: str) -> Iterator[Attachment]:
    for index, component in enumerate(components):
        here = f"{path}[{index}]"
        for place, parameter in enumerate(component.get("parameters") or []):
            kind = parameter.get("type") if isinstance(parameter, dict) else None
            if kind in _HEADERS and isinstance(parameter.get(kind), dict):
                yield Attachment(kind, parameter[kind], f"{here}['parameters'][{place}]['{kind}']")
        for place, card in enumerate(component.get("cards") or []):
            inner = card.get("components") if isinstance(card, dict) else None
            yield from _of_components(inner or [], f"{here}['cards'][{place}]['components']")
