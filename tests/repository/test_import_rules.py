"""Each import contract of pyproject.toml is seen to fail on a violation planted in a small tree."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]

TREE = {
    "whatsapp_emulator": "",
    "forthwith.__main__": "from forthwith.cli import main",
    "forthwith.cli": "import forthwith.demo\nimport uvicorn\nmain = forthwith.demo",
    "forthwith.demo": "from forthwith.config import Settings",
    "forthwith.serve": "import forthwith.app",
    "forthwith.administration": "import forthwith.store.messages",
    "forthwith.app": "import forthwith.api.send_message\nimport forthwith.config",
    "forthwith.config": "Settings = object",
    "forthwith.clock": "",
    "forthwith.listening": "",
    "forthwith.log": "",
    "forthwith.loops": "",
    "forthwith.memory": "",
    "forthwith.metrics": "",
    "forthwith.trace_table": "",
    "forthwith.api.send_message": "import starlette\nimport forthwith.services.accept_message",
    "forthwith.realtime.websocket_service": "import starlette\nimport forthwith.store.messages",
    "forthwith.services.accept_message": "import forthwith.store.messages",
    "forthwith.services.deliver_outbox": "import forthwith.whatsapp.client",
    "forthwith.whatsapp.client": "import forthwith.protocol.shapes",
    "forthwith.contents.pictures": "import forthwith.domain.message",
    "forthwith.store.messages": "import apsw\nimport forthwith.protocol.shapes",
    "forthwith.protocol.shapes": "import forthwith.domain.message",
    "forthwith.domain.message": "import dataclasses",
}

PLANTS = [
    # contract, a module of the tree, what it imports against the rule
    ("layers", "forthwith.domain.message", "forthwith.protocol.shapes"),
    ("layers", "forthwith.protocol.shapes", "forthwith.store.messages"),
    ("layers", "forthwith.store.messages", "forthwith.services.accept_message"),
    ("layers", "forthwith.store.messages", "forthwith.whatsapp.client"),
    ("layers", "forthwith.whatsapp.client", "forthwith.store.messages"),
    ("layers", "forthwith.contents.pictures", "forthwith.store.messages"),
    ("layers", "forthwith.services.accept_message", "forthwith.realtime.websocket_service"),
    ("layers", "forthwith.realtime.websocket_service", "forthwith.services.accept_message"),
    ("layers", "forthwith.services.accept_message", "forthwith.api.send_message"),
    ("layers", "forthwith.api.send_message", "forthwith.app"),
    ("layers", "forthwith.app", "forthwith.cli"),
    ("layers", "forthwith.new_room", "forthwith.domain.message"),
    ("leaves", "forthwith.metrics", "forthwith.domain.message"),
    ("leaves", "forthwith.log", "forthwith.config"),
    ("leaves", "forthwith.clock", "forthwith.store.messages"),
    ("leaves", "forthwith.listening", "forthwith.app"),
    ("leaves", "forthwith.loops", "forthwith.services.accept_message"),
    ("leaves", "forthwith.memory", "forthwith.app"),
    ("settings", "forthwith.api.send_message", "forthwith.config"),
    ("settings", "forthwith.services.accept_message", "forthwith.config"),
    ("settings", "forthwith.store.messages", "forthwith.config"),
    ("config", "forthwith.config", "forthwith.protocol.shapes"),
    ("services", "forthwith.services.accept_message", "forthwith.services.deliver_outbox"),
    ("strangers", "whatsapp_emulator", "forthwith.domain.message"),
    ("strangers", "forthwith.demo", "whatsapp_emulator"),
    ("web-framework", "forthwith.services.accept_message", "starlette"),
    ("web-framework", "forthwith.store.messages", "fastapi"),
    ("web-framework", "forthwith.domain.message", "uvicorn"),
    ("drivers", "forthwith.services.accept_message", "apsw"),
    ("drivers", "forthwith.api.send_message", "asyncpg"),
]


def plant_tree(folder: Path, modules: dict[str, str]) -> None:
    for module, content in modules.items():
        file = folder.joinpath(*module.split(".")).with_suffix(".py")
        if module == "whatsapp_emulator":
            file = folder / module / "__init__.py"
        for package in file.relative_to(folder).parents:
            if package != Path():
                (folder / package).mkdir(parents=True, exist_ok=True)
                (folder / package / "__init__.py").touch()
        file.write_text(content + "\n")


def lint(folder: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    command += ["--no-logo", "--config", ROOT / "pyproject.toml"]
    command += ["--contract", contract] if contract else []
    # The tree must be found before the installed packages of the same names.
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_the_tree_without_a_plant_is_clean(tmp_path: Path) -> None:
    plant_tree(tmp_path, TREE)
    result = lint(tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("contract", "module", "imports"), PLANTS)
def test_a_planted_violation_is_found(
    contract: str, module: str, imports: str, tmp_path: Path
) -> None:
    plant_tree(tmp_path, {**TREE, module: f"{TREE.get(module, '')}\nimport {imports}"})
    result = lint(tmp_path, contract)
    assert result.returncode == 1, result.stdout + result.stderr
    assert module in result.stdout


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract["id"] for contract in CONTRACTS} == {plant[0] for plant in PLANTS}
