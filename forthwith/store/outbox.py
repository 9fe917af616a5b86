"""The server's outbox: message rows not yet accepted by WhatsApp, claimed lane by lane (R6).

A lane is one conversation. Its oldest waiting message is claimed only while none of the lane is in flight; locking the
conversation, not the message, keeps a second process from overtaking.
"""

from dataclasses import dataclass
from typing import Any

from forthwith.domain import service_window
from forthwith.domain.status import Attempt, Failure
from forthwith.store import attempts, hops, wamids
from forthwith.store.database import Row, Transaction

SECOND = 1_000


COPIED = (
    *("message_id", "client_id", "attempt", "conversation_id", "inbox_id", "phone_number_id"),
    *("to_phone", "to_bsuid", "text", "put_off", "held_since", "message_type", "media_json"),
    "whatsapp_media_id",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One call to make, already committed: message, attempt number, and where it goes."""

    message_id: str
    client_id: str
    attempt: int
    conversation_id: str
    inbox_id: str
    phone_number_id: str
    to_phone: str | None
    to_bsuid: str | None
    message_type: str
    text: str
    media_json: str | None
    whatsapp_media_id: str | None
    reply_to_wamid: str | None
    put_off: int
    held_since: int | None
    owner: str
    lease_until: int

    @property
    def echo_datum(self) -> str:
        """`biz_opaque_callback_data`: comes back in every status, the only way to learn a lost outcome (R6)."""
        return f"{self.client_id}#{self.attempt}"

    @property
    def call(self) -> tuple[str, str, int]:
        """What names it in the flight recorder."""
        return self.message_id, self.client_id, self.attempt


READY = """SELECT m.*, m.id AS message_id, m.text_content AS text, p.phone AS to_phone, p.bsuid AS to_bsuid,
        i.phone_number_id, i.paused_until, i.held_since, c.last_inbound_at, w.whatsapp_id AS whatsapp_media_id
    FROM (SELECT conversation_id, MIN(pos) AS pos FROM messages WHERE outbox_state IS NOT NULL
        GROUP BY conversation_id HAVING COUNT(NULLIF(outbox_state, 'waiting')) = 0) lane
    JOIN messages m ON m.conversation_id = lane.conversation_id AND m.pos = lane.pos
    JOIN conversations c ON c.id = m.conversation_id JOIN contacts p ON p.id = c.contact_id
    JOIN inboxes i ON i.id = c.inbox_id LEFT JOIN whatsapp_media w
        ON w.media_id = m.media_id AND w.phone_number_id = i.phone_number_id AND w.expires_at > :now
    WHERE (m.media_id IS NULL OR w.whatsapp_id IS NOT NULL) AND m.next_attempt_at <= :now AND (i.paused_until IS NULL OR i.paused_until <= :now)
    AND (i.silent_until IS NULL OR i.silent_until <= :now)
    ORDER BY m.wanted_at LIMIT :limit"""
"""The oldest message of each lane that has none in flight, if it is due; the longest waiting lane first.

A file must be at WhatsApp already (`services/upload_media.py`): till then its lane waits.
"""


async def claim_lanes(
    tx: Transaction, owner: str, now: int, lease: int, stale_after: int, limit: int
) -> list[Claim]:
    """Claim the oldest waiting message of up to `limit` free lanes until `now + lease`.

    A message too old, or whose window has closed meanwhile, is returned instead of claimed (R8).
    """
    claims = []
    for message in await tx.all(f"{READY} {tx.for_update}", now=now, limit=limit):
        reason = why_not(message, now, stale_after)
        if reason is None:
            await attempts.begin(tx, message, message["attempt"], now)
            claims.append(await _claim(tx, message, owner, now + lease))
        else:
            await give_back(tx, message, Failure(now // SECOND, "", "", reason), now, "returned")
    return claims


async def give_back(tx: Transaction, message: Row, why: Failure, now: int, name: str) -> None:
    """Return what waits and was not handed over."""
    await attempts.begin(tx, message, message["attempt"], now, "due")
    evidence = Attempt(failures=frozenset({why}))
    await attempts.record(tx, message["id"], message["attempt"], evidence, now, name=name)


def why_not(message: Row, now: int, stale_after: int) -> str | None:
    """What was called before is not stale, nor does waiting age while WhatsApp itself has paused the number (R7)."""
    waits_since = max(message["wanted_at"], message["paused_until"] or 0)
    if message["put_off"] == 0 and now - waits_since > stale_after:
        return "stale"
    is_closed = service_window.is_certainly_closed(message["last_inbound_at"], now)
    return "window_closed" if is_closed else None


async def _claim(tx: Transaction, message: Row, owner: str, lease_until: int) -> Claim:
    await tx.run(
        "UPDATE messages SET outbox_state = 'claimed', lease_owner = :owner, lease_until = :until WHERE id = :id",
        owner=owner,
        until=lease_until,
        id=message["id"],
    )
    return Claim(
        **{name: message[name] for name in COPIED},
        reply_to_wamid=await wamids.wamid_of(tx, message["reply_to"]),
        owner=owner,
        lease_until=lease_until,
    )


async def put_off(
    tx: Transaction, claim: Claim, now: int, until: int, name: str = "not_sent", **why: Any
) -> None:
    """The call proved that nothing was accepted: the message waits again, its followers with it."""
    await hops.note(tx, *claim.call, now, name, **why, until=until)
    await _release(tx, claim, "waiting", "next_attempt_at = :until, put_off = put_off + 1", until)
    if claim.attempt > 1:
        await attempts.refresh(tx, claim.message_id, now)


async def doubt(tx: Transaction, claim: Claim, now: int, until: int, why: str = "") -> None:
    """The outcome of the call is not known: the lane waits for WhatsApp's word until then (R9)."""
    await hops.note(tx, *claim.call, now, "unanswered", why=why)
    await _release(tx, claim, "doubted", "lease_until = :until", until)


async def _release(tx: Transaction, claim: Claim, state: str, change: str, until: int) -> None:
    """Only this very claim: its lease may have ended, and another attempt be under way."""
    await tx.run(
        f"""UPDATE messages SET outbox_state = :state, lease_owner = NULL, {change} WHERE id = :id
        AND outbox_state = 'claimed' AND attempt = :attempt AND lease_owner = :owner AND lease_until = :lease""",
        state=state,
        until=until,
        id=claim.message_id,
        attempt=claim.attempt,
        owner=claim.owner,
        lease=claim.lease_until,
    )


async def doubt_abandoned(
    tx: Transaction, me: str, only_process: bool, now: int, until: int
) -> int:
    """Claims whose owner is gone become doubted, never sent again by the machine (R8); returns how many.

    `only_process`: nobody else can hold a claim in this store, so every other owner's is abandoned.
    """
    rows = await tx.all(
        """UPDATE messages SET outbox_state = 'doubted', lease_owner = NULL, lease_until = :until
        WHERE outbox_state = 'claimed' AND (lease_until < :now OR (:only_process = 1 AND lease_owner <> :me))
        RETURNING id, client_id, attempt""",
        me=me,
        now=now,
        until=until,
        only_process=int(only_process),
    )
    for row in rows:
        call = (row["id"], row["client_id"], row["attempt"])
        await hops.note(tx, *call, now, "unanswered", why=hops.ABANDONED)
    return len(rows)


async def lapse(tx: Transaction, now: int) -> int:
    """The waiting time of these has passed without a word: they show `unconfirmed`, their lanes go on (R9)."""
    rows = await tx.all(
        "SELECT id, attempt FROM messages WHERE outbox_state = 'doubted' AND lease_until <= :now",
        now=now,
    )
    for row in rows:
        await attempts.record(tx, row["id"], row["attempt"], Attempt(lapsed=True), now)
    return len(rows)
