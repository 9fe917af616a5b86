"""Documentation is an interface: what it names exists, and what exists is named."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from forthwith.config import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
FLOW = ROOT / "docs/message-flow.md"


def links(document: Path) -> list[Path]:
    """The relative targets a document links to."""
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
    return [(document.parent / target).resolve() for target in targets]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    assert [target for target in links(document) if not target.exists()] == []


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    text = (ROOT / "docs/configuration.md").read_text()
    named = set(re.findall(rf"{PREFIX}[A-Z_]+", text)) - {"FORTHWITH_CONFIG"}
    assert named == {f"{PREFIX}{each.name.upper()}" for each in fields(Settings)}


def test_every_name_the_message_flow_calls_stands_in_the_file_of_its_section() -> None:
    sections = re.split(r"^## ", FLOW.read_text(), flags=re.MULTILINE)[1:]
    missing = []
    for section in sections:
        files = [
            (FLOW.parent / target).resolve()
            for target in re.findall(r"\]\((\.\./[^)#]+)\)", section)
        ]
        code = "\n".join(file.read_text() for file in files)
        names = re.findall(r"`([A-Za-z_][A-Za-z0-9_]*)\(\)`", section)
        missing += [f"{section.splitlines()[0]}: {name}" for name in names if name not in code]
    assert missing == []


def test_architecture_decisions_stay_short() -> None:
    long = {
        record.name: count
        for record in (ROOT / "docs/adr").glob("*.md")
        if (count := len(record.read_text().split())) > 350
    }
    assert long == {}


def test_every_test_that_reliability_names_exists() -> None:
    text = (ROOT / "docs/reliability.md").read_text()
    python = "\n".join(file.read_text() for file in (ROOT / "tests").rglob("test_*.py"))
    browser = "\n".join(file.read_text() for file in (ROOT / "web/src").rglob("*.test.ts*"))
    missing = [name for name in re.findall(r"`(test_\w+)`", text) if f"def {name}(" not in python]
    missing += [name for name in re.findall(r"vitest `([^`]+)`", text) if name not in browser]
    assert missing == []
