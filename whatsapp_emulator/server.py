"""The emulator as a server: one port for Graph API, control plane, phones and console."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from whatsapp_emulator import snapshot
from whatsapp_emulator.control.access import loopback_only
from whatsapp_emulator.control.personas import COMPANY
from whatsapp_emulator.control.routes import add_control_routes
from whatsapp_emulator.door import DOOR, Door
from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.graph.routes import EMULATOR, add_graph_routes
from whatsapp_emulator.personas.company import Company
from whatsapp_emulator.phone_page import add_phone_page
from whatsapp_emulator.settings import Settings, local_host
from whatsapp_emulator.webhooks.handshake import shake_hands
from whatsapp_emulator.wire.tap import TAP, Tap, tap_calls

BODY_LIMIT = 2 * 1024 * 1024


@dataclass(frozen=True)
class Running:
    """A listening emulator."""

    emulator: Emulator
    port: int


def build_app(emulator: Emulator, company: Company | None) -> web.Application:
    app = web.Application(middlewares=[loopback_only, tap_calls], client_max_size=BODY_LIMIT)
    app[EMULATOR] = emulator
    app[TAP] = Tap(emulator)
    if company is not None:
        app[COMPANY] = company
    add_graph_routes(app)
    add_control_routes(app)
    add_phone_page(app)
    return app


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Running]:
    """Listen, deliver webhooks and keep the state file until the block is left."""
    saved = snapshot.read(settings.state) if settings.state else None
    emulator = Emulator(settings)
    company = Company(emulator) if settings.personas else None
    app = build_app(emulator, company)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    door = app[DOOR] = Door(runner, settings.host, settings.port)
    await runner.setup()
    background: list[asyncio.Task[None]] = []
    try:
        await emulator.webhooks.start()
        await door.open()
        emulator.own_url = f"http://{local_host(settings.host)}:{door.port}"
        if saved is not None:
            snapshot.restore(emulator, saved)
        if company is not None:
            company.move_in()
            if settings.ready_url:
                background.append(asyncio.create_task(company.begin_when_ready(settings.ready_url)))
        background.append(
            asyncio.create_task(
                shake_hands(emulator.webhooks, emulator.clock, settings.verify_token)
            )
        )
        if settings.state:
            background.append(asyncio.create_task(snapshot.keep_saving(emulator, settings.state)))
        yield Running(emulator, door.port)
    finally:
        emulator.stopping.set()
        emulator.live.close()
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        if settings.state:
            snapshot.save(emulator, settings.state)
        if company is not None:
            await company.stop()
        await emulator.stop()
        await emulator.outlet.clear()
        await door.close()
        await runner.cleanup()
        await emulator.webhooks.stop()
