"""Remembers what a step was last done for, by content: a fresh clone has arbitrary mtimes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

LEFT_OUT = {"node_modules", "dist", "__pycache__"}


def fingerprint(paths: Iterable[Path], *facts: str) -> str:
    """The SHA-256 of the files (folders are walked), their names, and further facts.

    A missing path counts as absent, so that creating it later changes the answer.
    """
    digest = hashlib.sha256()
    for fact in facts:
        digest.update(fact.encode() + b"\0")
    for path in paths:
        files = sorted(_walk(path)) if path.is_dir() else [path]
        for file in files:
            content = file.read_bytes() if file.is_file() else b"\0absent"
            digest.update(str(file.relative_to(path.parent)).encode() + b"\0")
            digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _walk(folder: Path) -> Iterable[Path]:
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name not in LEFT_OUT:
                yield from _walk(entry)
        else:
            yield entry


class Stamps:
    """The fingerprints of finished steps, one small file each, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def holds(self, step: str, key: str) -> bool:
        file = self.folder / step
        return file.is_file() and file.read_text() == key

    def remember(self, step: str, key: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / step).write_text(key)

    def forget(self, step: str) -> None:
        (self.folder / step).unlink(missing_ok=True)
