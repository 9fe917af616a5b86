"""Attempts, and the one place where evidence about them changes a message (R4, R9, R11)."""

from collections.abc import Sequence

import msgspec

from forthwith.domain.status import Attempt, join, shown, shown_failure
from forthwith.protocol.shapes import MessageError
from forthwith.store import conversations, events, orphans
from forthwith.store.database import Row, Transaction
from forthwith.store.orphans import failures_from_json, failures_to_json

ARRIVED = ("sent", "delivered", "read", "played")
WITH_ATTEMPTS = """SELECT m.*, a.n, a.progress, a.failures_json, a.lapsed, a.wamid AS attempt_wamid
    FROM messages m JOIN attempts a ON a.message_id = m.id WHERE m.id = :id ORDER BY a.n"""
"""The message once for each of its attempts, the newest last."""


def _to_attempt(row: Row) -> Attempt:
    return Attempt(row["progress"], failures_from_json(row["failures_json"]), bool(row["lapsed"]))


def _error_of(attempts: Sequence[Attempt]) -> str | None:
    """The failure of the newest attempt: shown when the message failed, kept as a note when it arrived all the same."""
    failure = shown_failure(attempts[-1].failures)
    if failure is None:
        return None
    params: dict[str, str | int] = {"whatsapp_code": int(failure.code)} if failure.code else {}
    return msgspec.json.encode(
        MessageError(failure.reason, params, failure.detail or None)
    ).decode()


async def by_wamid(tx: Transaction, wamid: str) -> Row | None:
    """The attempt that WhatsApp accepted under this id."""
    return await tx.one("SELECT * FROM attempts WHERE wamid = :wamid", wamid=wamid)


async def accepts_wamid(tx: Transaction, message_id: str, n: int, wamid: str) -> bool:
    """True when this attempt was made and no other wamid is known for it."""
    row = await tx.one(
        "SELECT wamid FROM attempts WHERE message_id = :id AND n = :n", id=message_id, n=n
    )
    return row is not None and row["wamid"] in (None, wamid)


async def begin(tx: Transaction, message_id: str, n: int, now: int) -> None:
    """Note that a call is about to be made. An attempt that was put off (nothing left us) begins again."""
    await tx.run(
        """INSERT INTO attempts (message_id, n, progress, failures_json, claimed_at)
        VALUES (:id, :n, 'sending', '[]', :now) ON CONFLICT (message_id, n) DO UPDATE SET claimed_at = :now""",
        id=message_id,
        n=n,
        now=now,
    )


async def begin_next(tx: Transaction, message: Row, now: int) -> None:
    """A person wants an unconfirmed message sent again: attempt n+1 of the same row joins its lane."""
    await begin(tx, message["id"], message["attempt"] + 1, now)
    await tx.run(
        """UPDATE messages SET attempt = attempt + 1, outbox_state = 'waiting', wanted_at = :now,
        next_attempt_at = :now, put_off = 0 WHERE id = :id""",
        now=now,
        id=message["id"],
    )
    rows = await tx.all(WITH_ATTEMPTS, id=message["id"])
    await _apply(tx, rows[-1], [_to_attempt(row) for row in rows], None, False, now)


async def record(
    tx: Transaction, message_id: str, n: int, evidence: Attempt, now: int, wamid: str | None = None
) -> bool:
    """Join evidence into attempt `n`; when the message changes by it, raise its `rev` and append the event.

    A wamid known for the first time brings along what came for it before (R10). Evidence of the newest attempt also
    ends the wait of the lane. Returns False when nothing was new.
    """
    rows = await tx.all(WITH_ATTEMPTS, id=message_id)
    before = next((row for row in rows if row["n"] == n), None)
    if before is None:
        return False
    known, known_wamid = _to_attempt(before), before["attempt_wamid"]
    if wamid is not None and known_wamid is None:
        evidence = join(evidence, await orphans.adopt(tx, wamid))
    joined = join(known, evidence)
    wamid = known_wamid or wamid
    if joined == known and wamid == known_wamid:
        return False
    await tx.run(
        """UPDATE attempts SET progress = :progress, failures_json = :failures, lapsed = :lapsed, wamid = :wamid,
        answered_at = COALESCE(answered_at, :now) WHERE message_id = :id AND n = :n""",
        progress=joined.progress,
        failures=failures_to_json(joined.failures),
        lapsed=int(joined.lapsed),
        wamid=wamid,
        now=now,
        id=message_id,
        n=n,
    )
    attempts = [joined if row["n"] == n else _to_attempt(row) for row in rows]
    is_newest = n == before["attempt"]
    # "Send again" has not left yet, and there is word that the first arrived: it need not leave any more.
    is_needless = before["outbox_state"] == "waiting" and shown(attempts) in ARRIVED
    newest_wamid = wamid if is_newest else before["wamid"]
    await _apply(tx, before, attempts, newest_wamid, is_newest or is_needless, now)
    return True


async def _apply(
    tx: Transaction,
    message: Row,
    attempts: list[Attempt],
    wamid: str | None,
    ends_wait: bool,
    now: int,
) -> None:
    status, error = shown(attempts), _error_of(attempts)
    is_new = (status, error, wamid) != (message["status"], message["error_json"], message["wamid"])
    if is_new or ends_wait:
        await tx.run(
            """UPDATE messages SET status = :status, error_json = :error, wamid = :wamid, rev = rev + :is_new,
            updated_at = :now, outbox_state = CASE WHEN :ends_wait = 1 THEN NULL ELSE outbox_state END
            WHERE id = :id""",
            status=status,
            error=error,
            wamid=wamid,
            is_new=int(is_new),
            ends_wait=int(ends_wait),
            now=now,
            id=message["id"],
        )
    if not is_new:
        return
    conversation = {"id": message["conversation_id"], "inbox_id": message["inbox_id"]}
    await events.append(tx, "message_status_update", conversation, now, message_id=message["id"])
    if message["dismissed_at"] is None and (status == "failed") != (message["status"] == "failed"):
        await conversations.change_unsent(
            tx, message["conversation_id"], 1 if status == "failed" else -1, now
        )
