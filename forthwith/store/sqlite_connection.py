"""One connection to SQLite, and store functions run on it."""

import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import apsw

from forthwith.store.database import Row, StorageFull, StorageUnavailable, Transaction, Value

T = TypeVar("T")
BUSY_TIMEOUT_MS = 5_000
OWN_FAULTS = (apsw.SQLError, apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError)
"""What a statement is to blame for; every other error of SQLite is the file's or the machine's."""


@contextlib.contextmanager
def storage_faults() -> Iterator[None]:
    """Disk full, locked, I/O error become StorageUnavailable; a statement's own fault stays what it is."""
    try:
        yield
    except OWN_FAULTS:
        raise
    except apsw.Error as error:
        raise fault_of(error) from error


def fault_of(error: Exception) -> StorageUnavailable:
    """The whole batch's fault, as a new exception for each of its members."""
    if isinstance(error, StorageUnavailable):
        return type(error)(str(error))
    kind = StorageFull if isinstance(error, apsw.FullError) else StorageUnavailable
    return kind(f"{type(error).__name__}: {error}")


class SqliteTransaction:
    """Statements on one connection. Its methods never really wait, so `drive` can run a coroutine to its end."""

    for_update = ""
    among = "IN (SELECT value FROM json_each(:among))"

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection
        self.appended: list[dict[str, Any]] = []
        self.hops: list[dict[str, Any]] = []

    async def all(self, sql: str, **values: Value) -> list[Row]:
        if "among" in values:
            values["among"] = json.dumps(values["among"])
        with storage_faults():
            cursor = self.connection.execute(sql, values)
            try:
                names = [column[0] for column in cursor.get_description()]
            except apsw.ExecutionCompleteError:  # without a row there are no columns
                return []
            return [dict(zip(names, row, strict=True)) for row in cursor]

    async def one(self, sql: str, **values: Value) -> Row | None:
        rows = await self.all(sql, **values)
        return rows[0] if rows else None

    async def run(self, sql: str, **values: Value) -> int:
        await self.all(sql, **values)
        return self.connection.changes()

    async def many(self, sql: str, rows: Sequence[Mapping[str, Value]]) -> None:
        with storage_faults():
            self.connection.executemany(sql, rows)

    async def attempt(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        events_before, hops_before = len(self.appended), len(self.hops)
        await self.run("SAVEPOINT attempt")
        try:
            result = await work(self)
        except StorageUnavailable:
            raise  # the whole batch will be undone
        except BaseException:
            await self.run("ROLLBACK TO attempt")
            await self.run("RELEASE attempt")
            del self.appended[events_before:], self.hops[hops_before:]
            raise
        await self.run("RELEASE attempt")
        return result


@contextlib.contextmanager
def snapshot(connection: apsw.Connection) -> Iterator[None]:
    """All statements inside see one committed state."""
    with storage_faults():
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")


def drive(coroutine: Awaitable[T]) -> T:
    """Run a store function to its end in one step. It may await nothing but its transaction."""
    steps = coroutine.__await__()
    try:
        next(steps)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]  # StopIteration.value is untyped
    raise RuntimeError("a store function awaited something other than its transaction")


def connect(path: Path) -> apsw.Connection:
    """One connection with the settings durability needs."""
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.pragma(*pragma.split("="))
    return connection
