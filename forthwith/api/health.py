"""For supervisors and Prometheus: is the process up, can it store, what has it done."""

import asyncio
import logging
from ipaddress import ip_address
from secrets import compare_digest

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from forthwith.api.context import Edge
from forthwith.api.errors import problem
from forthwith.store import readiness

log = logging.getLogger(__name__)
router = APIRouter()

READY_WITHIN_SECONDS = 0.8
"""A store that is gone must be told within a second."""
LEAST_FREE_DISK = 0.05


@router.get("/healthz")
async def healthz() -> Response:
    """The process answers."""
    return PlainTextResponse("up\n")


@router.get("/readyz")
async def readyz(context: Edge) -> Response:
    """200 when a write was just committed, the schema is current, every loop runs and the disk has room; else 503 and why."""
    stopped = context.stopped_loops()
    if stopped:
        return PlainTextResponse(f"stopped: {', '.join(stopped)}\n", 503)
    try:
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            missing = await context.db.write(lambda tx: readiness.check(tx, context.now()))
    except Exception as error:  # noqa: BLE001  # whatever it is, a store that takes no write is not ready
        log.warning("Not ready: %s: %s", type(error).__name__, error)
        return PlainTextResponse("the store cannot be written\n", 503)
    if missing:
        return PlainTextResponse("the store's schema is not current\n", 503)
    if context.free_disk() <= LEAST_FREE_DISK:
        return PlainTextResponse("the data folder's disk is nearly full\n", 503)
    return PlainTextResponse("ready\n")


@router.get("/metrics")
async def metrics(request: Request, context: Edge) -> Response:
    """Prometheus text, for loopback or with `Authorization: Bearer` and the metrics token; others find nothing."""
    if not _may_read_metrics(request, context.metrics_token):
        return problem("not_found")
    figures = await context.db.read(readiness.outbox_figures)
    context.metrics.disk_free_ratio.set(context.free_disk())
    context.metrics.ws_connections.set(context.open_sockets())
    context.metrics.outbox_depth.set(figures.depth)
    context.metrics.unconfirmed.set(figures.unconfirmed)
    oldest = figures.oldest_at
    context.metrics.outbox_oldest_seconds.set(
        max(0, context.now() - oldest) / 1000 if oldest is not None else 0
    )
    return Response(context.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read_metrics(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and compare_digest(given.encode(), token.encode()):
        return True
    # A proxy on this machine also comes from loopback, but says for whom it asks.
    forwarded = "forwarded" in request.headers or "x-forwarded-for" in request.headers
    return (
        not forwarded and request.client is not None and ip_address(request.client.host).is_loopback
    )
