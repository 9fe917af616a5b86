"""Files to WhatsApp. An upload hands nothing to anybody: however it ends, no message was sent by it (R7)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from forthwith.whatsapp import client
from forthwith.whatsapp.client import Held, NotSent, Paced, Refused

SLOWEST_BYTES_PER_SECOND = 131_072
"""A line slower than this cannot be told from one that is dead."""
ENDINGS = {"audio/mpeg": "mp3", "audio/mp4": "m4a", "image/jpeg": "jpg", "text/plain": "txt"}


@dataclass(frozen=True, slots=True)
class Uploaded:
    """WhatsApp has the file, and calls it `id` for 30 days."""

    id: str


UploadOutcome = Uploaded | Refused | Held | Paced | NotSent


class _Answer(msgspec.Struct):
    id: Any = None


class MediaClient:
    """Uploads for one Meta app."""

    def __init__(self, graph_url: str, token: str, timeout_seconds: float) -> None:
        self._url = client.versioned(graph_url)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._timeout_seconds = timeout_seconds

    async def upload(
        self, phone_number_id: str, path: Path, mime_type: str, size: int
    ) -> UploadOutcome:
        """One upload. `size` in bytes: a larger file may take longer. Raises FileNotFoundError."""
        ending = ENDINGS.get(mime_type, mime_type.rpartition("/")[2])
        with path.open("rb") as file:
            form = aiohttp.FormData({"messaging_product": "whatsapp", "type": mime_type})
            form.add_field("file", file, content_type=mime_type, filename=f"file.{ending}")
            try:
                async with (
                    aiohttp.ClientSession(headers=self._headers, timeout=self._for(size)) as http,
                    http.post(
                        f"{self._url}/{phone_number_id}/media", data=form, allow_redirects=False
                    ) as answer,
                ):
                    body = await answer.read()
                    return _outcome(answer.status, answer.headers.get("Retry-After"), body)
            except (aiohttp.ClientError, TimeoutError) as error:
                return NotSent(type(error).__name__)

    def _for(self, size: int) -> aiohttp.ClientTimeout:
        seconds = self._timeout_seconds + size / SLOWEST_BYTES_PER_SECOND
        return aiohttp.ClientTimeout(total=seconds, sock_connect=min(10.0, seconds / 2))


def _outcome(status: int, retry_after: str | None, body: bytes) -> UploadOutcome:
    """The table of the sends; what would be in doubt there is just not sent here."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except msgspec.MsgspecError:
        answer = _Answer()
    if 200 <= status < 300 and isinstance(answer.id, str) and answer.id:
        return Uploaded(answer.id)
    match client.outcome_of(status, retry_after, body):
        case Refused() | Held() | Paced() as outcome:
            return outcome
        case other:
            return NotSent(getattr(other, "detail", f"HTTP {status}"))
