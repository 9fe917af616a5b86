"""The pytest plugin: ``whatsapp``, ``contact``, ``ledger`` and ``fault`` in every project.

Nothing is imported and nothing started before a test asks for one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from whatsapp_emulator.threaded import Faults, Ledger, Person, WhatsApp


@pytest.fixture
def whatsapp_settings() -> dict[str, Any]:
    """Settings of the emulator, to be overridden: ``webhook_url``, ``seed``, ``pace`` and others."""
    return {}


@pytest.fixture
def whatsapp(whatsapp_settings: dict[str, Any]) -> Iterator[WhatsApp]:
    """A WhatsApp of this test's own, on a free port; nothing in it takes time unless asked to."""
    from whatsapp_emulator.testing import settings_for_tests
    from whatsapp_emulator.threaded import WhatsApp

    with WhatsApp(settings_for_tests(**whatsapp_settings)) as running:
        yield running


@pytest.fixture
def contact(whatsapp: WhatsApp) -> Person:
    """Ines Okafor, whose phone is on; she has not written yet, so the service window is closed."""
    return whatsapp.contact("447700900318", name="Ines Okafor")


@pytest.fixture
def ledger(whatsapp: WhatsApp) -> Ledger:
    """What WhatsApp accepted."""
    from whatsapp_emulator.threaded import Ledger

    return Ledger(whatsapp)


@pytest.fixture
def fault(whatsapp: WhatsApp) -> Faults:
    """Adds a fault rule."""
    from whatsapp_emulator.threaded import Faults

    return Faults(whatsapp)
