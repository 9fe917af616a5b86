"""Kinds of media: types Meta takes, their limits, and what bytes really are.

Types and limits after Meta's media reference. Believed, as reported by developers and not in Meta's text:
content that belies its type is found out only after the send was accepted (``failed`` 131053, with the
sentence of ``lie``); so are fragmented MP4, stereo or Vorbis in Ogg, and ``voice`` on anything but Ogg Opus.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["image", "video", "audio", "document", "sticker"]
KINDS: tuple[Kind, ...] = ("image", "video", "audio", "document", "sticker")

_OFFICE = "application/vnd.openxmlformats-officedocument"
# In the order of Meta's own sentence.
TYPES: dict[str, Kind] = {
    "audio/aac": "audio",
    "audio/mp4": "audio",
    "audio/mpeg": "audio",
    "audio/amr": "audio",
    "audio/ogg": "audio",
    "audio/opus": "audio",
    "application/vnd.ms-powerpoint": "document",
    "application/msword": "document",
    f"{_OFFICE}.wordprocessingml.document": "document",
    f"{_OFFICE}.presentationml.presentation": "document",
    f"{_OFFICE}.spreadsheetml.sheet": "document",
    "application/pdf": "document",
    "text/plain": "document",
    "application/vnd.ms-excel": "document",
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "sticker",
    "video/mp4": "video",
    "video/3gpp": "video",
}
MEGABYTE = 1024 * 1024
ANY_LIMIT = 100 * MEGABYTE
LIMITS: dict[Kind, int] = {
    "image": 5 * MEGABYTE,
    "video": 16 * MEGABYTE,
    "audio": 16 * MEGABYTE,
    "document": ANY_LIMIT,
    "sticker": 500 * 1024,
}
STATIC_STICKER_LIMIT = 100 * 1024
UNKNOWN = "application/octet-stream"
# Bytes from the beginning that ``sniff`` wants to see.
HEAD_BYTES = 4096

_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
)
# What a declared type looks like from inside, where that is another name.
_INSIDE = {
    "audio/opus": "audio/ogg",
    "audio/mp4": "video/mp4",
    "video/3gpp": "video/mp4",
    "application/msword": "application/x-ole-storage",
    "application/vnd.ms-excel": "application/x-ole-storage",
    "application/vnd.ms-powerpoint": "application/x-ole-storage",
    f"{_OFFICE}.wordprocessingml.document": "application/zip",
    f"{_OFFICE}.presentationml.presentation": "application/zip",
    f"{_OFFICE}.spreadsheetml.sheet": "application/zip",
}


def bare(mime_type: str) -> str:
    """The type without parameters: ``audio/ogg`` of ``audio/ogg; codecs=opus``."""
    return mime_type.split(";")[0].strip().lower()


def kind_of(mime_type: str) -> Kind | None:
    """The kind the type is sent as; None when Meta's upload does not take it."""
    return TYPES.get(bare(mime_type))


def limit_of(mime_type: str, head: bytes) -> int:
    """How many bytes media of this type may have."""
    kind = kind_of(mime_type) or "document"
    if kind == "sticker" and not is_animated(head):
        return STATIC_STICKER_LIMIT
    return LIMITS[kind]


def is_animated(head: bytes) -> bool:
    """Whether a WebP picture moves (the animation bit of its extended header)."""
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)


def sniff(head: bytes) -> str:
    """The type that the first bytes show; ``UNKNOWN`` for what WhatsApp cannot process."""
    for beginning, mime_type in _BEGINNINGS:
        if head.startswith(beginning):
            return mime_type
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        # Meta: 8 bits, RGB or RGBA. Depth and colour type stand in the first chunk.
        return "image/png" if head[24:26] in (b"\x08\x02", b"\x08\x06") else UNKNOWN
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return UNKNOWN if b"mvex" in head or b"moof" in head else "video/mp4"
    if head.startswith(b"OggS"):
        at = head.find(b"OpusHead")
        return "audio/ogg" if at >= 0 and head[at + 9 : at + 10] == b"\x01" else UNKNOWN
    return "text/plain" if head and b"\x00" not in head else UNKNOWN


def lie(mime_type: str, head: bytes) -> str | None:
    """Meta's sentence when the content is not of the declared type, else None."""
    declared, found = bare(mime_type), sniff(head)
    if found == _INSIDE.get(declared, declared) or declared not in TYPES:
        return None
    if declared == "text/plain" and b"\x00" not in head:
        return None
    return not_of_type(mime_type, UNKNOWN if found == "text/plain" else found)


def not_of_type(mime_type: str, found: str) -> str:
    """Meta's sentence for media that turned out to be something else."""
    what = (kind_of(mime_type) or "document").capitalize()
    return (
        f"{what} file uploaded with mimetype as {mime_type}, however on processing it is of type "
        f"{found}. Please choose a different file."
    )
