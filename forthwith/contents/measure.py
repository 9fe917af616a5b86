"""Duration of sounds and films, width and height of films: read from their containers' own tables, a few seeks each."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MOST_BOXES, DEEPEST = 2_000, 8
"""A container with more is not one that a camera or a phone wrote."""
OPUS_RATE = 48_000
TAIL_BYTES = 65_536
"""An Ogg page is no longer than this, so the last one begins within it."""
CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
FILM_CODECS = frozenset({b"avc1", b"avc3", b"mp4v", b"s263", b"h263"})
SOUND_CODECS = frozenset({b"mp4a", b"samr", b"sawb"})


class Broken(ValueError):
    """It is not what its beginning says."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Milliseconds and pixels; None where it does not say. `foreign_codec`: what WhatsApp does not play of it, or empty."""

    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    has_film: bool = False
    is_voice: bool = False
    foreign_codec: str = ""


def measure(path: Path, mime_type: str) -> Measures:
    """What the file says of itself. Raises Broken."""
    with path.open("rb") as file:
        try:
            if mime_type == "audio/ogg":
                return _ogg(file)
            if mime_type in ("video/mp4", "video/3gpp", "audio/mp4"):
                return _mp4(file)
        except (struct.error, IndexError, ZeroDivisionError) as error:
            raise Broken(str(error)) from error
    return Measures()


def _ogg(file: BinaryIO) -> Measures:
    """Opus: the last page's position in samples, less what a player skips at the beginning. One channel is a voice note."""
    head = file.read(128)
    at = head.find(b"OpusHead")
    if at < 0:
        raise Broken("no Opus")
    channels, skip = head[at + 9], struct.unpack_from("<H", head, at + 10)[0]
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL_BYTES))
    tail = file.read()
    last = tail.rfind(b"OggS")
    if last < 0:
        raise Broken("no last page")
    samples = struct.unpack_from("<q", tail, last + 6)[0] - skip
    return Measures(
        duration_ms=max(0, samples) * 1_000 // OPUS_RATE,
        is_voice=channels == 1,
        foreign_codec="" if channels == 1 else "opus, stereo",
    )


@dataclass(slots=True)
class _Found:
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    codecs: tuple[bytes, ...] = ()
    is_fragmented: bool = False
    boxes: int = 0


def _mp4(file: BinaryIO) -> Measures:
    size, found = file.seek(0, 2), _Found()
    for kind, begin, end in _boxes(file, 0, size, found, DEEPEST):
        _note(file, kind, begin, end, found)
    if not found.codecs:
        raise Broken("no track")
    if found.is_fragmented:
        found.codecs += (b"fragments",)
    foreign = [each for each in found.codecs if each not in FILM_CODECS | SOUND_CODECS]
    return Measures(
        duration_ms=round(found.seconds * 1_000) or None,
        width=found.width or None,
        height=found.height or None,
        has_film=found.width > 0,
        foreign_codec=foreign[0].decode("ascii", "replace") if foreign else "",
    )


def _boxes(
    file: BinaryIO, begin: int, end: int, found: _Found, depth: int
) -> Iterator[tuple[bytes, int, int]]:
    """Every box between two places, and those inside the ones that hold boxes: type, and where its content lies."""
    while begin + 8 <= end:
        found.boxes += 1
        if found.boxes > MOST_BOXES:
            raise Broken("too many boxes")
        if depth < 1:
            raise Broken("boxes too deep")
        file.seek(begin)
        head = file.read(16)
        length, kind = struct.unpack_from(">I4s", head)
        content = begin + 8
        if length == 1:
            length, content = struct.unpack_from(">Q", head, 8)[0], begin + 16
        following = begin + length if length else end
        if following > end or following < content:
            if found.codecs:
                return  # players do not mind what stands behind
            raise Broken("a box ends beyond the file")
        yield kind, content, following
        if kind in CONTAINERS:
            yield from _boxes(file, content, following, found, depth - 1)
        begin = following


def _note(file: BinaryIO, kind: bytes, begin: int, end: int, found: _Found) -> None:
    found.is_fragmented |= kind in (b"mvex", b"moof")
    if kind not in (b"mvhd", b"tkhd", b"stsd"):
        return
    file.seek(begin)
    content = file.read(min(end - begin, 256))
    is_long = content[0] == 1
    if kind == b"mvhd":
        scale, duration = struct.unpack_from(
            ">IQ" if is_long else ">II", content, 20 if is_long else 12
        )
        found.seconds = duration / scale
    elif kind == b"tkhd":
        width, height = struct.unpack_from(">II", content, 88 if is_long else 76)
        if width and height:
            found.width, found.height = width >> 16, height >> 16
    else:
        found.codecs += (content[12:16],)
