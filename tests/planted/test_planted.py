"""Each bug is planted in a copy of the checkout; the test that is named for it must fail there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.planted.bugs import BUGS, Bug

ROOT = Path(__file__).parents[2]
BIN = ROOT / ".venv/bin"
SECONDS = 300


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout as it stands, with what is installed beside it."""
    target = tmp_path_factory.mktemp("planted") / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    (target / "web/node_modules").symlink_to(ROOT / "web/node_modules")
    shutil.copytree(ROOT / "web/dist", target / "web/dist")
    return target


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_planted_bug_is_caught_by_the_test_that_is_named_for_it(bug: Bug, copy: Path) -> None:
    before = {file: (copy / file).read_text() for file, _, _ in bug.edits}
    for file, old, new in bug.edits:
        text = (copy / file).read_text()
        assert text.count(old) == 1, f"{bug.name} does not fit {file} any more: adjust it"
        (copy / file).write_text(text.replace(old, new))
    try:
        said = run_test(bug, copy)
    finally:
        for file, text in before.items():
            (copy / file).write_text(text)
    assert said.returncode == 1, f"not caught, or the test did not run:\n{said.stdout[-3000:]}"
    assert "1 failed" in said.stdout, said.stdout[-3000:]


def run_test(bug: Bug, copy: Path) -> subprocess.CompletedProcess[str]:
    file, _, name = bug.test.partition(" > ")
    if name:
        command: list[str | Path] = [BIN / "npx", "vitest", "run", file, "-t", name]
    else:
        if any(edited.startswith("web/") for edited, _, _ in bug.edits):
            run([BIN / "npx", "vite", "build", "--logLevel", "error"], copy / "web", check=True)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", bug.test]
    return run(command, copy / "web" if name else copy)


def run(
    command: Sequence[str | Path], folder: Path, *, check: bool = False
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=check,
    )


def test_the_document_lists_every_bug_with_its_test() -> None:
    text = (ROOT / "docs/reliability.md").read_text()
    assert [
        bug.name for bug in BUGS if f"| {bug.name} | {bug.rule} | `{bug.test}` |" not in text
    ] == []
