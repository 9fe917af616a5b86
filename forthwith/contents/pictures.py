"""Pictures are decoded by a child process (`decoder.py`), one or two at a time."""

import asyncio
import contextlib
import logging
import sys
from pathlib import Path
from typing import Literal

import msgspec

log = logging.getLogger(__name__)
AT_ONCE = 2
LONGEST_SECONDS = 30.0


class Picture(msgspec.Struct, frozen=True):
    """What is kept of it."""

    mime_type: str
    width: int
    height: int
    is_animated: bool


class Undecodable(ValueError):
    """No whole picture, or one that would fill the memory."""


class Pictures:
    """The children of one process."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def examine(
        self, source: Path, target: Path, mode: Literal["photo", "as it is", "measure"]
    ) -> Picture:
        """See `decoder.examine`. Raises Undecodable."""
        async with self._turn:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-m", "forthwith.contents.decoder"),
                *(source, target, mode),
                env={},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            complaint = b""
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    said, complaint = await child.communicate()
                return msgspec.json.decode(said, type=Picture)
            except (TimeoutError, msgspec.MsgspecError) as error:
                last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
                log.info("a picture could not be decoded: %s", last or type(error).__name__)
                raise Undecodable(last) from error
            finally:
                if child.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        child.kill()
                    await child.wait()
