"""Start emulator and server, fill the store, say what to try, and keep both running until Ctrl-C."""

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import msgspec

from forthwith import config
from forthwith.administration import NobodyListens
from forthwith.clock import milliseconds
from forthwith.config import Settings
from forthwith.demo import words
from forthwith.demo.processes import Child, ChildFailed
from forthwith.demo.seed import Persona, seed
from forthwith.listening import listen
from forthwith.store import data_folder
from forthwith.store.opening import open_store

DEFAULTS = {
    "FORTHWITH_WHATSAPP_TOKEN": "demo-token",
    "FORTHWITH_WHATSAPP_APP_SECRET": "demo-app-secret",
    "FORTHWITH_WHATSAPP_VERIFY_TOKEN": "demo-verify-token",
    "FORTHWITH_WHATSAPP_PHONE_NUMBER_ID": "900000000000001",
    "FORTHWITH_WHATSAPP_BUSINESS_ACCOUNT_ID": "800000000000001",
    "FORTHWITH_INBOX_NAME": "Alder Lane Cycles",
    "FORTHWITH_DISPLAY_PHONE_NUMBER": "+44 7700 900000",
    "FORTHWITH_DEBUG": "true",
}
UP_WITHIN_SECONDS = 30.0
EMULATOR = Path(__file__).with_name("emulator")
"""The copy of the emulator that the wheel carries; in a checkout it is found as it is."""
QUICK_END_SECONDS = 5.0
"""A server that ends by itself so soon would only end again."""


def demo() -> int:
    """Run until Ctrl-C or SIGTERM; returns the exit code.

    Raises PortTaken, ChildFailed, ConfigurationError, or what opening the store raises.
    """
    with tempfile.TemporaryDirectory(prefix="forthwith-demo-") as fresh:
        defaults = DEFAULTS | {"FORTHWITH_DATA_DIR": fresh}
        first = config.load(defaults=defaults)
        emulator_port = _free_port("FORTHWITH_EMULATOR_PORT", first.emulator_port)
        defaults["FORTHWITH_GRAPH_URL"] = f"http://127.0.0.1:{emulator_port}"
        defaults["FORTHWITH_EMULATOR_URL"] = defaults["FORTHWITH_GRAPH_URL"]
        settings = config.load(defaults=defaults)
        settings = settings.on_port(_free_port("FORTHWITH_PORT", settings.port))
        return asyncio.run(_Demo(settings, emulator_port).run())


class _Demo:
    """One run: two children, and the folder they write to."""

    def __init__(self, settings: Settings, emulator_port: int) -> None:
        self._settings = settings
        self._emulator_url = f"http://127.0.0.1:{emulator_port}"
        host = settings.host if config.is_loopback(settings.host) else "127.0.0.1"
        self._server_url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
        folder = data_folder.prepare(settings.data_dir).parent
        environment = settings.for_child()
        self._server = Child(
            "server",
            [sys.executable, "-m", "forthwith", "serve"],
            environment,
            folder / "server.log",
        )
        self._emulator = Child(
            "emulator",
            [sys.executable, "-m", "whatsapp_emulator", "--personas"],
            with_emulator(environment) | self._for_emulator(folder, emulator_port),
            folder / "emulator.log",
        )

    async def run(self) -> int:
        """Start, say so, keep running, stop."""
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        keeping = asyncio.create_task(self._start_and_keep())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({keeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if keeping.done():
                keeping.result()
        finally:
            keeping.cancel()
            stopping.cancel()
            _say("\nStopping.")
            await asyncio.gather(self._server.stop(), self._emulator.stop())
        return 0

    async def _start_and_keep(self) -> None:
        with _step("Emulator of WhatsApp"):
            await self._emulator.start()
            await self._emulator.answers(
                f"{self._emulator_url}/_control/personas", UP_WITHIN_SECONDS
            )
        with _step("Conversations"):
            await self._fill()
        with _step("Server"):
            await self._start_server()
        _say(words.welcome(self._settings.browser_url, self._emulator_url, self._server.pid))
        await asyncio.gather(self._keep_server(), self._watch_emulator())

    async def _fill(self) -> None:
        personas = f"{self._emulator_url}/_control/personas"
        async with aiohttp.ClientSession() as http, http.get(personas) as answer:
            cast = msgspec.json.decode(await answer.read(), type=list[Persona])
        settings = self._settings
        db = await open_store(settings.data_dir, settings.database_url, NobodyListens())
        try:
            await seed(db, settings, cast, milliseconds())
        finally:
            await db.close()

    async def _start_server(self) -> None:
        await self._server.start()
        await self._server.answers(f"{self._server_url}/readyz", UP_WITHIN_SECONDS)

    async def _keep_server(self) -> None:
        """Whoever kills the server to see what happens gets it back."""
        while True:
            began = time.monotonic()
            code = await self._server.ended()
            if code >= 0 and time.monotonic() - began < QUICK_END_SECONDS:
                raise ChildFailed(self._server.report(f"has ended with code {code}"))
            _say(f"The server has ended with code {code}; starting it again.")
            await self._start_server()
            _say(f"The server is back as process {self._server.pid}.")

    async def _watch_emulator(self) -> None:
        code = await self._emulator.ended()
        raise ChildFailed(self._emulator.report(f"has ended with code {code}"))

    def _for_emulator(self, folder: Path, port: int) -> dict[str, str]:
        """The same number and secrets; in the environment, where `ps` does not show them."""
        settings = self._settings
        return {
            "EMULATOR_PORT": str(port),
            "EMULATOR_WEBHOOK_URL": f"{self._server_url}/webhooks/whatsapp",
            "EMULATOR_READY_URL": f"{self._server_url}/readyz",
            "EMULATOR_APP_SECRET": settings.whatsapp_app_secret,
            "EMULATOR_VERIFY_TOKEN": settings.whatsapp_verify_token,
            "EMULATOR_TOKEN": settings.whatsapp_token,
            "EMULATOR_PHONE_NUMBER_ID": settings.whatsapp_phone_number_id,
            "EMULATOR_BUSINESS_ACCOUNT_ID": settings.whatsapp_business_account_id,
            "EMULATOR_STATE": str(folder / "emulator.json"),
        }


def with_emulator(environment: dict[str, str]) -> dict[str, str]:
    """The environment, in which Python finds the wheel's copy of the emulator before any other."""
    if not EMULATOR.is_dir():
        return environment
    path = filter(None, (str(EMULATOR), environment.get("PYTHONPATH")))
    return environment | {"PYTHONPATH": os.pathsep.join(path)}


def _free_port(setting: str, port: int) -> int:
    """The port, if nothing listens there; for 0 one that is free now."""
    with listen("127.0.0.1", port, setting) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def _step(name: str) -> Iterator[None]:
    """One line of progress with the time it took."""
    began = time.monotonic()
    sys.stdout.write(f"  {name:<22}")
    sys.stdout.flush()
    yield
    _say(f"ready after {time.monotonic() - began:.1f} s")


def _say(text: str) -> None:
    print(text, flush=True)
