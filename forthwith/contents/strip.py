"""Take the metadata out of a picture without touching a pixel: place, device, owner, comments, previews, appended films."""

import re
import struct
from collections.abc import Iterator

KEPT_PNG = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs acTL fcTL fdAT".split()
)
DROPPED_WEBP = frozenset((b"EXIF", b"XMP "))
WEBP_METADATA_FLAGS = 0x08 | 0x04
_marker_in_scan = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


class Damaged(ValueError):
    """Its parts do not fit together."""


def strip(content: bytes, mime_type: str) -> bytes:
    """The same picture without metadata. Raises Damaged."""
    parts = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}[mime_type]
    try:
        return b"".join(parts(content))
    except (struct.error, IndexError) as error:
        raise Damaged(str(error)) from error


def _jpeg(content: bytes) -> Iterator[bytes]:
    """Segments up to the end of the first picture: what phones append behind it is metadata too."""
    yield content[:2]
    at = 2
    while True:
        if content[at] != 0xFF:
            raise Damaged("no marker")
        marker = content[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker == 0xD9:
            yield b"\xff\xd9"
            return
        end = at + 2 + struct.unpack_from(">H", content, at + 2)[0]
        segment = content[at:end]
        if marker == 0xDA:  # the scan follows its header
            found = _marker_in_scan.search(content, end)
            if found is None:
                raise Damaged("no end")
            end = found.start()
            yield content[at:end]
        elif _is_kept_in_jpeg(marker, segment):
            yield segment
        at = end


def _is_kept_in_jpeg(marker: int, segment: bytes) -> bool:
    """Colours need JFIF, Adobe's transform and the ICC profile; all other application data and comments go."""
    if marker == 0xE2:
        return segment[4:16] == b"ICC_PROFILE\x00"
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _png(content: bytes) -> Iterator[bytes]:
    yield content[:8]
    at, kind = 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content):
            raise Damaged("a chunk ends beyond the file")
        if kind in KEPT_PNG:
            yield content[at:end]
        at = end


def _webp(content: bytes) -> Iterator[bytes]:
    end = min(len(content), 8 + struct.unpack_from("<I", content, 4)[0])
    kept, at = [], 12
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", content, at)
        following = at + 8 + length + (length & 1)
        chunk = content[at : min(following, end)]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~WEBP_METADATA_FLAGS]) + chunk[9:]
        if kind not in DROPPED_WEBP:
            kept.append(chunk)
        at = following
    yield b"RIFF" + struct.pack("<I", 4 + sum(map(len, kept))) + b"WEBP"
    yield from kept
