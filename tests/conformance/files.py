"""The smallest files of each kind that WhatsApp takes, made here."""

from __future__ import annotations

import struct
import zlib


def png(side: int = 1) -> bytes:
    """A grey picture in 8-bit RGB."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    rows = (b"\x00" + b"\x80\x80\x80" * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


PDF = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
OGG = b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x01" + bytes(16)
MP4 = struct.pack(">I", 24) + b"ftypisom\x00\x00\x02\x00isommp42"
WEBP = b"RIFF" + struct.pack("<I", 26) + b"WEBPVP8 " + struct.pack("<I", 14) + bytes(14)

FILES = {
    "image": ("image/png", png()),
    "document": ("application/pdf", PDF),
    "audio": ("audio/ogg", OGG),
    "video": ("video/mp4", MP4),
    "sticker": ("image/webp", WEBP),
}
"""By type of message: MIME type and content."""
