"""WhatsApp's misbehaviours: what makes each, what the wire shows of it, and what must hold all the same.

The numbers are those of the list in docs/emulator.md. `tests/emulator/test_misbehaviours.py` looks at the wire, and
`tests/flow/test_misbehaviours.py` puts Forthwith's server at the other end of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tests.emulator.wire import Wire

HOUR = 3600.0
ALL = ["send", "inbound"]
LONG = "é" * 4096  # six bytes each on the wire


class Stage(Protocol):
    """Where a row is played: a business, a contact, and the clock between them."""

    async def send(self, text: str) -> None:
        """The business sends, and has its answer or its failure."""

    async def write(self, text: str, times: int = 1) -> None:
        """The contact writes."""

    async def write_image(self) -> None:
        """The contact sends a picture."""

    async def read(self) -> None:
        """The contact looks at the conversation, once all has arrived."""

    async def ask(self) -> None:
        """Somebody reads the phone number's node."""

    async def advance(self, seconds: float) -> None:
        """So much later, once everybody waits for the clock."""


async def talk(stage: Stage) -> None:
    await stage.send("one")
    await stage.write("two")
    await stage.send("three")


async def talk_and_read(stage: Stage) -> None:
    await talk(stage)
    await stage.read()


async def ask_and_talk(stage: Stage) -> None:
    await stage.ask()
    await talk(stage)


async def send_picture(stage: Stage) -> None:
    await stage.write_image()
    await talk(stage)


def later(seconds: float) -> Callable[[Stage], Awaitable[None]]:
    """Talk, and so much later on."""

    async def play(stage: Stage) -> None:
        await talk(stage)
        await stage.advance(seconds)

    return play


def write(text: str, times: int) -> Callable[[Stage], Awaitable[None]]:
    """The contact writes much and fast."""

    async def play(stage: Stage) -> None:
        await stage.write(text, times)

    return play


@dataclass(frozen=True)
class Row:
    """`shown`: what Forthwith shows of each text the agent sent; `accepted`: how often WhatsApp took it.

    `guarantee`: the one of the protocol's that this misbehaviour attacks; the others are checked too.
    """

    number: int
    name: str
    rules: tuple[dict[str, Any], ...]
    sight: Callable[[Wire], object]
    guarantee: str
    shown: tuple[str, ...] = ("delivered", "delivered")
    accepted: tuple[int, ...] = (1, 1)
    play: Callable[[Stage], Awaitable[None]] = talk
    second_app: bool = False
    holds: bool = False
    """The number pauses for half a minute: this row needs a server of its own."""


def rule(action: str, match: dict[str, Any] | None = None, **how: Any) -> dict[str, Any]:
    """A fault rule; `times`, `for_seconds` and `probability` are the rule's, the rest the action's."""
    own = {name: how.pop(name) for name in ("times", "for_seconds", "probability") if name in how}
    return {"match": match or {}, "do": {"action": action, **how}, **own}


def first_answer(*wanted: int | str) -> Callable[[Wire], object]:
    """The first call ends like this: HTTP statuses or exceptions; the second well."""
    return lambda wire: wire.answers[0].what in wanted and wire.answers[1].what == 200


def first_code(code: int) -> Callable[[Wire], object]:
    """The first call is refused with this code, the second taken."""
    return lambda wire: wire.answers[0].code == code and wire.answers[1].what == 200


def fails(code: int) -> Callable[[Wire], object]:
    """`failed` comes by webhook, after a 200."""
    return lambda wire: (
        [error["code"] for one in wire.items("statuses") for error in one.get("errors", [])]
        == [code, code]
        and all("contacts" not in post.body for post in wire.good if post.names == ["failed"])
    )


def largest(wire: Wire) -> int:
    return max(len(post.body) for post in wire.good)


