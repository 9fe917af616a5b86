"""Child processes of the demo: started, waited for, stopped."""

import asyncio
import ctypes
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import aiohttp

STOP_WITHIN_SECONDS = 12.0
LOOK_AGAIN_SECONDS = 0.05
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class ChildFailed(Exception):
    """A child ended before it was of use; the text has the end of its log."""


class Child:
    """One child in a session of its own, so that Ctrl-C reaches only the demo, which then stops its children."""

    def __init__(
        self, name: str, command: list[str], environment: dict[str, str], log: Path
    ) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of the running process."""
        return self._started().pid

    async def start(self) -> None:
        """Start it; what it prints goes to its log."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_dying_with_parent(),
            )

    async def answers(self, url: str, within_seconds: float) -> None:
        """Return once a GET of `url` is answered 200. Raises ChildFailed when the child ends or time runs out."""
        ended = asyncio.create_task(self.ended())
        answered = asyncio.create_task(_answered(url))
        try:
            async with asyncio.timeout(within_seconds):
                await asyncio.wait({ended, answered}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise ChildFailed(
                self.report(f"has not answered within {within_seconds:.0f} s")
            ) from None
        finally:
            ended.cancel()
            answered.cancel()
        if not answered.done() or answered.cancelled():
            raise ChildFailed(self.report("could not start"))

    async def ended(self) -> int:
        """Its exit code, once it has one."""
        return await self._started().wait()

    async def stop(self) -> None:
        """SIGTERM; SIGKILL for what does not listen."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_WITHIN_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def _started(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "start() makes it"
        return self._process

    def report(self, what: str) -> str:
        """A sentence about it, and the end of its log."""
        lines = self._log.read_text(errors="replace").splitlines()[-8:]
        return "\n  ".join([f"The {self.name} {what}. The end of its log:", *lines])


async def _answered(url: str) -> None:
    async with aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass  # not up yet
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _dying_with_parent() -> Callable[[], None] | None:
    """A killed demo must not leave its children holding the ports; only Linux can promise that."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
