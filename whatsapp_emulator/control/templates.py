"""Templates on the control plane: what a reviewer and the quality watch would decide."""

from __future__ import annotations

import msgspec
from aiohttp import web

from whatsapp_emulator.control.bodies import ControlError, only_queries, read_shape, reply
from whatsapp_emulator.graph.routes import EMULATOR
from whatsapp_emulator.templates.template import Category, Quality, Status, Template


class Decision(msgspec.Struct, forbid_unknown_fields=True):
    status: Status | None = None
    reason: str | None = None
    quality: Quality | None = None
    category: Category | None = None
    is_held: bool | None = None


async def get_templates(request: web.Request) -> web.StreamResponse:
    """All templates of all accounts: ``[{id, account, name, language, status, ...}]``."""
    only_queries(request)
    return reply([_shape(one) for one in request.app[EMULATOR].templates.all])


async def put_template(request: web.Request) -> web.StreamResponse:
    """``{status?: APPROVED|PENDING|REJECTED|PAUSED|DISABLED|ARCHIVED, reason?, quality?, category?,
    is_held?}``: decide as Meta would, with its webhooks. ``is_held``: sends are accepted as
    ``held_for_quality_assessment`` until it is false again. Answers the template."""
    emulator = request.app[EMULATOR]
    template = emulator.templates.get(request.match_info["id"])
    if template is None:
        raise ControlError("There is no template with that id.", http=404)
    decision = await read_shape(request, Decision)
    if decision.status is not None:
        emulator.templates.change_status(template, decision.status, decision.reason)
        if decision.status in ("PAUSED", "DISABLED"):
            emulator.pacing.drop(template.id)
    if decision.quality is not None:
        emulator.templates.change_quality(template, decision.quality)
    if decision.category is not None:
        emulator.templates.change_category(template, decision.category)
    if decision.is_held is not None:
        template.is_held = decision.is_held
        if not decision.is_held:
            emulator.pacing.release(template.id)
    return reply(_shape(template))


def _shape(template: Template) -> dict[str, object]:
    return {"account": template.account, "is_held": template.is_held, **template.node()}
