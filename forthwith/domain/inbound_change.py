"""What a contact changes about what is there already. `place`: where it stands in its webhook."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reaction:
    """A contact reacts to a message, or takes it back (`emoji` empty). `timestamp`: WhatsApp's, in milliseconds, None when it makes no sense."""

    place: str
    phone_number_id: str
    wamid: str
    target_wamid: str
    emoji: str
    timestamp: int | None
    name: str
    phone: str | None
    bsuid: str | None


@dataclass(frozen=True, slots=True)
class Revision:
    """A message was changed or, without a `text`, deleted by whoever wrote it."""

    place: str
    phone_number_id: str
    target_wamid: str
    text: str | None
    timestamp: int | None


@dataclass(frozen=True, slots=True)
class NumberChange:
    """The person known as `phone` or `bsuid` is reached as `new_phone` or `new_bsuid` from now on."""

    place: str
    phone_number_id: str
    wamid: str
    text: str
    timestamp: int | None
    phone: str | None
    bsuid: str | None
    new_phone: str | None
    new_bsuid: str | None


InboundChange = Reaction | Revision | NumberChange
