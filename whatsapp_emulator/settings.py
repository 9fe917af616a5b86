"""The settings of one emulator, and the refusals that keep it away from the real WhatsApp."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from whatsapp_emulator.pace import Pace


class SettingsError(Exception):
    """A setting that cannot be; its text is one sentence for a person."""


@dataclass(frozen=True)
class Settings:
    """``webhook_url`` may be None: webhooks then wait until one is set by the control plane.

    ``seed``: given, the run repeats, ids included; None: chance repeats, but no two lives of the
    emulator ever hand out the same ids.
    ``accounts``: the business account of a number where it is not ``business_account_id``.
    """

    webhook_url: str | None
    app_secret: str
    verify_token: str
    token: str
    phone_number_ids: tuple[str, ...]
    business_account_id: str
    host: str = "127.0.0.1"
    port: int = 0
    state: Path | None = None
    seed: int | None = None
    personas: bool = False
    ready_url: str | None = None
    business_name: str = "Alder Lane Cycles"
    pace: Pace = field(default_factory=Pace)
    accounts: Mapping[str, str] = field(default_factory=dict)

    @property
    def account_ids(self) -> list[str]:
        return list(dict.fromkeys([self.business_account_id, *self.accounts.values()]))

    def account_of(self, phone_number_id: str) -> str:
        return self.accounts.get(phone_number_id, self.business_account_id)

    def numbers_of(self, account: str) -> list[str]:
        return [one for one in self.phone_number_ids if self.account_of(one) == account]

    @property
    def chance(self) -> int:
        """What all draws follow from."""
        return 1 if self.seed is None else self.seed

    def __post_init__(self) -> None:
        if self.token.startswith("EAA"):
            raise SettingsError(
                "The token looks like a real one of Meta's (EAA...); give the emulator an invented one."
            )
        if not self.token or not self.app_secret:
            raise SettingsError("The token and the app secret must not be empty.")
        if not self.phone_number_ids or not all(self.phone_number_ids):
            raise SettingsError("At least one phone number id is needed.")
        for url in (self.webhook_url, self.ready_url):
            if url is not None:
                require_loopback(url)


def require_loopback(url: str) -> None:
    """Raise ``SettingsError`` unless ``url`` is http(s) to this machine."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not is_loopback_host(parts.hostname or ""):
        raise SettingsError(
            f"The emulator only calls this machine (127.0.0.1, ::1 or localhost), not {url}."
        )


def local_host(host: str) -> str:
    """The name by which this machine reaches a server that listens on ``host``."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def is_loopback_host(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
