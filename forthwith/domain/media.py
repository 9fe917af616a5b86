"""What WhatsApp takes as image, video, audio, document and sticker, told by a file's first bytes, never by its name."""

from dataclasses import dataclass
from typing import Literal

from forthwith.domain.errors import Invalid, Refusal

Kind = Literal["image", "video", "audio", "document", "sticker"]
KINDS: tuple[Kind, ...] = ("image", "video", "audio", "document", "sticker")

MEGABYTE = 1_048_576
LIMITS: dict[Kind, int] = {
    "image": 5 * MEGABYTE,
    "video": 16 * MEGABYTE,
    "audio": 16 * MEGABYTE,
    "document": 100 * MEGABYTE,
    "sticker": 500 * 1_024,
}
"""In bytes (Meta's)."""
STILL_STICKER_LIMIT = 100 * 1_024
STICKER_SIDE = 512
MOST_PIXELS = 50_000_000
LONGEST_CAPTION = 1_024
"""Code points."""
HEAD_BYTES = 8_192
"""So much of a file tells what it is."""

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
"""What is decoded, measured and freed of its metadata."""
TAKEN: dict[str, Kind] = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "image",
    "video/mp4": "video",
    "video/3gpp": "video",
    "audio/mp4": "audio",
    "audio/mpeg": "audio",
    "audio/aac": "audio",
    "audio/amr": "audio",
    "audio/ogg": "audio",
}
OFFICE_ZIP = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
OFFICE_OLE = ("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint")
DOCUMENTS = frozenset({"application/pdf", "text/plain", *OFFICE_ZIP.values(), *OFFICE_OLE})
"""What is plainly a document."""
SHOWN_IN_PLACE = frozenset(TAKEN) - {"video/3gpp", "audio/amr"}
"""Safe to be drawn or played by a browser; everything else is saved as a file."""
UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Claim:
    """What whoever uploads says of a file. `mime_type`: without parameters, in lower case; may be empty or a lie."""

    mime_type: str
    as_document: bool

    @property
    def major(self) -> str:
        """`image` of `image/png`."""
        return self.mime_type.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Announced:
    """What a webhook says of a contact's file. `sha256`: as base64, or empty."""

    whatsapp_id: str
    mime_type: str
    sha256: str
    filename: str | None
    is_voice: bool


def kind_of(head: bytes, claim: Claim) -> tuple[Kind, str]:
    """Kind and type of a file that begins like this. Raises Refusal: `media_unsupported`, `media_broken`."""
    found = refined(recognise(head), claim.mime_type)
    if not head:
        raise Invalid("media_broken")
    if claim.as_document:
        found = "text/plain" if is_markup(found) else found
        if found not in DOCUMENTS and found not in TAKEN:
            raise Refusal("media_unsupported", mime_type=found)  # WhatsApp's upload knows no other
        return "document", found
    is_lie = claim.major in ("image", "audio", "video") and found.partition("/")[0] not in (
        *("image", "audio", "video"),
    )
    if found in TAKEN:
        return TAKEN[found], found
    if found in DOCUMENTS and not is_lie:
        return "document", found
    if (is_lie and not is_markup(found)) or (found == UNKNOWN and claim.mime_type in DOCUMENTS):
        raise Invalid("media_broken")  # named as something that it is not
    raise Refusal("media_unsupported", mime_type=found)


def refined(found: str, claimed: str) -> str:
    """Families whose members look alike at their beginning: the claim may choose among them."""
    if found == "application/zip" and claimed in OFFICE_ZIP.values():
        return claimed
    if found == OFFICE_OLE[0] and claimed in OFFICE_OLE:
        return claimed
    if found == "video/webm" and claimed == "audio/webm":
        return claimed
    return found


def is_markup(mime_type: str) -> bool:
    """What a browser would run scripts of."""
    return mime_type in ("text/html", "image/svg+xml", "text/xml")


SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (0, b"GIF8", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OFFICE_OLE[0]),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"fLaC", "audio/flac"),
    (0, b"#!AMR-WB\n", "audio/amr-wb"),
    (0, b"#!AMR\n", "audio/amr"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"\x1f\x8b", "application/gzip"),
)
BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    b"qt  ": "video/quicktime",
}


def recognise(head: bytes) -> str:
    """The type by content; `application/octet-stream` for what is nothing known."""
    for at, signature, mime_type in SIGNATURES:
        if head.startswith(signature, at) and (at == 0 or head.startswith(b"RIFF")):
            return mime_type
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "video/3gpp" if brand.startswith(b"3g") else BRANDS.get(brand, "video/mp4")
    if head.startswith(b"OggS"):
        if b"OpusHead" in head[:64]:
            return "audio/ogg"
        return "audio/vorbis" if b"vorbis" in head[:64] else "video/ogg"
    if head.startswith(b"PK\x03\x04"):
        named = (mime_type for folder, mime_type in OFFICE_ZIP.items() if folder in head)
        return next(named, "application/zip")
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "audio/aac"  # ADTS: twelve bits of sync, layer 0
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06:
        return "audio/mpeg"
    return _text_type(head)


def _text_type(head: bytes) -> str:
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not head or error.start < len(head) - 3:  # the last character may be cut
            return UNKNOWN
        text = head[: error.start].decode("utf-8-sig")
    if not text or any(character < " " and character not in "\t\n\f\r" for character in text):
        return UNKNOWN
    lower = text.lower()
    if "<svg" in lower:
        return "image/svg+xml"
    if any(tag in lower for tag in ("<!doctype html", "<html", "<script", "<body", "<iframe")):
        return "text/html"
    return "text/xml" if lower.lstrip().startswith("<?xml") else "text/plain"


def check_size(size: int, kind: Kind) -> None:
    """Raise Refusal `media_too_large` for more than WhatsApp takes of this kind. `size`: of all, or of what has come."""
    if size > LIMITS[kind]:
        limit_mb = LIMITS[kind] // MEGABYTE or 0.5
        raise Refusal("media_too_large", limit_mb=limit_mb, kind=kind)


def clean_name(name: str) -> str:
    """A file's name as it is shown and saved: one line, no folders, nothing that turns the direction of writing.

    Raises Invalid `invalid_body` for a line break: nothing but an attack has one.
    """
    if "\r" in name or "\n" in name:
        raise BadName("invalid_body", field="filename")
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(each for each in last if each.isprintable() and each not in '<>:"|?*')
    stem, dot, ending = kept.strip(" .")[:500].rpartition(".")
    shown = f"{stem[: 200 - len(ending)]}{dot}{ending}" if len(ending) < 20 else kept[:200]
    return shown.strip(" .") or "file"


class BadName(Refusal):
    """400: no browser of ours sends such a name."""

    status = 400
