"""Routes of the Graph API, for any version ``/v{N}.{n}/``."""

from __future__ import annotations

from aiohttp import web

from whatsapp_emulator.graph.answers import act_refusal, answer
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.graph.gate import (
    EMULATOR,
    VERSION,
    Handler,
    counted,
    graph,
    maybe_spoil,
    no_such_object,
    success,
)
from whatsapp_emulator.graph.media import delete_media, get_file, media_node, post_media
from whatsapp_emulator.graph.nodes import phone_node, select_fields
from whatsapp_emulator.graph.sending import post_message
from whatsapp_emulator.media.store import DOWNLOAD_PATH

# The control plane hangs on the same keys.
__all__ = ["EMULATOR", "Handler", "add_graph_routes"]


def add_graph_routes(app: web.Application) -> None:
    for method, path, handler in (
        ("POST", "{phone}/messages", post_message),
        ("PUT", "{phone}/messages", post_message),
        ("POST", "{phone}/media", post_media),
        ("GET", "{account}/phone_numbers", get_phone_numbers),
        ("GET", "{account}/subscribed_apps", subscribed_apps),
        ("POST", "{account}/subscribed_apps", subscribed_apps),
        ("DELETE", "{account}/subscribed_apps", subscribed_apps),
        ("GET", "{node}", get_node),
        ("DELETE", "{node}", delete_media),
        ("*", "{rest:.*}", unknown_path),
    ):
        app.router.add_route(method, f"{VERSION}/{path}", graph(handler))
    app.router.add_get(DOWNLOAD_PATH, counted(get_file))


async def get_node(request: web.Request) -> web.StreamResponse:
    """``GET /{id}`` of a business number (the harmless read) or of media."""
    emulator = request.app[EMULATOR]
    node = request.match_info["node"]
    media = emulator.media.get(node)
    phone = media.phone_number_id if media else node
    verdict = emulator.judge("resolve" if media else "node", None, 0, phone=phone)
    if verdict.refusal:
        return act_refusal(request, verdict.refusal)
    if media is not None:
        body = media_node(request, media)
    elif node in emulator.settings.phone_number_ids:
        body = select_fields(phone_node(emulator, node), request.query.get("fields"))
    else:
        raise no_such_object(node)
    return await maybe_spoil(request, verdict.answer, answer(body))


async def get_phone_numbers(request: web.Request) -> web.StreamResponse:
    """``GET /{business_account_id}/phone_numbers``."""
    emulator = request.app[EMULATOR]
    _check_account(request)
    fields = request.query.get("fields")
    nodes = [phone_node(emulator, number) for number in emulator.settings.phone_number_ids]
    return answer(
        {
            "data": [select_fields(node, fields) for node in nodes],
            "paging": {"cursors": {"before": "MA", "after": "MA"}},
        }
    )


async def subscribed_apps(request: web.Request) -> web.StreamResponse:
    """``GET | POST | DELETE /{business_account_id}/subscribed_apps``: one app, always there."""
    _check_account(request)
    if request.method != "GET":
        return success()
    app = {"id": "100000000000001", "name": "App under test", "link": "https://example.invalid/"}
    return answer({"data": [{"whatsapp_business_api_data": app}]})


async def unknown_path(request: web.Request) -> web.StreamResponse:
    raise GraphError(
        100, message=f"(#100) Unknown path components: /{request.match_info['rest']}", http=400
    )


def _check_account(request: web.Request) -> None:
    account = request.match_info["account"]
    if account != request.app[EMULATOR].settings.business_account_id:
        raise no_such_object(account)
