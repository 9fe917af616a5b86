"""How much of something each key may still do: a token bucket per key, refilled by the time that has passed."""

from dataclasses import dataclass, field

KEYS_KEPT = 10_000


@dataclass(slots=True)
class Allowance:
    """At most `burst` at once, one more every `refill_ms`. Times are milliseconds, passed in."""

    burst: int
    refill_ms: float
    _left: dict[str, tuple[float, int]] = field(default_factory=dict)

    def take(self, key: str, now: int) -> int:
        """Spend one; returns 0, or the milliseconds to wait when there is none (then nothing is spent)."""
        left = self._left_at(key, now)
        if left < 1:
            return max(1, round((1 - left) * self.refill_ms))
        if len(self._left) >= KEYS_KEPT and key not in self._left:
            self._forget(now)
        self._left[key] = (left - 1, now)
        return 0

    def give_back(self, key: str, now: int) -> None:
        """Undo a `take` that turned out not to count."""
        self._left[key] = (min(self.burst, self._left_at(key, now) + 1), now)

    def _left_at(self, key: str, now: int) -> float:
        left, at = self._left.get(key, (self.burst, now))
        # A clock that was set back refills nothing and must not lock anybody out.
        return min(self.burst, left + max(0, now - at) / self.refill_ms)

    def _forget(self, now: int) -> None:
        """Drop the keys that are full again; under a flood of new keys, the older half as well."""
        kept = {key: was for key, was in self._left.items() if self._left_at(key, now) < self.burst}
        if len(kept) >= KEYS_KEPT:
            kept = dict(list(kept.items())[KEYS_KEPT // 2 :])
        self._left = kept
