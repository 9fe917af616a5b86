"""What a file is, by its first bytes, and how it may be called."""

import pytest

from forthwith.domain.errors import Invalid, Refusal
from forthwith.domain.media import Claim, check_size, clean_name, kind_of, recognise
from forthwith.domain.message import check_content
from tests import media_samples

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("head", "mime_type"),
    [
        (b"\xff\xfb\x90\x64" + bytes(9), "audio/mpeg"),
        (b"ID3\x04" + bytes(9), "audio/mpeg"),
        (b"\xff\xf1\x50\x80" + bytes(9), "audio/aac"),
        (b"#!AMR\n" + bytes(9), "audio/amr"),
        (b"#!AMR-WB\n" + bytes(9), "audio/amr-wb"),
        (b"OggS" + bytes(24) + b"\x01vorbis", "audio/vorbis"),
        (b"RIFF\x00\x00\x00\x00WAVE", "audio/wav"),
        (b"xxxx\x00\x00\x00\x00WAVE", "application/octet-stream"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(9), "image/heic"),
        (b"\x00\x00\x00\x18ftypqt  " + bytes(9), "video/quicktime"),
        (b"\x00\x00\x00\x18ftyp3gp5" + bytes(9), "video/3gpp"),
        (b"PK\x03\x04" + bytes(26) + b"word/document.xml", DOCX),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9), "application/msword"),
        ("Grüße".encode(), "text/plain"),
        ("Grüße".encode()[:3], "text/plain"),
        (b"\xef\xbb\xbfName;Price\r\n", "text/plain"),
        (b"  <SVG onload=alert(1)>", "image/svg+xml"),
        (b"hello <script>alert(1)</script>", "text/html"),
        (b"\xc3\x28 not UTF-8 at all", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_first_bytes_tell_what_a_file_is(head: bytes, mime_type: str) -> None:
    assert recognise(head) == mime_type


def test_the_claim_chooses_only_among_what_looks_alike() -> None:
    archive = b"PK\x03\x04" + bytes(60)
    assert kind_of(archive, Claim(DOCX, False)) == ("document", DOCX)
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60)
    excel = "application/vnd.ms-excel"
    assert kind_of(old, Claim(excel, False)) == ("document", excel)
    for claimed in ("application/zip", "application/pdf"):
        with pytest.raises(Refusal):
            kind_of(archive, Claim(claimed, False))
    assert kind_of(media_samples.film(), Claim("", True)) == ("document", "video/mp4")
    with pytest.raises(Refusal):  # not even as a document
        kind_of(archive, Claim("application/zip", True))
    assert kind_of(media_samples.SVG, Claim("image/png", True)) == ("document", "text/plain")


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("Invoice 7.pdf", "Invoice 7.pdf"),
        ("../../etc/x.html", "x.html"),
        ("C:\\Users\\me\\a.pdf", "a.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\x00b\x1b[31m.pdf", "ab[31m.pdf"),
        ("...", "file"),
        ("", "file"),
        ("a" * 400 + ".pdf", "a" * 197 + ".pdf"),
        ("наш файл.pdf", "наш файл.pdf"),
        ('a<b>:"|?*.txt', "ab.txt"),
    ],
)
def test_names_are_one_line_without_folders_and_tricks(given: str, cleaned: str) -> None:
    assert clean_name(given) == cleaned
    assert len(clean_name(given)) <= 201


def test_a_line_break_in_a_name_is_refused() -> None:
    for name in ("a\nb", "a\rb", "a\r\nSet-Cookie: x"):
        with pytest.raises(Refusal) as raised:
            clean_name(name)
        assert raised.value.status == 400


def test_each_kind_has_its_own_limit() -> None:
    megabyte = 1_048_576
    check_size(5 * megabyte, "image")
    for kind, size, limit in (
        ("image", 5 * megabyte, 5),
        ("video", 16 * megabyte, 16),
        ("audio", 16 * megabyte, 16),
        ("document", 100 * megabyte, 100),
        ("sticker", 500 * 1_024, 0.5),
    ):
        check_size(size, kind)  # type: ignore[arg-type]  # it is one of the kinds
        with pytest.raises(Refusal) as raised:
            check_size(size + 1, kind)  # type: ignore[arg-type]  # as above
        assert raised.value.params == {"limit_mb": limit, "kind": kind}


def test_captions_may_be_empty_and_sounds_have_none() -> None:
    check_content("image", "", True)
    check_content("image", "x" * 1_024, True)
    check_content("audio", "", True)
    for kind, text, has_media in (
        ("image", "x" * 1_025, True),
        ("audio", "words", True),
        ("sticker", "words", True),
        ("image", "", False),
        ("text", "words", True),
        ("text", "", False),
    ):
        with pytest.raises(Invalid):
            check_content(kind, text, has_media)
