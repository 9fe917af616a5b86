"""One message template, and the variables in its texts."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

Status = Literal["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "ARCHIVED"]
Category = Literal["MARKETING", "UTILITY", "AUTHENTICATION"]
Quality = Literal["GREEN", "YELLOW", "RED", "UNKNOWN"]
Format = Literal["POSITIONAL", "NAMED"]
CATEGORIES: tuple[Category, ...] = ("MARKETING", "UTILITY", "AUTHENTICATION")
MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT")
VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")


class Template(msgspec.Struct):
    """``components`` as they were made, types in capitals. ``number`` orders the list. Times are
    virtual: ``review_at`` while PENDING, ``resume_at`` while PAUSED, ``edits`` of approved ones.

    ``is_held``: sends are accepted as ``held_for_quality_assessment`` (pacing).
    """

    id: str
    account: str
    number: int
    name: str
    language: str
    category: Category
    components: list[dict[str, Any]]
    parameter_format: Format = "POSITIONAL"
    status: Status = "APPROVED"
    quality: Quality = "UNKNOWN"
    quality_at: float = 1_760_000_000.0
    reason: str = "NONE"
    ttl_seconds: float | None = None
    review_at: float | None = None
    resume_at: float | None = None
    pauses: int = 0
    edits: list[float] = []
    is_held: bool = False

    def component(self, type_: str) -> dict[str, Any] | None:
        return next((one for one in self.components if one.get("type") == type_), None)

    @property
    def buttons(self) -> list[dict[str, Any]]:
        found = self.component("BUTTONS")
        return list(found["buttons"]) if found else []

    def node(self) -> dict[str, Any]:
        """As ``GET /{template_id}`` shows it."""
        node: dict[str, Any] = {
            "name": self.name,
            "parameter_format": self.parameter_format,
            "components": self.components,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "quality_score": {"score": self.quality, "date": int(self.quality_at)},
            "rejected_reason": self.reason if self.status == "REJECTED" else "NONE",
            "id": self.id,
        }
        if self.ttl_seconds is not None:
            node["message_send_ttl_seconds"] = int(self.ttl_seconds)
        return node


def variables(text: str) -> list[str]:
    """The names in ``{{...}}``, each once, in order."""
    return list(dict.fromkeys(name.strip() for name in VARIABLE.findall(text)))


def fill(text: str, values: dict[str, str]) -> str:
    """The text with its variables replaced; one without a value stays."""
    return VARIABLE.sub(lambda found: values.get(found[1].strip(), found[0]), text)
