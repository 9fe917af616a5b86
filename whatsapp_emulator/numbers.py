"""What the platform knows of each business number: its profile, registration and webhook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

PIN_WAIT_SECONDS = 72 * 3600.0
REGISTRATIONS = 10


class BusinessNumber(msgspec.Struct):
    """``pin``: of two-step verification, as last registered. ``code``: the last one asked for.
    ``registered_at``: attempts to register or deregister, for the limit of ten in 72 hours."""

    id: str
    profile: dict[str, Any] = {}
    verified_name: str = ""
    quality: Literal["GREEN", "YELLOW", "RED", "UNKNOWN"] = "GREEN"
    throughput: Literal["STANDARD", "HIGH"] = "STANDARD"
    is_registered: bool = True
    is_verified: bool = True
    pin: str | None = None
    code: str | None = None
    registered_at: list[float] = []

    def attempt_registration(self, now: float) -> bool:
        """Note an attempt; False when there were ten in 72 hours."""
        self.registered_at = [at for at in self.registered_at if at > now - PIN_WAIT_SECONDS]
        if len(self.registered_at) >= REGISTRATIONS:
            return False
        self.registered_at.append(now)
        return True


def numbers_of_start(
    phone_number_ids: Iterable[str], business_name: str
) -> dict[str, BusinessNumber]:
    """All numbers as they are in the beginning: registered, verified, with a profile."""
    return {
        one: BusinessNumber(
            id=one,
            verified_name=business_name,
            profile={
                "about": "Bicycles, repairs and advice since 1987",
                "address": "4 Alder Lane, Bristol",
                "description": "A family workshop. We answer every message ourselves.",
                "email": "hello@alderlane.example",
                "vertical": "RETAIL",
                "websites": ["https://alderlane.example/"],
            },
        )
        for one in phone_number_ids
    }
