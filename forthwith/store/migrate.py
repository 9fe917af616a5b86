"""Numbered SQL files, forward only. Expand, then contract: old code runs on the new schema during an overlap."""

import re
import secrets
from pathlib import Path

from forthwith.store.database import Transaction

FOLDER = Path(__file__).parent / "migrations"


class SchemaTooNew(Exception):
    """The store was written by a newer Forthwith; the way back is the backup made before the upgrade."""


def numbered() -> list[tuple[int, str]]:
    """Every migration as (number, SQL), in order."""
    files = sorted(FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [(int(file.name[:4]), file.read_text()) for file in files]


def statements(script: str) -> list[str]:
    """The statements of a migration; comments are dropped, and no statement holds a semicolon in a string."""
    without_comments = re.sub(r"--[^\n]*", "", script)
    return [part.strip() for part in without_comments.split(";") if part.strip()]


async def migrate(tx: Transaction) -> list[int]:
    """Bring the schema up to date inside the caller's transaction; returns the numbers applied now."""
    await tx.run("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)")
    done = {row["number"] for row in await tx.all("SELECT number FROM migrations")}
    known = numbered()
    if done - {number for number, _ in known}:
        raise SchemaTooNew(
            "This data was written by a newer Forthwith: install that version, or restore a backup."
        )
    applied = []
    for number, script in known:
        if number in done:
            continue
        for statement in statements(script):
            await tx.run(statement)
        await tx.run("INSERT INTO migrations (number) VALUES (:number)", number=number)
        applied.append(number)
    await tx.run(
        "INSERT INTO meta (name, value) VALUES ('epoch', :epoch) ON CONFLICT (name) DO NOTHING",
        epoch=secrets.token_hex(8),
    )
    return applied


async def read_epoch(tx: Transaction) -> str:
    """The store's name for resuming: cursors of another epoch are answered by `reset`."""
    row = await tx.one("SELECT value FROM meta WHERE name = 'epoch'")
    assert row is not None, "migrate() writes the epoch"
    return str(row["value"])
