"""The words of a trace: one table, run here and in the browser (`web/src/recorder/words.test.ts`)."""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from forthwith.protocol.shapes import Hop, HopName, LostBy, Trace, TraceAttempt
from forthwith.trace_table import duration, table, words_of

VECTORS = json.loads((Path(__file__).parent / "vectors/hops.json").read_text())
FACTS = VECTORS["facts"]


@pytest.mark.parametrize("case", VECTORS["hops"], ids=lambda case: case["words"])
def test_each_hop_has_its_words(case: dict[str, Any]) -> None:
    hop = msgspec.convert(case["hop"], Hop)
    words = words_of(hop, FACTS["pos"], FACTS["sender"], FACTS["contact"])
    assert words == (case["title"], case["words"])


def test_every_hop_and_every_way_to_lose_an_answer_is_in_the_table() -> None:
    hops = [case["hop"] for case in VECTORS["hops"]]
    assert {hop["name"] for hop in hops} == set(get_args(HopName))
    assert {hop["why"] for hop in hops if "why" in hop} == set(get_args(LostBy))


@pytest.mark.parametrize(("milliseconds", "words"), VECTORS["durations"])
def test_durations_are_short(milliseconds: int, words: str) -> None:
    assert duration(milliseconds) == words


def test_a_line_for_each_hop_and_both_clocks_explained() -> None:
    hops = [msgspec.convert(case["hop"], Hop) for case in VECTORS["hops"]]
    trace = Trace(
        client_id="optimistic-1",
        message_id="message-1",
        pos=418,
        status="read",
        attempts=[TraceAttempt(1, "wamid.1"), TraceAttempt(2, None)],
        hops=hops,
    )
    text = table(trace, "Ana")
    for case in VECTORS["hops"]:
        assert case["title"] in text
    assert "Attempt 2   no id known" in text
    assert "the two may differ" in text
    assert "Read         by the contact" in text, "no contact's name in a terminal"
