"""Resolves the Python dependencies into hash-locked requirement files: `make lock`.

`requirements/run.txt` is what a server needs, `requirements/dev.txt` everything besides. They name
no registry, so that each machine uses its own. Arguments go to uv: `make lock LOCK=--upgrade`.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = (
    *(".venv/bin/uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-emit-index-url", "--custom-compile-command", "make lock"),
)
FILES: dict[str, list[str]] = {
    "requirements/run.txt": [],
    "requirements/dev.txt": ["--all-extras", "--group", "dev", "-c", "requirements/run.txt"],
}


def main() -> int:
    for file, options in FILES.items():
        command = [*COMPILE, *options, *sys.argv[1:], "pyproject.toml", "-o", file]
        subprocess.run(command, cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
