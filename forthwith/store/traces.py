"""A message's trace: the hops of its attempts, of its row, and what the sender's browser has reported."""

import json
from collections.abc import Iterable
from itertools import count
from typing import get_args

from forthwith.domain.times import iso
from forthwith.protocol.shapes import BrowserHop, Hop, HopName, LostBy, Trace, TraceAttempt
from forthwith.store import hops
from forthwith.store.database import Row, Transaction

Seen = list[tuple[int, BrowserHop]]
"""What a browser saw: milliseconds and hop, in order."""
MOST_POSTS = 20
NAMED_BY_WHATSAPP = frozenset({"accepted", "sent", "delivered", "read", "played"})
HOP_NAMES = frozenset(get_args(HopName))


async def read(tx: Transaction, message: Row) -> Trace:
    """Everything recorded of a stored message of ours."""
    attempts = await tx.all(
        "SELECT n, wamid, log FROM attempts WHERE message_id = :id ORDER BY n", id=message["id"]
    )
    again = await tx.one(
        "SELECT client_id, created_at FROM messages WHERE retry_of = :id", id=message["client_id"]
    )
    server = [Hop(name="stored", at=iso(message["created_at"]))]
    for attempt in attempts:
        server += await _hops_of(tx, attempt)
    if message["dismissed_at"] is not None:
        server.append(Hop(name="dismissed", at=iso(message["dismissed_at"])))
    if again is not None:
        server.append(Hop(name="retried", at=iso(again["created_at"])))
    return Trace(
        client_id=message["client_id"],
        message_id=message["id"],
        pos=message["pos"],
        status=message["status"],
        attempts=[TraceAttempt(each["n"], each["wamid"]) for each in attempts],
        hops=[*_browser_hops(await seen(tx, message["client_id"])), *sorted(server, key=_at)],
        retry_of=message["retry_of"],
        retried_as=again["client_id"] if again else None,
    )


def _at(hop: Hop) -> str:
    return hop.at


def _browser_hops(seen: Seen) -> list[Hop]:
    tries = count(1)
    return [
        Hop(name=name, at=iso(at), clock="browser", nth=next(tries) if name == "posted" else 1)
        for at, name in seen
    ]


async def _hops_of(tx: Transaction, attempt: Row) -> list[Hop]:
    """Of one attempt, in wire shape."""
    shown: list[Hop] = []
    claimed_at, is_lost, is_named = 0, False, False
    for each in sorted(hops.read(attempt["log"]), key=lambda hop: hop.at):
        if each.name not in HOP_NAMES:
            continue  # an inner step, or a newer Forthwith's
        detail = each.detail
        why, code = _lost_by(detail.get("why"))
        until = detail.get("until")
        shown.append(
            Hop(
                name=each.name,  # type: ignore[arg-type]  # looked up above
                at=iso(each.at),
                attempt=attempt["n"],
                code=detail.get("code") or code,
                reason=detail.get("reason"),
                until=iso(until) if until is not None else None,
                why=why,
                after_ms=each.at - claimed_at if why else None,
                late=is_named if why else is_lost and each.name in NAMED_BY_WHATSAPP,
                by=await _name_of(tx, detail["by"]) if "by" in detail else None,
            )
        )
        claimed_at = each.at if each.name == "claimed" else claimed_at
        is_named |= each.name in NAMED_BY_WHATSAPP
        is_lost = not is_named and (is_lost or why is not None)
    return shown


def _lost_by(detail: str | None) -> tuple[LostBy | None, int | None]:
    """What became of the answer, from the detail that `whatsapp/client.py` gives; and WhatsApp's number."""
    if detail is None:
        return None, None
    if detail == hops.ABANDONED:
        return "stopped", None
    if detail.startswith("WhatsApp error "):
        return "fault", int(detail.rpartition(" ")[2])
    if detail.startswith("HTTP "):
        return "unreadable", None
    return ("timeout" if "Timeout" in detail else "broken"), None


async def _name_of(tx: Transaction, agent_id: str) -> str | None:
    row = await tx.one("SELECT name FROM agents WHERE id = :id", id=agent_id)
    return row["name"] if row else None


async def seen(tx: Transaction, client_id: str) -> Seen:
    """What the sender's browser has reported."""
    row = await tx.one("SELECT hops_json FROM traces WHERE client_id = :id", id=client_id)
    return [(at, name) for at, name in json.loads(row["hops_json"])] if row else []


async def add_seen(tx: Transaction, client_id: str, known: Seen, new: Seen, now: int) -> Seen:
    """Keep what is new: every POST, and of all else the first; returns everything known now."""
    together = _merged([*known, *new])
    if together != known:
        await tx.run(
            """INSERT INTO traces (client_id, hops_json, reported_at) VALUES (:id, :hops, :now)
            ON CONFLICT (client_id) DO UPDATE SET hops_json = :hops, reported_at = :now""",
            id=client_id,
            hops=json.dumps(together),
            now=now,
        )
    return together


def _merged(seen: Iterable[tuple[int, BrowserHop]]) -> Seen:
    merged: Seen = []
    names: list[str] = []
    for at, name in sorted(set(seen)):
        if names.count(name) < (MOST_POSTS if name == "posted" else 1):
            merged.append((at, name))
            names.append(name)
    return merged
