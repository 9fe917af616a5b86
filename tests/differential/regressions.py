"""Schedules that have caught something once, cut down: every run plays them first."""

from tests.differential.schedule import Step

REGRESSIONS: dict[str, tuple[Step, ...]] = {
    # The watch had looked for the bubbles in the conversation that was turned to.
    "two Enters while the server is down, and the agent turns away": (
        Step("kill"),
        Step("enter", "one", 2),
        Step("turn", "one", 1),
        Step("enter", "one", 2),
        Step("turn", "one", 0),
        Step("start"),
    ),
    # With bugs of tests/planted: "queue an abandoned claim again",
    "the server dies before WhatsApp's answer, and no status names the message": (
        Step("whatsapp", what="accepts and hangs, without datum"),
        Step("enter", "one", 2, 0.3),
        Step("kill"),
        Step("enter", "two", 1),
        Step("start"),
    ),
    # "drop the orphan",
    "a status that names nobody comes before the answer": (
        Step("whatsapp", what="answers after its webhook, without datum"),
        Step("enter", "one", 2, 0.3),
    ),
    # "pass over a frame that was lost".
    "frames of the socket are lost": (
        Step("lose_frame"),
        Step("enter", "one", 1, 0.3),
        Step("lose_frame"),
        Step("write", what=0, pause=0.3),
        Step("enter", "ben", 1),
    ),
    # The watch had taken the sentence under a bubble for a shift of the bubbles above it.
    "two agents settle one doubt at once, and one is told that it is settled": (
        Step("enter", "two", 1),
        Step("enter", "ben", 1, 0.3),
        Step("whatsapp", what="accepts and hangs, without datum"),
        Step("enter", "one", 1, 2.5),
        Step("look"),
        Step("press", "two", 1),
        Step("press", "ben", 1),
    ),
}
"""By what happens in them."""
