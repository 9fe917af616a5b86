"""Ids under which no message will ever be stored: their agent was told so, or took the text back (R5).

They are kept by agent, so that nobody can bar an id that somebody else is about to use.
"""

from typing import TypeVar

import msgspec

from forthwith.domain.errors import Cancelled, Refusal, refusal
from forthwith.store.database import Database, Transaction, Work

T = TypeVar("T")

KEPT_PER_AGENT = 10_000
"""Far more than an agent is refused in years; whoever asks for refusals on purpose pushes out only their own."""


async def find(tx: Transaction, agent_id: str, client_id: str) -> Refusal | None:
    """What this agent was told about the id; the same has to be said again, whatever has become of the reason."""
    row = await tx.one(
        """SELECT code, params_json FROM agent_tombstones WHERE agent_id = :agent_id AND client_id = :client_id
        UNION ALL SELECT :cancelled, '{}' FROM tombstones WHERE client_id = :client_id LIMIT 1""",
        agent_id=agent_id,
        client_id=client_id,
        cancelled=Cancelled.code,
    )
    if row is None:
        return None
    return refusal(row["code"], msgspec.json.decode(row["params_json"]))


async def add(tx: Transaction, agent_id: str, client_id: str, said: Refusal, now: int) -> None:
    """Remember that a late copy of what this agent asked under this id must not succeed. The last word counts."""
    await tx.run(
        """INSERT INTO agent_tombstones (agent_id, client_id, code, params_json, created_at)
        VALUES (:agent_id, :client_id, :code, :params, :now) ON CONFLICT (agent_id, client_id)
        DO UPDATE SET code = :code, params_json = :params""",
        agent_id=agent_id,
        client_id=client_id,
        code=said.code,
        params=msgspec.json.encode(said.params).decode(),
        now=now,
    )


async def write_or_refuse(
    db: Database, agent_id: str, client_id: str, now: int, work: Work[T]
) -> T:
    """Run `work` as one write. A refusal it raises, before it has written anything, is remembered, then raised."""

    async def run(tx: Transaction) -> T | Refusal:
        try:
            return await work(tx)
        except Refusal as said:  # not raised in here: that would undo the tombstone
            await add(tx, agent_id, client_id, said, now)
            return said

    outcome = await db.write(run)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


async def prune(tx: Transaction, limit: int, kept: int = KEPT_PER_AGENT) -> int:
    """Drop all but the newest of each agent; returns how many."""
    return await tx.run(
        """DELETE FROM agent_tombstones WHERE (agent_id, client_id) IN (SELECT agent_id, client_id FROM
        (SELECT agent_id, client_id, ROW_NUMBER() OVER (PARTITION BY agent_id ORDER BY created_at DESC) AS n
        FROM agent_tombstones) newest WHERE n > :kept LIMIT :limit)""",
        kept=kept,
        limit=limit,
    )
