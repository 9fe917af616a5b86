"""Finds a Chromium for the browser tests, and gets one where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def chromium_path() -> str | None:
    """The executable of a Chromium: `FORTHWITH_CHROMIUM`, from PATH, or Playwright's own."""
    named = os.environ.get("FORTHWITH_CHROMIUM")
    if named:
        return named
    for command in COMMANDS:
        found = shutil.which(command)
        if found:
            return found
    for application in APPLICATIONS:
        if Path(application).is_file():
            return application
    return _playwright_chromium()


def _playwright_chromium() -> str | None:
    caches = [
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH", ""),
        "~/.cache/ms-playwright",
        "~/Library/Caches/ms-playwright",
    ]
    executables = ("chrome-linux*/chrome", "chrome-mac*/*.app/Contents/MacOS/*")
    for cache in filter(None, caches):
        folder = Path(cache).expanduser()
        for pattern in executables:
            for found in sorted(folder.glob(f"chromium-*/{pattern}"), reverse=True):
                return str(found)
    return None


def is_root_on_debian() -> bool:
    """Whether apt-get can be used without asking anybody."""
    try:
        release = Path("/etc/os-release").read_text()
    except OSError:
        return False
    is_debian = "ID=debian" in release.splitlines()
    return is_debian and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(*packages: str, log: Path) -> bool:
    """Installs Debian packages as root; False, with the reason in `log`, if that fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}

    def succeeds(*command: str) -> bool:
        with log.open("ab") as out:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment
            )
        return done.returncode == 0

    succeeds("apt-get", "update", "-q")  # a stale list is often good enough
    return succeeds("apt-get", "install", "-y", "-q", "--no-install-recommends", *packages)


def install_chromium(python: Path, log: Path) -> str | None:
    """Gets a Chromium from Debian (as root there) or by Playwright; its path, or None."""
    if is_root_on_debian() and apt_install("chromium", log=log):
        return chromium_path()
    with log.open("ab") as out:
        subprocess.run(
            [str(python), "-m", "playwright", "install", "chromium"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    return chromium_path()


def has_emoji_font() -> bool:
    """Whether screenshots will show emoji; taken for granted where fontconfig is absent."""
    if sys.platform != "linux" or not shutil.which("fc-list"):
        return True
    listed = subprocess.run(
        ["fc-list", ":lang=und-zsye"], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    return bool(listed.stdout.strip())
