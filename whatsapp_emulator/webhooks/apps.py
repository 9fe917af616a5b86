"""The apps that are subscribed to the business account: each gets every update."""

from __future__ import annotations

import msgspec

from whatsapp_emulator.settings import SettingsError, require_loopback

FIRST = "first"


class App(msgspec.Struct, forbid_unknown_fields=True):
    """A subscriber: its webhook on this machine (None: updates wait) and what signs them."""

    name: str
    url: str | None
    secret: str

    def check(self) -> None:
        """Raise ``SettingsError`` for what cannot be."""
        if not self.name or self.name == FIRST:
            raise SettingsError(f"An app needs a name, and not {FIRST!r}.")
        if not self.secret:
            raise SettingsError("An app's secret must not be empty.")
        if self.url is not None:
            require_loopback(self.url)
