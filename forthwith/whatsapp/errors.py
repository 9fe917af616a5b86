"""What Meta's error codes mean for a send (R7): one table, one test row per code.

Facts: Meta's error reference of 2026. Branch on the code, never on the title or the HTTP status.
"""

from typing import Literal, NamedTuple

Kind = Literal["refused", "held", "paced", "unknown"]


class Meaning(NamedTuple):
    """`kind`: what the outbox does; `reason`: our word for it (`protocol/codes.py`), for refusals only."""

    kind: Kind
    reason: str = ""


HELD = Meaning("held")
PACED = Meaning("paced")
UNKNOWN = Meaning("unknown")

MEANINGS: dict[int, Meaning] = {
    # The number or its token cannot send now: messages keep waiting, an administrator is told once.
    **dict.fromkeys((0, 3, 10, 190, 131005, 131031, 131042, 133010, 131057), HELD),
    **dict.fromkeys(range(200, 300), HELD),
    # Too fast, or down and saying so: the same message again later.
    **dict.fromkeys((4, 80007, 130429, 131056, 131016, 133004), PACED),
    # WhatsApp does not know itself: as a time-out.
    **dict.fromkeys((1, 2, 131000), UNKNOWN),
    131026: Meaning("refused", "undeliverable"),
    131047: Meaning("refused", "window_closed"),
    130403: Meaning("refused", "blocked_by_us"),
    131049: Meaning("refused", "marketing_limit"),
    131050: Meaning("refused", "marketing_stopped"),
    130472: Meaning("refused", "experiment"),
    131048: Meaning("refused", "spam_restricted"),
    131064: Meaning("refused", "messaging_limit"),
    130497: Meaning("refused", "country_restricted"),
    131044: Meaning("refused", "payment_missing"),
    131030: Meaning("refused", "not_allowed_recipient"),
    131053: Meaning("refused", "media_fault"),
    131062: Meaning("refused", "recipient_type_unsupported"),
    137000: Meaning("refused", "identity_changed"),
    **dict.fromkeys(
        (33, 100, 131008, 131009, 131021, 131051, 135000), Meaning("refused", "bad_request")
    ),
    **dict.fromkeys(
        (132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069),
        Meaning("refused", "template_fault"),
    ),
}

PAIR_RATE = 131056
"""One contact is written to too fast: only that lane waits, 4^n seconds (Meta's advice)."""

LATE_KINDS_REFUSED = Meaning("refused", "refused")


def meaning_of(code: int) -> Meaning:
    """An error body with a code not in the table still proves refusal."""
    return MEANINGS.get(code, LATE_KINDS_REFUSED)


def reason_of(code: int) -> str:
    """Our word for a failure that Meta reports after acceptance (R11), whatever its kind as an answer."""
    return MEANINGS.get(code, LATE_KINDS_REFUSED).reason or "refused"
