"""Statuses that came before their message's wamid was known, or for a message not ours (R10)."""

import json

from forthwith.domain.status import Attempt, Failure, Progress, join
from forthwith.store import hops
from forthwith.store.database import Row, Transaction

NONE: frozenset[Failure] = frozenset()


def failures_to_json(failures: frozenset[Failure]) -> str:
    """A stable text, so that joining the same failures again changes nothing."""
    return json.dumps(sorted(failures)) if failures else "[]"


def failures_from_json(text: str) -> frozenset[Failure]:
    """The reverse."""
    return NONE if text == "[]" else frozenset(Failure(*parts) for parts in json.loads(text))


async def add(
    tx: Transaction, wamid: str, status: str, failures: frozenset[Failure], now: int
) -> None:
    """Keep a status whose message is not known (yet): it may be ours before our commit, or another app's."""
    known = await tx.one(
        "SELECT failures_json FROM orphan_statuses WHERE wamid = :wamid AND status = :status",
        wamid=wamid,
        status=status,
    )
    if known is not None:
        failures |= failures_from_json(known["failures_json"])
    await tx.run(
        """INSERT INTO orphan_statuses (wamid, status, failures_json, received_at)
        VALUES (:wamid, :status, :failures, :now)
        ON CONFLICT (wamid, status) DO UPDATE SET failures_json = :failures, received_at = :now""",
        wamid=wamid,
        status=status,
        failures=failures_to_json(failures),
        now=now,
    )


async def take(tx: Transaction, wamids: list[str]) -> dict[str, list[Row]]:
    """What came for these wamids before they were known; it is kept here no longer."""
    taken: dict[str, list[Row]] = {}
    sql = f"DELETE FROM orphan_statuses WHERE wamid {tx.among} RETURNING *"
    for row in await tx.all(sql, among=wamids) if wamids else ():
        taken.setdefault(row["wamid"], []).append(row)
    return taken


def adopt(rows: list[Row], evidence: Attempt) -> tuple[Attempt, str]:
    """The evidence with all that was taken for its wamid, and the hops of that as lines."""
    early = ""
    for row in sorted(rows, key=lambda row: row["received_at"]):
        progress: Progress = "sending" if row["status"] == "failed" else row["status"]
        each = Attempt(progress, failures_from_json(row["failures_json"]))
        evidence = join(evidence, each)
        early += hops.of(each, row["status"], row["received_at"]).line()
    return evidence, early


async def prune(tx: Transaction, before: int, limit: int) -> int:
    """Drop those of which nothing was heard since the time given; returns how many."""
    return await tx.run(
        """DELETE FROM orphan_statuses WHERE received_at < :before AND wamid IN
        (SELECT wamid FROM orphan_statuses WHERE received_at < :before LIMIT :limit)""",
        before=before,
        limit=limit,
    )
