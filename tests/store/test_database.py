"""Group commit, savepoints, durability and the doorbell, on both engines."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from forthwith.store import events
from forthwith.store.database import Database, Transaction
from forthwith.store.sqlite import SqliteDatabase
from tests.rig import eventually
from tests.store.conftest import Rings


async def add(tx: Transaction, name: str) -> str:
    await tx.run("INSERT INTO meta (name, value) VALUES (:name, 'x')", name=name)
    return name


async def names(tx: Transaction) -> set[str]:
    return {row["name"] for row in await tx.all("SELECT name FROM meta WHERE name LIKE 't-%'")}


async def test_a_failing_member_of_a_group_commit_undoes_itself_only(db: Database) -> None:
    async def fail(tx: Transaction) -> None:
        await add(tx, "t-bad")
        raise ValueError("on purpose")

    results = await asyncio.gather(
        *(db.write(partial(add, name=f"t-{n}")) for n in range(10)),
        db.write(fail),
        *(db.write(partial(add, name=f"t-{n}")) for n in range(10, 20)),
        return_exceptions=True,
    )
    assert [type(each) for each in results].count(ValueError) == 1
    assert await db.read(names) == {f"t-{n}" for n in range(20)}


async def test_an_error_of_the_database_itself_fails_one_member_only(db: Database) -> None:
    first, second, third = await asyncio.gather(
        db.write(lambda tx: add(tx, "t-1")),
        db.write(lambda tx: add(tx, "t-1")),
        db.write(lambda tx: add(tx, "t-2")),
        return_exceptions=True,
    )
    assert (first, third) == ("t-1", "t-2")
    assert isinstance(second, Exception)
    assert await db.read(names) == {"t-1", "t-2"}


async def test_attempt_is_a_savepoint(db: Database) -> None:
    async def work(tx: Transaction) -> None:
        await add(tx, "t-kept")

        async def inner(tx: Transaction) -> None:
            await add(tx, "t-undone")
            raise KeyError

        with pytest.raises(KeyError):
            await tx.attempt(inner)
        await add(tx, "t-after")

    await db.write(work)
    assert await db.read(names) == {"t-kept", "t-after"}


async def test_the_doorbell_rings_after_commits_that_appended_events_only(
    db: Database, rings: Rings
) -> None:
    before = rings.count
    await db.write(lambda tx: add(tx, "t-quiet"))
    assert rings.count == before

    async def wake(tx: Transaction) -> None:
        await add(tx, "t-loud")
        await events.append(tx, "conversation_updated", {"id": "1", "inbox_id": "1"}, 0)

    await db.write(wake)

    async def rang() -> bool:
        return rings.count > before

    await eventually(rang)


async def test_a_cancelled_caller_does_not_cancel_the_commit(db: Database) -> None:
    caller = asyncio.create_task(db.write(lambda tx: add(tx, "t-orphan")))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    await db.write(lambda tx: add(tx, "t-next"))
    assert await db.read(names) == {"t-orphan", "t-next"}


async def test_the_epoch_stays_with_the_file_and_differs_between_files(tmp_path: Path) -> None:
    epochs = []
    for name in ("a.db", "a.db", "b.db"):
        database = await SqliteDatabase.open(tmp_path / name, Rings())
        epochs.append(database.epoch)
        await database.close()
    assert epochs[0] == epochs[1] != epochs[2]


async def test_sqlite_syncs_every_commit(tmp_path: Path) -> None:
    database = await SqliteDatabase.open(tmp_path / "a.db", Rings())

    async def settings(tx: Transaction) -> tuple[str, int]:
        journal = await tx.one("PRAGMA journal_mode")
        synchronous = await tx.one("PRAGMA synchronous")
        assert journal is not None
        assert synchronous is not None
        return journal["journal_mode"], synchronous["synchronous"]

    assert await database.write(settings) == ("wal", 2)
    await database.close()
