"""Checks of a send's object, each raising Meta's refusal with the parameter's path in Graph's spelling.

Codes: 100 for what is absent or of the wrong kind, 131009 for a value Meta names as wrong. Meta's texts
give limits, not always the code that goes with them; where they do not, the code is believed.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from whatsapp_emulator.graph.errors import GraphError


def missing(path: str) -> GraphError:
    """A parameter that must be there is not."""
    return GraphError(100, message=f"(#100) The parameter {path} is required.")


def wrong(details: str) -> GraphError:
    """131009 with Meta's ``details``."""
    return GraphError(131009, details)


def member(of: dict[str, Any], name: str, path: str) -> Any:
    """The value under ``name``; refused when absent, null or empty."""
    value = of.get(name)
    if value in (None, "", [], {}):
        raise missing(f"{path}['{name}']")
    return value


def mapping(value: Any, path: str) -> dict[str, Any]:
    """``value`` as an object."""
    if not isinstance(value, dict):
        raise GraphError(100, message=f"(#100) Param {path} must be a JSON object.")
    return value


def objects(value: Any, path: str, low: int = 1, high: int | None = None) -> list[dict[str, Any]]:
    """``value`` as a list of ``low`` to ``high`` objects."""
    if not isinstance(value, list):
        raise GraphError(100, message=f"(#100) Param {path} must be an array.")
    if len(value) < low or (high is not None and len(value) > high):
        most = "any" if high is None else high
        raise wrong(f"Param {path} has {len(value)} items. Min allowed: {low}, Max allowed: {most}")
    return [mapping(each, f"{path}[{index}]") for index, each in enumerate(value)]


def text(of: dict[str, Any], name: str, path: str, limit: int) -> str:
    """A string of 1 to ``limit`` characters that is not blank."""
    value = member(of, name, path)
    if not isinstance(value, str):
        raise GraphError(100, message=f"(#100) Param {path}['{name}'] must be a string.")
    if not value.strip():
        raise missing(f"{path}['{name}']")
    if len(value) > limit:
        raise GraphError(
            100,
            message=f"(#100) Param {path}['{name}'] must be at most {limit} characters long.",
        )
    return value


def optional_text(of: dict[str, Any], name: str, path: str, limit: int) -> str | None:
    """The same where it may be absent."""
    return None if of.get(name) is None else text(of, name, path, limit)


def number(of: dict[str, Any], name: str, path: str, low: float, high: float) -> float:
    """A number, or a string of one, from ``low`` to ``high``."""
    given = of.get(name)
    if given is None or isinstance(given, bool):
        raise missing(f"{path}['{name}']")
    try:
        value = float(given)
    except (TypeError, ValueError):
        raise GraphError(100, message=f"(#100) Param {path}['{name}'] must be a number.") from None
    if not low <= value <= high:
        raise wrong(f"Param {path}['{name}'] must be from {low:g} to {high:g}.")
    return value


def one_of(of: dict[str, Any], name: str, path: str, choices: Collection[str]) -> str:
    """One of the values Meta lists."""
    value = member(of, name, path)
    if not isinstance(value, str) or value not in choices:
        listed = ", ".join(choices).upper()
        raise GraphError(100, message=f"(#100) Param {path}['{name}'] must be one of {{{listed}}}.")
    return value


def flag(of: dict[str, Any], name: str, path: str) -> None:
    """A boolean where it is given at all."""
    if not isinstance(of.get(name, False), bool):
        raise GraphError(100, message=f"(#100) Param {path}['{name}'] must be a boolean.")


def distinct(values: list[str], details: str) -> None:
    """Refused with ``details`` when two are the same."""
    if len(set(values)) != len(values):
        raise wrong(details)
