"""Parcels: updates on their way to one app, and how many of them fit into one POST."""

from __future__ import annotations

from collections import deque

import msgspec

from whatsapp_emulator.webhooks.apps import FIRST
from whatsapp_emulator.webhooks.shapes import Update
from whatsapp_emulator.webhooks.signature import encode

UPDATES_PER_POST = 1000
BYTES_PER_POST = 3 * 1024 * 1024
CHANGE_BYTES = 400
"""More than an update's share of what stands around it: entry, change, metadata, commas."""


class Parcel(msgspec.Struct, eq=False):
    """Updates that always travel together, usually one, until a POST of them is answered 200.

    ``alone``: they share a POST with no others. ``replayed``: the repetition of a POST that was
    answered. Times are virtual; ``waits_since`` is the loop's.
    """

    updates: list[Update]
    first_at: float
    due_at: float
    attempts: int = 0
    app: str = FIRST
    alone: bool = False
    replayed: bool = False
    number: int = 0
    waits_since: float = 0.0

    @property
    def lies(self) -> bool:
        """Whether its next delivery is signed wrongly."""
        return any(update.lies > self.attempts for update in self.updates)

    @property
    def is_alone(self) -> bool:
        return self.alone or self.lies


def size_of(update: Update) -> int:
    """No fewer bytes than the update adds to a POST."""
    contact = 0 if update.contact is None else len(encode(update.contact))
    return len(encode(update.value)) + contact + CHANGE_BYTES


def split(updates: list[Update]) -> list[list[Update]]:
    """Updates in their order, cut into as few POSTs as may be."""
    posts: list[list[Update]] = [[]]
    room = BYTES_PER_POST
    for update in updates:
        size = size_of(update)
        if len(posts[-1]) == UPDATES_PER_POST or (posts[-1] and size > room):
            posts.append([])
            room = BYTES_PER_POST
        posts[-1].append(update)
        room -= size
    return posts


def take_together(waiting: deque[Parcel]) -> list[Parcel]:
    """The oldest parcels that fit into one POST, taken off the queue; at least one."""
    taken: list[Parcel] = []
    count, room = UPDATES_PER_POST, BYTES_PER_POST
    while waiting:
        size = sum(map(size_of, waiting[0].updates))
        if taken and (len(waiting[0].updates) > count or size > room):
            break
        count, room = count - len(waiting[0].updates), room - size
        taken.append(waiting.popleft())
    return taken