def answer_rows() -> list[Row]:
    """Calls and their answers."""
    once = {"times": 1}
    lost, twice = ("unconfirmed", "delivered"), (0, 1)
    cut = ("ServerDisconnectedError", "ClientOSError", "ClientConnectionResetError")
    rows = [
        Row(
            1,
            "a status before the answer of its send",
            (rule("status_first"),),
            lambda wire: all("sent" in answer.statuses_before for answer in wire.answers),
            "G4",
        ),
        Row(7, "accept and hang", (rule("hang", **once),), first_answer("TimeoutError"), "G1"),
        Row(7, "accept and reset", (rule("reset", **once),), first_answer(*cut), "G1"),
        Row(7, "accept and 502", (rule("bad_gateway", **once),), first_answer(502), "G1"),
        Row(
            7,
            "accept and half a body",
            (rule("truncate", **once),),
            first_answer("ClientPayloadError"),
            "G1",
        ),
        Row(
            8,
            "503 and nothing accepted",
            (rule("unavailable", **once),),
            first_answer(503),
            "G1",
            lost,
            twice,
        ),
        Row(8, "a connection cut", (rule("close", **once),), first_answer(*cut), "G1", lost, twice),
        Row(
            8,
            "a TLS alert for an answer",
            (rule("tls_alert", **once),),
            first_answer("ClientResponseError", "ServerDisconnectedError", "ClientOSError"),
            "G1",
            lost,
            twice,
        ),
        Row(
            8,
            "connections refused",
            (rule("refuse_connections", {"kind": "node"}, seconds=0.4, **once),),
            first_answer("ClientConnectorError"),
            "G1",
            accepted=(1, 1),
            play=ask_and_talk,
        ),
        Row(23, "200 and no JSON", (rule("garbage", **once),), first_answer(200), "G1"),
        Row(23, "200 and empty", (rule("garbage", body="", **once),), first_answer(200), "G1"),
    ]
    rows += [
        Row(
            9,
            f"a burst of {code}",
            (rule("error", code=code, retry_after_seconds=1, **once),),
            first_code(code),
            "G5",
        )
        for code in (131056, 4, 80007)
    ]
    rows += [
        Row(
            9,
            "a burst of 130429 for so many seconds",
            (rule("error", code=130429, retry_after_seconds=1, for_seconds=0.3),),
            lambda wire: [answer.code for answer in wire.answers] == [130429, 130429],
            "G5",
        ),
        *[
            Row(
                10,
                f"{code} in mid-session",
                (rule("error", code=code, **limit),),
                first_code(code),
                "G1",
                holds=True,
                play=later_between(60) if "for_seconds" in limit else talk,
            )
            for code, limit in ((190, once), (131031, once), (131057, {"for_seconds": 60}))
        ],
        Row(
            11,
            "a false 131047 at once",
            (rule("error", code=131047, **once),),
            first_code(131047),
            "G1",
            ("failed", "delivered"),
            twice,
        ),
        Row(
            11,
            "a false 131047 later",
            (rule("fail", {"nth": 1}, code=131047),),
            lambda wire: wire.names.count("failed") == 1 and wire.names.count("delivered") == 1,
            "G1",
            ("failed", "delivered"),
        ),
        Row(
            20,
            "a template paused between list and send",
            (rule("error", code=132015, **once),),
            first_code(132015),
            "G1",
            ("failed", "delivered"),
            twice,
        ),
    ]
    return rows


def later_between(seconds: float) -> Callable[[Stage], Awaitable[None]]:
    """One text, so much later another."""

    async def play(stage: Stage) -> None:
        await stage.send("one")
        await stage.advance(seconds)
        await stage.send("three")

    return play


