"""Actions that spoil the webhooks of a message, sent or inbound. Seconds are virtual ones."""

from __future__ import annotations

from typing import Literal, TypeAlias

from whatsapp_emulator.faults.action import Action

StatusName = Literal["sent", "delivered", "read", "played", "failed"]
Identity = Literal["contacts", "wa_id", "from", "recipient_id", "user_id"]


class Fail(Action, tag="fail"):
    """Accept, then report ``failed`` with ``code``, after that stage of the message's way."""

    code: int
    after: Literal["accept", "sent", "delivered"] = "accept"
    details: str | None = None


class Drop(Action, tag="drop"):
    """Never report these statuses."""

    statuses: list[StatusName]


class Delay(Action, tag="delay"):
    """Send webhooks ``seconds`` late (only ``statuses``, if named).

    With ``tail`` the delay is drawn from a Pareto distribution of that shape, with ``seconds``
    as its least value (2: a tenth comes after 3 × seconds; 0.5: after 100 ×), at most
    ``most_seconds``.
    """

    seconds: float
    statuses: list[StatusName] | None = None
    tail: float | None = None
    most_seconds: float = 24 * 3600.0


class Storm(Action, tag="storm"):
    """Hold all webhooks back until one moment, ``seconds`` after the first of them, then send
    them all at once, side by side: the backlog after a downtime."""

    seconds: float


class Reverse(Action, tag="reverse"):
    """Hold ``sent`` back and report it after the next status, in one POST or each in its own."""

    one_post: bool = False


class Batch(Action, tag="batch"):
    """Put the webhooks of one contact that this rule hits together: ``size`` of a kind and status
    in one POST, which leaves when it is full or ``wait_seconds`` after its first.

    ``mixed``: of all kinds and statuses. ``entries``: ``each`` gives every update an entry of
    its own. Neighbours do not depend on when they come, only on their order for the contact.
    """

    size: int = 1000
    wait_seconds: float = 2.0
    mixed: bool = False
    entries: Literal["one", "each"] = "one"


class Duplicate(Action, tag="duplicate"):
    """Send each update ``copies`` more times (only ``statuses``, if named): at once by itself, or
    in the POST of the ``next`` update of that contact and status, at most ``wait_seconds`` later."""

    copies: int = 1
    statuses: list[StatusName] | None = None
    company: Literal["none", "next"] = "none"
    wait_seconds: float = 2.0


class Replay(Action, tag="replay"):
    """Once answered 200, send the whole POST ``copies`` more times, byte for byte and rightly
    signed, ``after_seconds`` later."""

    copies: int = 1
    after_seconds: float = 0.0


class BadSignature(Action, tag="bad_signature"):
    """Sign the first ``attempts`` deliveries of each webhook with a wrong secret, or not at all
    (``missing``)."""

    attempts: int = 1
    missing: bool = False


class StripOpaque(Action, tag="strip_opaque"):
    """Leave ``biz_opaque_callback_data`` out of the statuses (only those named)."""

    statuses: list[StatusName] | None = None


class Omit(Action, tag="omit"):
    """Leave out who it is about: the ``contacts``, or of them and of the item the ``wa_id``, the
    sender (``from``), the ``recipient_id``, the business-scoped ids (``user_id``)."""

    fields: list[Identity]


class Skew(Action, tag="skew"):
    """Shift WhatsApp's timestamps by ``seconds``, then cut them down to a multiple of
    ``whole_seconds``, so that many are equal."""

    seconds: int = 0
    whole_seconds: int = 1


class Unsupported(Action, tag="unsupported"):
    """Tell of an inbound message only that it is ``unsupported``: with 131051 and its
    ``subtype``, or with 131060, unavailable."""

    code: Literal[131051, 131060] = 131051
    subtype: str = "poll_creation"


class Stray(Action, tag="stray"):
    """Put something unheard of beside the update, in the same POST: another ``field``, a message
    of an unknown ``type``, or an unknown ``status`` of the same message."""

    what: Literal["field", "type", "status"]


class AccountError(Action, tag="account_error"):
    """Before the update, send a POST that only has ``value.errors``."""

    code: int = 130429


class Reroute(Action, tag="reroute"):
    """Send the webhooks to that subscribed app only (``PUT /_control/apps``)."""

    app: str


SpoiltWebhook: TypeAlias = (
    Fail
    | Drop
    | Delay
    | Storm
    | Reverse
    | Batch
    | Duplicate
    | Replay
    | BadSignature
    | StripOpaque
    | Omit
    | Skew
    | Unsupported
    | Stray
    | AccountError
    | Reroute
)
