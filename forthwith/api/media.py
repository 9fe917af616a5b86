"""Files of messages: brought by an agent, and served to whoever may see the message."""

from urllib.parse import quote, unquote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from forthwith.api.body import answer
from forthwith.api.context import Edge, SignedIn
from forthwith.domain.errors import Invalid, NotFound
from forthwith.domain.media import SHOWN_IN_PLACE, Claim, clean_name
from forthwith.protocol.shapes import UploadAnswer
from forthwith.services.receive_upload import Offer
from forthwith.services.settle_message import find_message
from forthwith.store import media
from forthwith.store.database import StorageFull, Transaction

router = APIRouter(prefix="/api")
ROOM_KEPT = 0.05
"""Part of the disk that files leave to the rows."""
MOST_NAME_BYTES = 4_096
ISOLATED = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'"
)
"""The policy of a file that is opened by itself: nothing in it runs, and it belongs to no origin."""


@router.post("/media")
async def bring(request: Request, edge: Edge, agent: SignedIn) -> Response:
    """201 and what the file has become; 200 and the same for the same bytes again."""
    if edge.free_disk() < ROOM_KEPT:
        raise StorageFull("no room is left for files")
    offer = _offer(request, agent.id)
    found, is_new = await edge.uploads.receive(offer, request.stream(), edge.now())
    return answer(UploadAnswer(found), 201 if is_new else 200)


def _offer(request: Request, agent_id: str) -> Offer:
    headers = request.headers
    claimed = headers.get("content-type", "").partition(";")[0].strip().lower()
    claim = Claim(claimed, headers.get("forthwith-as", "").lower() == "document")
    length = headers.get("content-length", "")
    announced = int(length) if length.isdecimal() and len(length) < 16 else None
    return Offer(agent_id, claim, _filename(headers.get("forthwith-filename", "")), announced)


def _filename(header: str) -> str | None:
    """Percent-encoded UTF-8."""
    if len(header) > MOST_NAME_BYTES:
        raise Invalid("invalid_body", field="filename")
    return clean_name(unquote(header)) if header else None


@router.get("/messages/{client_id}/media")
async def serve(
    request: Request, client_id: str, edge: Edge, agent: SignedIn, download: bool = False
) -> Response:
    """The bytes, whole or a range of them; 404 while they are not here."""

    async def read(tx: Transaction) -> tuple[str, str, str]:
        row = await find_message(tx, agent, client_id)
        shown = media.from_json(row["media_json"])
        kept = await media.hash_of(tx, row["media_id"]) if row["media_id"] else None
        if shown is None or kept is None:
            raise NotFound("media_not_found")
        return *kept, shown.filename or _name_for(row["message_type"], kept[1])

    content_hash, mime_type, filename = await edge.db.read(read)
    path = edge.files.path(content_hash)
    if not path.is_file():
        raise NotFound("media_not_found")
    is_safe = mime_type in SHOWN_IN_PLACE and not download
    disposition = "inline" if is_safe else "attachment"
    return FileResponse(
        path,
        media_type=mime_type,
        headers={
            "Content-Disposition": f"{disposition}; filename*=utf-8''{quote(filename, safe='')}",
            "Content-Security-Policy": ISOLATED,
            "Cache-Control": "private, no-store",
        },
    )


ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/ogg": ".ogg",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
}


def _name_for(message_type: str, mime_type: str) -> str:
    """For a file that came without one."""
    return f"{message_type}{ENDINGS.get(mime_type, '')}"
