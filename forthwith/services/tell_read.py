"""Tell WhatsApp what agents have read: best effort, newest message only, never in the way of a message lane."""

import asyncio
import logging

from forthwith.whatsapp.client import WhatsAppClient
from forthwith.whatsapp.payloads import mark_read

log = logging.getLogger(__name__)
TRIES = 3
FIRST_PAUSE_SECONDS = 1.0


class ReadReceipts:
    """Sends receipts beside the outbox. A receipt lost in a crash is not missed: the next one covers it."""

    def __init__(self, whatsapp: WhatsAppClient) -> None:
        self._whatsapp = whatsapp
        self._under_way: set[asyncio.Task[None]] = set()

    def tell(self, phone_number_id: str, wamid: str) -> None:
        """Show the contact blue ticks up to this message, soon."""
        task = asyncio.create_task(self._tell(phone_number_id, wamid))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Drop what has not been told."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _tell(self, phone_number_id: str, wamid: str) -> None:
        pause = FIRST_PAUSE_SECONDS
        for _ in range(TRIES):
            if await self._whatsapp.mark_read(phone_number_id, mark_read(wamid)):
                return
            await asyncio.sleep(pause)
            pause *= 4
        log.info("read receipt not taken after %d tries", TRIES)
