"""When webhooks come, how often, and in whose company: 2 to 5, 15, 18 and 22."""

from __future__ import annotations

from tests.emulator.misbehaviours.row import (
    ALL,
    HOUR,
    Row,
    Sight,
    later,
    rule,
    talk_and_read,
    write,
)
from tests.emulator.wire import Wire

LONG = "é" * 4096  # six bytes each on the wire
DUPLICATE_WITH_NEXT = rule("duplicate", {"kind": ALL}, company="next", wait_seconds=1.5)
MIXED = rule("batch", {"kind": ALL}, size=5, mixed=True, entries="each", wait_seconds=0.5)
HEAVY_TAIL = rule("delay", {"kind": ALL}, seconds=60, tail=0.5, most_seconds=6 * HOUR)


def reversed_ways(wire: Wire) -> bool:
    return wire.ways == [["delivered", "sent"]] * 2


def reversed_in_one(wire: Wire) -> bool:
    return [post.names for post in wire.good].count(["delivered", "sent"]) == 2


def every_body_twice(wire: Wire) -> bool:
    bodies = [post.body for post in wire.good]
    return all(bodies.count(body) == 2 for body in bodies)


def every_item_twice(wire: Wire) -> bool:
    return wire.names.count("sent") == 4 and wire.names.count("messages") == 2


def two_messages_in_one(wire: Wire) -> bool:
    return any(len({one["id"] for one in post.items("statuses")}) == 2 for post in wire.good)


def late_by(seconds: float, count: int) -> Sight:
    """So many statuses came so late."""

    def sight(wire: Wire) -> bool:
        late = [one for post in wire.good for one in post.lateness if one >= seconds]
        return len(late) == count

    return sight


def read_alone(wire: Wire) -> bool:
    return "read" in wire.names and "delivered" not in wire.names


def delivered_alone(wire: Wire) -> bool:
    return "delivered" in wire.names and "sent" not in wire.names


def thousand_in_one(wire: Wire) -> bool:
    return [len(post.items("messages")) for post in wire.good] == [1000]


def three_megabytes(wire: Wire) -> bool:
    sizes = [len(post.body) for post in wire.good]
    return 2_900_000 < max(sizes) <= 3 * 1024 * 1024 and len(sizes) == 2


def mixed_entries(wire: Wire) -> bool:
    return any(
        len(post.entries) > 2 and post.items("messages") and post.items("statuses")
        for post in wire.good
    )


def all_in_one_moment(wire: Wire) -> bool:
    moments = {post.at[:16] for post in wire.good}
    return len(wire.good) == 5 and len(moments) <= 2 and wire.good[0].lateness[:1] != [0]


def both_apps(wire: Wire) -> bool:
    apps = [post.app for post in wire.good]
    return apps.count("first") == apps.count("second") == 5


def other_app_only(wire: Wire) -> bool:
    return [post.app for post in wire.good] == ["second"] * 5


ROWS: list[Row] = [
    Row(2, "reversed across POSTs", (rule("reverse"),), reversed_ways, "G4"),
    Row(2, "reversed in one POST", (rule("reverse", one_post=True),), reversed_in_one, "G4"),
    Row(3, "a POST twice", (rule("replay", {"kind": ALL}),), every_body_twice, "G7"),
    Row(3, "items twice", (rule("duplicate", {"kind": ALL}),), every_item_twice, "G7"),
    Row(3, "items again with the next", (DUPLICATE_WITH_NEXT,), two_messages_in_one, "G7"),
    Row(4, "late", (rule("delay", {"kind": ALL}, seconds=1),), late_by(1, 4), "G4"),
    Row(4, "late with a heavy tail", (HEAVY_TAIL,), late_by(60, 4), "G4", play=later(6 * HOUR)),
    Row(
        4,
        "sent two hours late",
        (rule("delay", seconds=2 * HOUR, statuses=["sent"]),),
        late_by(2 * HOUR, 2),
        "G4",
        play=later(2 * HOUR),
    ),
    Row(
        5,
        "read without delivered",
        (rule("drop", statuses=["delivered"]),),
        read_alone,
        "G4",
        shown=("read", "read"),
        play=talk_and_read,
    ),
    Row(5, "delivered without sent", (rule("drop", statuses=["sent"]),), delivered_alone, "G4"),
    Row(
        15,
        "a thousand updates in a POST",
        (rule("batch", {"kind": "inbound"}, size=1000, wait_seconds=60),),
        thousand_in_one,
        "G7",
        shown=(),
        accepted=(),
        play=write("one of many", 1000),
    ),
    Row(
        15,
        "three megabytes in a POST",
        (rule("batch", {"kind": "inbound"}, size=140, wait_seconds=60),),
        three_megabytes,
        "G7",
        shown=(),
        accepted=(),
        play=write(LONG, 140),
    ),
    Row(15, "mixed entries in a POST", (MIXED,), mixed_entries, "G7"),
    Row(
        18,
        "a backlog of hours at once",
        (rule("storm", {"kind": ALL}, seconds=5 * HOUR),),
        all_in_one_moment,
        "G7",
        play=later(5 * HOUR),
    ),
    Row(22, "a second app at the same webhook", (), both_apps, "G7", second_app=True),
    Row(
        22,
        "webhooks to another app only",
        (rule("reroute", {"kind": ALL}, app="second"),),
        other_app_only,
        "G7",
        second_app=True,
    ),
]
