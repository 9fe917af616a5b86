"""What a webhook says of the file of a contact's message."""

from typing import Any

from forthwith.domain.media import KINDS, UNKNOWN, Announced, clean_name


def media_of(kind: str, part: Any) -> Announced | None:
    """`part`: the object named like the message's type. None when there is no file, or none that can be fetched."""
    if kind not in KINDS or not isinstance(part, dict) or not _line(part.get("id")):
        return None
    name = _line(part.get("filename"))
    return Announced(
        whatsapp_id=_line(part["id"]),
        mime_type=_line(part.get("mime_type")).partition(";")[0].strip().lower()[:100] or UNKNOWN,
        sha256=_line(part.get("sha256"))[:100],
        filename=clean_name(name) if name else None,
        is_voice=part.get("voice") is True,
    )


def _line(value: Any) -> str:
    """One line that both engines store: no control characters, no halves of surrogate pairs."""
    text = str(value) if isinstance(value, str | int) else ""
    return "".join(each for each in text if each.isprintable())
