"""Which accounts the first app hears of, and which of them, or of their numbers, send their webhooks elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from whatsapp_emulator.webhooks.apps import FIRST
from whatsapp_emulator.webhooks.shapes import Update

_OVERRIDE = "override:"


class Subscription(msgspec.Struct):
    """The first app's subscription to one account; ``override`` takes the place of its own URL."""

    is_on: bool = True
    override: str | None = None


def override_name(name: str) -> str:
    """The name of the mailbox that gets the overridden webhooks of an account or number."""
    return _OVERRIDE + name


def is_override(name: str) -> bool:
    return name.startswith(_OVERRIDE)


class Subscriptions:
    """``account_of`` tells the account of a business number."""

    def __init__(self, account_of: Callable[[str], str]) -> None:
        self._account_of = account_of
        self.by_name: dict[str, Subscription] = {}

    def of(self, name: str) -> Subscription:
        """Of an account, or the override of a business number alone."""
        return self.by_name.get(name) or Subscription()

    def receivers(self, update: Update, names: list[str]) -> list[str]:
        """The apps among ``names`` that hear of the update."""
        if not self.by_name:
            return names
        others = [one for one in names if one != FIRST and not is_override(one)]
        account = update.account or self._account_of(update.phone_number_id)
        if len(others) == len(names) or not self.of(account).is_on:
            return others
        overrides = [
            override_name(name)
            for name in (update.phone_number_id, account)
            if self.of(name).override
        ]
        return [*(overrides or [FIRST])[:1], *others]
