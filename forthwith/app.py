"""The composition root: builds everything once, starts and stops the loops, and hands out the ASGI application."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI

from forthwith.api.context import Context
from forthwith.api.limits import ApiLimit
from forthwith.api.live import LiveEndpoint
from forthwith.api.origin import origins_of
from forthwith.api.routes import create_api
from forthwith.api.webhook import WebhookEndpoint
from forthwith.clock import milliseconds
from forthwith.config import Settings
from forthwith.contents.pictures import Pictures
from forthwith.domain.times import DAY
from forthwith.loops import Loops
from forthwith.metrics import Metrics
from forthwith.realtime.bus import Bell
from forthwith.realtime.event_log import EventLog
from forthwith.realtime.websocket_service import WebsocketService
from forthwith.services.apply_early_changes import EarlyChanges
from forthwith.services.deliver_outbox import DeliverySettings, OutboxWorker
from forthwith.services.fetch_media import MediaFetcher
from forthwith.services.prune_store import Keeping, Pruner
from forthwith.services.receive_upload import UploadReceiver
from forthwith.services.receive_webhook import WebhookReceiver
from forthwith.services.sign_in import Sessions
from forthwith.services.tell_read import ReadReceipts
from forthwith.services.upload_media import MediaUploader
from forthwith.store import inboxes
from forthwith.store.data_folder import free_ratio
from forthwith.store.database import Database
from forthwith.store.media_files import MediaFiles
from forthwith.store.opening import open_store
from forthwith.whatsapp.client import WhatsAppClient
from forthwith.whatsapp.media_client import MediaClient
from forthwith.whatsapp.media_source import MediaSource

BUILDS_FOLDER = "web"
"""In the data folder."""
LOOPS_END_WITHIN_SECONDS = 4.0
"""With uvicorn's 5 s for requests under way, a stop takes at most 10 s; then attempts stay marked as claimed."""
LEASE_BEYOND_TIMEOUT_SECONDS = 10


@asynccontextmanager
async def running_app(
    settings: Settings, now: Callable[[], int] = milliseconds
) -> AsyncIterator[FastAPI]:
    """The application with its store open and its loops running; all is stopped in reverse order at the end.

    Raises FolderUnusable, SchemaTooNew or StorageUnavailable: one sentence each.
    """
    async with AsyncExitStack() as closing:
        bell, metrics = Bell(), Metrics()
        db = await open_store(settings.data_dir, settings.database_url, bell, metrics)
        closing.push_async_callback(db.close)
        await _ensure_inbox(db, settings, now())

        whatsapp = WhatsAppClient(*_graph(settings))
        closing.push_async_callback(whatsapp.close)
        receipts = ReadReceipts(whatsapp)
        closing.push_async_callback(receipts.close)
        outbox = OutboxWorker(db, whatsapp, now, _delivery(settings))
        log = EventLog(db)
        await log.open()
        sockets = WebsocketService(log, db.epoch, metrics.ws_replayed)
        bell.listen(outbox.ring)
        bell.listen(sockets.ring)

        loops = Loops()
        closing.push_async_callback(loops.stop, LOOPS_END_WITHIN_SECONDS)
        loops.start("outbox", outbox.run)
        files, pictures = MediaFiles(settings.data_dir), Pictures()
        for name, loop in _media_loops(settings, db, files, pictures, now, outbox).items():
            bell.listen(loop.ring)
            loops.start(name, loop.run)
        loops.start("sockets", sockets.run)
        loops.start("early changes", EarlyChanges(db, now).run)
        loops.start("pruning", Pruner(db, files, _keeping(settings), now).run)

        origins = origins_of(settings.browser_url)
        context = Context(
            db=db,
            now=now,
            sessions=Sessions(db, ended=sockets.close_session),
            limit=ApiLimit(),
            metrics=metrics,
            secure=settings.browser_url.startswith("https:"),
            debug=settings.debug,
            emulator_console=settings.emulator_url and f"{settings.emulator_url}/console",
            metrics_token=settings.metrics_token,
            stopped_loops=loops.stopped,
            open_sockets=sockets.count,
            free_disk=partial(free_ratio, settings.data_dir),
            tell_read=receipts.tell,
            uploads=UploadReceiver(db, files, pictures),
            files=files,
        )
        receiver, secrets = WebhookReceiver(db, now), [settings.whatsapp_app_secret]
        webhook = WebhookEndpoint(receiver, secrets, settings.whatsapp_verify_token, metrics)
        others = [*webhook.routes(), *LiveEndpoint(sockets).routes()]
        yield create_api(context, origins, others, settings.data_dir / BUILDS_FOLDER)


def _media_loops(
    settings: Settings,
    db: Database,
    files: MediaFiles,
    pictures: Pictures,
    now: Callable[[], int],
    outbox: OutboxWorker,
) -> dict[str, MediaUploader | MediaFetcher]:
    """Files to WhatsApp, and files from there."""
    graph, stale_after = _graph(settings), _delivery(settings).stale_after
    return {
        "uploads": MediaUploader(db, files, MediaClient(*graph), now, stale_after, outbox.ring),
        "fetching": MediaFetcher(db, files, pictures, MediaSource(*graph), now),
    }


def _graph(settings: Settings) -> tuple[str, str, float]:
    """What every client of Graph needs."""
    return settings.graph_url, settings.whatsapp_token, settings.graph_timeout_seconds


async def _ensure_inbox(db: Database, settings: Settings, now: int) -> None:
    await db.write(
        lambda tx: inboxes.ensure(
            tx,
            settings.whatsapp_phone_number_id,
            settings.whatsapp_business_account_id,
            settings.inbox_name,
            settings.display_phone_number,
            now,
        )
    )


def _keeping(settings: Settings) -> Keeping:
    return Keeping(
        events=round(settings.keep_events_days * DAY),
        webhooks=round(settings.keep_webhooks_days * DAY),
        orphans=round(settings.keep_orphans_days * DAY),
    )


def _delivery(settings: Settings) -> DeliverySettings:
    """SQLite belongs to one process, so what an earlier one claimed is known to be abandoned."""
    return DeliverySettings(
        outcome_wait=round(settings.outcome_wait_seconds * 1_000),
        stale_after=round(settings.stale_after_seconds * 1_000),
        lease=round((settings.graph_timeout_seconds + LEASE_BEYOND_TIMEOUT_SECONDS) * 1_000),
        only_process=not settings.database_url,
    )
