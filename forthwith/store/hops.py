"""Hops of a message: what happened to it and when. Each is kept with its attempt, by the statement that changes it.

`attempts.log` has one line of JSON for each: `[milliseconds, hop, {detail}]`, never with a text or a phone number. The
same hops go to the log, one line each, once they are committed.
"""

import logging
from dataclasses import dataclass, field
from typing import Any

import msgspec

from forthwith.domain.status import Attempt, shown_failure
from forthwith.metrics import Metrics
from forthwith.store.database import Doorbell, Row, Transaction

log = logging.getLogger("forthwith.hops")

ABANDONED = "abandoned"
"""Why a call has no answer whose process is gone."""
APPENDED = "attempts.log || CASE WHEN LENGTH(attempts.log) < 6000 THEN :hop ELSE '' END"
"""A message that is put off for days fills no more than this; what ends its waiting has room left."""
APPENDED_LAST = "attempts.log || CASE WHEN LENGTH(attempts.log) < 12000 THEN :hop ELSE '' END"


@dataclass(frozen=True, slots=True)
class Hop:
    """`at` in milliseconds; `detail`: `code` and `reason` of a trouble, `until`, `why`, `by`."""

    at: int
    name: str
    detail: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """As `attempts.log` keeps it."""
        parts = [self.at, self.name, self.detail] if self.detail else [self.at, self.name]
        return msgspec.json.encode(parts).decode() + "\n"


def read(lines: str) -> list[Hop]:
    """The hops of one attempt, in the order in which they were noted."""
    return [Hop(*msgspec.json.decode(line)) for line in lines.splitlines()]


def of(evidence: Attempt, name: str, at: int) -> Hop:
    """What this evidence is called in a trace; `name` where the evidence alone does not tell how it came."""
    failure = shown_failure(evidence.failures)
    if failure is not None:
        code = {"code": int(failure.code)} if failure.code else {}
        return Hop(at, name or "failed", code | {"reason": failure.reason})
    return Hop(at, name or ("lapsed" if evidence.lapsed else evidence.progress))


async def note(
    tx: Transaction, message_id: str, client_id: str, n: int, at: int, name: str, **detail: Any
) -> None:
    """Note a hop that changes nothing else of the attempt."""
    hop = Hop(at, name, detail)
    row = await tx.one(
        f"UPDATE attempts SET log = {APPENDED} WHERE message_id = :id AND n = :n RETURNING log",
        hop=hop.line(),
        id=message_id,
        n=n,
    )
    tell(tx, {"client_id": client_id}, n, hop, row)


async def note_once(tx: Transaction, attempt: Row, hop: Hop) -> None:
    """As `note`, for what WhatsApp repeats. `attempt`: a row of `histories.WITH_ATTEMPTS`."""
    if f',"{hop.name}"' not in attempt["log"]:
        ids = (attempt["id"], attempt["client_id"], attempt["n"])
        await note(tx, *ids, hop.at, hop.name, **hop.detail)


def tell(tx: Transaction, message: Row, n: int, hop: Hop, attempt: Row | None = None) -> None:
    """Have the hop logged when it is committed. `attempt`: with its `log`, before or after the hop was appended."""
    lines = (attempt["log"] if attempt else "").removesuffix(hop.line())
    last = lines.rstrip().rpartition("\n")[2]
    before = int(last[1:].partition(",")[0]) if last else message.get("updated_at")
    since = None if before is None else hop.at - before
    ids = {"client_id": message["client_id"], "hop": hop.name, "attempt": n, "since_ms": since}
    tx.hops.append(ids | hop.detail)


def shows(tx: Transaction, message: Row, status: str, now: int, before: str = "") -> None:
    """Have it counted when it is committed that the message has come to show another status than `before`."""
    if status != before:
        seconds = max(0, now - message["created_at"]) / 1_000
        tx.hops.append({"shows": status, "direction": message["direction"], "seconds": seconds})


def tell_committed(tx: Transaction | None, doorbell: Doorbell, metrics: Metrics) -> None:
    """Ring; then one line of the log for each hop, in the order in which they were noted. None: nothing was committed."""
    if tx and tx.appended:
        doorbell.ring()
    for hop in tx.hops if tx else ():
        if "shows" in hop:
            _count(metrics, **hop)
            continue
        if "code" in hop:
            metrics.meta_errors.add(str(hop["code"]))
        log.info(hop["hop"], extra={"fields": hop})


def _count(metrics: Metrics, shows: str, direction: str, seconds: float) -> None:
    metrics.messages.add(direction, shows)
    if direction == "outbound" and shows in ("sent", "delivered"):
        metrics.send_seconds.observe(seconds, shows)
