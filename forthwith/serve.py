"""Run the application under uvicorn: one listening socket, bounded connections, an orderly end."""

import asyncio
import os
import socket
import sys
from contextlib import AsyncExitStack
from types import FrameType

import uvicorn
import uvloop
from starlette.types import ASGIApp

from forthwith.api.http_protocol import STOPPING, BoundedHttpProtocol
from forthwith.api.socket_protocol import BoundedSocketProtocol
from forthwith.app import running_app
from forthwith.config import Settings
from forthwith.listening import BACKLOG, listen, passed
from forthwith.memory import keep_one_heap, look_less_often_for_garbage
from forthwith.store import data_folder

SOCKET_FRAME_BYTES = 64 * 1024
REQUESTS_END_WITHIN_SECONDS = 5
OVERLAP_SECONDS = 15.0
"""How long a restart waits for the one before it, which ends within 10 s."""


class Server(uvicorn.Server):
    """uvicorn, but a signal ends the process with code 0, a second one at once, and it says when it serves."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """uvicorn's own would raise the signal again at the end, and the process would seem to have been killed."""
        if self.should_exit:
            # Whoever asks twice does not want to wait, and the store takes a kill at any moment.
            os._exit(1)
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, then say so."""
        await super().startup(sockets)
        host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
        sys.stdout.write(f"forthwith listening on http://{host}:{self.config.port}\n")
        sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, and let every connection end after the answer it waits for."""
        self.lifespan.state[STOPPING] = True
        await super().shutdown(sockets)


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit code.

    Raises PortTaken, or what `running_app` raises.
    """
    keep_one_heap()
    listener = passed() or listen(settings.host, settings.port)
    with listener, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings.on_port(listener.getsockname()[1]), listener))
    return 0


async def _serve(settings: Settings, listener: socket.socket) -> None:
    async with AsyncExitStack() as closing:
        if not settings.database_url:  # PostgreSQL serves several of us at once
            data_folder.prepare(settings.data_dir)
            await closing.enter_async_context(data_folder.held(settings.data_dir, OVERLAP_SECONDS))
        app = await closing.enter_async_context(running_app(settings))
        look_less_often_for_garbage()
        await create_server(app, settings).serve(sockets=[listener])


def create_server(app: ASGIApp, settings: Settings) -> Server:
    """A server with our limits; it ends what is under way within 5 s when it is told to stop."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=BoundedHttpProtocol,
        ws=BoundedSocketProtocol,
        ws_max_size=SOCKET_FRAME_BYTES,
        ws_per_message_deflate=False,  # on, it halves the rate of frames and quadruples memory
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        backlog=BACKLOG,
        timeout_graceful_shutdown=REQUESTS_END_WITHIN_SECONDS,
    )
    return Server(config)
