"""Logs: one JSON line a record, in UTC, whatever the text holds."""

import json
import logging

from forthwith.log import JsonLines


def line_of(text: str, *values: object, error: BaseException | None = None) -> str:
    info = (type(error), error, None) if error else None
    record = logging.LogRecord("forthwith.test", logging.WARNING, "", 0, text, values, info)
    record.created = 1_700_000_000.123
    return JsonLines().format(record)


def test_a_record_is_one_line_of_json() -> None:
    line = line_of("webhook: %d bytes", 7)
    assert json.loads(line) == {
        "at": "2023-11-14T22:13:20.123+00:00",
        "level": "warning",
        "from": "forthwith.test",
        "text": "webhook: 7 bytes",
    }


def test_a_name_cannot_forge_a_line_or_paint_a_terminal() -> None:
    line = line_of("%s", 'Mallory\n{"level":"info"}\x1b[31m\u2028\u202e')
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["text"].startswith("Mallory\n")


def test_an_exception_is_kept() -> None:
    assert "RuntimeError: why" in json.loads(line_of("failed", error=RuntimeError("why")))["error"]
