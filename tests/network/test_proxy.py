"""The proxy finds the borders it breaks at, however the bytes come."""

import random

from tests.network.wire import Frames, Requests

UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
POST = b"POST /api/conversations/c1/messages?x=1 HTTP/1.1\r\ncontent-length: 7\r\n\r\n"


def frame(size: int) -> bytes:
    """A text frame as servers send them (RFC 6455, 5.2)."""
    text = b"x" * size
    if size < 126:
        return bytes([0x81, size]) + text
    if size < 65536:
        return bytes([0x81, 126]) + size.to_bytes(2) + text
    return bytes([0x81, 127]) + size.to_bytes(8) + text


def in_pieces(data: bytes, chance: random.Random) -> list[bytes]:
    """Cut anywhere."""
    cuts = sorted(chance.sample(range(1, len(data)), 12))
    return [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def test_frames_are_found_whole_wherever_the_bytes_are_cut() -> None:
    sent = [UPGRADE, *(frame(size) for size in (0, 1, 125, 126, 127, 65535, 65536, 3))]
    for seed in range(50):
        frames = Frames()
        pieces = in_pieces(b"".join(sent), random.Random(seed))
        found = [whole for piece in pieces for whole in frames.feed(piece)]
        assert found == sent, f"seed {seed}"


def test_the_request_under_way_is_known_wherever_the_bytes_are_cut() -> None:
    asked = POST + b"GET /no" + b"GET /api/session HTTP/1.1\r\nHost: here\r\n\r\n"
    for seed in range(50):
        requests, seen = Requests(), []
        for piece in in_pieces(asked, random.Random(seed)):
            requests.feed(piece)
            seen.append((requests.method, requests.path))
        assert seen[-1] == ("GET", "/api/session"), f"seed {seed}"
        requests.feed(POST)
        assert requests.path == "/api/conversations/c1/messages"
