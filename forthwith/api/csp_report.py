"""What browsers tell of the content security policy: one line each in the log, a few a minute."""

import logging
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from forthwith.api.body import parse, read_bytes
from forthwith.api.context import Edge
from forthwith.api.headers import CSP_REPORT_PATH
from forthwith.domain.allowance import Allowance
from forthwith.domain.times import SECOND

log = logging.getLogger(__name__)
router = APIRouter()
_lines = Allowance(burst=20, refill_ms=6 * SECOND)


@router.post(CSP_REPORT_PATH)
async def csp_report(request: Request, edge: Edge) -> Response:
    """`application/csp-report`, as `report-uri` sends it."""
    report = parse(await read_bytes(request))
    if _lines.take("", edge.now()) == 0:
        log.warning("A page broke the content security policy: %s", _describe(report))
    return Response(status_code=204)


def _describe(report: Any) -> str:
    """Directive and what was blocked, without queries: they may hold anything."""
    body = report.get("csp-report") if isinstance(report, dict) else None
    if not isinstance(body, dict):
        return "not understood"
    directive = str(body.get("effective-directive") or body.get("violated-directive"))
    blocked = str(body.get("blocked-uri")).partition("?")[0]
    return f"{directive[:60]} blocked {blocked[:200]}"
