"""A tab that was open during an upgrade still asks for the files of the build before: they are kept in the data folder."""

import hashlib
import logging
import os
import shutil
from pathlib import Path

log = logging.getLogger(__name__)
BUILDS_KEPT = 2
"""The one in use and the one before."""
ASSETS = "assets"


def keep(build: Path, folder: Path) -> list[Path]:
    """Copy the assets of `build` below `folder`, unless they are there; returns the folders of all builds kept.

    Names of assets hold a hash of their content, so builds cannot contradict each other. Without room for a copy the
    server starts all the same.
    """
    try:
        if (build / "index.html").is_file() and (build / ASSETS).is_dir():
            _copy(build, folder)
            for old in _newest_first(folder)[BUILDS_KEPT:]:
                shutil.rmtree(old, ignore_errors=True)
        return _newest_first(folder)
    except OSError as error:
        log.warning("the front end's files cannot be kept for open tabs: %s", error)
        return []


def _copy(build: Path, folder: Path) -> None:
    name = hashlib.sha256((build / "index.html").read_bytes()).hexdigest()[:16]
    kept = folder / name
    if not kept.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        begun = folder / f".{name}-{os.getpid()}"
        try:
            ignored = shutil.ignore_patterns("*.map")  # for developers, who reload
            shutil.copytree(build / ASSETS, begun / ASSETS, ignore=ignored)
            begun.rename(kept)
        finally:
            shutil.rmtree(begun, ignore_errors=True)
    os.utime(kept)


def _newest_first(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    builds = [each for each in folder.iterdir() if each.is_dir() and not each.name.startswith(".")]
    return sorted(builds, key=lambda each: each.stat().st_mtime_ns, reverse=True)
