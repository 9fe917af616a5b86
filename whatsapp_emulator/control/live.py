"""``GET /_control/live``: server-sent events for the phone page."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from whatsapp_emulator.graph.routes import EMULATOR

HEARTBEAT_SECONDS = 15.0


async def stream_live(request: web.Request) -> web.StreamResponse:
    """Events, each a JSON object: ``{type: "message", wa_id, message}`` (a line of the thread,
    new or changed), ``{type: "contact", contact}``, ``{type: "typing", wa_id, seconds}`` (0 is
    over), ``{type: "quiet", quiet}``, ``{type: "clock", ahead_seconds}``, ``{type: "reset"}``,
    ``{type: "wire", exchange}`` (new or changed, without bodies), ``{type: "faults", weather,
    rules}``, ``{type: "entry", entry}`` (of the ledger, new or changed). The first tells whether
    it is quiet now; nothing else is replayed: read everything after connecting."""
    emulator = request.app[EMULATOR]
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    queue = emulator.live.listen()
    try:
        first = {"type": "quiet", "quiet": emulator.under_way.is_quiet}
        await response.write(f"retry: 500\ndata: {json.dumps(first)}\n\n".encode())
        while not emulator.stopping.is_set():
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    event = await queue.get()
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is None:
                break
            await response.write(f"data: {json.dumps(event)}\n\n".encode())
    except ConnectionResetError:
        pass  # the page was closed
    finally:
        emulator.live.leave(queue)
    return response
