"""Events as frames, built once for all sockets that are at the same place of the log."""

import struct
from typing import Any, NamedTuple

import msgspec

from forthwith.realtime.encoded_events import EncodedEvent

FRAME_BYTES = 64 * 1024
"""Events are gathered into a frame until it is about so large."""
KEPT = 8
"""Live sockets are at one place, or two while a frame leaves; those that replay are each at their own."""
KEPT_FRAMES = 4
"""Batches of more frames are not kept: they are a replay's, and nobody else is at its place."""


FIN_AND_TEXT = 0x81
LONG, LONGEST = 126, 127


class Frames(NamedTuple):
    """What to send, and the `seq` of each event in it. `wire`: a single frame's bytes on the line, else empty."""

    texts: list[str]
    seqs: list[int]
    wire: bytes


class FrameCache:
    """The frames of the last few batches."""

    def __init__(self) -> None:
        self._kept: dict[Any, Frames] = {}

    def of(self, batch: list[EncodedEvent], prev_seq: int, inbox_ids: frozenset[str]) -> Frames:
        """Of this batch, for an agent of these inboxes whose last event was `prev_seq`."""
        key = (batch[0].seq, batch[-1].seq, prev_seq, inbox_ids)
        frames = self._kept.get(key)
        if frames is None:
            frames = to_frames(batch, prev_seq, inbox_ids)
            if len(self._kept) == KEPT:
                self._kept.clear()
            if len(frames.texts) <= KEPT_FRAMES:
                self._kept[key] = frames
        return frames


def to_frames(batch: list[EncodedEvent], prev_seq: int, inbox_ids: frozenset[str]) -> Frames:
    """In few frames, none large, without what the agent may not see."""
    texts: list[str] = []
    seqs: list[int] = []
    parts: list[bytes] = []
    size = 0
    for event in batch:
        if event.inbox_id in inbox_ids:
            parts.append(event.after(prev_seq))
            size += len(parts[-1])
            prev_seq = event.seq
            seqs.append(prev_seq)
        if parts and (event is batch[-1] or size > FRAME_BYTES):
            several = b'{"type":"events","events":[' + b",".join(parts) + b"]}"
            texts.append((several if len(parts) > 1 else parts[0]).decode())
            parts, size = [], 0
    return Frames(texts, seqs, to_wire(texts[0]) if len(texts) == 1 else b"")


def to_wire(text: str) -> bytes:
    """A text frame as it goes over the line (RFC 6455 §5.2). A server masks nothing: it is the same for all sockets."""
    payload = text.encode()
    size = len(payload)
    if size < LONG:
        return struct.pack("!BB", FIN_AND_TEXT, size) + payload
    if size < 2**16:
        return struct.pack("!BBH", FIN_AND_TEXT, LONG, size) + payload
    return struct.pack("!BBQ", FIN_AND_TEXT, LONGEST, size) + payload


def to_text(frame: msgspec.Struct) -> str:
    """A frame that is no event."""
    return msgspec.json.encode(frame).decode()
