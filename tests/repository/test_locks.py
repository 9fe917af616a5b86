"""What is installed is pinned, checked by hash, and asked of no particular registry."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WEB = json.loads((ROOT / "web/package.json").read_text())
WEB_LOCK = json.loads((ROOT / "web/package-lock.json").read_text())


def locked(name: str) -> dict[str, str]:
    """Each package of a requirements file, and the version it is pinned to."""
    text = (ROOT / "requirements" / name).read_text()
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", text, re.MULTILINE))


def test_the_web_lock_names_no_registry() -> None:
    assert (ROOT / "web/package-lock.json").read_text().count('"resolved"') == 0


def test_every_web_package_is_checked_by_hash() -> None:
    packages: dict[str, dict[str, Any]] = WEB_LOCK["packages"]
    without = [name for name, entry in packages.items() if name and "integrity" not in entry]
    assert not without


@pytest.mark.parametrize("group", ["dependencies", "devDependencies"])
def test_web_dependencies_are_exact_and_locked(group: str) -> None:
    for name, version in WEB[group].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} is not pinned to one version"
        assert WEB_LOCK["packages"][f"node_modules/{name}"]["version"] == version


def test_web_packages_run_nothing_when_installed() -> None:
    assert "ignore-scripts=true" in (ROOT / "web/.npmrc").read_text().splitlines()
    assert not {"preinstall", "install", "postinstall", "prepare"} & set(WEB["scripts"])


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_every_python_package_is_checked_by_hash(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert len(entries) == len(locked(name))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_locks_fit_what_is_asked_for() -> None:
    project = PROJECT["project"]
    extras = [wish for group in project["optional-dependencies"].values() for wish in group]
    wishes = {
        "run.txt": project["dependencies"],
        "dev.txt": [*project["dependencies"], *extras, *PROJECT["dependency-groups"]["dev"]],
    }
    for name, asked in wishes.items():
        pinned = locked(name)
        for requirement in map(Requirement, asked):
            assert requirement.name in pinned, f"run `make lock`: {requirement.name}"
            assert requirement.specifier.contains(pinned[requirement.name])


def test_development_runs_on_what_servers_run_on() -> None:
    assert locked("run.txt").items() <= locked("dev.txt").items()


def test_no_lock_that_names_a_registry() -> None:
    assert not (ROOT / "uv.lock").exists()
