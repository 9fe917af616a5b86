"""All routes in one place, and what stands before and after each of them."""

from collections.abc import Iterable
from pathlib import Path

from fastapi import FastAPI
from starlette.routing import BaseRoute

from forthwith.api import (
    conversations,
    csp_report,
    errors,
    health,
    kept_builds,
    media,
    messages,
    openapi,
    send_message,
    session,
    traces,
)
from forthwith.api.context import Context
from forthwith.api.errors import UnexpectedErrors
from forthwith.api.headers import SecurityHeaders
from forthwith.api.origin import OwnPagesOnly
from forthwith.api.static import WebFiles, web_folder

ROUTERS = (
    session.router,
    conversations.router,
    send_message.router,
    messages.router,
    media.router,
    traces.router,
    csp_report.router,
    openapi.router,
    health.router,
)


def create_api(
    context: Context, origins: frozenset[str], others: Iterable[BaseRoute], kept: Path
) -> FastAPI:
    """The whole edge. `others`: the webhook's routes and the socket's, built on services of their own.

    `kept`: where the front end's files of this build and the one before are kept.
    """
    app = FastAPI(title="Forthwith", openapi_url=None, redirect_slashes=False)
    app.state.context = context
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.extend(others)
    app.router.default = WebFiles(web_folder(), kept_builds.keep(web_folder(), kept))
    # The last one added is the outermost.
    app.add_middleware(OwnPagesOnly, origins=origins)
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(SecurityHeaders, origins=origins)
    return app
