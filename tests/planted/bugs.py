"""Bugs that were made elsewhere, or nearly here, to be planted in the product one at a time (docs/reliability.md)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """`edits`: file, what stands there exactly once, what to put there. `test`: the one that must fail by it.

    A pytest node id, or a vitest file and the beginning of a test's full name with ` > ` between.
    """

    name: str
    rule: str
    edits: tuple[tuple[str, str, str], ...]
    test: str


BUGS = (
    Bug(
        "sync now and then",
        "G2",
        (("forthwith/store/sqlite_connection.py", "synchronous=FULL", "synchronous=NORMAL"),),
        "tests/powercut/test_power_cuts.py::test_no_power_cut_loses_what_was_acknowledged",
    ),
    Bug(
        "skip the unique index",
        "R5",
        (
            (
                "forthwith/store/migrations/0001_initial.sql",
                "client_id TEXT NOT NULL UNIQUE,\n    conversation_id",
                "client_id TEXT NOT NULL,\n    conversation_id",
            ),
        ),
        "tests/store/test_acceptance.py::test_the_table_itself_refuses_a_second_row_of_one_id",
    ),
    Bug(
        "queue an abandoned claim again",
        "R8",
        (
            (
                "forthwith/store/waiting_times.py",
                "UPDATE messages SET outbox_state = 'doubted', lease_owner = NULL, lease_until = :until",
                "UPDATE messages SET outbox_state = 'waiting', lease_owner = NULL, lease_until = :until",
            ),
        ),
        "tests/store/test_outbox.py::test_the_claim_of_a_dead_owner_is_doubted_then_unconfirmed_and_never_sent_again",
    ),
    Bug(
        "take a lost answer for a call that was not made",
        "R7",
        (
            (
                "forthwith/services/deliver_outbox.py",
                "await outbox.doubt(tx, claim, now, now + self._settings.outcome_wait, detail)",
                "await outbox.put_off(tx, claim, now, now)",
            ),
        ),
        "tests/flow/test_faults.py::test_accepted_without_answer_or_datum_is_unconfirmed_and_sent_again_by_a_person_only",
    ),
    Bug(
        "drop the orphan",
        "R10",
        (
            (
                "forthwith/services/receive_webhook.py",
                "await orphans.add(tx, item.wamid, item.status, item.evidence.failures, now)",
                "return None",
            ),
        ),
        "tests/services/test_receive_webhook.py::test_a_status_before_the_answer_without_datum_waits_as_an_orphan",
    ),
    Bug(
        "claim by message instead of lane",
        "R6",
        (
            (
                "forthwith/store/outbox.py",
                "GROUP BY conversation_id HAVING COUNT(NULLIF(outbox_state, 'waiting')) = 0)",
                "AND outbox_state = 'waiting' GROUP BY conversation_id)",
            ),
        ),
        "tests/store/test_outbox.py::test_a_lane_hands_over_in_order_and_one_at_a_time",
    ),
    Bug(
        "let the newest webhook decide",
        "R4",
        (
            (
                "forthwith/domain/status.py",
                "return Attempt(greater, one.failures | other.failures, one.lapsed or other.lapsed)",
                "return Attempt(other.progress, one.failures | other.failures, one.lapsed or other.lapsed)",
            ),
        ),
        "tests/services/test_receive_webhook.py::test_statuses_in_any_order_repeated_end_at_the_highest",
    ),
    Bug(
        "let one bad update spoil its batch",
        "R10",
        (
            (
                "forthwith/services/receive_webhook.py",
                'reason = f"raised {type(error).__name__}: {str(error)[:200]}"',
                "raise",
            ),
        ),
        "tests/services/test_hostile_webhooks.py::test_texts_that_no_engine_stores_harm_nobody_wherever_they_stand",
    ),
    Bug(
        "purge the entry early",
        "R15",
        (
            (
                "web/src/outbox/outbox.ts",
                "if (entry.phase === 'accepted') void this.ports.storage.write({ removed: [clientId] });",
                "if (entry.phase === 'accepted') return this.remove(clientId);",
            ),
        ),
        "src/outbox/outbox.test.ts > the answer settles it, and only a render that contains the row purges it",
    ),
    Bug(
        "key by server id",
        "R1",
        (
            (
                "web/src/domain/timeline.ts",
                "      key: message.client_id,",
                "      key: message._id,",
            ),
        ),
        "tests/e2e/test_debug.py::test_the_test_message_resolves_with_its_figures_and_the_console_has_its_sequence",
    ),
    Bug(
        "trust navigator.onLine",
        "R13",
        (
            (
                "web/src/realtime/websocket.ts",
                "this.#after('silence', SILENCE_MS, () => this.#connect());",
                "this.#after('silence', SILENCE_MS, () => this.ports.isOnline() || this.#connect());",
            ),
        ),
        "src/realtime/websocket.test.ts > 30 s without a frame is a dead connection",
    ),
    Bug(
        "pass over a frame that was lost",
        "R13",
        (
            (
                "web/src/realtime/websocket.ts",
                "if (event.prev_seq !== this.#prevSeq) break;",
                "",
            ),
        ),
        "src/realtime/websocket.test.ts > a lost frame shows in prev_seq",
    ),
    Bug(
        "let a page overwrite an event",
        "R14",
        (
            (
                "web/src/cache/messageHistory.ts",
                "else if (row.rev > known.rev)",
                "else",
            ),
            (
                "web/src/cache/messageHistory.ts",
                "mergeRows(mergeRows(history.rows, page.messages), known)",
                "mergeRows(mergeRows(history.rows, known), page.messages)",
            ),
        ),
        "src/cache/messageHistory.test.ts > a page read before a change does not take the change back",
    ),
    Bug(
        "post all entries at once",
        "R18",
        (
            (
                "web/src/outbox/outbox.ts",
                "for (let entry; (entry = this.#next(conversationId));) await this.#settle(entry);",
                "await Promise.all(this.entries.of(conversationId).filter(isQueued).map((each) => this.#settle(each)));",
            ),
        ),
        "src/outbox/outbox.test.ts > a conversation posts one after another",
    ),
    Bug(
        "lock per entry",
        "R18",
        (
            (
                "web/src/outbox/outbox.ts",
                "await this.ports.locks.request(lock, async () => {\n      for (let entry; (entry = this.#next(conversationId));) await this.#settle(entry);\n    });",
                "await Promise.all(this.entries.of(conversationId).filter(isQueued).map((each) => this.ports.locks.request(lock + each.ordinal, () => this.#settle(each))));",
            ),
        ),
        "src/outbox/outbox.test.ts > 50 Enters with answers of any length go out in the order of the Enters",
    ),
    Bug(
        "lift the text in every tab",
        "R19",
        (
            (
                "web/src/outbox/assemble.ts",
                "    if (!lifting.outbox.hasPosted(row.client_id)) return;\n",
                "",
            ),
        ),
        "src/outbox/settleMessage.test.ts > of another page stays in the tray",
    ),
    Bug(
        "take a time-out for a refusal",
        "R19",
        (
            (
                "web/src/outbox/outbox.ts",
                "else return this.#waitAfter(clientId, fault);",
                "else this.giveBack(clientId, { code: 'refused', params: {} });",
            ),
        ),
        "src/outbox/outbox.test.ts > asks by id, then posts the same id again",
    ),
    Bug(
        "post what is old without asking",
        "R17",
        (
            (
                "web/src/outbox/outbox.ts",
                "if (reason) this.updateOptimisticMessage(clientId, { phase: 'asking', reason });",
                "",
            ),
        ),
        "src/outbox/outbox.test.ts > offline for 11 minutes: nothing is posted without consent",
    ),
    Bug(
        "let the draft live on after Enter",
        "R1",
        (
            (
                "web/src/outbox/assemble.ts",
                "if (row.direction === 'outbound') drafts.release(row.client_id, row.text_content);",
                "",
            ),
        ),
        "src/outbox/running.test.ts > a stored draft whose id has become a message is not a draft any more",
    ),
)
