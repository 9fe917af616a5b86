"""The smallest files that WhatsApp would take for what they say they are."""

from __future__ import annotations

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(64)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(8) + b"\x08\x06" + bytes(64)
PALETTE_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(8) + b"\x08\x03" + bytes(64)
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(64)
FRAGMENTED_MP4 = b"\x00\x00\x00\x18ftypiso5" + bytes(16) + b"mvex" + bytes(64)
VOICE = b"OggS" + bytes(24) + b"OpusHead\x01\x01" + bytes(64)
STEREO = b"OggS" + bytes(24) + b"OpusHead\x01\x02" + bytes(64)
VORBIS = b"OggS" + bytes(24) + b"\x01vorbis" + bytes(64)
WEBM = b"\x1aE\xdf\xa3" + bytes(64)
PDF = b"%PDF-1.7\n" + b"x" * 64
STICKER = b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(64)
MOVING_STICKER = b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02" + bytes(64)

# One good file of each kind: type and bytes.
GOOD = {
    "image": ("image/jpeg", JPEG),
    "video": ("video/mp4", MP4),
    "audio": ("audio/ogg; codecs=opus", VOICE),
    "document": ("application/pdf", PDF),
    "sticker": ("image/webp", STICKER),
}
