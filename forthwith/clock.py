"""The one clock; everything below is passed its time."""

import time


def milliseconds() -> int:
    """Now, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
