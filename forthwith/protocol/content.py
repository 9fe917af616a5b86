"""What a message carries beside its text, by the Cloud API's own names. Everything is optional; texts are cleaned.

Source: Meta's webhook reference for `messages`. No URL in here is ever fetched by a browser.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType


class Location(Struct, frozen=True, kw_only=True):
    """A place, in degrees."""

    latitude: float
    longitude: float
    name: str | UnsetType = UNSET
    address: str | UnsetType = UNSET


class CardLine(Struct, frozen=True, kw_only=True):
    """One phone number, address of any kind, or link of a contact card. `label`: "WORK", "HOME" and the like, or empty."""

    kind: Literal["phone", "email", "address", "url"]
    value: str
    label: str = ""


class ContactCard(Struct, frozen=True, kw_only=True):
    """A person or shop that the contact has handed on."""

    name: str
    organisation: str = ""
    lines: list[CardLine] = []


class Choice(Struct, frozen=True, kw_only=True):
    """What the contact tapped: a button of ours or a row of a list. The words themselves are the message's text."""

    kind: Literal["button", "button_reply", "list_reply"]
    id: str = ""
    description: str = ""


class FormField(Struct, frozen=True, kw_only=True):
    """One answer of a filled form."""

    name: str
    value: str


class Form(Struct, frozen=True, kw_only=True):
    """A filled flow or address form (`nfm_reply`)."""

    name: str = ""
    fields: list[FormField] = []


class ProductItem(Struct, frozen=True, kw_only=True):
    """One line of an order. `price`: of one piece, a decimal number as text, with its currency's code."""

    product: str
    quantity: int
    price: str = ""
    currency: str = ""


class Order(Struct, frozen=True, kw_only=True):
    """A cart of a catalogue."""

    catalog: str = ""
    items: list[ProductItem] = []


class Referral(Struct, frozen=True, kw_only=True):
    """The advertisement or post that led the contact here."""

    headline: str = ""
    body: str = ""
    source_url: str = ""
    source_type: str = ""


class Unsupported(Struct, frozen=True, kw_only=True):
    """WhatsApp does not pass this on. `kind`: its own word for what it was, or empty; `code`: its number, or 0."""

    kind: str = ""
    code: int = 0
    detail: str = ""


class Content(Struct, frozen=True, kw_only=True):
    """Each part is there when the message has it. `forwarded`: "often" when WhatsApp says so."""

    location: Location | UnsetType = UNSET
    contacts: list[ContactCard] | UnsetType = UNSET
    choice: Choice | UnsetType = UNSET
    form: Form | UnsetType = UNSET
    order: Order | UnsetType = UNSET
    referral: Referral | UnsetType = UNSET
    product: str | UnsetType = UNSET
    forwarded: Literal["once", "often"] | UnsetType = UNSET
    unsupported: Unsupported | UnsetType = UNSET
    system: str | UnsetType = UNSET
    edited_at: str | UnsetType = UNSET
    revoked_at: str | UnsetType = UNSET
