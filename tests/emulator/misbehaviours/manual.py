"""Writes the table of docs/misbehaviours.md: `python -m tests.emulator.misbehaviours.manual`."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

from tests.emulator.misbehaviours.table import ROWS

MANUAL = Path(__file__).parents[3] / "docs" / "misbehaviours.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"


def table() -> str:
    """One line for each row."""
    lines = ["| | Misbehaviour | Rules for `PUT /_control/faults` | Attacks |", "|---|---|---|---|"]
    for number, rows in groupby(ROWS, key=lambda row: row.number):
        for place, row in enumerate(rows):
            rules = "<br>".join(f"`{json.dumps(_short(rule))}`" for rule in row.rules)
            rules = rules or "two apps with one URL: `PUT /_control/apps`"
            lines.append(f"| {'' if place else number} | {row.name} | {rules} | {row.guarantee} |")
    return "\n".join(lines) + "\n"


def _short(rule: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in rule.items() if value != {}}


def written(text: str) -> str:
    """The document with this table in it."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + table() + "\n" + END + rest.partition(END)[2]


if __name__ == "__main__":
    MANUAL.write_text(written(MANUAL.read_text()))
