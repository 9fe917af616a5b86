"""The 24 hours after the contact's last message in which free text is allowed. Our clock is a hint; Meta decides."""

from forthwith.domain.times import HOUR, MINUTE

LENGTH = 24 * HOUR
TOLERANCE = 5 * MINUTE
"""We refuse only when it is certainly closed: near the end the message goes to Meta, who knows."""


def expires_at(last_inbound_at: int | None) -> int | None:
    """When the window closes, or None when it never opened."""
    return None if last_inbound_at is None else last_inbound_at + LENGTH


def is_certainly_closed(last_inbound_at: int | None, now: int) -> bool:
    """True when even a tolerant clock says that Meta would refuse free text."""
    closes = expires_at(last_inbound_at)
    return closes is None or now > closes + TOLERANCE
