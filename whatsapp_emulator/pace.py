"""How fast things happen, what is limited, and where Meta's texts leave a choice."""

from __future__ import annotations

from typing import Literal

import msgspec

from whatsapp_emulator.chance import between
from whatsapp_emulator.clock import VirtualClock

Span = tuple[float, float]


class Pace(msgspec.Struct, forbid_unknown_fields=True):
    """Delays in seconds, each drawn between two figures; ``scale`` multiplies them all.

    ``linger_seconds``: how long a webhook waits for company; 0 sends each update by itself.
    ``webhook_timeout_seconds``: how long the receiver may take to answer.
    """

    sent_seconds: Span = (0.05, 0.15)
    delivered_seconds: Span = (0.2, 0.6)
    read_seconds: Span = (0.3, 1.2)
    scale: float = 1.0
    linger_seconds: float = 0.0
    webhook_timeout_seconds: float = 10.0

    def draw(self, span: Span, *parts: object) -> float:
        return self.scale * between(*span, *parts)


class Behaviour(msgspec.Struct, forbid_unknown_fields=True):
    """Where Meta does one thing or the other.

    ``window_refusal``: a text outside the service window is refused in the answer (``sync``) or
    accepted and then failed by webhook (``async``); Meta's text says "sync, async or both".
    ``opaque_on_failed``: whether ``failed`` echoes ``biz_opaque_callback_data`` (texts differ).
    ``inbound_media_number``: whether resolving media of a contact may name a ``phone_number_id``.
    """

    window_refusal: Literal["sync", "async"] = "sync"
    opaque_on_failed: bool = True
    inbound_media_number: Literal["refused", "taken"] = "refused"


class PairLimit(msgspec.Struct, forbid_unknown_fields=True):
    """Messages to one contact: one per ``every_seconds``, with ``burst`` to spend first."""

    every_seconds: float = 6.0
    burst: int = 45


class Limits(msgspec.Struct, forbid_unknown_fields=True):
    """Off (None) until set. Beyond ``throughput_per_second`` 130429, beyond ``pair`` 131056,
    beyond ``management_per_hour`` calls about one account (Meta: 200, later 5,000) 80007."""

    throughput_per_second: float | None = None
    pair: PairLimit | None = None
    management_per_hour: int | None = None


class TokenBucket:
    """``burst`` tokens, one more each ``every_seconds`` of virtual time."""

    def __init__(self, clock: VirtualClock, every_seconds: float, burst: float) -> None:
        self._clock, self._every, self._burst = clock, every_seconds, max(1.0, burst)
        self._tokens, self._at = self._burst, clock.now()

    def wait_seconds(self) -> float:
        """Take a token and answer 0, or take none and say how long until there is one."""
        now = self._clock.now()
        self._tokens = min(self._burst, self._tokens + (now - self._at) / self._every)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) * self._every

    def used_percent(self) -> int:
        """How much of the burst is spent, as of the last token."""
        return round(100 * (1 - self._tokens / self._burst))


class RateLimiter:
    """The buckets behind ``Limits``: one per business number, one per number and contact."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, ...], TokenBucket] = {}
        self.limits = Limits()

    def replace(self, limits: Limits) -> None:
        self.limits = limits
        self._buckets.clear()

    def exceeded(self, phone_number_id: str, wa_id: str) -> tuple[int, float] | None:
        """The error code and the seconds to wait, or None when the send may pass."""
        rate, pair = self.limits.throughput_per_second, self.limits.pair
        if rate is not None:
            wait = self._bucket((phone_number_id,), 1 / rate, rate).wait_seconds()
            if wait:
                return 130429, wait
        if pair is not None:
            key = (phone_number_id, wa_id)
            wait = self._bucket(key, pair.every_seconds, pair.burst).wait_seconds()
            if wait:
                return 131056, wait
        return None

    def management_exceeded(self, account: str) -> float:
        """Seconds to wait until the account may be asked about again; 0 when it may."""
        hourly = self.limits.management_per_hour
        if hourly is None:
            return 0.0
        return self._bucket(("account", account), 3600 / hourly, hourly).wait_seconds()

    def management_usage(self, account: str) -> int:
        """Percent of the hour's calls about the account that are spent; 0 without a limit."""
        bucket = self._buckets.get(("account", account))
        return 0 if bucket is None else bucket.used_percent()

    def _bucket(self, key: tuple[str, ...], every_seconds: float, burst: float) -> TokenBucket:
        if key not in self._buckets:
            self._buckets[key] = TokenBucket(self._clock, every_seconds, burst)
        return self._buckets[key]
