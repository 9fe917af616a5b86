"""Makes a fresh clone ready: `make setup`.

Runs under the system's Python with nothing but the standard library, and does only what its
stamps say is not done yet. Chromium and the foreign clients serve the tests alone, so
`--without-tests` (`make demo`) leaves them out.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tools import chromium
from tools.stamps import Stamps, fingerprint

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
LOG = VENV / "setup.log"
WEB = ROOT / "web"
CLIENTS = ROOT / "tests" / "conformance"
NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
LOCK = ROOT / "requirements" / "dev.txt"
OLDEST = (3, 11)
NEWER_PYTHONS = tuple(f"python3.{minor}" for minor in range(14, OLDEST[1] - 1, -1))


class SetupError(Exception):
    """What went wrong and what to do about it, in one sentence."""


class CommandFailed(SetupError):
    """A command failed; the end of the log says more."""


def use_new_enough_python() -> None:
    """Starts again under a newer Python of this machine if this one is too old."""
    if sys.version_info >= OLDEST:
        return
    for name in NEWER_PYTHONS:
        found = shutil.which(name)
        if found and Path(found).parent != BIN:
            os.execv(found, [found, "-m", "tools.setup", *sys.argv[1:]])
    have = ".".join(map(str, sys.version_info[:2]))
    raise SetupError(
        f"Forthwith needs Python 3.11 or newer and this is {have}; "
        "install one and run `make setup PYTHON=python3.11`."
    )


def run(*command: str | Path, cwd: Path = ROOT, otherwise: str) -> None:
    """Runs a command with its output in the log; raises `CommandFailed(otherwise)` if it fails."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    with LOG.open("ab") as log:
        log.write(f"$ {' '.join(map(str, command))}\n".encode())
        log.flush()
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    if done.returncode != 0:
        raise CommandFailed(otherwise)


