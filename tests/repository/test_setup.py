"""Setup does what is not done yet, judged by content, and touches nothing that works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import setup
from tools.stamps import fingerprint

STEPS = (
    "make_environment",
    "install_python_packages",
    "install_forthwith",
    "install_web_packages",
    "build_front_end",
)
FOR_TESTS = ("install_clients", "find_chromium")
PROJECTS = ("pyproject.toml", "hatch_build.py", "whatsapp_emulator/pyproject.toml")
CLIENTS = tuple(f"tests/conformance/{name}" for name in setup.NPM_FILES)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with an environment made by hand and everything that a step leaves behind."""
    venv, web = tmp_path / ".venv", tmp_path / "web"
    make: list[str | Path] = [
        sys.executable,
        "-m",
        "venv",
        "--without-pip",
        "--system-site-packages",
        venv,
    ]
    subprocess.run(make, check=True)
    site = next(venv.glob("lib/*/site-packages"))
    (site / "pip.py").touch()
    (venv / "bin" / "forthwith").touch()
    for name in (*PROJECTS, *CLIENTS, "requirements/dev.txt", "web/dist/index.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    for name in ("package.json", "package-lock.json", "src/main.tsx", "node_modules/.bin/vite"):
        (web / name).parent.mkdir(parents=True, exist_ok=True)
        (web / name).write_text(name)
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", venv)
    monkeypatch.setattr(setup, "BIN", venv / "bin")
    monkeypatch.setattr(setup, "LOCK", tmp_path / "requirements" / "dev.txt")
    monkeypatch.setattr(setup, "WEB", web)
    monkeypatch.setattr(setup, "CLIENTS", tmp_path / "tests" / "conformance")
    return tmp_path


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that setup takes, by the names of their functions; none is really taken."""
    names: list[str] = []

    def stand_in(name: str) -> None:
        def take() -> str:
            names.append(name)
            return "done"

        monkeypatch.setattr(setup, name, take)

    for name in (*STEPS, *FOR_TESTS):
        stand_in(name)
    return names


def run_setup(taken: list[str], *, for_tests: bool = False) -> list[str]:
    taken.clear()
    setup.Setup().all_steps(for_tests=for_tests)
    return list(taken)


def test_an_environment_that_works_is_never_made_again(checkout: Path, taken: list[str]) -> None:
    assert run_setup(taken) == list(STEPS[1:])


def test_a_broken_environment_is_made_again(checkout: Path, taken: list[str]) -> None:
    run_setup(taken)
    (checkout / ".venv" / "bin" / "python").unlink()
    assert run_setup(taken) == ["make_environment"]


def test_a_moved_environment_is_made_again(checkout: Path, taken: list[str]) -> None:
    run_setup(taken)
    activate = checkout / ".venv" / "bin" / "activate"
    activate.write_text(activate.read_text().replace(str(checkout), "/elsewhere"))
    assert run_setup(taken) == ["make_environment"]


def test_nothing_is_done_twice_whatever_the_clock_says(checkout: Path, taken: list[str]) -> None:
    run_setup(taken)
    for file in checkout.rglob("*"):
        if not file.is_symlink():
            os.utime(file, (1, 1))
    assert run_setup(taken) == []


@pytest.mark.parametrize(
    ("file", "steps"),
    [
        ("requirements/dev.txt", ["install_python_packages", "install_forthwith"]),
        ("pyproject.toml", ["install_forthwith"]),
        ("whatsapp_emulator/pyproject.toml", ["install_forthwith"]),
        ("web/package-lock.json", ["install_web_packages", "build_front_end"]),
        ("web/src/main.tsx", ["build_front_end"]),
        ("web/src/new.tsx", ["build_front_end"]),
        ("web/node_modules/.bin/vite", []),
    ],
)
def test_a_changed_file_repeats_what_depends_on_it(
    file: str, steps: list[str], checkout: Path, taken: list[str]
) -> None:
    run_setup(taken)
    (checkout / file).write_text("changed")
    assert run_setup(taken) == steps


def test_what_only_tests_need_is_installed_for_tests_only(checkout: Path, taken: list[str]) -> None:
    run_setup(taken)
    assert run_setup(taken, for_tests=True) == list(FOR_TESTS)
    (checkout / "tests/conformance/node_modules").mkdir()
    (checkout / "tests/conformance/package-lock.json").write_text("changed")
    assert run_setup(taken) == []
    assert run_setup(taken, for_tests=True) == ["install_clients"]


def test_a_lost_result_is_made_again(checkout: Path, taken: list[str]) -> None:
    run_setup(taken)
    (checkout / "web" / "dist" / "index.html").unlink()
    assert run_setup(taken) == ["build_front_end"]


def test_a_step_that_failed_is_taken_again(
    checkout: Path, taken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise setup.SetupError("no network")

    with monkeypatch.context() as broken:
        broken.setattr(setup, "install_web_packages", fail)
        with pytest.raises(setup.SetupError):
            run_setup(taken)
    assert run_setup(taken) == ["install_web_packages", "build_front_end"]


def test_a_renamed_file_changes_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("same")
    before = fingerprint([tmp_path])
    (tmp_path / "a").rename(tmp_path / "b")
    assert fingerprint([tmp_path]) != before
