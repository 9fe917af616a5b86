"""Which accounts the first app hears of, and which of them send their webhooks elsewhere."""

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


def override_name(account: str) -> str:
    """The name of the mailbox that gets an account's overridden webhooks."""
    return _OVERRIDE + account


def is_override(name: str) -> bool:
    return name.startswith(_OVERRIDE)


class Subscriptions:
    """``account_of`` tells the account of a business number."""

    def __init__(self, account_of: Callable[[str], str]) -> None:
        self._account_of = account_of
        self.by_account: dict[str, Subscription] = {}

    def of(self, account: str) -> Subscription:
        return self.by_account.get(account) or Subscription()

    def receivers(self, update: Update, names: list[str]) -> list[str]:
        """The apps among ``names`` that hear of the update."""
        if not self.by_account:
            return names
        account = update.account or self._account_of(update.phone_number_id)
        mine = self.of(account)
        others = [one for one in names if one != FIRST and not is_override(one)]
        if not mine.is_on or not (FIRST in names or override_name(account) in names):
            return others
        return [override_name(account) if mine.override else FIRST, *others]
