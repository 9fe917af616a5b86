"""The files of messages: `media/ab/ab12…` in the data folder, named by their content, which no name of theirs reaches.

What comes is written to `media/incoming/` while it is counted and hashed. It takes its place by a rename once it is on disk,
and so does its folder: a row that names it may be stored from then on (G2).
"""

import asyncio
import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from forthwith.store.database import StorageFull, StorageUnavailable

FOLDER = "media"
INCOMING = "incoming"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def storage_faults() -> Iterator[None]:
    """A disk that is full, or broken, is the store's trouble."""
    try:
        yield
    except OSError as error:
        kind = StorageFull if error.errno in NO_ROOM else StorageUnavailable
        raise kind(f"{type(error).__name__}: {error.strerror}") from error


class Incoming:
    """A file that is being written. `size` and `hash` are of what has come."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self._file = path, file
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def hash(self) -> str:
        """SHA-256 as hexadecimal digits."""
        return self._digest.hexdigest()

    @property
    def digest(self) -> bytes:
        """SHA-256."""
        return self._digest.digest()

    async def write(self, chunk: bytes) -> None:
        """The next bytes. Raises StorageFull or StorageUnavailable."""
        await asyncio.to_thread(self._write, chunk)

    def _write(self, chunk: bytes) -> None:
        with storage_faults():
            self._file.write(chunk)
        self._digest.update(chunk)
        self.size += len(chunk)


class MediaFiles:
    """The folder of one store. Several processes may share it."""

    def __init__(self, data_folder: Path) -> None:
        self._folder = data_folder / FOLDER

    def path(self, content_hash: str) -> Path:
        """Where the file of this content lies."""
        return self._folder / content_hash[:2] / content_hash

    @asynccontextmanager
    async def incoming(self) -> AsyncIterator[Incoming]:
        """A new file; whatever has not been kept by the end of the block is gone."""
        path = self.spare()
        with storage_faults():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = path.open("xb", buffering=0)
        try:
            with file:
                yield Incoming(path, file)
        finally:
            path.unlink(missing_ok=True)

    def spare(self) -> Path:
        """A name for a file that nobody refers to yet."""
        return self._folder / INCOMING / secrets.token_hex(16)

    async def keep(self, path: Path, content_hash: str) -> None:
        """Give the file its place, durably. The same content may be there already."""
        await asyncio.to_thread(self._keep, path, self.path(content_hash))

    def _keep(self, path: Path, place: Path) -> None:
        with storage_faults():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync(path)
            path.replace(place)
            for folder in (place.parent, self._folder):
                _sync(folder)

    def old(self, before: float) -> Iterator[tuple[list[str], list[Path]]]:
        """Folder by folder, the files not written since `before` (seconds since the epoch): (hashes, paths)."""
        if not self._folder.is_dir():
            return
        for folder in sorted(self._folder.iterdir()):
            paths = [each for each in folder.iterdir() if each.stat().st_mtime < before]
            yield [each.name for each in paths], paths


def size_and_hash(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256 of a file."""
    with storage_faults(), path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
