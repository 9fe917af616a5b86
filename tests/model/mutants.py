"""Each rule broken once, in a world just large enough to need it, and the word of the promise that falls with it.

The first of a rule is what a careless product does; `Rules` says it in words beside each switch.
"""

from dataclasses import dataclass

from tests.model.setting import Rules, Setting


@dataclass(frozen=True, slots=True)
class Mutant:
    """`switch`: the field of Rules that is off; `setting`: the world; `word`: the promise expected to be broken."""

    rule: str
    switch: str
    word: str
    setting: Setting

    @property
    def name(self) -> str:
        """As tests and the printed list call it."""
        return f"{self.rule} without {self.switch}"


def _mutant(rule: str, switch: str, word: str, **world: object) -> Mutant:
    rules = Rules(**{switch: False})
    setting = Setting(switch, rules=rules, watches=word, **world)  # type: ignore[arg-type]  # Setting's own fields
    return Mutant(rule, switch, word, setting)


FOR_TWO_ATTEMPTS: dict[str, object] = {"attempts": 2, "settles": True}
SENT_ONLY = ("sent",)

MUTANTS = (
    _mutant("R1", "same_id_again", "doubled", spare=1, faults={"loss": 1}),
    _mutant("R1", "enter_consumes_draft", "doubled", spare=1),
    _mutant("R1", "sent_draft_dropped", "twice", statuses=(), faults={"reload": 1}),
    _mutant("R4", "status_is_joined", "backwards"),
    _mutant("R5", "unique_for_ever", "doubled", faults={"loss": 1}),
    _mutant("R5", "stored_before_answer", "gone", faults={"crash": 1}),
    _mutant("R5", "rejection_remembered", "twice", faults={"loss": 1, "rejection": 1}),
    _mutant("R6", "claim_before_call", "doubled", faults={"crash": 1}),
    _mutant("R6", "lane", "out of order", texts=2, statuses=()),
    _mutant("R7", "unknown_is_no_refusal", "lies", faults={"doubt": 1}),
    _mutant(
        "R7",
        "outcome_fenced",
        "doubled",
        **FOR_TWO_ATTEMPTS,
        statuses=SENT_ONLY,
        faults={"lease": 1, "delay": 1},
    ),
    _mutant("R8", "abandoned_is_doubted", "doubled", faults={"crash": 1}),
    _mutant("R9", "doubt_waits_for_people", "doubled", faults={"doubt": 1}),
    _mutant("R9", "doubt_lapses", "stuck", statuses=SENT_ONLY, faults={"doubt": 1}),
    _mutant("R9", "arrival_withdraws_repeat", "doubled", **FOR_TWO_ATTEMPTS, faults={"doubt": 1}),
    _mutant(
        "R9",
        "withdrawn_is_forgotten",
        "stuck",
        **FOR_TWO_ATTEMPTS,
        statuses=("sent", "failed"),
        faults={"doubt": 1},
    ),
    _mutant("R10", "webhook_stored_before_200", "unheard", faults={"crash": 1}),
    _mutant("R10", "orphans_kept", "unheard", faults={"bare": 1}),
    _mutant("R10", "datum_matched", "unheard"),
    _mutant("R12", "event_carries_client_id", "twice"),
    _mutant("R13", "resume_by_cursor", "stuck", statuses=SENT_ONLY, faults={"drop": 1}),
    _mutant("R13", "prev_seq_compared", "stuck", texts=2, statuses=(), faults={"frame": 1}),
    _mutant("R13", "heartbeat_compared", "stuck", statuses=SENT_ONLY, faults={"frame": 1}),
    _mutant("R14", "greater_rev_kept", "backwards", statuses=SENT_ONLY, faults={"page": 1}),
    _mutant("R15", "purged_after_row", "missing"),
    _mutant("R16", "draft_kept_until_stored", "lost", faults={"reload": 1}),
    _mutant("R16", "entry_stored", "lost", faults={"reload": 1}),
    _mutant("R17", "cancel_remembered", "twice", faults={"loss": 1, "age": 1}),
    _mutant("R18", "posted_in_turn", "out of order", texts=2, statuses=()),
    _mutant(
        "R18", "loaded_before_posting", "out of order", texts=2, statuses=(), faults={"reload": 1}
    ),
    _mutant(
        "R19",
        "staged_apart",
        "lost",
        tabs=2,
        settles=True,
        statuses=(),
        faults={"refusal": 1, "close": 1},
    ),
    _mutant(
        "§3",
        "retry_remembered",
        "doubled",
        attempts=3,
        settles=True,
        statuses=(),
        faults={"copy": 1, "doubt": 2},
    ),
)
