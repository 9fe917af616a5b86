"""The one folder this product writes to: made when missing, and held by one server at a time."""

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

log = logging.getLogger(__name__)
DATABASE_FILE = "forthwith.db"
LOCK_FILE = "forthwith.lock"
TRY_AGAIN_SECONDS = 0.02


class FolderUnusable(Exception):
    """The sentence says why, and what to do."""


def prepare(folder: Path) -> Path:
    """Make the folder, private to its owner, and see that it can be written; returns the SQLite file's path."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise FolderUnusable(
            f"The data folder {folder} cannot be written ({error.strerror}); make it writable or set "
            "FORTHWITH_DATA_DIR to another one."
        ) from error
    return folder / DATABASE_FILE


def free_ratio(folder: Path) -> float:
    """Free part of the disk the folder lies on, from 0 to 1, without what only root may use."""
    disk = os.statvfs(folder)
    return disk.f_bavail / disk.f_blocks if disk.f_blocks else 1.0


@asynccontextmanager
async def held(folder: Path, wait_seconds: float) -> AsyncIterator[None]:
    """Hold the folder for one server. A restart overlaps: the new one waits while the old one finishes.

    Raises FolderUnusable when the other has not let go in time. The lock ends with the process, however it dies.
    """
    with (folder / LOCK_FILE).open("a") as file:
        try:
            async with asyncio.timeout(wait_seconds):
                if not _take(file.fileno()):
                    log.info("loaded; waiting for the server before this one to let go")
                while not _take(file.fileno()):  # noqa: ASYNC110  # a file lock rings no bell
                    await asyncio.sleep(TRY_AGAIN_SECONDS)
        except TimeoutError:
            raise FolderUnusable(
                f"Another Forthwith is running on the data folder {folder}; stop it first, or set FORTHWITH_DATA_DIR "
                "to another one."
            ) from None
        yield


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
