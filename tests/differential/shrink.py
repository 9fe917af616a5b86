"""Cuts a schedule that fails down to the steps without which it does not."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


async def shrink(
    items: Sequence[Item], fails: Callable[[tuple[Item, ...]], Awaitable[bool]], tries: int
) -> tuple[Item, ...]:
    """Delta debugging: leave out ever smaller parts as long as the rest `fails`. Asks at most `tries` times."""
    kept = tuple(items)
    size = max(1, len(kept) // 2)
    while kept:
        begin, is_smaller = 0, False
        while begin < len(kept):
            if tries == 0:
                return kept
            tries -= 1
            rest = kept[:begin] + kept[begin + size :]
            if await fails(rest):
                kept, is_smaller = rest, True
            else:
                begin += size
        if size == 1 and not is_smaller:
            break
        size = max(1, size // 2)
    return kept
