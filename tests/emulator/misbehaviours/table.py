"""All rows, by the number of the misbehaviour."""

from __future__ import annotations

from tests.emulator.misbehaviours import answers, content, order
from tests.emulator.misbehaviours.row import Row

ROWS: list[Row] = sorted(
    [*answers.ROWS, *order.ROWS, *content.ROWS], key=lambda row: (row.number, row.name)
)


def ids(row: Row) -> str:
    """Of a row, as pytest shows it."""
    return f"{row.number:02d} {row.name}"