def make_environment() -> str:
    """Makes `.venv`, afresh if the one there does not work."""
    # Not sys.executable: in an activated environment that is what is about to be cleared.
    python: str = getattr(sys, "_base_executable", sys.executable)
    command = [python, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if made.returncode != 0 and chromium.is_root_on_debian():
        # Debian ships the standard library's venv in a package of its own.
        with tempfile.NamedTemporaryFile() as log:
            chromium.apt_install("python3-venv", log=Path(log.name))
        made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetupError(
            "Python could not make a virtual environment; on Debian and Ubuntu run "
            "`apt-get install python3-venv`, then `make setup` again."
        )
    return f"made with Python {'.'.join(map(str, sys.version_info[:3]))}"


def environment_works() -> bool:
    """Whether `.venv` was made here and has a Python that starts, is new enough and has pip.

    One that works is never made again, whoever made it: somebody may be using it.
    """
    question = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    try:
        made_here = str(VENV) in (BIN / "activate").read_text()  # a moved one has old paths
        answer = subprocess.run(
            [str(BIN / "python"), "-c", question], stdin=subprocess.DEVNULL, capture_output=True
        )
    except OSError:
        return False
    return made_here and answer.returncode == 0


def install_python_packages() -> str:
    """Brings `.venv` to exactly what the lock names, every file checked against its hash."""
    otherwise = (
        "The Python packages could not be installed; "
        "see the end of the log below, check the network and run `make setup` again."
    )
    if not (BIN / "uv").exists():
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as only_uv:
            only_uv.write(locked("uv"))
            only_uv.flush()
            pip: list[str | Path] = [
                BIN / "python",
                "-m",
                "pip",
                "install",
                "-q",
                "--no-deps",
                "--require-hashes",
            ]
            run(*pip, "-r", only_uv.name, otherwise=otherwise)
    uv_pip("sync", "--require-hashes", LOCK, otherwise=otherwise)
    return f"installed {sum('==' in line for line in LOCK.read_text().splitlines())}"


def uv_pip(action: str, *arguments: str | Path, otherwise: str) -> None:
    # The machine's own certificates, as pip uses: behind a company's proxy no others would do.
    uv = (BIN / "uv", "pip", action, "-q", "--system-certs", "--python", BIN / "python")
    run(*uv, *arguments, otherwise=otherwise)


def locked(name: str) -> str:
    """The entry of one package in the lock, with its hashes."""
    entry: list[str] = []
    for line in LOCK.read_text().splitlines():
        if entry and not entry[-1].endswith("\\"):
            break
        if entry or line.startswith(f"{name}=="):
            entry.append(line)
    if not entry:
        raise SetupError(f"{LOCK} does not name {name}; run `make lock` and commit the result.")
    return "\n".join(entry) + "\n"


def install_forthwith() -> str:
    uv_pip(
        "install",
        "--no-deps",
        "--no-build-isolation",
        *("-e", ROOT, "-e", ROOT / "whatsapp_emulator"),
        otherwise="Forthwith itself could not be installed; see the end of the log below.",
    )
    return "installed for editing"


def install_web_packages() -> str:
    return npm_ci(WEB, "The web packages")


def install_clients() -> str:
    return npm_ci(CLIENTS, "The clients that the emulator is tested with")


def npm_ci(folder: Path, what: str) -> str:
    run(
        BIN / "npm",
        "ci",
        "--no-progress",
        cwd=folder,
        otherwise=f"{what} could not be installed; "
        "see the end of the log below, check the network and run `make setup` again.",
    )
    return "installed"


def build_front_end() -> str:
    otherwise = "The front end could not be built; see the end of the log below."
    run(BIN / "npm", "run", "build", cwd=WEB, otherwise=otherwise)
    return "built"


def find_chromium() -> str:
    """Finds or gets Chromium. Never an error: only the browser tests need it, and say so."""
    if chromium.is_root_on_debian() and not chromium.has_emoji_font():
        chromium.apt_install("fonts-noto-color-emoji", log=LOG)
    found = chromium.chromium_path() or chromium.install_chromium(BIN / "python", LOG)
    return found or "none found: the browser tests will fail until PATH has one"


class Setup:
    """Runs steps in order and says of each what it did and how long that took."""

    def __init__(self) -> None:
        self.stamps = Stamps(VENV / "stamps")
        self.done = 0

    def step(
        self, label: str, name: str, key: str, made: Path | None, act: Callable[[], str]
    ) -> None:
        if self.stamps.holds(name, key) and (made is None or made.exists()):
            return
        self.stamps.forget(name)
        began = time.monotonic()
        print(f"  {label:<22}", end="", flush=True)
        result = act()
        print(f"{result:<40} {time.monotonic() - began:5.1f} s", flush=True)
        self.stamps.remember(name, key)
        self.done += 1

    def all_steps(self, for_tests: bool) -> None:
        environment = str(VENV)
        if environment_works():
            self.stamps.remember("environment", environment)
        else:
            self.stamps.forget("environment")
        python = fingerprint([LOCK], environment)
        projects = [ROOT / "pyproject.toml", ROOT / "whatsapp_emulator" / "pyproject.toml"]
        installed = fingerprint([*projects, ROOT / "hatch_build.py"], python)
        packages = fingerprint([WEB / name for name in NPM_FILES], environment)
        clients = fingerprint([CLIENTS / name for name in NPM_FILES], environment)
        built = fingerprint([WEB], packages)
        self.step("Python environment", "environment", environment, BIN, make_environment)
        self.step("Python packages", "packages", python, None, install_python_packages)
        self.step("Forthwith", "forthwith", installed, BIN / "forthwith", install_forthwith)
        modules = WEB / "node_modules"
        self.step("Web packages", "web-packages", packages, modules, install_web_packages)
        page = WEB / "dist" / "index.html"
        self.step("Front end", "front-end", built, page, build_front_end)
        if for_tests:
            modules = CLIENTS / "node_modules"
            self.step("Foreign clients", "clients", clients, modules, install_clients)
            browser = chromium.chromium_path()
            self.step("Chromium", "chromium", str(browser), None, find_chromium)


def main() -> int:
    began = time.monotonic()
    setup = Setup()
    # Two at a time (`make test` beside `make check`) would install over each other.
    with (ROOT / "pyproject.toml").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            use_new_enough_python()
            setup.all_steps(for_tests="--without-tests" not in sys.argv[1:])
        except SetupError as error:
            print(f"\n\nSetup stopped: {error}", file=sys.stderr)
            if isinstance(error, CommandFailed):
                tail = LOG.read_text(errors="replace").splitlines()[-25:]
                print("\n".join(f"  | {line}" for line in tail), file=sys.stderr)
            return 1
    if setup.done:
        print(f"Setup took {time.monotonic() - began:.1f} s.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
