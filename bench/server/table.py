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
    yield f"| {' | '.join(HEAD)} |"
    yield "|" + "---|" * len(HEAD)
    for figure in figures:
        unit = figure.bar.unit if figure.bar else "×"
        cells = (
            figure.name,
            figure.measured,
            figure.floor,
            f"{figure.judged:.2f} {unit}" if unit == "×" else f"{figure.judged:.0f} {unit}",
            str(figure.bar or ""),
            figure.met,
            str(figure.disturbed),
        )
        yield f"| {' | '.join(cells)} |"


def write(figures: Sequence[Figure], page: Path = PAGE) -> None:
    """Between the markers, with when, what and where."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    renewed = "\n".join((BEGIN, "", _circumstances(), "", *lines(figures), "", END))
    page.write_text(before + renewed + after, encoding="utf-8")


def _circumstances() -> str:
    commit = _said("git", "rev-parse", "--short", "HEAD")
    changed = " with changes" if _said("git", "status", "--porcelain", "forthwith") else ""
    cores = len(Path("/proc/cpuinfo").read_text().split("processor\t:")) - 1
    today = datetime.now(UTC).date().isoformat()
    return (
        f"Measured on {today} at commit {commit}{changed}, Python {platform.python_version()}, {cores} cores of a "
        "virtual machine shared with other work."
    )


def _said(*command: str) -> str:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