def order_rows() -> list[Row]:
    """When webhooks come, how often, and in whose company."""
    return [
        Row(
            2,
            "statuses reversed across POSTs",
            (rule("reverse"),),
            lambda wire: wire.ways == [["delivered", "sent"]] * 2,
            "G4",
        ),
        Row(
            2,
            "statuses reversed in one POST",
            (rule("reverse", one_post=True),),
            lambda wire: [post.names for post in wire.good].count(["delivered", "sent"]) == 2,
            "G4",
        ),
        Row(
            3,
            "a POST twice",
            (rule("replay", {"kind": ALL}),),
            lambda wire: all(
                [post.body for post in wire.good].count(one.body) == 2 for one in wire.good
            ),
            "G7",
        ),
        Row(
            3,
            "items twice",
            (rule("duplicate", {"kind": ALL}),),
            lambda wire: wire.names.count("sent") == 4 and wire.names.count("messages") == 2,
            "G7",
        ),
        Row(
            3,
            "items once more with the next",
            (rule("duplicate", {"kind": ALL}, company="next", wait_seconds=0.3),),
            lambda wire: any(
                len({one["id"] for one in post.items("statuses")}) == 2 for post in wire.good
            ),
            "G7",
        ),
        Row(
            4,
            "webhooks late",
            (rule("delay", {"kind": ALL}, seconds=0.2),),
            lambda wire: len(wire.names) == 5,
            "G4",
        ),
        Row(
            4,
            "webhooks late with a heavy tail",
            (rule("delay", {"kind": ALL}, seconds=60, tail=0.5, most_seconds=6 * HOUR),),
            lambda wire: all(60 <= late for post in wire.good for late in post.lateness),
            "G4",
            play=later(6 * HOUR),
        ),
        Row(
            4,
            "sent two hours late",
            (rule("delay", seconds=2 * HOUR, statuses=["sent"]),),
            lambda wire: (
                [late >= 2 * HOUR for post in wire.good for late in post.lateness].count(True) == 2
            ),
            "G4",
            play=later(2 * HOUR),
        ),
        Row(
            5,
            "read without delivered",
            (rule("drop", statuses=["delivered"]),),
            lambda wire: "read" in wire.names and "delivered" not in wire.names,
            "G4",
            ("read", "read"),
            play=talk_and_read,
        ),
        Row(
            5,
            "delivered without sent",
            (rule("drop", statuses=["sent"]),),
            lambda wire: "delivered" in wire.names and "sent" not in wire.names,
            "G4",
        ),
        Row(
            15,
            "a thousand updates in a POST",
            (rule("batch", {"kind": "inbound"}, size=1000, wait_seconds=60),),
            lambda wire: max(len(post.items("messages")) for post in wire.good) == 1000,
            "G7",
            (),
            (),
            play=write("one of many", 1000),
        ),
        Row(
            15,
            "three megabytes in a POST",
            (rule("batch", {"kind": "inbound"}, size=140, wait_seconds=60),),
            lambda wire: 2_900_000 < largest(wire) <= 3 * 1024 * 1024 and len(wire.good) == 2,
            "G7",
            (),
            (),
            play=write(LONG, 140),
        ),
        Row(
            15,
            "mixed entries in a POST",
            (rule("batch", {"kind": ALL}, size=5, mixed=True, entries="each", wait_seconds=0.5),),
            lambda wire: any(
                len(post.entries) > 2 and post.items("messages") and post.items("statuses")
                for post in wire.good
            ),
            "G7",
        ),
        Row(
            18,
            "a backlog of hours at once",
            (rule("storm", {"kind": ALL}, seconds=5 * HOUR),),
            lambda wire: len(wire.good) == 5 and len({post.at[:16] for post in wire.good}) <= 2,
            "G7",
            play=later(5 * HOUR),
        ),
        Row(
            22,
            "a second app at the same webhook",
            (),
            lambda wire: (
                [post.app for post in wire.good].count("second") == 5
                and [post.app for post in wire.good].count("first") == 5
            ),
            "G7",
            second_app=True,
        ),
        Row(
            22,
            "webhooks to another app only",
            (rule("reroute", {"kind": ALL}, app="second"),),
            lambda wire: {post.app for post in wire.good} == {"second"} and len(wire.good) == 5,
            "G7",
            second_app=True,
        ),
    ]


