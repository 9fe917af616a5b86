"""A stranger with an empty folder: the emulator's wheel, pytest, and the five lines of the manual."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
FIVE_LINES = re.compile(r"```python\n(def test_.*?)```", re.DOTALL)
REFUSED = """
import pytest

@pytest.fixture
def whatsapp_settings():
    return {settings}

def test_it(whatsapp):
    pass
"""


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    # Nothing of this checkout's environment may help.
    kept = ("PATH", "HOME", "UV_", "PIP_", "SSL_")
    environment = {name: value for name, value in os.environ.items() if name.startswith(kept)}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def must(*command: str | Path, cwd: Path) -> str:
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with an environment that holds the emulator's wheel and pytest, nothing else."""
    folder = tmp_path_factory.mktemp("newcomer")
    build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "wheels")
    must(*build, cwd=ROOT / "whatsapp_emulator")
    must(UV, "venv", "-q", "--python", sys.executable, folder / ".venv", cwd=folder)
    [wheel] = (folder / "wheels").glob("*.whl")
    # The versions of our lock are in uv's cache since setup; without a cache the index is asked.
    locked = ("-c", ROOT / "requirements/dev.txt")
    install = (
        UV,
        "pip",
        "install",
        "-q",
        "--system-certs",
        "--python",
        folder / ".venv/bin/python",
    )
    offline = run(*install, "--offline", *locked, wheel, "pytest", cwd=folder)
    if offline.returncode != 0:
        must(*install, *locked, wheel, "pytest", cwd=folder)
    return folder


def play(project: Path, text: str) -> subprocess.CompletedProcess[str]:
    (project / "test_mine.py").write_text(text)
    return run(project / ".venv/bin/pytest", "-W", "error", "test_mine.py", cwd=project)


@pytest.mark.parametrize("document", ["docs/emulator.md", "whatsapp_emulator/README.md"])
def test_the_five_lines_of_the_manual_pass_in_an_empty_project(
    project: Path, document: str
) -> None:
    found = FIVE_LINES.search((ROOT / document).read_text())
    assert found
    assert len(found[1].splitlines()) == 5
    played = play(project, found[1])
    assert "1 passed" in played.stdout, played.stdout + played.stderr

    twice = found[1].replace("    assert", "    contact.writes('And mine?')\n    assert")
    sends = next(line for line in found[1].splitlines() if "/messages" in line)
    played = play(project, twice.replace(sends, f"{sends}\n{sends}"))
    assert "1 failed" in played.stdout, "a second answer must be seen"


def test_nothing_of_forthwith_is_there(project: Path) -> None:
    listed = must(UV, "pip", "list", "--python", project / ".venv/bin/python", cwd=project)
    assert "whatsapp-emulator" in listed
    assert not {"forthwith", "apsw", "fastapi"} & set(listed.split())


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"token": "EAAGm0PX4ZCpsBA"}, "looks like a real one of Meta's"),
        ({"webhook_url": "https://hooks.example.com/"}, "only calls this machine"),
    ],
)
def test_what_could_reach_the_real_whatsapp_is_refused(
    project: Path, settings: dict[str, str], sentence: str
) -> None:
    played = play(project, REFUSED.format(settings=settings))
    assert "1 error" in played.stdout
    assert sentence in played.stdout


def test_the_command_is_there(project: Path) -> None:
    said = must(project / ".venv/bin/whatsapp-emulator", "--help", cwd=project)
    assert "--webhook-url" in said
