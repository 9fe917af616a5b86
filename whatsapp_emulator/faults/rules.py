"""The shapes of fault rules.

A rule is ``{"match": {...}, "do": {"action": ..., ...}, "times"?, "probability"?, "seed"?}``;
an action without parameters may be written as its name: ``{"do": "hang"}``.

Three families of actions: those that refuse a call before anything is accepted, those that
accept it and spoil the answer, and those that spoil the webhooks of a message.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

Kind = Literal["send", "mark_read", "typing", "node", "inbound", "upload", "resolve", "download"]
StatusName = Literal["sent", "delivered", "read", "failed"]


class Action(msgspec.Struct, tag_field="action", forbid_unknown_fields=True):
    """What a rule does. The tag is the class's name in snake case."""


# --- nothing is accepted -------------------------------------------------------------------


class Error(Action, tag="error"):
    """Refuse with Meta's error ``code``; ``http`` overrides the usual HTTP status."""

    code: int
    http: int | None = None
    details: str | None = None
    retry_after_seconds: float | None = None


class Close(Action, tag="close"):
    """Close the connection without a word, as if nobody had listened."""


class Unavailable(Action, tag="unavailable"):
    """Answer 503 (or ``http``) without an error body."""

    http: int = 503


# --- the message is accepted, the answer is not what it should be ---------------------------


class Hang(Action, tag="hang"):
    """Accept, then answer nothing for ``seconds`` of real time (until the client gives up)."""

    seconds: float = 3600.0


class Reset(Action, tag="reset"):
    """Accept, then reset the TCP connection."""


class BadGateway(Action, tag="bad_gateway"):
    """Accept, then answer 502 (or ``http``) with a page in HTML."""

    http: int = 502


class Truncate(Action, tag="truncate"):
    """Accept, then close in the middle of the answer's body."""


class Garbage(Action, tag="garbage"):
    """Accept, then answer 200 with a body that is not JSON (or empty)."""

    body: str = "<html>OK</html>"


class Slow(Action, tag="slow"):
    """Accept, then answer rightly but ``seconds`` of real time later."""

    seconds: float


class StatusFirst(Action, tag="status_first"):
    """Answer only when the webhook with the first status was answered 200 (at most 10 s)."""


# --- the webhooks ---------------------------------------------------------------------------


class Fail(Action, tag="fail"):
    """Accept, then report ``failed`` with ``code``, after that stage of the message's way."""

    code: int
    after: Literal["accept", "sent", "delivered"] = "accept"
    details: str | None = None


class Duplicate(Action, tag="duplicate"):
    """Send each webhook of the message ``copies`` more times (only ``statuses``, if named)."""

    copies: int = 1
    statuses: list[StatusName] | None = None


class Reverse(Action, tag="reverse"):
    """Hold ``sent`` back and report it after the next status, in one POST or each in its own."""

    one_post: bool = False


class Drop(Action, tag="drop"):
    """Never report these statuses."""

    statuses: list[StatusName]


class Delay(Action, tag="delay"):
    """Send webhooks of the message ``seconds`` of virtual time late (only ``statuses``)."""

    seconds: float
    statuses: list[StatusName] | None = None


class StripOpaque(Action, tag="strip_opaque"):
    """Leave ``biz_opaque_callback_data`` out of the statuses."""


class BadSignature(Action, tag="bad_signature"):
    """Sign the first ``attempts`` deliveries of each webhook with a wrong secret."""

    attempts: int = 1


Refusal: TypeAlias = Error | Close | Unavailable
SpoiltAnswer: TypeAlias = Hang | Reset | BadGateway | Truncate | Garbage | Slow | StatusFirst
SpoiltWebhook: TypeAlias = Fail | Duplicate | Reverse | Drop | Delay | StripOpaque | BadSignature
AnyAction: TypeAlias = Refusal | SpoiltAnswer | SpoiltWebhook


class Match(msgspec.Struct, forbid_unknown_fields=True):
    """Whom a rule hits; absent fields match everybody.

    ``to``: the contact's wa_id or business-scoped id, of either direction. ``kind``: calls
    (``send`` by default, ``mark_read``, ``typing``, ``node`` for reads of nodes, ``upload``,
    ``resolve`` and ``download`` of media) or ``inbound`` messages; one or several. ``nth``: only the nth matching call or message of that contact,
    counted from 1 since the rule was set. ``text``: the body contains it. ``opaque``: the echo
    datum begins with it.
    """

    to: str | None = None
    type: str | None = None
    kind: Kind | list[Kind] = "send"
    nth: int | list[int] | None = None
    text: str | None = None
    opaque: str | None = None


class Rule(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One rule; ``hits`` counts how often it struck (ignored when set)."""

    do: AnyAction
    match: Match = msgspec.field(default_factory=Match)
    times: int | None = None
    probability: float = 1.0
    seed: int | None = None
    name: str | None = None
    hits: int = 0

    @property
    def essence(self) -> tuple[Any, ...]:
        """All of it but how often it has struck."""
        return self.do, self.match, self.times, self.probability, self.seed, self.name


class Plan(msgspec.Struct):
    """The actions that a message's webhooks carry along from acceptance on."""

    actions: list[SpoiltWebhook] = []

    def find(self, action: type[Any]) -> Any:
        """The first action of that class, or None."""
        return next((one for one in self.actions if isinstance(one, action)), None)


def parse_rules(body: Any) -> list[Rule]:
    """Rules from a decoded JSON list; ``msgspec.ValidationError`` says what is wrong where."""
    if isinstance(body, list):
        body = [
            {**rule, "do": {"action": rule["do"]}}
            if isinstance(rule, dict) and isinstance(rule.get("do"), str)
            else rule
            for rule in body
        ]
    return msgspec.convert(body, list[Rule])
