"""What some messages have beside their text: who was first, a file, reactions, and the parts of `protocol/content.py`."""

import json
from typing import Any

import msgspec

from forthwith.domain.times import iso
from forthwith.protocol.content import Content
from forthwith.protocol.shapes import Crossing, ReactionRow
from forthwith.store import media
from forthwith.store.database import Row

COLUMNS = ("media_json", "reactions_json", "content_json", "crossed_name", "crossed_at")


def of(row: Row) -> dict[str, Any]:
    """Fields of a MessageRow that only few rows have."""
    found: dict[str, Any] = {}
    if row["crossed_at"]:
        found["crossed_by"] = Crossing(row["crossed_name"], iso(row["crossed_at"]))
    if row["media_json"]:
        found["media"] = media.from_json(row["media_json"])
    if row["reactions_json"]:
        found["reactions"] = _reactions(row["reactions_json"])
    if row["content_json"]:
        found["content"] = msgspec.json.decode(row["content_json"], type=Content)
    return found


def to_json(content: Content | None) -> str | None:
    """As `content_json` holds it."""
    return msgspec.json.encode(content).decode() if content is not None else None


def _reactions(reactions_json: str) -> list[ReactionRow]:
    """Those that stand, oldest first."""
    each: dict[str, dict[str, Any]] = json.loads(reactions_json)
    standing = [(one["at"], sender, one) for sender, one in each.items() if one["emoji"]]
    return [
        ReactionRow(emoji=one["emoji"], sender_id=sender, sender_name=one["name"], by=one["by"])
        for _, sender, one in sorted(standing, key=lambda known: known[:2])
    ]
