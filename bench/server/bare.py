"""The floor of the sockets: uvicorn and websockets alone, writing given frames: `python -m bench.server.bare PORT`.

`POST /frames` takes frames, each behind its length in four bytes; `POST /write?times=N` writes all of them to every
socket, N times.
"""

import asyncio
import sys
from urllib.parse import parse_qs

import uvicorn
from starlette.types import Receive, Scope, Send


class Bare:
    """An ASGI application of its own: no framework stands between it and the sockets."""

    def __init__(self) -> None:
        self._frames: list[str] = []
        self._sockets: set[Send] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._hold(receive, send)
        elif scope["path"] == "/frames":
            self._frames = _split(await _body(receive))
            await _answer(send)
        else:
            await _answer(send)
            for _ in range(int(parse_qs(scope["query_string"])[b"times"][0])):
                await self._write()

    async def _hold(self, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        self._sockets.add(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self._sockets.discard(send)

    async def _write(self) -> None:
        for frame in self._frames:
            for send in self._sockets:
                await send({"type": "websocket.send", "text": frame})
            await asyncio.sleep(0)  # the bytes leave before the next event is there


def _split(body: bytes) -> list[str]:
    frames = []
    while body:
        size = int.from_bytes(body[:4], "big")
        frames.append(body[4 : 4 + size].decode())
        body = body[4 + size :]
    return frames


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message["body"])
        if not message["more_body"]:
            return body


async def _answer(send: Send) -> None:
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
    )
    await send({"type": "http.response.body"})


if __name__ == "__main__":
    uvicorn.run(
        Bare(),
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        log_level="warning",
    )
