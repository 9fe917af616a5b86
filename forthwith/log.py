"""Logs as JSON lines in UTC: one line a record whatever a name or a text contains. Texts and phone numbers stay out."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    """`{"at", "level", "from", "text"}`, the `fields` given by `extra`, and `error` when an exception is logged."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "text": record.getMessage(),
        } | getattr(record, "fields", {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)  # ASCII only: no control character reaches a terminal


def start(level: str) -> None:
    """Send everything from `level` on to standard error. uvicorn's chatter about its own life is left out."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in ("uvicorn.error", "uvicorn.access", "asyncio", "aiohttp.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
