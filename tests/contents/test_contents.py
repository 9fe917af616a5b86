"""What is inside a file: measured by its own tables, freed of its metadata without touching a pixel."""

import io
import random
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from forthwith.contents.decoder import examine
from forthwith.contents.measure import Broken, measure
from forthwith.contents.pictures import Pictures, Undecodable
from forthwith.contents.strip import Damaged, strip
from tests import media_samples

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def noise(kind: str, size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    """A picture in which no two pixels are alike."""
    file = io.BytesIO()
    drawn = Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3))
    drawn.save(file, kind, **options)
    return file.getvalue()


def pixels(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


@pytest.mark.parametrize("kind", TYPES)
def test_stripping_leaves_every_pixel_and_the_colours_and_nothing_else(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Canary Phones"
    profile = b"\x00\x00\x02\x0cCanaryProfile" + bytes(600)
    extra: dict[str, Any] = {"comment": b"Canary words"} if kind == "JPEG" else {}
    if kind == "WEBP":
        extra = {"xmp": b"<x>Canary</x>", "lossless": True}
    content = noise(kind, exif=exif, icc_profile=profile, **extra)
    stripped = strip(content + b"Canary film behind it", TYPES[kind])
    opened = Image.open(io.BytesIO(stripped))
    assert opened.info.get("icc_profile") == profile
    assert not opened.getexif()
    assert stripped.replace(profile, b"").count(b"Canary") == 0
    assert ImageChops.difference(pixels(content), pixels(stripped)).getbbox() is None
    assert strip(stripped, TYPES[kind]) == stripped


def test_a_progressive_photo_with_many_scans_is_stripped_too() -> None:
    content = noise("JPEG", (200, 150), progressive=True, exif=media_samples_exif())
    stripped = strip(content, "image/jpeg")
    assert b"Canary" not in stripped
    assert ImageChops.difference(pixels(content), pixels(stripped)).getbbox() is None


def media_samples_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "Canary Phones"
    return exif


@pytest.mark.parametrize("kind", TYPES)
def test_no_cut_or_changed_file_breaks_the_stripping(kind: str) -> None:
    content, chance = noise(kind, exif=media_samples_exif()), random.Random(7)
    for _ in range(400):
        spoilt = bytearray(content[: chance.randrange(16, len(content))])
        for _ in range(chance.randrange(4)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        try:
            strip(bytes(spoilt), TYPES[kind])
        except Damaged:
            pass


@pytest.mark.parametrize(
    ("content", "mode", "expected"),
    [
        (media_samples.photo(6), "photo", ("JPEG", "RGB", (48, 64))),
        (media_samples.photo(6, "PNG"), "photo", ("PNG", "RGB", (48, 64))),
        (media_samples.picture(mode="CMYK"), "photo", ("JPEG", "RGB", (64, 48))),
        (media_samples.picture(mode="L"), "photo", ("JPEG", "RGB", (64, 48))),
        (media_samples.picture("PNG", mode="P"), "photo", ("PNG", "RGB", (64, 48))),
        (media_samples.picture("PNG", mode="I;16"), "photo", ("PNG", "RGB", (64, 48))),
        (media_samples.picture("PNG", mode="LA"), "photo", ("PNG", "RGBA", (64, 48))),
        (media_samples.picture("WEBP"), "photo", ("JPEG", "RGB", (64, 48))),
        (media_samples.picture("WEBP", mode="RGBA", colour=(9, 9, 9, 0)), "photo", ("PNG", "RGBA", (64, 48))),
        (media_samples.picture("WEBP"), "as it is", ("WEBP", "RGB", (64, 48))),
        (media_samples.picture("WEBP", (512, 512)), "photo", ("WEBP", "RGB", (512, 512))),
    ],
)  # fmt: skip
def test_pictures_become_what_whatsapp_takes(
    content: bytes, mode: str, expected: tuple[str, str, tuple[int, int]], tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(content)
    told = examine(tmp_path / "source", tmp_path / "target", mode)
    with Image.open(tmp_path / "target") as written:
        assert (written.format, written.mode, written.size) == expected
    assert (told["mime_type"], told["width"], told["height"]) == (TYPES[expected[0]], *expected[2])


async def test_measuring_writes_nothing_and_a_broken_picture_is_an_error_of_its_own(
    tmp_path: Path,
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(media_samples.photo())
    seen = await Pictures().examine(source, target, "measure")
    assert (seen.width, seen.height) == (64, 48)
    assert not target.exists()
    source.write_bytes(media_samples.photo()[:500])
    with pytest.raises(Undecodable):
        await Pictures().examine(source, target, "photo")


@pytest.mark.parametrize(
    ("content", "mime_type", "seconds", "size"),
    [
        (media_samples.voice_note(1.5), "audio/ogg", 1.5, (None, None)),
        (media_samples.film(12.25), "video/mp4", 12.25, (320, 240)),
        (media_samples.sound(0.5), "audio/mp4", 0.5, (None, None)),
        (media_samples.PDF, "application/pdf", None, (None, None)),
    ],
)
def test_a_file_says_how_long_and_how_large_it_is(
    content: bytes,
    mime_type: str,
    seconds: float | None,
    size: tuple[int | None, int | None],
    tmp_path: Path,
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    measures = measure(file, mime_type)
    assert measures.duration_ms == (None if seconds is None else round(seconds * 1_000))
    assert (measures.width, measures.height) == size


@pytest.mark.parametrize("mime_type", ["audio/ogg", "video/mp4"])
def test_no_cut_or_changed_file_breaks_the_measuring(mime_type: str, tmp_path: Path) -> None:
    whole = media_samples.film() if mime_type == "video/mp4" else media_samples.voice_note()
    chance, file = random.Random(7), tmp_path / "file"
    for _ in range(400):
        spoilt = bytearray(whole[: chance.randrange(1, len(whole))])
        for _ in range(chance.randrange(4)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        file.write_bytes(spoilt)
        try:
            measure(file, mime_type)
        except Broken:
            pass


def test_boxes_in_boxes_without_end_are_broken(tmp_path: Path) -> None:
    inner = media_samples.box(b"free") * 3_000
    (tmp_path / "file").write_bytes(media_samples.film()[:16] + media_samples.box(b"moov", inner))
    with pytest.raises(Broken, match="too many boxes"):
        measure(tmp_path / "file", "video/mp4")
    deep = media_samples.box(b"free")
    for _ in range(1_500):
        deep = media_samples.box(b"moov", deep)
    (tmp_path / "file").write_bytes(media_samples.film()[:16] + deep)
    with pytest.raises(Broken, match="too deep"):
        measure(tmp_path / "file", "video/mp4")
