"""Calls whose answer is late, lost, or a refusal: 1, 7 to 11, 20 and 23."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.emulator.misbehaviours.row import Row, Sight, ask_and_talk, later_between, rule, talk
from tests.emulator.wire import Wire

CUT = ("ServerDisconnectedError", "ClientOSError", "ClientConnectionResetError")
ONCE: dict[str, Any] = {"times": 1}

Call = partial(Row, seen_in="answers")
Lost = partial(Call, shown=("unconfirmed", "delivered"), accepted=(0, 1))
"""Nobody but WhatsApp knows that it was not accepted: a person decides."""
Refused = partial(Call, shown=("failed", "delivered"), accepted=(0, 1))


def first(*wanted: int | str) -> Sight:
    """The first call ends like this, by HTTP status or exception, and the second well."""
    return lambda wire: wire.answers[0].what in wanted and wire.answers[1].what == 200


def code(wanted: int) -> Sight:
    """The first call is refused with this code, the second taken."""
    return lambda wire: wire.answers[0].code == wanted and wire.answers[1].what == 200


def all_refused(wire: Wire) -> bool:
    return [answer.code for answer in wire.answers] == [130429, 130429]


def sent_came_first(wire: Wire) -> bool:
    return all("sent" in answer.statuses_before for answer in wire.answers)


def one_failed(wire: Wire) -> bool:
    return wire.names.count("failed") == 1 and wire.names.count("delivered") == 1


LOST_ANSWERS = [
    Call(1, "a status before its answer", (rule("status_first"),), sent_came_first, "G4"),
    Call(7, "accept and hang", (rule("hang", **ONCE),), first("TimeoutError"), "G1"),
    Call(7, "accept and reset", (rule("reset", **ONCE),), first(*CUT), "G1"),
    Call(7, "accept and 502", (rule("bad_gateway", **ONCE),), first(502), "G1"),
    Call(7, "accept, half a body", (rule("truncate", **ONCE),), first("ClientPayloadError"), "G1"),
    Lost(8, "503 before accepting", (rule("unavailable", **ONCE),), first(503), "G1"),
    Lost(8, "a connection cut before", (rule("close", **ONCE),), first(*CUT), "G1"),
    Lost(
        8,
        "a TLS alert for an answer",
        (rule("tls_alert", **ONCE),),
        first("ClientResponseError", "BadStatusLine", *CUT),
        "G1",
    ),
    Call(
        8,
        "connections refused",
        (rule("refuse_connections", {"kind": "node"}, seconds=0.4, **ONCE),),
        first("ClientConnectorError"),
        "G1",
        play=ask_and_talk,
    ),
    Call(23, "200 and no JSON", (rule("garbage", **ONCE),), first(200), "G1"),
    Call(23, "200 and nothing", (rule("garbage", body="", **ONCE),), first(200), "G1"),
]

TOO_FAST = [
    *[
        Call(
            9,
            f"a burst of {number}",
            (rule("error", code=number, retry_after_seconds=1, **ONCE),),
            code(number),
            "G5",
        )
        for number in (131056, 4, 80007)
    ],
    Call(
        9,
        "130429 for so many seconds",
        (rule("error", code=130429, retry_after_seconds=1, for_seconds=0.5),),
        all_refused,
        "G5",
    ),
]

HELD = [
    Call(
        10,
        f"{number} in mid-session",
        (rule("error", code=number, **how),),
        code(number),
        "G1",
        holds=True,
        play=later_between(60) if "for_seconds" in how else talk,
    )
    for number, how in ((190, ONCE), (131031, ONCE), (131057, {"for_seconds": 60}))
]

REFUSED = [
    Refused(11, "a false 131047", (rule("error", code=131047, **ONCE),), code(131047), "G1"),
    Row(
        11,
        "a false 131047 later",
        (rule("fail", {"nth": 1}, code=131047),),
        one_failed,
        "G1",
        shown=("failed", "delivered"),
    ),
    Refused(
        20,
        "a template paused meanwhile",
        (rule("error", code=132015, **ONCE),),
        code(132015),
        "G1",
    ),
]

ROWS: list[Row] = [*LOST_ANSWERS, *TOO_FAST, *HELD, *REFUSED]
