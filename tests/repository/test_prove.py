"""`make prove` keeps what was done, counts no failure as a success, and writes one table."""

import sys
from pathlib import Path

import pytest

from forthwith.config import OF_TOOLS
from tools import prove
from tools.proof_log import Log, Stretch
from tools.proof_table import BEGIN, END, table, write_table
from tools.proofs import PROOFS, Proof

ROOT = Path(__file__).parents[2]
KILLS = next(proof for proof in PROOFS if proof.name == "kills on SQLite")
NOTES = """
import json, os, sys
line = {"proof": "kills on SQLite", "seed": 7, "runs": 500, "faults": int(os.environ["FORTHWITH_KILLS"])}
line |= {"lost": LOST, "doubled": 0, "backwards": 0, "wrong_frames": 0, "seconds": 2.0}
open(os.environ["FORTHWITH_PROOF_LOG"], "a").write(json.dumps(line) + "\\n")
sys.exit(CODE)
"""


def pretended(lost: int = 0, code: int = 0, notes: str = NOTES) -> Proof:
    """The proof of kills, whose tests are a few lines of Python."""
    script = notes.replace("LOST", str(lost)).replace("CODE", str(code))
    command = (sys.executable, "-c", script)
    return Proof(**{**vars(KILLS), "command": command})


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of `make prove`'s own, with a document."""
    for name, file in (("SAID", "said.log"), ("SEEN", "seen.jsonl"), ("DOCUMENT", "page.md")):
        monkeypatch.setattr(prove, name, tmp_path / file)
    monkeypatch.setattr(prove, "FOLDER", tmp_path)
    monkeypatch.setattr(prove, "ROOT", tmp_path)
    (tmp_path / "page.md").write_text(f"# Head\n\n{BEGIN}\nold\n{END}\n\nTail\n")
    return tmp_path


def test_it_goes_on_where_it_stopped_and_writes_the_sums(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prove, "PROOFS", (pretended(),))
    log = Log(run / "log.jsonl")
    log.add([Stretch("kills on SQLite", 1, 4_000, 850, seconds=9)], "", 1, "abc", failed=False)
    assert prove.main(["kills"]) == 0
    kept = Log(run / "log.jsonl").stretches()
    assert [stretch.faults for stretch in kept] == [850, 100, 50]
    page = (run / "page.md").read_text()
    assert "| kills on SQLite | 5,000 messages | 1,000 kill -9 | 0 | 0 | 0 | 0 | 13 |" in page
    assert page.startswith("# Head\n")
    assert page.endswith("\n\nTail\n")
    assert "old" not in page
    assert prove.main(["kills"]) == 0
    assert len(Log(run / "log.jsonl").stretches()) == 3
    assert "kills on SQLite: 1,000 of 1,000" in capsys.readouterr().out


@pytest.mark.parametrize(("lost", "code"), [(2, 1), (0, 1), (2, 0)])
def test_what_was_found_stops_the_run_and_is_kept_with_its_seed(
    lost: int,
    code: int,
    run: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(prove, "PROOFS", (pretended(lost, code),))
    before = (run / "page.md").read_text()
    assert prove.main([]) == 1
    log = Log(run / "log.jsonl")
    assert log.done(KILLS) == 0
    (stretch,) = log.stretches()
    assert (stretch.failed, stretch.lost, stretch.seed) == (True, lost, 7)
    assert (run / "page.md").read_text() == before
    said = capsys.readouterr().out
    assert "To see it again:\n  FORTHWITH_KILLS=100 FORTHWITH_SEED=" in said
    assert "- kills on SQLite, seed 7" in said


def test_a_failure_that_notes_nothing_is_kept_and_silence_is_no_success(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prove, "PROOFS", (pretended(notes="raise SystemExit(0)"),))
    assert prove.main([]) == 1
    assert not Log(run / "log.jsonl").stretches()
    monkeypatch.setattr(prove, "PROOFS", (pretended(notes="raise SystemExit(3)"),))
    assert prove.main([]) == 1
    (stretch,) = Log(run / "log.jsonl").stretches()
    assert stretch.failed
    assert stretch.seed > 0


def test_a_name_that_no_proof_has_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert prove.main(["floods"]) == 2
    assert "kills on PostgreSQL" in capsys.readouterr().out


def test_stretches_without_a_commit_add_up_too() -> None:
    lines = table([Stretch("cut lines", 1, 60, 60), Stretch("cut lines", 2, 40, 40, commit="abc")])
    assert lines[2:] == ["| cut lines | 100 cuts | 100 cuts | 0 | 0 | 0 | 0 | 0 | abc |"]


def test_the_document_has_the_markers_and_the_doses_are_no_settings(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text((ROOT / "docs" / "reliability.md").read_text())
    write_table(page, [])
    assert {proof.variable for proof in PROOFS} - OF_TOOLS == {""}


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
def test_what_a_proof_runs_is_there_and_notes_its_name(proof: Proof) -> None:
    (place,) = [part for part in proof.command if part.startswith("tests")]
    folder = ROOT / place.replace(".", "/") if place == "tests.model" else ROOT / place
    files = sorted(folder.glob("*.py")) if folder.is_dir() else [folder]
    named = proof.name.replace("SQLite", "").replace("PostgreSQL", "").strip()
    assert any(f"{quote}{named}" in file.read_text() for file in files for quote in "\"'")
