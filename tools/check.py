"""Everything that judges the code without running it: `make check`, and CI.

Checks run two at a time, the longest first; what a failing one said is printed whole.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
BIN = ROOT / ".venv" / "bin"
NPM_BIN = WEB / "node_modules" / ".bin"
AT_ONCE = 2


@dataclass(frozen=True)
class Check:
    """One command that judges; silence and 0 are praise."""

    name: str
    command: tuple[str | Path, ...]
    folder: Path = ROOT


@dataclass(frozen=True)
class Verdict:
    check: Check
    passed: bool
    said: str
    seconds: float


CHECKS = (
    Check("types, Python", (BIN / "mypy",)),
    Check("types, TypeScript", (NPM_BIN / "tsc", "--noEmit", "-p", "tsconfig.app.json"), WEB),
    Check("types, with tests", (NPM_BIN / "tsc", "--noEmit"), WEB),
    Check("lint, TypeScript", (BIN / "npm", "run", "--silent", "lint"), WEB),
    Check("lint, Python", (BIN / "ruff", "check", "--quiet")),
    Check("layers, Python", (BIN / "lint-imports", "--no-logo")),
    Check("source rules", (BIN / "python", "-m", "tools.source_rules")),
    Check("format, Python", (BIN / "ruff", "format", "--check", "--quiet")),
    Check("format, TypeScript", (BIN / "npm", "run", "--silent", "format:check"), WEB),
    Check("protocol types", (BIN / "python", "-m", "tools.generate_protocol", "--check")),
    Check("emulator's manual", (BIN / "python", "-m", "tools.generate_emulator_manual", "--check")),
)


def run(check: Check) -> Verdict:
    """Runs one check to its end."""
    began = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=check.folder,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Verdict(check, done.returncode == 0, done.stdout, time.monotonic() - began)


def run_all(checks: Iterable[Check]) -> list[Verdict]:
    """Runs checks side by side and prints each verdict as it comes."""
    verdicts = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in as_completed([pool.submit(run, check) for check in checks]):
            verdict = future.result()
            verdicts.append(verdict)
            word = "ok" if verdict.passed else "FAILED"
            print(f"  {verdict.check.name:<26}{word:<8}{verdict.seconds:5.1f} s", flush=True)
    return verdicts


def main() -> int:
    began = time.monotonic()
    failed = [verdict for verdict in run_all(CHECKS) if not verdict.passed]
    for verdict in failed:
        print(f"\n{verdict.check.name}:\n{verdict.said.rstrip()}")
    result = f"{len(failed)} of {len(CHECKS)} checks failed" if failed else "All checks passed"
    print(f"\n{result} in {time.monotonic() - began:.1f} s.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
