"""The cast: who the personas are, what they have written, and what they will say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Literal

import msgspec

CAST_FILE = Path(__file__).with_name("cast.toml")
_UNITS = {"d": 86400, "h": 3600, "m": 60}


class Past(msgspec.Struct, array_like=True):
    """A message of the past; ``ago`` is written like ``2d 3h 20m``."""

    who: Literal["us", "them"]
    ago: str
    text: str
    status: Literal["delivered", "read"] = "read"

    @property
    def seconds_ago(self) -> float:
        return float(
            sum(int(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)([dhm])", self.ago))
        )


class LiveLine(msgspec.Struct, array_like=True):
    """Something a persona writes unasked, ``after_seconds`` from the beginning."""

    after_seconds: float
    text: str
    unless_answered: bool = False


class Reply(msgspec.Struct, forbid_unknown_fields=True):
    """The answer to a message that holds one of ``words``."""

    words: list[str]
    text: str


class Persona(msgspec.Struct, forbid_unknown_fields=True):
    """One customer."""

    name: str
    wa_id: str
    past: list[Past]
    live: list[LiveLine]
    others: list[str]
    replies: list[Reply] = []
    username: str | None = None
    phone_hidden: bool = False


def read_cast() -> list[Persona]:
    """All personas, as ``cast.toml`` has them."""
    parsed = tomllib.loads(CAST_FILE.read_text(encoding="utf-8"))
    return msgspec.convert(parsed["persona"], list[Persona])


def pick_reply(persona: Persona, text: str, said: set[str]) -> str | None:
    """What the persona answers to ``text``: the reply whose words fit best and that was not said
    yet, else the next of ``others``, else nothing."""
    lowered = text.casefold()

    def fit(reply: Reply) -> int:
        return sum(1 for word in reply.words if _holds(lowered, word))

    fresh = [reply for reply in persona.replies if reply.text not in said]
    best = max(fresh, key=fit, default=None)
    if best is not None and fit(best):
        return best.text
    return next((other for other in persona.others if other not in said), None)


def _holds(text: str, word: str) -> bool:
    """Whether ``word`` begins somewhere in ``text`` ("come" is in "comes", not in "welcome")."""
    return re.search(rf"(?<!\w){re.escape(word)}", text) is not None