def content_rows() -> list[Row]:
    """What webhooks say."""
    rows = [
        Row(
            6,
            f"accepted, then failed with {code}",
            (rule("fail", code=code),),
            fails(code),
            "G1",
            ("failed", "failed"),
        )
        for code in (131047, 131026, 131049, 131042, 131053)
    ]
    rows += [
        Row(
            14,
            f"an unknown {what}",
            (rule("stray", {"kind": ALL}, what=what),),
            lambda wire: all("hologram" in post.body for post in wire.good),
            "G7",
        )
        for what in ("field", "type", "status")
    ]
    rows += [
        Row(
            14,
            f"unsupported with {code}",
            (rule("unsupported", {"kind": "inbound"}, code=code),),
            lambda wire, code=code: any(
                one["type"] == "unsupported" and one["errors"][0]["code"] == code
                for one in wire.items("messages")
            ),
            "G7",
        )
        for code in (131051, 131060)
    ]
    return rows + [
        Row(
            6,
            "failed after delivered",
            (rule("fail", code=131026, after="delivered"),),
            lambda wire: [n for n in wire.names if n != "messages"][-1] == "failed",
            "G4",
        ),
        Row(
            12,
            "errors and nothing else",
            (rule("account_error", {"kind": ALL}),),
            lambda wire: any(
                set(value) == {"messaging_product", "metadata", "errors"}
                for post in wire.good
                for value in post.values
            ),
            "G7",
        ),
        Row(
            13,
            "no contacts",
            (rule("omit", {"kind": ALL}, fields=["contacts"]),),
            lambda wire: wire.good and not wire.items("contacts"),
            "G7",
        ),
        Row(
            13,
            "no phone number",
            (rule("omit", {"kind": ALL}, fields=["wa_id", "from", "recipient_id"]),),
            lambda wire: (
                wire.items("messages")[0].keys().isdisjoint({"from"})
                and all("recipient_id" not in one for one in wire.items("statuses"))
                and all("wa_id" not in one for one in wire.items("contacts"))
            ),
            "G7",
        ),
        Row(
            13,
            "no business-scoped id",
            (rule("omit", {"kind": ALL}, fields=["user_id"]),),
            lambda wire: "user_id" not in "".join(post.body for post in wire.good),
            "G7",
        ),
        Row(
            16,
            "a wrong signature first",
            (rule("bad_signature", {"kind": ALL}),),
            lambda wire: (
                [post.signature for post in wire.posts].count("bad") == 5
                and all((post.http == 200) == (post.signature == "good") for post in wire.posts)
            ),
            "G7",
        ),
        Row(
            16,
            "no signature first",
            (rule("bad_signature", {"kind": ALL}, missing=True),),
            lambda wire: (
                [post.signature for post in wire.posts].count("none") == 5
                and all((post.http == 200) == (post.signature == "good") for post in wire.posts)
            ),
            "G7",
        ),
        Row(
            16,
            "an old body again",
            (rule("replay", {"kind": ALL}, after_seconds=20 * HOUR),),
            lambda wire: [post.replayed for post in wire.good] == [False] * 5 + [True] * 5,
            "G7",
            play=later(20 * HOUR),
        ),
        Row(
            17,
            "a picture that cannot be had",
            (
                rule("error", {"kind": "resolve"}, code=100),
                rule("unavailable", {"kind": "download"}, http=404),
            ),
            lambda wire: any(one["type"] == "image" for one in wire.items("messages")),
            "G7",
            play=send_picture,
        ),
        Row(
            17,
            "a picture that comes slowly",
            (rule("slow", {"kind": "download"}, seconds=0.5),),
            lambda wire: any(one["type"] == "image" for one in wire.items("messages")),
            "G7",
            play=send_picture,
        ),
        Row(
            19,
            "a clock a day behind",
            (rule("skew", {"kind": ALL}, seconds=-86_400),),
            lambda wire: len(wire.items("statuses")) == 4,
            "G4",
        ),
        Row(
            19,
            "equal timestamps",
            (rule("skew", {"kind": ALL}, whole_seconds=86_400),),
            lambda wire: len({one["timestamp"] for one in wire.items("statuses")}) == 1,
            "G4",
        ),
        Row(
            21,
            "no echo datum on failed",
            (rule("fail", code=131026), rule("strip_opaque", statuses=["failed"])),
            lambda wire: all(
                "biz_opaque_callback_data" not in one for one in wire.items("statuses")
            ),
            "G1",
            ("failed", "failed"),
        ),
    ]


ROWS = sorted([*answer_rows(), *order_rows(), *content_rows()], key=lambda row: row.number)
