"""What one search is about: how many of everything, which faults how often, and which rules are in force."""

from dataclasses import dataclass, field

# Faults and turns of fate that a search allows a few times each. The model must recover without them:
# a step that spends one of these counts as nobody's duty (see `search.py`).
FAULTS = (
    "crash",  # the server process dies
    "loss",  # a browser gives up waiting for an answer
    "reload",  # a page of the sender is loaded anew, or its renderer dies
    "close",  # a tab of the sender is closed for good
    "drop",  # a socket is cut
    "frame",  # a socket swallows one frame and stays open
    "page",  # one more page of history is fetched
    "reset",  # the log no longer reaches back to the browser's cursor
    "doubt",  # WhatsApp's answer is lost, or never comes
    "refusal",  # WhatsApp refuses
    "delay",  # WhatsApp paces or holds, or cannot be reached
    "rejection",  # our server rejects the POST
    "age",  # ten minutes pass over an entry of the browser
    "stale",  # ten minutes pass over a stored message
    "bare",  # a status comes without its echo datum
    "lease",  # a claim's owner is taken for dead and lives
    "copy",  # a request to send again arrives a second time, late
)
(
    CRASH,
    LOSS,
    RELOAD,
    CLOSE,
    DROP,
    FRAME,
    PAGE,
    RESET,
    DOUBT,
    REFUSAL,
    DELAY,
    REJECTION,
    AGE,
    STALE,
    BARE,
    LEASE,
    COPY,
) = range(len(FAULTS))


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules hold. Every mutant breaks one; the comment says what a careless product would do instead."""

    # R1
    same_id_again: bool = True  # a POST without an answer is repeated under a new id
    enter_consumes_draft: bool = True  # a second Enter finds the draft still there
    sent_draft_dropped: bool = True  # after a reload the text stands in the composer as well
    # R4
    status_is_joined: bool = True  # the newest word overwrites what was known
    # R5
    unique_for_ever: bool = True  # a cache with a lifetime remembers accepted ids
    stored_before_answer: bool = True  # the row is written after the answer
    # R6
    claim_before_call: bool = True  # the claim is written together with the outcome
    lane: bool = True  # messages are claimed one by one, whatever their conversation
    # R7
    unknown_is_no_refusal: bool = True  # a time-out is told as a failure
    # R8
    abandoned_is_doubted: bool = True  # what a dead process had claimed is claimed again
    # R9
    doubt_waits_for_people: bool = True  # a call without an answer is repeated
    doubt_lapses: bool = True  # the lane waits for WhatsApp's word for ever
    # R10
    webhook_stored_before_200: bool = True  # a status is acknowledged, then stored
    orphans_kept: bool = True  # a status of an unknown wamid is dropped
    datum_matched: bool = True  # statuses are matched by wamid only
    # R12
    event_carries_client_id: bool = True  # rows of events are matched by the server's id
    # R13
    resume_by_cursor: bool = True  # a new connection goes live at once
    prev_seq_compared: bool = True  # a gap in the stream goes unnoticed
    # R14, R15
    greater_rev_kept: bool = True  # whatever comes last is shown
    purged_after_row: bool = True  # the answer removes the entry, the event brings the row
    # R16
    draft_kept_until_stored: bool = True  # Enter removes the draft's stored copy at once
    entry_stored: bool = True  # the outbox lives in memory only
    # R17, R18
    cancel_remembered: bool = True  # a late POST revives a message that was taken back
    posted_in_turn: bool = True  # all entries are posted at once

    # What the rules need besides their own words; each is a hole that the search has found.
    # R5: a rejection is remembered like a cancel, or a late POST revives what the agent has back.
    rejection_remembered: bool = True
    # R7: an outcome moves its own claim only, or a process that was asleep sends another attempt twice.
    outcome_fenced: bool = True
    # R9: "Send again" does not leave once its elder has arrived, or the customer gets what nobody wants any more;
    arrival_withdraws_repeat: bool = True
    # and it is no attempt of the row any more then, or the row is `sending` for ever when the elder fails after all.
    withdrawn_is_forgotten: bool = True
    # R13: a heartbeat names the last event sent, or it raises the cursor over a swallowed one.
    heartbeat_compared: bool = True
    # R18: a page posts only after it has read what an earlier one left, or a quick Enter overtakes that.
    loaded_before_posting: bool = True
    # R19: each tab stages the text it lifts in a record of its own, or the loser clears the winner's.
    staged_apart: bool = True
    # §3: the new id in "Send again" is remembered, or a late copy of that request makes one more attempt.
    retry_remembered: bool = True


@dataclass(frozen=True, slots=True)
class Setting:
    """Bounds of one search."""

    name: str
    texts: int = 1
    spare: int = 0  # messages that "Retry" may make; each repeats the text of the same number
    tabs: int = 1  # of the sender
    watchers: int = 0  # tabs of another agent
    attempts: int = 1
    statuses: tuple[str, ...] = ("sent", "delivered", "read", "failed")
    settles: bool = False  # people retry, dismiss, send again, and texts are lifted
    faults: dict[str, int] = field(default_factory=dict)
    rules: Rules = Rules()
    watches: str | None = None  # the only promise to judge
    messages: int = field(init=False)  # entered ones and those made by "Retry"

    def __post_init__(self) -> None:
        object.__setattr__(self, "messages", self.texts + self.spare)

    @property
    def budget(self) -> tuple[int, ...]:
        """How often each fault may happen, in the order of FAULTS."""
        unknown = self.faults.keys() - set(FAULTS)
        assert not unknown, f"no such fault: {unknown}"
        return tuple(self.faults.get(name, 0) for name in FAULTS)
