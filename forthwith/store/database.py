"""What both engines offer. Store functions are written once, against `Transaction`.

A store function is `async def f(tx, …)` and awaits nothing but `tx`: PostgreSQL answers over a socket, while SQLite
answers at once and its writer thread drives the coroutine without an event loop.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Row = Mapping[str, Any]
"""One row by column name. Values are the engines' own (int, str, bytes, None); store functions give them types."""
Value = str | int | bytes | list[str] | None


class Transaction(Protocol):
    """One member of a group commit, or one read. Parameters are written `:name` in the SQL."""

    for_update: str
    """Clause that locks the selected rows until the commit and skips those another process holds; empty on SQLite."""
    among: str
    """The SQL after a column that holds one of the texts in the parameter `:among`, a list."""
    appended: list[dict[str, Any]]
    """Events of this transaction: they are numbered by its last statements, and the commit then rings the doorbell."""
    hops: list[dict[str, Any]]
    """What happened to messages: logged and counted once it is committed (`store/hops.py`)."""

    async def all(self, sql: str, **values: Value) -> list[Row]:
        """Every row."""

    async def one(self, sql: str, **values: Value) -> Row | None:
        """The first row, or None."""

    async def run(self, sql: str, **values: Value) -> int:
        """Execute and return the number of rows changed."""

    async def many(self, sql: str, rows: Sequence[Mapping[str, Value]]) -> None:
        """Execute once for each row of values, at little more than the cost of one."""

    async def attempt(self, work: Callable[["Transaction"], Awaitable[T]]) -> T:
        """Run `work` inside a savepoint: when it raises, its changes alone are undone and the exception goes on."""


Work = Callable[[Transaction], Awaitable[T]]


class Database(Protocol):
    """A store, open. `epoch` names it: random at creation, renewed by a restore (§3 of the protocol)."""

    epoch: str

    async def write(self, work: Work[T]) -> T:
        """Run `work` as one member of a group commit; when this returns, its changes are durable.

        An exception of `work` undoes its own changes only (R5). Raises StorageUnavailable when the commit itself fails:
        then nothing of it happened, or (power cut, lost connection) it is not known whether it did.
        """

    async def read(self, work: Work[T]) -> T:
        """Run `work` against one committed state."""

    async def look(self, work: Work[T]) -> T:
        """As `read`, for a work of a single statement, which sees one state by itself: on PostgreSQL a third of the cost."""

    async def close(self) -> None:
        """Finish what was begun and let go of the files."""


class StorageUnavailable(Exception):
    """The store cannot be written or read now (locked, connection lost, I/O error)."""


class StorageFull(StorageUnavailable):
    """There is no room for another row: what is stored can be read, and writing goes on when there is room again."""


class Doorbell(Protocol):
    """Rung after every commit that appended events. May be called from any thread, may ring too often."""

    def ring(self) -> None:
        """Wake whoever reads the log."""
