"""All transitions of the model, in the order of a message's life: begin reading here.

A state (`state.py`) holds the sender's tabs and browser storage, the tabs of another agent, the wire, the server's rows
and its process, and WhatsApp's ledger. A transition takes a state and yields every state that may come next; its
docstring says why. `promises.py` says what must never happen, `worlds.py` what is searched, `mutants.py` what breaks
when a rule is left out.

What is the product's own: the join and what is shown (`domain/status.py`), the class of an error (`whatsapp/errors.py`).
The rest is the protocol, written once more; above all the client's merge, which is TypeScript.

There is no clock: whatever waits may wait longer than anything else, so every time-out may come early or late. Only
steps that a person would not see taken apart are one step: a request that changes nothing twice and its answer, a local
write in a browser that nobody will close. What cannot be told apart is one state: events are the set of messages whose
rows are behind a cursor (rows are read when an event is sent), and of several words between tabs the newest counts.
"""

from tests.model import browser, people, server, stream, whatsapp
from tests.model.names import Transition
from tests.model.setting import Setting

ALWAYS: tuple[Transition, ...] = (
    browser.agent_presses_enter,
    browser.storage_commits,
    browser.tab_posts,
    server.post_arrives,
    browser.answer_arrives,
    browser.tab_asks_and_posts_again,
    server.worker_claims,
    whatsapp.whatsapp_accepts,
    server.outcome_is_stored,
    whatsapp.webhook_names_a_status,
    stream.page_is_read,
    stream.page_arrives,
    stream.socket_connects,
    stream.event_is_sent,
    stream.event_arrives,
)

AFTER_FAULTS: tuple[tuple[tuple[str, ...], Transition], ...] = (
    (("loss",), browser.tab_gives_up_waiting),
    (("reload",), browser.page_is_reloaded),
    (("close",), browser.tab_is_closed),
    (("reload",), browser.page_reads_the_storage),
    (("reload",), browser.agent_presses_enter_on_a_restored_draft),
    (("loss", "reload", "close"), server.loose_post_arrives),
    (("doubt",), whatsapp.whatsapp_accepts_and_its_answer_is_lost),
    (("doubt",), whatsapp.call_is_lost),
    (("refusal",), whatsapp.whatsapp_refuses),
    (("delay",), whatsapp.whatsapp_paces),
    (("delay",), whatsapp.whatsapp_holds),
    (("delay", "doubt"), server.number_is_well_again),
    (("crash",), server.server_crashes),
    (("crash",), server.row_is_written_late),
    (("crash",), server.abandoned_claim_is_found),
    (("crash",), whatsapp.server_crashes_under_a_webhook),
    (("lease",), server.lease_ends_too_early),
    (("lease",), whatsapp.stray_call_is_lost),
    (("lease",), whatsapp.stray_call_was_not_sent),
    (("lease",), server.late_outcome_is_stored),
    (("lease", "crash"), whatsapp.whatsapp_accepts_a_stray_call),
    (("lease", "crash", "doubt"), server.doubt_lapses),
    (("stale",), server.stored_message_grows_stale),
    (("bare",), whatsapp.webhook_names_a_status_without_datum),
    (("drop", "crash", "frame"), stream.socket_connects_too_late),
    (("frame",), stream.frame_is_swallowed),
    (("frame",), stream.heartbeat_arrives),
    (("drop",), stream.socket_drops),
    (("copy",), people.late_copy_of_send_again_arrives),
    (("age",), people.agent_consents),
    (("age",), people.agent_takes_back),
)
"""Transitions that can happen only where one of these faults can."""

OF_PEOPLE: tuple[Transition, ...] = (
    people.agent_sends_again,
    people.agent_leaves_it,
    people.agent_discards,
    people.agent_retries,
    people.tab_begins_to_lift,
    people.tab_settles_what_it_lifts,
)
OF_TABS: tuple[Transition, ...] = (browser.tab_hears_another,)


def transitions_of(setting: Setting) -> tuple[Transition, ...]:
    """Those that can happen at all in this world; the others would be asked in vain in every state."""
    possible = [
        transition
        for faults, transition in AFTER_FAULTS
        if any(setting.faults.get(fault) for fault in faults)
    ]
    people_settle = OF_PEOPLE if setting.settles else ()
    tabs_talk = OF_TABS if setting.tabs > 1 else ()
    return (*ALWAYS, *possible, *people_settle, *tabs_talk)
