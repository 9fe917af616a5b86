"""What a message must be."""

import re
import unicodedata

from forthwith.domain.errors import Invalid
from forthwith.domain.media import LONGEST_CAPTION

CLIENT_ID = re.compile(r"optimistic-[0-9]{13}-[A-Za-z0-9_-]{16,64}")
LONGEST_TEXT = 4_096
"""Code points (Meta's limit for `text.body`); the browser counts the same way."""

INVISIBLE = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\ufeff\uffa0")


def is_client_id(text: str) -> bool:
    """The wire's form of an id made in a browser."""
    return CLIENT_ID.fullmatch(text) is not None


def check_text(text: str) -> None:
    """Raise Invalid unless a customer would see something, and not too much."""
    if len(text) > LONGEST_TEXT:
        raise Invalid("text_too_long", limit=LONGEST_TEXT, length=len(text))
    if not any(_is_visible(character) for character in text):
        raise Invalid("text_empty")


def check_content(message_type: str, text: str, has_media: bool) -> None:
    """Raise Invalid unless the text fits the type: a caption may be empty, sounds and stickers have none."""
    if has_media != (message_type != "text"):
        raise Invalid("invalid_body", field="media")
    if message_type == "text":
        check_text(text)
    elif text and message_type in ("audio", "sticker"):
        raise Invalid("invalid_body", field="text_content")
    elif len(text) > LONGEST_CAPTION:
        raise Invalid("text_too_long", limit=LONGEST_CAPTION, length=len(text))


def _is_visible(character: str) -> bool:
    return (
        unicodedata.category(character) not in ("Cc", "Cf", "Zs", "Zl", "Zp", "Cn")
        and character not in INVISIBLE
    )
