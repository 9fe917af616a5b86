"""The child process that decodes one picture: `python -m forthwith.contents.decoder SOURCE TARGET [photo]`.

A process of its own, because a picture of a few hundred bytes may unpack to gigabytes, and a decoder fed by strangers
may crash: then this process ends, and no other. It prints one line of JSON.
"""

import contextlib
import json
import resource
import sys
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from forthwith.contents.strip import strip
from forthwith.domain.media import MOST_PIXELS, STICKER_SIDE, STILL_STICKER_LIMIT

MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 20
TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
ORIENTATION = 0x0112
PLAIN = ("RGB", "RGBA")
"""What WhatsApp takes: eight bits, with or without transparency."""
PNG_DEPTH_AT = 24
QUALITY = 92


def main() -> int:
    source, target, mode = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    _be_modest()
    sys.stdout.write(json.dumps(examine(source, target, mode)))
    return 0


def examine(source: Path, target: Path, mode: str) -> dict[str, Any]:
    """Measures of the picture; `target` gets it upright and without metadata, in a form that WhatsApp takes.

    `mode`: `photo` also turns a WebP that is no sticker into what WhatsApp takes for photos; `measure` writes nothing.
    Raises whatever the decoder does for what is no whole picture.
    """
    with Image.open(source, formats=tuple(FORMATS.values())) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        mime_type = TYPES[str(picture.format)]
        is_animated = mime_type != "image/jpeg" and bool(getattr(picture, "is_animated", False))
        width, height = picture.size
        if mode != "measure":
            picture.load()
            if mode == "photo" and mime_type == "image/webp" and not _is_sticker(picture, source):
                mime_type = mime_type if is_animated else _photo_type(picture)
            width, height = _write(picture, source, target, mime_type, is_animated)
    size = {"mime_type": mime_type, "width": width, "height": height}
    return size | {"is_animated": is_animated}


def _is_sticker(picture: Image.Image, source: Path) -> bool:
    is_small = source.stat().st_size <= STILL_STICKER_LIMIT
    return picture.size == (STICKER_SIDE, STICKER_SIDE) and is_small


def _photo_type(picture: Image.Image) -> str:
    """JPEG, or PNG when parts of it are transparent."""
    has_holes = picture.mode == "RGBA" and picture.getchannel("A").getextrema() != (255, 255)
    return "image/png" if has_holes else "image/jpeg"


def _write(
    picture: Image.Image, source: Path, target: Path, mime_type: str, is_animated: bool
) -> tuple[int, int]:
    """Untouched but for its metadata where that is possible, else drawn again."""
    content = source.read_bytes()
    is_upright = picture.getexif().get(ORIENTATION, 1) == 1
    is_plain = picture.mode in PLAIN and not (mime_type == "image/png" and _is_deep(content))
    if is_animated or (is_upright and is_plain and mime_type == TYPES[str(picture.format)]):
        target.write_bytes(strip(content, mime_type))
        return picture.size
    return _redraw(picture, target, mime_type)


def _is_deep(png: bytes) -> bool:
    """Sixteen bits a colour; the decoder hands out the upper eight."""
    return png[PNG_DEPTH_AT] == 16


def _redraw(picture: Image.Image, target: Path, mime_type: str) -> tuple[int, int]:
    """Encoded again: turned upright, in eight bits a colour."""
    upright = ImageOps.exif_transpose(picture)
    profile = picture.info.get("icc_profile") if upright.mode in PLAIN else None
    if upright.mode.startswith("I"):
        upright = upright.convert("I").point(lambda value: value / 256).convert("L")
    is_transparent = "transparency" in picture.info or upright.mode in ("LA", "PA", "RGBA")
    wanted = "RGBA" if is_transparent and mime_type != "image/jpeg" else "RGB"
    upright = upright.convert(wanted)
    upright.info.clear()
    upright.save(target, FORMATS[mime_type], quality=QUALITY, icc_profile=profile)
    return upright.size


def _be_modest() -> None:
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
    ):
        with contextlib.suppress(OSError, ValueError):  # macOS knows no limit of address space
            resource.setrlimit(what, (limit, limit))


if __name__ == "__main__":
    sys.exit(main())
