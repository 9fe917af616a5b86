"""Message templates of the Graph API: list, create, edit, delete, unpause."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from whatsapp_emulator.graph.answers import answer
from whatsapp_emulator.graph.checks import missing
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.graph.gate import (
    EMULATOR,
    business_account,
    no_such_object,
    read_body,
    success,
)
from whatsapp_emulator.graph.nodes import select_fields
from whatsapp_emulator.templates.book import LIMIT
from whatsapp_emulator.templates.checks import check_components, check_new
from whatsapp_emulator.templates.template import Template

PAGE = 25
PAGE_LIMIT = 1000
FIELDS = "name,parameter_format,components,language,status,category,id"
# Query parameters that pick templates by a field of the node.
FILTERS = ("status", "category", "language", "name")


async def get_templates(request: web.Request) -> web.StreamResponse:
    """``GET /{account}/message_templates``: ``fields``, ``status``, ``category``, ``language``,
    ``name``, ``name_or_content``, ``quality_score``, ``limit``, ``after``, ``before``, ``summary``."""
    account = business_account(request)
    book = request.app[EMULATOR].templates
    found = [one for one in book.of(account) if _matches(one, request.query)]
    page, is_more = _page(found, request.query)
    fields = request.query.get("fields") or FIELDS
    body: dict[str, Any] = {"data": [select_fields(one.node(), fields) for one in page]}
    if page:
        cursors = {"before": _cursor(page[0]), "after": _cursor(page[-1])}
        body["paging"] = {"cursors": cursors}
        if is_more:
            query = {**request.query, "after": cursors["after"]}
            query.pop("before", None)
            base = f"{request.scheme}://{request.host}{request.path}"
            body["paging"]["next"] = f"{base}?{urlencode(query)}"
    if request.query.get("summary"):
        counts = {"total_count": len(found), "message_template_count": len(book.of(account))}
        body["summary"] = {
            **counts,
            "message_template_limit": LIMIT,
            "are_translations_complete": True,
        }
    return answer(body)


async def post_template(request: web.Request) -> web.StreamResponse:
    """``POST /{account}/message_templates``: ``{id, status: PENDING, category}``."""
    account = business_account(request)
    body = await read_body(request)
    check_new(body)
    template = request.app[EMULATOR].templates.create(account, body)
    return answer({"id": template.id, "status": template.status, "category": template.category})


async def edit_template(request: web.Request) -> web.StreamResponse:
    """``POST /{template_id}``: new components or category."""
    template = _template(request)
    body = await read_body(request)
    if body.get("components") is None and body.get("category") is None:
        raise missing("components")
    if body.get("components") is not None:
        check_components({"parameter_format": template.parameter_format, **body})
    request.app[EMULATOR].templates.edit(template, body)
    return success()


async def unpause_template(request: web.Request) -> web.StreamResponse:
    """``POST /{template_id}/unpause``."""
    template = _template(request)
    if template.status != "PAUSED":
        raise GraphError(100, message="(#100) The template is not paused.")
    request.app[EMULATOR].templates.change_status(template, "APPROVED")
    return success()


async def delete_templates(request: web.Request) -> web.StreamResponse:
    """``DELETE /{account}/message_templates?name=``: all languages, with ``hsm_id`` that one."""
    account = business_account(request)
    name, hsm_id = request.query.get("name"), request.query.get("hsm_id")
    if not name:
        raise missing("name")
    book = request.app[EMULATOR].templates
    doomed = [one for one in book.of(account) if one.name == name and hsm_id in (None, one.id)]
    if not doomed:
        raise GraphError(100, message="(#100) Message template was not found.", subcode=2593002)
    book.delete(doomed)
    return success()


def _template(request: web.Request) -> Template:
    template = request.app[EMULATOR].templates.get(request.match_info["node"])
    if template is None:
        raise no_such_object(request.match_info["node"])
    return template


def _matches(template: Template, query: Any) -> bool:
    node = template.node()
    words = query.get("name_or_content", "").lower()
    content = (template.component("BODY") or {}).get("text", "")
    return (
        all(_picks(query.get(name), node[name]) for name in FILTERS)
        and _picks(query.get("quality_score"), template.quality)
        and (words in template.name or words in content.lower())
    )


def _picks(wanted: str | None, value: str) -> bool:
    """Whether a filter lets the value through: absent, one value, or a JSON list of values."""
    if wanted and wanted.startswith("["):
        try:
            return value in json.loads(wanted)
        except (ValueError, TypeError, RecursionError):
            raise GraphError(100, message="(#100) A filter must be a value or an array.") from None
    return wanted in (None, "", value)


def _page(found: list[Template], query: Any) -> tuple[list[Template], bool]:
    """One page, and whether there is another after it."""
    try:
        limit = int(query.get("limit") or PAGE)
        after = _number(query.get("after"))
        before = _number(query.get("before"))
    except ValueError:
        raise GraphError(100, message="(#100) Invalid cursors or limit.") from None
    if not 0 < limit <= PAGE_LIMIT:
        raise GraphError(100, message=f"(#100) Param limit must be from 1 to {PAGE_LIMIT}.")
    if before is not None:
        earlier = [one for one in found if one.number < before]
        return earlier[-limit:], bool(earlier)
    later = [one for one in found if after is None or one.number > after]
    return later[:limit], len(later) > limit


def _cursor(template: Template) -> str:
    return urlsafe_b64encode(f"template:{template.number}".encode()).decode()


def _number(cursor: str | None) -> int | None:
    if not cursor:
        return None
    return int(urlsafe_b64decode(cursor).decode().removeprefix("template:"))
