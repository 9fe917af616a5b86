"""The line between our server and WhatsApp, to be cut where the emulator has no say: before a call arrives."""

import asyncio
import contextlib

CHUNK = 64 * 1024
OF_A_SEND = b"biz_opaque_callback_data"
"""Calls that mark something as read have none."""


class Gate:
    """Listens in front of the emulator. Begins open."""

    def __init__(self, port: int, emulator_port: int) -> None:
        self.port = port
        self.swallows = False
        """Calls arrive here and go no further; nobody is told."""
        self.swallowed = asyncio.Event()
        self.answers = asyncio.Event()
        """Cleared: what WhatsApp answers waits here."""
        self.answers.set()
        self._emulator_port = emulator_port
        self._listener: asyncio.Server | None = None
        self._tasks = set[asyncio.Task[None]]()

    async def open(self) -> None:
        """Take calls, again."""
        if self._listener is None:
            self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def refuse(self) -> None:
        """Nobody listens any more: connecting is refused, and what was connected is closed."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        back, forth = await asyncio.open_connection("127.0.0.1", self._emulator_port)
        try:
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._calls(reader, forth))
                pumps.create_task(self._answers(back, writer))
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            for end in (writer, forth):
                end.close()

    async def _calls(self, reader: asyncio.StreamReader, forth: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            if not self.swallows:
                forth.write(data)
            elif OF_A_SEND in data:
                self.swallowed.set()
        with contextlib.suppress(OSError):
            forth.write_eof()

    async def _answers(self, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await back.read(CHUNK):
            await self.answers.wait()
            writer.write(data)
        writer.close()
