"""The worlds that are searched: each goes deep into one part of the protocol, so that all together stay small."""

from tests.model.setting import Setting

WORLDS = (
    Setting(
        "one message, its attempts and every word about them",
        attempts=2,
        settles=True,
        faults={"crash": 1, "doubt": 1},
    ),
    Setting(
        "a message that fails, is retried or lifted, in a page that may be reloaded",
        spare=1,
        settles=True,
        statuses=("failed",),
        faults={"refusal": 1, "reload": 1},
    ),
    Setting(
        "two agents settle a refused message",
        spare=1,
        watchers=1,
        settles=True,
        statuses=(),
        faults={"refusal": 1, "loss": 1},
    ),
    Setting(
        "two agents settle a message in doubt",
        attempts=2,
        watchers=1,
        settles=True,
        statuses=("failed",),
        faults={"doubt": 1},
    ),
    Setting("two tabs, one closes", tabs=2, statuses=(), faults={"loss": 1, "close": 1}),
    Setting(
        "two tabs lift one text, one closes",
        tabs=2,
        settles=True,
        statuses=(),
        faults={"refusal": 1, "close": 1},
    ),
    Setting(
        "two messages in the lane",
        texts=2,
        statuses=("failed",),
        faults={"crash": 1, "doubt": 1, "delay": 1, "stale": 1},
    ),
    Setting("two messages in the browser, reload", texts=2, statuses=(), faults={"reload": 1}),
    Setting(
        "two messages in the browser, lost answers and refusals",
        texts=2,
        statuses=(),
        faults={"loss": 2, "age": 1, "rejection": 1},
    ),
    Setting(
        "the stream: cuts, swallowed frames, late pages, reset",
        statuses=("sent", "delivered", "failed"),
        faults={"drop": 1, "frame": 1, "page": 1, "reset": 1},
    ),
    Setting(
        "a process taken for dead",
        attempts=2,
        settles=True,
        statuses=("sent",),
        faults={"lease": 1, "delay": 1, "doubt": 1},
    ),
    Setting(
        "a repetition that fails",
        attempts=2,
        settles=True,
        statuses=("sent", "failed"),
        faults={"doubt": 1, "refusal": 1},
    ),
    Setting(
        "statuses without an echo",
        statuses=("sent", "delivered", "failed"),
        faults={"bare": 2, "doubt": 1, "crash": 1},
    ),
    Setting(
        "a message sent again, and a late copy of that wish",
        attempts=3,
        settles=True,
        statuses=("delivered",),
        faults={"copy": 1, "doubt": 2},
    ),
    Setting(
        "a message taken back",
        settles=True,
        statuses=(),
        faults={"loss": 2, "age": 1, "rejection": 1, "reload": 1, "stale": 1},
    ),
)

LARGE_WORLDS = (
    Setting(
        "one message: crash, doubt, refusal, retry",
        attempts=2,
        spare=1,
        settles=True,
        statuses=("delivered", "failed"),
        faults={"crash": 1, "doubt": 1, "refusal": 1},
    ),
    Setting(
        "one message: every word, two of them without an echo, crash and doubt",
        attempts=2,
        settles=True,
        faults={"crash": 1, "doubt": 1, "bare": 2},
    ),
    Setting(
        "a process taken for dead, and a crash besides",
        attempts=2,
        settles=True,
        faults={"lease": 1, "delay": 1, "crash": 1, "doubt": 1},
    ),
    Setting(
        "two agents settle a message in doubt over a bad line",
        attempts=2,
        watchers=1,
        settles=True,
        statuses=("delivered", "failed"),
        faults={"doubt": 1, "frame": 1, "drop": 1},
    ),
    Setting(
        "two tabs, one is reloaded while an entry grows old",
        tabs=2,
        statuses=(),
        faults={"reload": 1, "age": 1},
    ),
    Setting(
        "two tabs settle a message in doubt",
        tabs=2,
        attempts=2,
        settles=True,
        statuses=("delivered", "failed"),
        faults={"doubt": 1},
    ),
    Setting("two messages entered in two tabs", texts=2, tabs=2, statuses=()),
    Setting(
        "two messages on a bad line",
        texts=2,
        statuses=(),
        faults={"frame": 2, "page": 1, "reset": 1, "crash": 1},
    ),
)
"""For a longer look: `python -m tests.model` searches them, too."""
