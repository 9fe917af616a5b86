"""Events as frames, built once for all sockets that are at the same place of the log."""

from typing import Any, NamedTuple

import msgspec

from forthwith.realtime.event_log import EncodedEvent

FRAME_BYTES = 64 * 1024
"""Events are gathered into a frame until it is about so large."""
KEPT = 8
"""Live sockets are at one place, or two while a frame leaves; those that replay are each at their own."""


class Frames(NamedTuple):
    """What to send, and the `seq` of each event in it."""

    texts: list[str]
    seqs: list[int]


class FrameCache:
    """The frames of the last few batches."""

    def __init__(self) -> None:
        self._kept: dict[Any, Frames] = {}

    def of(self, batch: list[EncodedEvent], prev_seq: int, inbox_ids: frozenset[str]) -> Frames:
        """Of this batch, for an agent of these inboxes whose last event was `prev_seq`."""
        key = (batch[0].seq, batch[-1].seq, prev_seq, inbox_ids)
        frames = self._kept.get(key)
        if frames is None:
            if len(self._kept) == KEPT:
                self._kept.clear()
            frames = self._kept[key] = to_frames(batch, prev_seq, inbox_ids)
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
    return Frames(texts, seqs)


def to_text(frame: msgspec.Struct) -> str:
    """A frame that is no event."""
    return msgspec.json.encode(frame).decode()
