"""The business profile: its fields and their limits, as Meta's profile reference has them."""

from __future__ import annotations

from typing import Any

from whatsapp_emulator.graph.checks import missing
from whatsapp_emulator.graph.errors import GraphError

LIMITS = {"about": 139, "address": 256, "description": 256, "email": 128}
VERTICALS = (
    "UNDEFINED", "OTHER", "AUTO", "BEAUTY", "APPAREL", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE",
    "GROCERY", "GOVT", "HOTEL", "HEALTH", "NONPROFIT", "PROF_SERVICES", "RETAIL", "TRAVEL",
    "RESTAURANT", "ALCOHOL", "ONLINE_GAMBLING", "PHYSICAL_GAMBLING", "OTC_DRUGS",
)  # fmt: skip
WEBSITES = 2
WEBSITE_LIMIT = 256


def changed_profile(profile: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The profile with the body's fields; ``GraphError`` 100 for what is beyond a limit."""
    if body.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    new = dict(profile)
    for name, limit in LIMITS.items():
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, str) or len(value) > limit:
            raise _bad(name, f"must be at most {limit} characters long")
        if name == "about" and not value.strip():
            raise _bad(name, "must not be empty")
        if name == "email" and value and "@" not in value:
            raise _bad(name, "must be a valid email address")
        new[name] = value
    if body.get("vertical") is not None:
        if body["vertical"] not in VERTICALS:
            raise _bad("vertical", f"must be one of {{{', '.join(VERTICALS)}}}")
        new["vertical"] = body["vertical"]
    if body.get("websites") is not None:
        new["websites"] = _websites(body["websites"])
    if body.get("profile_picture_handle") is not None:
        new["profile_picture_url"] = (
            f"https://pps.whatsapp.example/{body['profile_picture_handle']}"
        )
    return new


def _websites(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > WEBSITES:
        raise _bad("websites", f"must be a list of at most {WEBSITES}")
    for one in value:
        is_url = isinstance(one, str) and one.startswith(("http://", "https://"))
        if not is_url or len(one) > WEBSITE_LIMIT:
            raise _bad("websites", f"must be URLs of at most {WEBSITE_LIMIT} characters")
    return value


def _bad(name: str, words: str) -> GraphError:
    return GraphError(100, message=f"(#100) Param {name} {words}.")
