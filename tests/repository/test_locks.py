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
NPM = ("web", "tests/conformance")


def locked(name: str) -> dict[str, str]:
    """Each package of a requirements file, and the version it is pinned to."""
    text = (ROOT / "requirements" / name).read_text()
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", text, re.MULTILINE))


def read_json(path: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / path).read_text())
    return read


@pytest.mark.parametrize("folder", NPM)
def test_an_npm_lock_names_no_registry(folder: str) -> None:
    assert (ROOT / folder / "package-lock.json").read_text().count('"resolved"') == 0
    npmrc = (ROOT / folder / ".npmrc").read_text().splitlines()
    assert "omit-lockfile-registry-resolved=true" in npmrc


@pytest.mark.parametrize("folder", NPM)
def test_every_npm_package_is_checked_by_hash(folder: str) -> None:
    packages: dict[str, dict[str, Any]] = read_json(f"{folder}/package-lock.json")["packages"]
    without = [name for name, entry in packages.items() if name and "integrity" not in entry]
    assert not without


@pytest.mark.parametrize("folder", NPM)
def test_npm_dependencies_are_exact_and_locked(folder: str) -> None:
    asked = read_json(f"{folder}/package.json")
    packages = read_json(f"{folder}/package-lock.json")["packages"]
    for name, version in (asked.get("dependencies", {}) | asked["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} is not pinned to one version"
        assert packages[f"node_modules/{name}"]["version"] == version


@pytest.mark.parametrize("folder", NPM)
def test_npm_packages_run_nothing_when_installed(folder: str) -> None:
    assert "ignore-scripts=true" in (ROOT / folder / ".npmrc").read_text().splitlines()
    scripts = read_json(f"{folder}/package.json").get("scripts", {})
    assert not {"preinstall", "install", "postinstall", "prepare"} & set(scripts)


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


def test_the_emulator_asks_for_nothing_that_servers_do_not_have() -> None:
    own = tomllib.loads((ROOT / "whatsapp_emulator/pyproject.toml").read_text())["project"]
    assert set(own["dependencies"]) <= set(PROJECT["project"]["dependencies"])
    assert own["requires-python"] == PROJECT["project"]["requires-python"]


def test_no_lock_that_names_a_registry() -> None:
    assert not (ROOT / "uv.lock").exists()
