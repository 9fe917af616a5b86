"""Files as agents and contacts have them, made small: pictures by Pillow, sounds and films box by box."""

import io
import struct
from typing import Any

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(
    kind: str = "JPEG",
    size: tuple[int, int] = (64, 48),
    mode: str = "RGB",
    colour: Any = None,
    **options: Any,
) -> bytes:
    """A plain picture; `options` go to its encoder."""
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, kind, **options)
    return file.getvalue()


def photo(orientation: int = 1, kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """As a phone takes it: with the place, the device and the way it was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Canary Phones"
    exif.get_ifd(0x8825)[2] = (51.0, 28.0, 38.0)
    return picture(kind, size, exif=exif)


def moving(kind: str = "WEBP", size: tuple[int, int] = (512, 512)) -> bytes:
    """Two frames."""
    file = io.BytesIO()
    frames = [Image.new("RGB", size, colour) for colour in ("red", "blue")]
    frames[0].save(file, kind, save_all=True, append_images=frames[1:])
    return file.getvalue()


def voice_note(seconds: float = 2.5, channels: int = 1) -> bytes:
    """Opus in Ogg: first page, last page."""

    def page(position: int, body: bytes) -> bytes:
        head = b"OggS\x00\x02" + struct.pack("<qIII", position, 1, 0, 0)
        return head + bytes([1, len(body)]) + body

    skip = 312
    opus_head = b"OpusHead\x01" + struct.pack("<BHIhB", channels, skip, 48_000, 0, 0)
    return page(0, opus_head) + page(round(seconds * 48_000) + skip, bytes(40))


def box(kind: bytes, *parts: bytes) -> bytes:
    """One box of an MP4."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def film(
    seconds: float = 3.0,
    size: tuple[int, int] = (320, 240),
    codec: bytes = b"avc1",
    brand: bytes = b"mp42",
    extra: bytes = b"",
) -> bytes:
    """An MP4 with one track; (0, 0) makes it a sound."""
    mvhd = box(b"mvhd", bytes(12), struct.pack(">II", 1_000, round(seconds * 1_000)), bytes(80))
    tkhd = box(b"tkhd", bytes(76), struct.pack(">II", size[0] << 16, size[1] << 16))
    stsd = box(b"stsd", bytes(4), struct.pack(">I", 1), struct.pack(">I4s", 16, codec), bytes(8))
    track = box(b"trak", tkhd, box(b"mdia", box(b"minf", box(b"stbl", stsd))))
    return (
        box(b"ftyp", brand, bytes(4)) + box(b"moov", mvhd, track, extra) + box(b"mdat", bytes(64))
    )


def sound(seconds: float = 3.0) -> bytes:
    """AAC in MP4."""
    return film(seconds, (0, 0), b"mp4a", b"M4A ")
