"""Attempts, and the one place where evidence about them changes a message (R4, R9, R11)."""

from collections.abc import Sequence

import msgspec

from forthwith.domain.status import Attempt, join, shown, shown_failure
from forthwith.protocol.shapes import MessageError
from forthwith.store import conversations, events, hops, orphans
from forthwith.store.database import Row, Transaction
from forthwith.store.hops import APPENDED, APPENDED_LAST, Hop
from forthwith.store.orphans import failures_from_json, failures_to_json

ARRIVED = ("sent", "delivered", "read", "played")
WITH_ATTEMPTS = """SELECT m.*, a.n, a.progress, a.failures_json, a.lapsed, a.log, a.wamid AS attempt_wamid
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


async def begin(
    tx: Transaction, message: Row, n: int, now: int, name: str = "claimed", **by: str
) -> None:
    """Note that a call is about to be made. An attempt that was put off (nothing left us) begins again."""
    hop = Hop(now, name, by)
    row = await tx.one(
        f"""INSERT INTO attempts (message_id, n, progress, failures_json, claimed_at, log)
        VALUES (:id, :n, 'sending', '[]', :now, :hop)
        ON CONFLICT (message_id, n) DO UPDATE SET claimed_at = :now, log = {APPENDED} RETURNING log""",
        id=message["id"],
        n=n,
        now=now,
        hop=hop.line(),
    )
    hops.tell(tx, message, n, hop, row)


async def begin_next(tx: Transaction, message: Row, now: int, by: str) -> None:
    """A person (`by`: an agent's id) wants an unconfirmed message sent again: attempt n+1 of the same row joins its lane."""
    await begin(tx, message, message["attempt"] + 1, now, "again", by=by)
    await tx.run(
        """UPDATE messages SET attempt = attempt + 1, outbox_state = 'waiting', wanted_at = :now,
        next_attempt_at = :now, put_off = 0 WHERE id = :id""",
        now=now,
        id=message["id"],
    )
    await refresh(tx, message["id"], now)


async def record(
    tx: Transaction,
    message_id: str,
    n: int,
    evidence: Attempt,
    now: int,
    wamid: str | None = None,
    name: str = "",
) -> bool:
    """Join evidence into attempt `n`; when the message changes by it, raise its `rev` and append the event.

    A wamid known for the first time brings along what came for it before (R10). Evidence of the newest attempt also
    ends the wait of the lane. Returns False when nothing was new but perhaps the hop (`name`, see `hops.of`).
    """
    rows = await tx.all(WITH_ATTEMPTS, id=message_id)
    before = next((row for row in rows if row["n"] == n), None)
    if before is None:
        return False
    known, known_wamid = _to_attempt(before), before["attempt_wamid"]
    hop, early = hops.of(evidence, name, now), ""
    if wamid is not None and known_wamid is None:
        evidence, early = await orphans.adopt(tx, wamid, evidence)
    joined = join(known, evidence)
    wamid = known_wamid or wamid
    if joined == known and wamid == known_wamid:
        await hops.note_once(tx, before, hop)
        return False
    await tx.run(
        f"""UPDATE attempts SET progress = :progress, failures_json = :failures, lapsed = :lapsed, wamid = :wamid,
        answered_at = COALESCE(answered_at, :now), log = {APPENDED_LAST} WHERE message_id = :id AND n = :n""",
        progress=joined.progress,
        failures=failures_to_json(joined.failures),
        lapsed=int(joined.lapsed),
        wamid=wamid,
        now=now,
        hop=early + hop.line(),
        id=message_id,
        n=n,
    )
    hops.tell(tx, before, n, hop, before)
    await refresh(tx, message_id, now, ends_wait=n == before["attempt"])
    return True


async def refresh(tx: Transaction, message_id: str, now: int, *, ends_wait: bool = False) -> None:
    """Write what all attempts say together on the message, with its event when that is new."""
    rows = await tx.all(WITH_ATTEMPTS, id=message_id)
    attempts = [_to_attempt(row) for row in rows]
    message = rows[-1]
    if message["outbox_state"] == "waiting" and shown(attempts[:-1]) in ARRIVED:
        # "Send again" has not left, and an attempt before it arrived after all: it need not leave any more.
        await tx.run(
            "DELETE FROM attempts WHERE message_id = :id AND n = :n", id=message_id, n=message["n"]
        )
        rows, attempts, ends_wait = rows[:-1], attempts[:-1], True
    status, error, wamid = shown(attempts), _error_of(attempts), rows[-1]["attempt_wamid"]
    is_new = (status, error, wamid) != (message["status"], message["error_json"], message["wamid"])
    if is_new or ends_wait:
        await tx.run(
            """UPDATE messages SET status = :status, error_json = :error, wamid = :wamid, attempt = :n,
            rev = rev + :is_new, updated_at = CASE WHEN :is_new = 1 THEN :now ELSE updated_at END,
            outbox_state = CASE WHEN :ends_wait = 1 THEN NULL ELSE outbox_state END WHERE id = :id""",
            status=status,
            error=error,
            wamid=wamid,
            n=rows[-1]["n"],
            is_new=int(is_new),
            ends_wait=int(ends_wait),
            now=now,
            id=message_id,
        )
    if not is_new:
        return
    hops.shows(tx, message, status, now, before=message["status"])
    conversation = {"id": message["conversation_id"], "inbox_id": message["inbox_id"]}
    await events.append(tx, "message_status_update", conversation, now, message_id=message_id)
    if message["dismissed_at"] is None and (status == "failed") != (message["status"] == "failed"):
        await conversations.change_unsent(
            tx, message["conversation_id"], 1 if status == "failed" else -1, now
        )
