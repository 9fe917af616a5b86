"""Ids in the shapes WhatsApp gives them."""

from __future__ import annotations

import secrets
from base64 import b64encode
from hashlib import blake2b


def wamid(person: str, unique: str, *, outbound: bool) -> str:
    """A message id that decodes like WhatsApp's: the person's number, then a hex id.

    Layout read off the sample ids in Meta's OpenAPI file: 0x1c 0x18 len number 0x15 0x02 0x00,
    0x11 (sent by the business) or 0x12, 0x18 len id 0x00.
    """
    length = 9 if outbound else 10
    name = blake2b(unique.encode(), digest_size=length).hexdigest().upper().encode()
    number = person.encode()
    raw = b"\x1c\x18" + bytes([len(number)]) + number + b"\x15\x02\x00"
    raw += (b"\x11" if outbound else b"\x12") + b"\x18" + bytes([len(name)]) + name + b"\x00"
    return "wamid." + b64encode(raw).decode()


def life(seed: int | None, number: int) -> str:
    """Part of every id that a life of the emulator hands out: each start and each reset is one.

    With a seed it repeats in the next process; without, it is never seen again.
    """
    if seed is None:
        return secrets.token_hex(8)
    return blake2b(f"{seed}/life/{number}".encode(), digest_size=8).hexdigest()


def business_scoped_id(business_account_id: str, wa_id: str) -> str:
    """The business-scoped user id of a contact: a country, a dot, digits (``GB.`` + 17)."""
    digest = blake2b(f"{business_account_id}/{wa_id}".encode(), digest_size=8).digest()
    return f"GB.{int.from_bytes(digest, 'big') % 10**17:017d}"


def media_id(unique: str) -> str:
    """The id of a file: fifteen digits, as Meta's are."""
    digest = blake2b(unique.encode(), digest_size=8).digest()
    return str(10**14 + int.from_bytes(digest, "big") % (9 * 10**14))


def digits(number: str) -> str:
    """A phone number as a wa_id: without ``+``, spaces, hyphens and brackets."""
    return "".join(letter for letter in number if letter not in "+-() ")


def rewritten(number: str) -> list[str]:
    """How WhatsApp may write the same mobile: Brazil's with or without the ninth digit, Mexico's
    with or without the 1. Empty for all other countries."""
    if number.startswith("55") and len(number) == 13 and number[4] == "9":
        return [number[:4] + number[5:]]
    if number.startswith("55") and len(number) == 12:
        return [number[:4] + "9" + number[4:]]
    if number.startswith("521") and len(number) == 13:
        return ["52" + number[3:]]
    if number.startswith("52") and len(number) == 12:
        return ["521" + number[2:]]
    return []
