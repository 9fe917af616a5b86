"""A disk whose power may be cut: SQLite's writes as they were asked for, and what may be left of them.

`recording` listens to SQLite through a VFS on top of the system's own. `remains` makes the files as a cut at some moment may
leave them: everything synced is there; of everything else any part is, in sectors of 512 bytes, whatever the order
of the writes was. Facts: SQLite's "atomic commit" and "power-safe overwrite" (sqlite.org), and that `fsync` of a new file
by SQLite's unix VFS covers its directory entry. Shared memory (`-shm`) is never left.
"""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import apsw

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Step:
    """One request of SQLite, or what the product has acknowledged by then."""

    kind: Literal["write", "truncate", "sync", "delete", "acknowledged"]
    file: str = ""
    offset: int = 0
    data: bytes = b""
    fact: Any = None


class Recording:
    """Steps in the order they happened; threads may add to it."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._lock = threading.Lock()

    def add(self, step: Step) -> None:
        """Note a step."""
        with self._lock:
            self.steps.append(step)

    def acknowledge(self, fact: Any) -> None:
        """From here on no cut may undo this."""
        self.add(Step("acknowledged", fact=fact))


@contextmanager
def recording() -> Iterator[Recording]:
    """All connections opened meanwhile are recorded."""
    kept = Recording()
    vfs = _RecordingVfs(kept)
    try:
        yield kept
    finally:
        vfs.unregister()


class _RecordingVfs(apsw.VFS):
    def __init__(self, kept: Recording) -> None:
        super().__init__("recording", "unix", makedefault=True)
        self._kept = kept

    def xOpen(self, name: Any, flags: list[int]) -> "_RecordingFile":  # noqa: N802  # SQLite's name
        return _RecordingFile(name, flags, self._kept)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802  # SQLite's name
        super().xDelete(filename, syncdir)
        self._kept.add(Step("delete", Path(filename).name))


class _RecordingFile(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int], kept: Recording) -> None:
        super().__init__("unix", name, flags)
        path = name.filename() if hasattr(name, "filename") else name
        self._name, self._kept = Path(str(path)).name, kept

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  # SQLite's name
        super().xWrite(data, offset)
        self._kept.add(Step("write", self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  # SQLite's name
        super().xTruncate(newsize)
        self._kept.add(Step("truncate", self._name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite's name
        super().xSync(flags)
        self._kept.add(Step("sync", self._name))


@contextmanager
def hasty() -> Iterator[None]:
    """A disk that says "synced" at once: for looking at what a cut has left, which needs no durability."""
    vfs = _HastyVfs("hasty", "unix", makedefault=True)
    try:
        yield
    finally:
        vfs.unregister()


class _HastyVfs(apsw.VFS):
    def xOpen(self, name: Any, flags: list[int]) -> "_HastyFile":  # noqa: N802  # SQLite's name
        return _HastyFile("unix", name, flags)


class _HastyFile(apsw.VFSFile):
    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite's name
        """Nothing to wait for."""


@dataclass
class _File:
    """`safe` is on the platter (None: no directory entry yet); `asked` came after the last sync."""

    safe: bytearray | None = None
    asked: list[Step] = field(default_factory=list)


class Disk:
    """The disk as it is between two steps; `take` the next one, and see what a cut now may leave."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}

    def take(self, step: Step) -> None:
        """One step further."""
        file = self._files.setdefault(step.file, _File())
        match step.kind:
            case "sync":
                content = file.safe if file.safe is not None else bytearray()
                for each in file.asked:
                    _do(content, each)
                file.safe, file.asked = content, []
            case "delete":
                del self._files[step.file]
            case "write" | "truncate":
                file.asked.append(step)
            case "acknowledged":
                del self._files[step.file]

    def remains(self, chance: random.Random) -> dict[str, bytes]:
        """File names and contents as a cut at this moment may leave them."""
        left = {}
        for name, file in self._files.items():
            if file.safe is None and chance.random() < 0.5:
                continue  # its directory entry had not reached the platter
            content = bytearray(file.safe or b"")
            luck = chance.choice((0.0, 0.5, 0.9, 1.0))
            asked = list(file.asked)
            if chance.random() < 0.3:
                asked = asked[: chance.randint(0, len(asked))]
            for step in asked:
                _do_partly(content, step, luck, chance)
            left[name] = bytes(content)
        return left


def _do(content: bytearray, step: Step) -> None:
    if step.kind == "truncate":
        _resize(content, step.offset)
        return
    _resize(content, max(len(content), step.offset + len(step.data)))
    content[step.offset : step.offset + len(step.data)] = step.data


def _do_partly(content: bytearray, step: Step, luck: float, chance: random.Random) -> None:
    """Each sector of the write by itself; a file may have grown without its data."""
    if step.kind == "truncate":
        if chance.random() < luck:
            _do(content, step)
        return
    end = step.offset + len(step.data)
    start = step.offset
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        if chance.random() < luck:
            part = step.data[start - step.offset : stop - step.offset]
            _do(content, Step("write", step.file, start, part))
        start = stop
    if chance.random() < luck:
        _resize(content, max(len(content), end))


def _resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))
