"""How the C library keeps this process's memory."""

import contextlib
import ctypes

M_ARENA_MAX = -8
"""Of glibc's malloc.h."""


def keep_one_heap() -> None:
    """Let all threads allocate from one heap; to be called before any is started.

    glibc gives each thread a heap of its own and returns little of it. What the store's threads hand to the event loop
    is freed there, and large texts left several times their size behind. Only one thread runs Python at a time anyway.
    """
    with contextlib.suppress(AttributeError, OSError):  # another C library: nothing to set
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
