"""Tell WhatsApp what agents have read: best effort, newest message only, never in the way of a message lane."""

import asyncio
import logging

from forthwith.whatsapp.client import WhatsAppClient
from forthwith.whatsapp.payloads import mark_read

log = logging.getLogger(__name__)
PAUSES_SECONDS = (1.0, 4.0, 0.0)
"""After each of the three tries."""
AT_ONCE = 4


class ReadReceipts:
    """Sends receipts beside the outbox. A receipt lost in a crash is not missed: the next one covers it."""

    def __init__(self, whatsapp: WhatsAppClient) -> None:
        self._whatsapp = whatsapp
        self._newest: dict[str, tuple[str, str]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    def tell(self, conversation_id: str, phone_number_id: str, wamid: str) -> None:
        """Show the contact blue ticks up to this message, soon; it covers those of the conversation still waiting."""
        is_waiting = conversation_id in self._newest
        self._newest[conversation_id] = (phone_number_id, wamid)
        if not is_waiting:
            task = asyncio.create_task(self._tell(conversation_id))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Drop what has not been told."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _tell(self, conversation_id: str) -> None:
        async with self._room:
            phone_number_id, wamid = self._newest.pop(conversation_id)
            for pause in PAUSES_SECONDS:
                if await self._whatsapp.mark_read(phone_number_id, mark_read(wamid)):
                    return
                await asyncio.sleep(pause)
        log.info("read receipt not taken after %d tries", len(PAUSES_SECONDS))
