"""How this process's memory is kept, by the C library and by Python's collector."""

import contextlib
import ctypes
import gc

M_ARENA_MAX = -8
"""Of glibc's malloc.h."""


def keep_one_heap() -> None:
    """Let all threads allocate from one heap; to be called before any is started.

    glibc gives each thread a heap of its own and returns little of it. What the store's threads hand to the event loop
    is freed there, and large texts left several times their size behind. Only one thread runs Python at a time anyway.
    """
    with contextlib.suppress(AttributeError, OSError):  # another C library: nothing to set
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def look_less_often_for_garbage() -> None:
    """What is there by now stays; of what comes, nearly everything is freed by its last reference.

    A webhook of a thousand statuses makes tens of thousands of objects, none of them in a circle: looking through them
    time and again took a seventh of its processor time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
