"""Contacts: the people with the phones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from whatsapp_emulator.clock import iso
from whatsapp_emulator.identifiers import business_scoped_id, digits, rewritten

Device = Literal["online-open", "online", "offline"]
SERVICE_WINDOW_SECONDS = 24 * 3600
PHONE_SHOWN_SECONDS = 30 * 24 * 3600.0


class Contact(msgspec.Struct):
    """A person with a phone.

    ``device``: ``online-open`` has the conversation on screen, ``online`` has the phone on,
    ``offline`` is off. ``phone_hidden``: webhooks name the contact by business-scoped id only.
    ``blocked``: the contact has blocked the business: what is sent meanwhile never arrives.
    ``phone_fades``: they name the number for 30 days after an exchange with it (``met_at``, by
    business number), as for a person who has adopted a username. ``identity_key_hash`` is
    compared where a send names one. ``blocked_by``: business numbers that blocked the contact.
    ``marketing_stopped``: marketing templates to the contact fail.
    ``wrote_at``: the last inbound message by business number (it opens the service window).
    ``calls`` and ``writes`` count, so that ids and decisions never depend on arrival time.
    """

    wa_id: str
    name: str
    bsuid: str
    device: Device = "online"
    read_receipts: bool = True
    username: str | None = None
    phone_hidden: bool = False
    blocked: bool = False
    parent_bsuid: str | None = None
    phone_fades: bool = False
    identity_key_hash: str | None = None
    marketing_stopped: bool = False
    blocked_by: set[str] = set()
    met_at: dict[str, float] = {}
    wrote_at: dict[str, float] = {}
    calls: int = 0
    writes: int = 0

    def window_expires_at(self, phone_number_id: str) -> float | None:
        wrote_at = self.wrote_at.get(phone_number_id)
        return None if wrote_at is None else wrote_at + SERVICE_WINDOW_SECONDS

    def shows_phone(self, phone_number_id: str, now: float) -> bool:
        """Whether webhooks of that business number may name the contact's phone number."""
        if self.phone_hidden or not self.phone_fades:
            return not self.phone_hidden
        return self.met_at.get(phone_number_id, -PHONE_SHOWN_SECONDS) > now - PHONE_SHOWN_SECONDS

    def shape(self, phone_number_id: str) -> dict[str, Any]:
        """As the control plane shows it."""
        return {
            "wa_id": self.wa_id,
            "name": self.name,
            "device": self.device,
            "read_receipts": self.read_receipts,
            "bsuid": self.bsuid,
            "username": self.username,
            "phone_hidden": self.phone_hidden,
            "blocked": self.blocked,
            "parent_bsuid": self.parent_bsuid,
            "phone_fades": self.phone_fades,
            "identity_key_hash": self.identity_key_hash,
            "marketing_stopped": self.marketing_stopped,
            "window_expires_at": iso(self.window_expires_at(phone_number_id)),
        }


class ContactPatch(msgspec.Struct, forbid_unknown_fields=True):
    """The body of ``PUT contacts/{wa_id}``: what is absent stays as it is."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    device: Device | msgspec.UnsetType = msgspec.UNSET
    read_receipts: bool | msgspec.UnsetType = msgspec.UNSET
    bsuid: str | msgspec.UnsetType = msgspec.UNSET
    username: str | msgspec.UnsetType | None = msgspec.UNSET
    phone_hidden: bool | msgspec.UnsetType = msgspec.UNSET
    blocked: bool | msgspec.UnsetType = msgspec.UNSET
    parent_bsuid: str | msgspec.UnsetType | None = msgspec.UNSET
    phone_fades: bool | msgspec.UnsetType = msgspec.UNSET
    identity_key_hash: str | msgspec.UnsetType | None = msgspec.UNSET


class Contacts:
    """All contacts, found by wa_id, phone number in any spelling, or (parent) business-scoped id.

    ``country`` is the business's country code: Meta puts it before a number that has none.
    """

    def __init__(self, business_account_id: str, country: str = "44") -> None:
        self._business_account_id = business_account_id
        self._country = country
        self._by_wa_id: dict[str, Contact] = {}
        self._by_user_id: dict[str, Contact] = {}

    def __iter__(self) -> Iterator[Contact]:
        return iter(self._by_wa_id.values())

    def get(self, wa_id: str) -> Contact | None:
        return self._by_wa_id.get(wa_id)

    def find(self, address: str) -> Contact | None:
        number = digits(address)
        found = self._by_wa_id.get(number) or self._by_user_id.get(address)
        if found is not None or not number.isdigit():
            return found
        spellings = rewritten(number)
        if not address.lstrip().startswith("+"):
            spellings = [*spellings, self._country + number]
        return next((self._by_wa_id[one] for one in spellings if one in self._by_wa_id), None)

    def add(self, contact: Contact) -> None:
        self._by_wa_id[contact.wa_id] = contact
        self._by_user_id[contact.bsuid] = contact
        if contact.parent_bsuid:
            self._by_user_id[contact.parent_bsuid] = contact

    def remove(self, contact: Contact) -> None:
        self._by_wa_id.pop(contact.wa_id, None)
        for name in (contact.bsuid, contact.parent_bsuid):
            self._by_user_id.pop(name or "", None)

    def clear(self) -> None:
        self._by_wa_id.clear()
        self._by_user_id.clear()

    def put(self, wa_id: str, patch: ContactPatch) -> Contact:
        """Make the contact, or change the named fields of it."""
        contact = self._by_wa_id.get(wa_id)
        if contact is None:
            contact = Contact(wa_id=wa_id, name=f"+{wa_id}", bsuid=self.new_user_id(wa_id))
        else:
            # Known by its new ids only; its place in the list stays.
            for name in (contact.bsuid, contact.parent_bsuid):
                self._by_user_id.pop(name or "", None)
        for field in patch.__struct_fields__:
            value = getattr(patch, field)
            if value is not msgspec.UNSET:
                setattr(contact, field, value)
        self.add(contact)
        return contact

    def new_user_id(self, unique: str) -> str:
        return business_scoped_id(self._business_account_id, unique)
