"""What webhooks say and leave out, and how they are signed: 6, 12 to 14, 16, 17, 19 and 21."""

from __future__ import annotations

from tests.emulator.misbehaviours.row import ALL, HOUR, Row, Sight, later, rule, send_picture
from tests.emulator.wire import Wire

DAY = 86_400
NAMELESS = rule("omit", {"kind": ALL}, fields=["wa_id", "from", "recipient_id"])
NO_PICTURE = (
    rule("error", {"kind": "resolve"}, code=100),
    rule("unavailable", {"kind": "download"}, http=404),
)
NO_DATUM_ON_FAILED = (rule("fail", code=131026), rule("strip_opaque", statuses=["failed"]))


def fails(code: int) -> Sight:
    """Each is accepted, and `failed` comes by webhook, without contacts."""

    def sight(wire: Wire) -> bool:
        failed = [post for post in wire.good if post.names == ["failed"]]
        errors = [one["errors"][0]["code"] for post in failed for one in post.items("statuses")]
        return errors == [code, code] and not any(post.items("contacts") for post in failed)

    return sight


def failed_too(wire: Wire) -> bool:
    return [sorted(way) for way in wire.ways] == [["delivered", "failed", "sent"]] * 2


def errors_alone(wire: Wire) -> bool:
    wanted = {"messaging_product", "metadata", "errors"}
    return any(set(value) == wanted for post in wire.good for value in post.values)


def no_contacts(wire: Wire) -> bool:
    return bool(wire.good) and not wire.items("contacts")


def no_numbers(wire: Wire) -> bool:
    return (
        all("from" not in one for one in wire.items("messages"))
        and all("recipient_id" not in one for one in wire.items("statuses"))
        and all("wa_id" not in one for one in wire.items("contacts"))
    )


def no_user_ids(wire: Wire) -> bool:
    return not any("user_id" in post.body for post in wire.good)


def unheard_of(wire: Wire) -> bool:
    return all("hologram" in post.body for post in wire.good)


def unsupported(code: int) -> Sight:
    """The contact's message comes as unsupported, with this code."""
    return lambda wire: (
        [one["errors"][0]["code"] for one in wire.items("messages") if one["type"] == "unsupported"]
        == [code]
    )


def refused_until_signed(signature: str) -> Sight:
    """Each was posted with this signature first, and refused."""

    def sight(wire: Wire) -> bool:
        wrong = [post for post in wire.posts if post.signature == signature]
        judged = all((post.http == 200) == (post.signature == "good") for post in wire.posts)
        return len(wrong) == len(wire.good) == 5 and judged

    return sight


def five_old_ones(wire: Wire) -> bool:
    return [post.replayed for post in wire.good] == [False] * 5 + [True] * 5


def picture(resolved: int | None, downloaded: int | str) -> Sight:
    """It was told of; whoever then asked for it got this error code and this end."""

    def sight(wire: Wire) -> bool:
        asked = [(answer.code, answer.what) for answer in wire.answers[:2]]
        told = any(one["type"] == "image" for one in wire.items("messages"))
        return told and (not asked or (asked[0][0] == resolved and asked[1][1] == downloaded))

    return sight


def a_day_behind(wire: Wire) -> bool:
    return all(late >= DAY - 1 for post in wire.good for late in post.lateness)


def one_timestamp(wire: Wire) -> bool:
    return len({one["timestamp"] for one in wire.items("statuses")}) == 1


def no_datum_on_failed(wire: Wire) -> bool:
    failed = [one for one in wire.items("statuses") if one["status"] == "failed"]
    return len(failed) == 2 and not any("biz_opaque_callback_data" in one for one in failed)


FAILURES = [
    *[
        Row(
            6,
            f"accepted, then {code}",
            (rule("fail", code=code),),
            fails(code),
            "G1",
            shown=("failed", "failed"),
        )
        for code in (131047, 131026, 131049, 131042, 131053)
    ],
    Row(
        6,
        "failed after delivered",
        (rule("fail", code=131026, after="delivered"),),
        failed_too,
        "G4",
    ),
    Row(
        21,
        "no echo datum on failed",
        NO_DATUM_ON_FAILED,
        no_datum_on_failed,
        "G1",
        shown=("failed", "failed"),
    ),
]

SHAPES = [
    Row(12, "errors alone", (rule("account_error", {"kind": ALL}),), errors_alone, "G7"),
    Row(13, "no contacts", (rule("omit", {"kind": ALL}, fields=["contacts"]),), no_contacts, "G7"),
    Row(13, "no phone numbers", (NAMELESS,), no_numbers, "G7"),
    Row(13, "no user ids", (rule("omit", {"kind": ALL}, fields=["user_id"]),), no_user_ids, "G7"),
    *[
        Row(14, f"an unknown {what}", (rule("stray", {"kind": ALL}, what=what),), unheard_of, "G7")
        for what in ("field", "type", "status")
    ],
    *[
        Row(
            14,
            f"unsupported with {code}",
            (rule("unsupported", {"kind": "inbound"}, code=code),),
            unsupported(code),
            "G7",
        )
        for code in (131051, 131060)
    ],
    Row(17, "a picture gone", NO_PICTURE, picture(100, 404), "G7", play=send_picture),
    Row(
        17,
        "a slow picture",
        (rule("slow", {"kind": "download"}, seconds=2),),
        picture(None, "TimeoutError"),
        "G7",
        play=send_picture,
    ),
    Row(
        19, "a clock a day behind", (rule("skew", {"kind": ALL}, seconds=-DAY),), a_day_behind, "G4"
    ),
    Row(
        19,
        "equal timestamps",
        (rule("skew", {"kind": ALL}, whole_seconds=DAY),),
        one_timestamp,
        "G4",
    ),
]

SIGNATURES = [
    Row(
        16,
        "a wrong signature first",
        (rule("bad_signature", {"kind": ALL}),),
        refused_until_signed("bad"),
        "G7",
    ),
    Row(
        16,
        "no signature first",
        (rule("bad_signature", {"kind": ALL}, missing=True),),
        refused_until_signed("none"),
        "G7",
    ),
    Row(
        16,
        "an old body again",
        (rule("replay", {"kind": ALL}, after_seconds=20 * HOUR),),
        five_old_ones,
        "G7",
        play=later(20 * HOUR),
    ),
]

ROWS: list[Row] = [*FAILURES, *SHAPES, *SIGNATURES]
