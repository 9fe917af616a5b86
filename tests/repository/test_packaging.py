"""The wheel carries the built front end, and cannot be made without it."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("pyproject.toml", "hatch_build.py", "LICENSE", "README.md", "forthwith/__init__.py")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in FILES:
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "whatsapp_emulator").mkdir()
    (tmp_path / "whatsapp_emulator" / "__init__.py").touch()
    return tmp_path


def build(checkout: Path, target: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-d", "out", "-t", target]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True)


def test_a_wheel_without_the_front_end_is_not_made(checkout: Path) -> None:
    result = build(checkout, "wheel")
    assert result.returncode != 0
    assert "Run `make setup` to build the front end first." in result.stderr
    assert not list(checkout.glob("out/*.whl"))


def test_the_wheel_carries_the_front_end(checkout: Path) -> None:
    (checkout / "web" / "dist" / "assets").mkdir(parents=True)
    (checkout / "web" / "dist" / "index.html").write_text("<!doctype html>")
    (checkout / "web" / "dist" / "assets" / "index-1.js").write_text("1")
    result = build(checkout, "wheel")
    assert result.returncode == 0, result.stderr
    (wheel,) = checkout.glob("out/*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"forthwith/web/index.html", "forthwith/web/assets/index-1.js"} <= names
    assert "whatsapp_emulator/__init__.py" in names


def test_the_sdist_carries_the_front_end_too(checkout: Path) -> None:
    shutil.copy(ROOT / ".gitignore", checkout)
    (checkout / "web" / "dist").mkdir(parents=True)
    (checkout / "web" / "dist" / "index.html").write_text("<!doctype html>")
    result = build(checkout, "sdist")
    assert result.returncode == 0, result.stderr
    (sdist,) = checkout.glob("out/*.tar.gz")
    listed = subprocess.run(["tar", "tzf", sdist], capture_output=True, text=True, check=True)
    assert any(name.endswith("/web/dist/index.html") for name in listed.stdout.splitlines())
