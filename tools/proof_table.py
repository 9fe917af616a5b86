"""The one table of all proofs, printed and in docs/reliability.md."""

from collections.abc import Sequence
from pathlib import Path

from tools.proof_log import Stretch
from tools.proofs import PROOFS, Proof

BEGIN, END = "<!-- figures: begin (make prove) -->", "<!-- figures: end -->"
HEAD = (
    "Proof",
    "Runs",
    "Faults",
    "Lost",
    "Doubled",
    "Backwards",
    "Frames with two or no bubbles",
    "Seconds",
    "Commit",
)


def table(stretches: Sequence[Stretch]) -> list[str]:
    """Lines of Markdown: a row for each proof that has figures, then the stretches that failed, if any."""
    passed = [stretch for stretch in stretches if not stretch.failed]
    lines = [_row(HEAD), _row(["---", *["---:"] * 7, "---"])]
    for proof in PROOFS:
        own = [stretch for stretch in passed if stretch.proof == proof.name]
        if own:
            lines.append(_row(_sums(proof, own)))
    failed = [stretch for stretch in stretches if stretch.failed]
    if failed:
        lines += ["", "Stretches that failed, and count for nothing above:", ""]
        lines += [f"- {each.proof}, seed {each.seed}, at {each.commit}" for each in failed]
    return lines


def write_table(document: Path, stretches: Sequence[Stretch]) -> None:
    """Put it between the document's markers. Raises ValueError when they are not there."""
    text = document.read_text()
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    document.write_text("\n".join([before + BEGIN, "", *table(stretches), "", after]))


def _sums(proof: Proof, own: Sequence[Stretch]) -> list[str]:
    def total(name: str) -> str:
        return f"{sum(getattr(stretch, name) for stretch in own):,}"

    seconds = sum(stretch.seconds for stretch in own)
    runs, faults = f"{total('runs')} {proof.runs}", f"{total('faults')} {proof.faults}"
    found = [total(name) for name in ("lost", "doubled", "backwards", "wrong_frames")]
    commits = list(dict.fromkeys(stretch.commit for stretch in own if stretch.commit))
    span = "–".join(dict.fromkeys([*commits[:1], *commits[-1:]]))
    return [proof.name, runs, faults, *found, f"{seconds:,.0f}", span]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
