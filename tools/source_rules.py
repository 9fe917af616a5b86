"""The rules of the source that no linter can say; `make check` runs them.

Domain code is pure, SQL lives in the store, ignores give reasons, nothing is left open, and no
committed text names a registry's host or a folder of somebody's machine.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

IMPURE = frozenset(
    {"asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "socket", "sqlite3"}
    | {"subprocess", "threading", "time", "uuid"}
)
"""Of the standard library, what brings a clock, chance, or the world outside."""

CLOCKS = frozenset({"now", "utcnow", "today"})

SQL = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|WITH|ALTER|DROP|PRAGMA|LISTEN|NOTIFY)\s+\S"
)

HOSTS = re.compile(r"(py(?:pi)|python(?:hosted)|registry\.npm(?:js)|deb\.(?:debian))\.org")
MACHINE = re.compile(r"(?<![\w.~-])/(?:work|root)/")
LEFT_OPEN = re.compile(r"\b(?:T[O]DO|FI[X]ME|X[X]X|HA[C]K)\b")
CODE = {".py", ".ts", ".tsx", ".css", ".sql", ".js"}

IGNORES = (
    # (what it looks like, what must follow: the rule's code and a reason in words)
    (re.compile(r"#\s*type:\s*ignore(?P<rest>.*)"), re.compile(r"\[[\w, -]+\]\s*#\s*\w.+")),
    (re.compile(r"#\s*noqa(?P<rest>.*)"), re.compile(r":\s*[A-Z0-9, ]+?\s+(#|-+)\s*\w.+")),
    (re.compile(r"@ts-(?:ignore|expect-error|nocheck)(?P<rest>.*)"), re.compile(r"\W*\w.+")),
    (re.compile(r"(?:oxlint|eslint)-disable(?P<rest>.*)"), re.compile(r".*\s--\s+\w.+")),
)


@dataclass(frozen=True)
class Fault:
    """A broken rule, at a line, in a sentence."""

    path: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.says}"


def domain_faults(path: str, tree: ast.AST) -> Iterator[Fault]:
    """What in a file of `forthwith/domain` is not pure."""
    for node in ast.walk(tree):
        for name in _imported(node):
            top = name.split(".")[0]
            if name.startswith("forthwith.domain"):
                continue
            if top in IMPURE or top not in sys.stdlib_module_names:
                yield Fault(
                    path, _line(node), f"domain is pure and does not import {name}; pass it in."
                )
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CLOCKS
        ):
            yield Fault(path, node.lineno, "domain has no clock; take the time as an argument.")


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module]
    return []


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)


def sql_faults(path: str, tree: ast.AST) -> Iterator[Fault]:
    """SQL text in a file outside the store."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
            yield Fault(path, node.lineno, "SQL lives in forthwith/store; call a function there.")


def text_faults(path: str, text: str) -> Iterator[Fault]:
    """What no committed file may say, line by line."""
    is_code = Path(path).suffix in CODE
    for number, line in enumerate(text.splitlines(), 1):
        if HOSTS.search(line):
            yield Fault(path, number, "names a registry's host; let each machine use its own.")
        if MACHINE.search(line):
            yield Fault(path, number, "names a folder of one machine; make it relative.")
        if is_code and LEFT_OPEN.search(line):
            yield Fault(path, number, "is left open; do it, or open an issue.")
        if is_code:
            yield from _unreasoned(path, number, line)


def _unreasoned(path: str, number: int, line: str) -> Iterator[Fault]:
    for looks, reason in IGNORES:
        found = looks.search(line)
        if found and not reason.match(found["rest"]):
            yield Fault(path, number, "ignores a rule without its code and a reason on the line.")


def file_faults(path: str, text: str) -> Iterator[Fault]:
    """Everything wrong with one file, `path` being relative to the checkout."""
    yield from text_faults(path, text)
    if not path.endswith(".py"):
        return
    tree = ast.parse(text)
    if path.startswith("forthwith/domain/"):
        yield from domain_faults(path, tree)
    if path.startswith("forthwith/") and not path.startswith("forthwith/store/"):
        yield from sql_faults(path, tree)


def committed_files(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """Path and text of every text file that is committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    for path in sorted(set(filter(None, listed.stdout.split("\0")))):
        try:
            yield path, (root / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # a picture, a font, a deleted file, a link


def main() -> int:
    faults = [fault for path, text in committed_files() for fault in file_faults(path, text)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
