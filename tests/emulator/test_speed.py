"""The emulator is fast enough to be no test's bottleneck: by processor time, which a busy machine does not stretch much."""

from __future__ import annotations

import time

from bench.emulator.measuring import measured
from whatsapp_emulator.inbound import InboundMessage, InboundMessages
from whatsapp_emulator.ledger import Entry, Ledger

MOST_MICROSECONDS_A_SEND = 500
"""Of one core: 2,000 sends with 4,000 statuses a second. Measured: 180."""
LONG = 20_000
MOST_SECONDS_FOR_A_LONG_THREAD = 3.0
"""Of what takes 0.1 s when each message is touched once, and minutes when the thread is walked for each."""


async def test_a_send_and_its_statuses_take_less_than_half_a_millisecond_of_a_core() -> None:
    figures = await measured(2_000)
    print("\n".join(figures.lines()))
    assert figures.statuses == 4_000
    assert figures.posts < 400, "in batches"
    assert figures.cpu_microseconds_a_send <= MOST_MICROSECONDS_A_SEND


def test_reading_a_long_thread_message_by_message_touches_each_once() -> None:
    began = time.process_time()
    inbound = InboundMessages()
    for number in range(LONG):
        inbound.add(InboundMessage(f"wamid.{number}", "900", "447700900318", {}, float(number)))
    marked = [inbound.mark_read(f"wamid.{number}", 1.0) for number in range(0, LONG, 2)]
    assert [len(changed) for changed in marked] == [1] + [2] * (LONG // 2 - 1)
    assert inbound.mark_read("wamid.4", 2.0) == [], "already read"

    ledger = Ledger()
    for number in range(LONG):
        entry = Entry(f"wamid.{number}", "900", "447700900318", "to", "text", {}, 0.0)
        ledger.add(entry)
        entry.arrived_at = 1.0
        ledger.note(entry)
        assert ledger.unseen(entry.to) == [entry]
        entry.seen_at = 2.0
        ledger.note(entry)
    assert time.process_time() - began < MOST_SECONDS_FOR_A_LONG_THREAD
