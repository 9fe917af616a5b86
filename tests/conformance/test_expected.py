"""The list of expected failures is whole: each has its test, its place in the manual, and its version."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conformance.expected import EXPECTED

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MANUAL = (ROOT / "docs/emulator.md").read_text()


@pytest.mark.parametrize("name", EXPECTED)
def test_each_is_seen_to_happen_and_told_in_the_manual(name: str) -> None:
    tests = "\n".join(file.read_text() for file in HERE.glob("test_*.py"))
    assert f"async def test_{name}(" in tests
    row = EXPECTED[name]
    assert f"| {row.client} | {row.shape} | {row.outcome} |" in MANUAL


def test_the_manual_tells_no_other() -> None:
    clients = {row.client for row in EXPECTED.values()}
    told = [
        line for line in MANUAL.splitlines() if line.startswith(tuple(f"| {c}" for c in clients))
    ]
    assert len(told) == len(EXPECTED)


def test_the_versions_told_are_those_that_ran() -> None:
    lock = (ROOT / "requirements/dev.txt").read_text()
    npm = json.loads((HERE / "package.json").read_text())["devDependencies"]
    ran = {f"{name} {version}" for name, version in npm.items()}
    ran |= {f"pywa {version}" for version in re.findall(r"^pywa==(\S+)", lock, re.MULTILINE)}
    assert {row.client for row in EXPECTED.values()} == ran
