"""The table, on the terminal and in docs/performance.md."""

import platform
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.server.figures import Figure

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
HEAD = (
    "Figure",
    "Measured",
    "Floor, or the same alone",
    "Judged",
    "Bar",
    "Met",
    "Disturbed rounds",
)


def lines(figures: Sequence[Figure]) -> Iterator[str]:
    """A Markdown table."""
    yield _line(HEAD)
    yield "|" + "---|" * len(HEAD)
    yield from (_line(_cells(figure)) for figure in figures)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(figure: Figure) -> tuple[str, ...]:
    unit = figure.bar.unit if figure.bar else "×"
    return (
        figure.name,
        figure.measured,
        figure.floor,
        f"{figure.judged:.2f} {unit}" if unit == "×" else f"{figure.judged:.0f} {unit}",
        str(figure.bar or ""),
        figure.met,
        str(figure.disturbed),
    )


def write(figures: Sequence[Figure], page: Path = PAGE) -> None:
    """Between the markers, with when, what and where. Rows of figures that this run has not measured stay, in the order
    of a whole run."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    head, rule, *rows = lines(figures)
    measured = {_name(row): row for row in rows}
    kept = {_name(row): row for row in old.splitlines() if row.startswith("| ") and row != head}
    renewed = sorted((kept | measured).values(), key=_place)
    table = "\n".join((BEGIN, "", _circumstances(), "", head, rule, *renewed, "", END))
    page.write_text(before + table + after, encoding="utf-8")


def _name(row: str) -> str:
    return row.split(" | ", 1)[0].removeprefix("| ")


ORDER = ("Durable", "Webhook with", "Status", "Webhook of", "Fan-out", "Resume", "All at once")


def _place(row: str) -> tuple[bool, int]:
    """By engine, then by what is measured; rows of one place stay as they came."""
    place = next((at for at, start in enumerate(ORDER) if _name(row).startswith(start)), len(ORDER))
    return not _name(row).endswith("SQLite"), place


def _circumstances() -> str:
    commit = _said("git", "rev-parse", "--short", "HEAD")
    changed = " with changes" if _said("git", "status", "--porcelain", "forthwith") else ""
    cores = len(Path("/proc/cpuinfo").read_text().split("processor\t:")) - 1
    today = datetime.now(UTC).date().isoformat()
    return (
        f"Measured on {today}, last at commit {commit}{changed}, Python {platform.python_version()}, {cores} cores of a "
        "virtual machine shared with other work."
    )


def _said(*command: str) -> str:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
