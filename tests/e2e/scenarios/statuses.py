"""Statuses that the test delivers itself, at the moment it chooses and in the order it wants."""

from typing import Any

from tests.e2e.conftest import INES
from tests.e2e.scenarios.scene import Scene

SILENT: dict[str, Any] = {"do": {"action": "drop", "statuses": ["sent", "delivered", "read"]}}
"""WhatsApp accepts and reports nothing by itself: the test says what it says."""


def status(wamid: str, name: str, code: int = 0) -> dict[str, Any]:
    """A status as a webhook carries it; `code` of a failed one."""
    said: dict[str, Any] = {"id": wamid, "status": name, "timestamp": "1800000000"}
    said["recipient_id"] = INES
    if code:
        said["errors"] = [{"code": code, "title": "Refused", "message": "Refused"}]
    return said


async def accepted_in_silence(scene: Scene, text: str) -> tuple[str, str]:
    """Send it while WhatsApp says nothing; wamid and client_id once it is shown as sent."""
    await scene.faults(SILENT)
    tab = scene.tabs[0]
    await tab.write(text)
    await tab.until_bubble(text, "sent")
    client_id = await tab.id_of(text)
    (entry,) = await scene.ledger(client_id)
    return entry["wamid"], client_id


async def fails(scene: Scene, wamid: str, code: int = 131047) -> None:
    """WhatsApp takes its acceptance back."""
    assert await scene.webhook_says(status(wamid, "failed", code)) == 200
