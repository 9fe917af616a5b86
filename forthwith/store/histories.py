"""Messages with all their attempts, and what these say together."""

from collections.abc import Sequence
from typing import Any

import msgspec

from forthwith.domain.status import Attempt, shown_failure
from forthwith.protocol.shapes import MessageError
from forthwith.store.database import Row, Transaction
from forthwith.store.orphans import failures_from_json

WITH_ATTEMPTS = """SELECT m.*, a.n, a.progress, a.failures_json, a.lapsed, a.log, a.wamid AS attempt_wamid
    FROM messages m JOIN attempts a ON a.message_id = m.id"""
"""The message once for each of its attempts."""


def to_attempt(row: Row) -> Attempt:
    """What is known of the attempt in a row of `WITH_ATTEMPTS`."""
    return Attempt(row["progress"], failures_from_json(row["failures_json"]), bool(row["lapsed"]))


def error_of(attempts: Sequence[Attempt]) -> str | None:
    """The failure of the newest attempt: shown when the message failed, kept as a note when it arrived all the same."""
    failure = shown_failure(attempts[-1].failures)
    if failure is None:
        return None
    params: dict[str, str | int] = {"whatsapp_code": int(failure.code)} if failure.code else {}
    return msgspec.json.encode(
        MessageError(failure.reason, params, failure.detail or None)
    ).decode()


async def read(tx: Transaction, ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """The rows of `WITH_ATTEMPTS` by message."""
    histories: dict[str, list[dict[str, Any]]] = {}
    for row in await tx.all(f"{WITH_ATTEMPTS} WHERE m.id {tx.among} ORDER BY a.n", among=ids):
        histories.setdefault(row["id"], []).append(dict(row))
    return histories
