"""What a browser saw of its agent's own messages, kept beside what the server saw."""

from forthwith.domain.agent import Agent
from forthwith.domain.errors import Invalid
from forthwith.protocol.shapes import ReportedTrace, ReportTraces
from forthwith.store import messages, traces
from forthwith.store.database import Database, Transaction

MOST_TRACES = 50
MOST_HOPS = 40
LATEST = 253_402_300_800_000
"""The year 10000: no clock is believed to be right, but every time must be writable."""


async def report_traces(db: Database, agent: Agent, report: ReportTraces, now: int) -> list[int]:
    """Keep what is new; returns for each message whose way to the screen is now known how many milliseconds it took.

    Messages that are not stored, or another agent's, are passed over. Raises Invalid.
    """
    if len(report.traces) > MOST_TRACES:
        raise Invalid("invalid_body", field="traces")
    for trace in report.traces:
        if len(trace.hops) > MOST_HOPS or any(not 0 <= hop.at < LATEST for hop in trace.hops):
            raise Invalid("invalid_body", field="hops")

    async def keep(tx: Transaction) -> list[int]:
        took = [await _keep(tx, agent, trace, now) for trace in report.traces]
        return [each for each in took if each is not None]

    return await db.write(keep) if report.traces else []


async def _keep(tx: Transaction, agent: Agent, trace: ReportedTrace, now: int) -> int | None:
    message = await messages.by_client_id(tx, trace.client_id)
    if message is None or message["sender_id"] != agent.id:
        return None
    known = await traces.seen(tx, message["client_id"])
    new: traces.Seen = [(hop.at, hop.name) for hop in trace.hops]
    before, after = (
        _to_screen(known),
        _to_screen(await traces.add_seen(tx, message["client_id"], known, new, now)),
    )
    return after if before is None else None


def _to_screen(seen: traces.Seen) -> int | None:
    """Milliseconds from Enter to the frame that showed the message."""
    at = {name: time for time, name in reversed(seen)}
    if "enter" not in at or "painted" not in at:
        return None
    return max(0, at["painted"] - at["enter"])
