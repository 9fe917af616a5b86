"""Routes of the Graph API, for any version ``/v{N}.{n}/``."""

from __future__ import annotations

from aiohttp import web

from whatsapp_emulator.graph import handles, management, media, templates
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
)
from whatsapp_emulator.graph.nodes import account_node, phone_node, select_fields
from whatsapp_emulator.graph.sending import post_message
from whatsapp_emulator.media.store import DOWNLOAD_PATH

# The control plane hangs on the same keys.
__all__ = ["EMULATOR", "Handler", "add_graph_routes"]


def add_graph_routes(app: web.Application) -> None:
    for method, path, handler in (
        ("POST", "{phone}/messages", post_message),
        ("PUT", "{phone}/messages", post_message),
        ("POST", "{phone}/media", media.post_media),
        ("GET", "{account}/message_templates", templates.get_templates),
        ("POST", "{account}/message_templates", templates.post_template),
        ("DELETE", "{account}/message_templates", templates.delete_templates),
        ("POST", "{node}/unpause", templates.unpause_template),
        ("GET", "{account}/phone_numbers", management.get_phone_numbers),
        ("GET", "{account}/subscribed_apps", management.get_subscribed_apps),
        ("POST", "{account}/subscribed_apps", management.post_subscribed_apps),
        ("DELETE", "{account}/subscribed_apps", management.delete_subscribed_apps),
        ("GET", "{phone}/whatsapp_business_profile", management.get_profile),
        ("POST", "{phone}/whatsapp_business_profile", management.post_profile),
        ("POST", "{phone}/register", management.register),
        ("POST", "{phone}/deregister", management.deregister),
        ("POST", "{phone}/request_code", management.request_code),
        ("POST", "{phone}/verify_code", management.verify_code),
        ("GET", "{phone}/block_users", management.get_blocked),
        ("POST", "{phone}/block_users", management.block_users),
        ("DELETE", "{phone}/block_users", management.block_users),
        ("POST", "{app}/uploads", handles.open_session),
        ("GET", "{node}", get_node),
        ("POST", "{node}", post_node),
        ("DELETE", "{node}", media.delete_media),
        ("*", "{rest:.*}", unknown_path),
    ):
        app.router.add_route(method, f"{VERSION}/{path}", graph(handler))
    app.router.add_get(DOWNLOAD_PATH, counted(media.get_file))


async def get_node(request: web.Request) -> web.StreamResponse:
    """``GET /{id}`` of a business number (the harmless read), an account, a template or media."""
    emulator = request.app[EMULATOR]
    node, fields = request.match_info["node"], request.query.get("fields")
    file = emulator.media.get(node)
    verdict = emulator.judge("resolve" if file else "node", None, 0)
    if verdict.refusal:
        return act_refusal(request, verdict.refusal)
    template = emulator.templates.get(node)
    if file is not None:
        body = media.media_node(request, file)
    elif node in emulator.settings.phone_number_ids:
        body = select_fields(phone_node(emulator, node), fields)
    elif template is not None:
        body = select_fields(template.node(), fields)
    elif node in emulator.settings.account_ids:
        body = select_fields(account_node(emulator, node), fields)
    else:
        raise no_such_object(node)
    return await maybe_spoil(request, verdict.answer, answer(body))


async def post_node(request: web.Request) -> web.StreamResponse:
    """``POST /{id}``: settings of a business number, bytes of an upload, or an edit of a template."""
    if request.match_info["node"].startswith(handles.PREFIX):
        return await handles.post_bytes(request)
    if request.match_info["node"] in request.app[EMULATOR].settings.phone_number_ids:
        return await management.post_phone(request)
    return await templates.edit_template(request)


async def unknown_path(request: web.Request) -> web.StreamResponse:
    raise GraphError(
        100, message=f"(#100) Unknown path components: /{request.match_info['rest']}", http=400
    )
