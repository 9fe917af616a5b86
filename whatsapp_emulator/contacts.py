"""Contacts: the people with the phones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from whatsapp_emulator.clock import iso
from whatsapp_emulator.identifiers import business_scoped_id, digits

Device = Literal["online-open", "online", "offline"]
SERVICE_WINDOW_SECONDS = 24 * 3600


class Contact(msgspec.Struct):
    """A person with a phone.

    ``device``: ``online-open`` has the conversation on screen, ``online`` has the phone on,
    ``offline`` is off. ``phone_hidden``: webhooks name the contact by business-scoped id only.
    ``blocked``: the contact has blocked the business: what is sent meanwhile never arrives.
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
    wrote_at: dict[str, float] = {}
    calls: int = 0
    writes: int = 0

    def window_expires_at(self, phone_number_id: str) -> float | None:
        wrote_at = self.wrote_at.get(phone_number_id)
        return None if wrote_at is None else wrote_at + SERVICE_WINDOW_SECONDS

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


class Contacts:
    """All contacts, found by wa_id, phone number in any spelling, or business-scoped id."""

    def __init__(self, business_account_id: str) -> None:
        self._business_account_id = business_account_id
        self._by_wa_id: dict[str, Contact] = {}

    def __iter__(self) -> Iterator[Contact]:
        return iter(self._by_wa_id.values())

    def get(self, wa_id: str) -> Contact | None:
        return self._by_wa_id.get(wa_id)

    def find(self, address: str) -> Contact | None:
        found = self._by_wa_id.get(digits(address))
        if found is None:
            found = next((one for one in self if one.bsuid == address), None)
        return found

    def add(self, contact: Contact) -> None:
        self._by_wa_id[contact.wa_id] = contact

    def clear(self) -> None:
        self._by_wa_id.clear()

    def put(self, wa_id: str, patch: ContactPatch) -> Contact:
        """Make the contact, or change the named fields of it."""
        contact = self._by_wa_id.get(wa_id)
        if contact is None:
            bsuid = business_scoped_id(self._business_account_id, wa_id)
            contact = Contact(wa_id=wa_id, name=f"+{wa_id}", bsuid=bsuid)
            self.add(contact)
        for field in patch.__struct_fields__:
            value = getattr(patch, field)
            if value is not msgspec.UNSET:
                setattr(contact, field, value)
        return contact
