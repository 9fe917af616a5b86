"""The wheel carries the built front end, and cannot be made without it."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from forthwith.demo import run
from forthwith.demo.run import with_emulator

ROOT = Path(__file__).parents[2]
FILES = ("pyproject.toml", "hatch_build.py", "LICENSE", "README.md", "forthwith/__init__.py")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in FILES:
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    ours = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "whatsapp_emulator", tmp_path / "whatsapp_emulator", ignore=ours)
    return tmp_path


def build_front_end(checkout: Path) -> None:
    (checkout / "web" / "dist" / "assets").mkdir(parents=True)
    (checkout / "web" / "dist" / "index.html").write_text("<!doctype html>")
    (checkout / "web" / "dist" / "assets" / "index-1.js").write_text("1")


def build(checkout: Path, target: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-d", "out", "-t", target]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True)


def test_a_wheel_without_the_front_end_is_not_made(checkout: Path) -> None:
    result = build(checkout, "wheel")
    assert result.returncode != 0
    assert "Run `make setup` to build the front end first." in result.stderr
    assert not list(checkout.glob("out/*.whl"))


def test_the_wheel_carries_the_front_end(checkout: Path) -> None:
    build_front_end(checkout)
    result = build(checkout, "wheel")
    assert result.returncode == 0, result.stderr
    (wheel,) = checkout.glob("out/*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"forthwith/web/index.html", "forthwith/web/assets/index-1.js"} <= names


def test_the_emulator_s_wheel_and_ours_share_no_file(checkout: Path) -> None:
    build_front_end(checkout)
    assert build(checkout, "wheel").returncode == 0
    emulator = build(checkout / "whatsapp_emulator", "wheel")
    assert emulator.returncode == 0, emulator.stderr
    (ours,) = checkout.glob("out/*.whl")
    (theirs,) = checkout.glob("whatsapp_emulator/out/*.whl")
    here, there = (set(zipfile.ZipFile(wheel).namelist()) for wheel in (ours, theirs))
    assert here.isdisjoint(there)
    modules = {name for name in there if name.startswith("whatsapp_emulator/")}
    assert {"whatsapp_emulator/plugin.py", "whatsapp_emulator/phone/index.html"} <= modules
    assert {f"forthwith/demo/emulator/{name}" for name in modules} <= here


def test_the_demo_starts_the_copy_that_the_wheel_carries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "emulator"
    (copy / "whatsapp_emulator").mkdir(parents=True)
    (copy / "whatsapp_emulator" / "__init__.py").touch()
    (copy / "whatsapp_emulator" / "__main__.py").write_text("print('the copy')")
    inherited = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    assert with_emulator(inherited) == inherited
    monkeypatch.setattr(run, "EMULATOR", copy)
    command = [sys.executable, "-m", "whatsapp_emulator"]
    environment = with_emulator(inherited)  # its first folder is the current one: not the checkout
    said = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=30
    )
    assert said.stdout == "the copy\n"


def test_the_sdist_carries_the_front_end_too(checkout: Path) -> None:
    shutil.copy(ROOT / ".gitignore", checkout)
    (checkout / "web" / "dist").mkdir(parents=True)
    (checkout / "web" / "dist" / "index.html").write_text("<!doctype html>")
    result = build(checkout, "sdist")
    assert result.returncode == 0, result.stderr
    (sdist,) = checkout.glob("out/*.tar.gz")
    listed = subprocess.run(["tar", "tzf", sdist], capture_output=True, text=True, check=True)
    assert any(name.endswith("/web/dist/index.html") for name in listed.stdout.splitlines())
