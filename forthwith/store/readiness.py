"""What supervisors and dashboards ask the store."""

from typing import NamedTuple

from forthwith.store.database import Transaction
from forthwith.store.migrate import numbered


async def check(tx: Transaction, now: int) -> list[int]:
    """Write a row, so that a commit proves the store can be written; returns the migrations still missing."""
    await tx.run(
        "INSERT INTO meta (name, value) VALUES ('ready_at', :now) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        now=str(now),
    )
    done = {row["number"] for row in await tx.all("SELECT number FROM migrations")}
    return [number for number, _ in numbered() if number not in done]


class OutboxFigures(NamedTuple):
    """`depth`: waiting or under way; `oldest_at`: when the oldest of them was last wanted; `unconfirmed`: in doubt."""

    depth: int
    oldest_at: int | None
    unconfirmed: int


async def outbox_figures(tx: Transaction) -> OutboxFigures:
    """The server's outbox as a whole."""
    row = await tx.one(
        "SELECT COUNT(*) AS depth, MIN(wanted_at) AS oldest FROM messages WHERE outbox_state IS NOT NULL"
    )
    doubt = await tx.one(
        "SELECT COUNT(*) AS n FROM messages WHERE status = 'unconfirmed' AND dismissed_at IS NULL"
    )
    assert row is not None, "aggregates always have a row"
    assert doubt is not None, "aggregates always have a row"
    return OutboxFigures(row["depth"], row["oldest"], doubt["n"])
