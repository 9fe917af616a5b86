"""Attempts, and the one place where evidence about them changes a message (R4, R9, R11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forthwith.domain.status import Attempt, join, shown
from forthwith.store import conversations, events, histories, hops, orphans
from forthwith.store.database import Row, Transaction, Value
from forthwith.store.hops import APPENDED, APPENDED_LAST, Hop
from forthwith.store.orphans import failures_to_json

ARRIVED = ("sent", "delivered", "read", "played")


async def begin(
    tx: Transaction, message: Row, n: int, now: int, name: str = "claimed", **by: str
) -> None:
    """Note that a call is about to be made. An attempt that was put off (nothing left us) begins again."""
    await begin_all(tx, [(message, n, Hop(now, name, by))])


async def begin_all(tx: Transaction, calls: Sequence[tuple[Row, int, Hop]]) -> None:
    """As `begin`, for attempt `n` of each message."""
    ids = [message["id"] for message, _, _ in calls]
    logs = await tx.all(
        f"SELECT message_id, n, log FROM attempts WHERE message_id {tx.among}", among=ids
    )
    before = {(row["message_id"], row["n"]): row for row in logs}
    await tx.many(
        f"""INSERT INTO attempts (message_id, n, progress, failures_json, claimed_at, log)
        VALUES (:id, :n, 'sending', '[]', :now, :hop)
        ON CONFLICT (message_id, n) DO UPDATE SET claimed_at = :now, log = {APPENDED}""",
        [
            {"id": message["id"], "n": n, "now": hop.at, "hop": hop.line()}
            for message, n, hop in calls
        ],
    )
    for message, n, hop in calls:
        hops.tell(tx, message, n, hop, before.get((message["id"], n)))


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


@dataclass(frozen=True, slots=True)
class News:
    """Evidence about attempt `n` of a message. `name`: what its hop is called, see `hops.of`."""

    message_id: str
    n: int
    evidence: Attempt
    wamid: str | None = None
    name: str = ""


async def record(
    tx: Transaction,
    message_id: str,
    n: int,
    evidence: Attempt,
    now: int,
    wamid: str | None = None,
    name: str = "",
) -> bool:
    """As `record_all`, for one. Returns False when nothing was new but perhaps the hop."""
    return await record_all(tx, [News(message_id, n, evidence, wamid, name)], now)


async def record_all(tx: Transaction, news: Sequence[News], now: int) -> bool:
    """Join evidence into attempts; a message that changes by it gets a greater `rev` and one event.

    A wamid known for the first time brings along what came for it before (R10). Evidence of the newest attempt also
    ends the wait of the lane. The commits of a store are one line, so nothing changes between reading and writing.
    """
    known_of = await histories.read(tx, list({each.message_id: None for each in news}))
    attempts = {(row["id"], row["n"]): row for rows in known_of.values() for row in rows}
    about = [
        (each, attempt) for each in news if (attempt := attempts.get((each.message_id, each.n)))
    ]
    new_wamids = [each.wamid for each, row in about if each.wamid and not row["attempt_wamid"]]
    early = await orphans.take(tx, new_wamids)
    written: list[dict[str, Value]] = []
    ends_wait: dict[str, bool] = {}
    for each, attempt in about:
        adopted = early.pop(each.wamid or "", [])
        if await _join(tx, attempt, each, adopted, now, written):
            is_newest = each.n == attempt["attempt"]
            ends_wait[each.message_id] = ends_wait.get(each.message_id, False) or is_newest
    await tx.many(
        f"""UPDATE attempts SET progress = :progress, failures_json = :failures_json, lapsed = :lapsed,
        wamid = :attempt_wamid, answered_at = COALESCE(answered_at, :now), log = {APPENDED_LAST}
        WHERE message_id = :id AND n = :n""",
        written,
    )
    await _show(tx, [(known_of[each], ends) for each, ends in ends_wait.items()], now)
    return bool(ends_wait)


async def _join(
    tx: Transaction,
    attempt: dict[str, Any],
    news: News,
    adopted: list[Row],
    now: int,
    written: list[dict[str, Value]],
) -> bool:
    """Join into the row in memory, and note what is to be written of it. False when nothing was new."""
    known, known_wamid = histories.to_attempt(attempt), attempt["attempt_wamid"]
    hop = hops.of(news.evidence, news.name, now)
    evidence, early = orphans.adopt(adopted, news.evidence)
    joined = join(known, evidence)
    wamid = known_wamid or news.wamid
    if joined == known and wamid == known_wamid:
        await hops.note_once(tx, attempt, hop)
        attempt["log"] += hop.line()
        return False
    hops.tell(tx, attempt, news.n, hop, attempt)
    change: dict[str, Value] = {
        "progress": joined.progress,
        "failures_json": failures_to_json(joined.failures),
        "lapsed": int(joined.lapsed),
        "attempt_wamid": wamid,
    }
    lines = early + hop.line()
    written.append({**change, "id": news.message_id, "n": news.n, "now": now, "hop": lines})
    attempt |= change
    attempt["log"] += lines
    return True


async def refresh(tx: Transaction, message_id: str, now: int) -> None:
    """Write what all attempts say together on the message, with its event when that is new."""
    known_of = await histories.read(tx, [message_id])
    await _show(tx, [(rows, False) for rows in known_of.values()], now)


async def _show(
    tx: Transaction, changed: Sequence[tuple[list[dict[str, Any]], bool]], now: int
) -> None:
    """Write on each message what its attempts say together. With each: whether the wait of its lane ends."""
    written: list[dict[str, Value]] = []
    for rows, ends_wait in changed:
        message, attempts = rows[-1], [histories.to_attempt(row) for row in rows]
        if message["outbox_state"] == "waiting" and shown(attempts[:-1]) in ARRIVED:
            # "Send again" has not left, and an attempt before it arrived after all: it need not leave any more.
            await tx.run(
                "DELETE FROM attempts WHERE message_id = :id AND n = :n",
                id=message["id"],
                n=message["n"],
            )
            rows, attempts, ends_wait = rows[:-1], attempts[:-1], True
        said = (shown(attempts), histories.error_of(attempts), rows[-1]["attempt_wamid"])
        is_new = said != (message["status"], message["error_json"], message["wamid"])
        if is_new or ends_wait:
            change = dict(zip(("status", "error", "wamid"), said, strict=True))
            flags = {"is_new": int(is_new), "ends_wait": int(ends_wait)}
            written.append({**change, **flags, "n": rows[-1]["n"], "now": now, "id": message["id"]})
        if is_new:
            hops.shows(tx, message, said[0], now, before=message["status"])
            await _tell_browsers(tx, message, said[0], now)
    await tx.many(
        """UPDATE messages SET status = :status, error_json = :error, wamid = :wamid, attempt = :n,
        rev = rev + :is_new, updated_at = CASE WHEN :is_new = 1 THEN :now ELSE updated_at END,
        outbox_state = CASE WHEN :ends_wait = 1 THEN NULL ELSE outbox_state END WHERE id = :id""",
        written,
    )


async def _tell_browsers(tx: Transaction, message: Row, status: str, now: int) -> None:
    conversation = {"id": message["conversation_id"], "inbox_id": message["inbox_id"]}
    await events.append(tx, "message_status_update", conversation, now, message_id=message["id"])
    if message["dismissed_at"] is None and (status == "failed") != (message["status"] == "failed"):
        by = 1 if status == "failed" else -1
        await conversations.change_unsent(tx, message["conversation_id"], by, now)
