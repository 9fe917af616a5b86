"""What may happen next, in any order Hypothesis thinks of; it shrinks what breaks a promise to the shortest story."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from forthwith.store.database import Database
from forthwith.whatsapp.client import Held, NotSent, Outcome, Paced, Refused, Unknown
from tests.stateful.process import VirtualLoop
from tests.stateful.world import PHONES, THREADS, World

OUTCOMES: dict[str, Outcome | None] = {
    "accepted": None,
    "unknown": Unknown("TimeoutError"),
    "refused": Refused(131026, "undeliverable", ""),
    "held": Held(190, ""),
    "paced": Paced(131056, None),
    "limited": Paced(130429, 2_000),
    "not sent": NotSent("ClientConnectorError"),
}
number = st.integers(0, 1_000)
agent = st.integers(0, 1)


class Messenger(RuleBasedStateMachine):
    """One example: a fresh store, and up to `stateful_step_count` of these steps."""

    open_store: Callable[[], Coroutine[Any, Any, Database]]
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner(loop_factory=VirtualLoop)
        self.made = 0

    @initialize()
    def begin(self) -> None:
        async def begin() -> World:
            world = World(await type(self).open_store())
            await world.open()
            return world

        self.world = self.runner.run(begin())

    def teardown(self) -> None:
        async def end() -> None:
            try:
                await self.world.rest()
            finally:
                await self.world.end()

        try:
            if hasattr(self, "world"):
                self.runner.run(end())
        finally:
            self.runner.close()

    def step(self, work: Coroutine[Any, Any, None]) -> None:
        """One step of the story, and what must hold after it."""

        async def do() -> None:
            await work
            await self.world.check()

        type(self).steps += 1
        self.runner.run(do())

    def new_id(self) -> str:
        self.made += 1
        return f"optimistic-1790000000000-{self.made:016}"

    def known(self, which: int) -> str:
        """A client_id that somebody has used."""
        ids = [command.client_id for _, _, command in self.world.commands]
        ids += sorted(self.world.promised - set(ids))
        return ids[which % len(ids)]

    def has_commands(self) -> bool:
        return bool(self.world.commands)

    def has_calls(self) -> bool:
        return bool(self.world.provider.pending)

    def has_sent(self) -> bool:
        return bool(self.world.provider.ledger)

    @rule(who=agent, thread=st.sampled_from(THREADS), count=st.integers(1, 3))
    def enters(self, who: int, thread: str, count: int) -> None:
        for _ in range(count):
            self.step(self.world.send(who, thread, self.new_id()))

    @precondition(has_commands)
    @rule(which=number)
    def posts_again(self, which: int) -> None:
        self.step(self.world.post(which % len(self.world.commands)))

    @precondition(has_commands)
    @rule(which=number)
    def posts_other_words(self, which: int) -> None:
        self.step(self.world.post_other_words(which % len(self.world.commands)))

    @precondition(has_commands)
    @rule(who=agent, which=number)
    def retries(self, who: int, which: int) -> None:
        self.step(self.world.retry(who, self.known(which), self.new_id()))

    @precondition(has_commands)
    @rule(who=agent, which=number)
    def dismisses(self, who: int, which: int) -> None:
        self.step(self.world.dismiss(who, self.known(which)))

    @precondition(has_commands)
    @rule(who=agent, which=number)
    def cancels(self, who: int, which: int) -> None:
        self.step(self.world.cancel(who, self.known(which)))

    @precondition(has_commands)
    @rule(who=agent)
    def cancels_before_it_is_posted(self, who: int) -> None:
        thread = self.world.commands[-1][1]
        client_id = self.new_id()
        self.step(self.world.cancel(who, client_id))
        self.step(self.world.send(who, thread, client_id))

    @precondition(has_calls)
    @rule(which=number, outcome=st.sampled_from(sorted(OUTCOMES)))
    def is_answered(self, which: int, outcome: str) -> None:
        self.step(self.world.answer(which, OUTCOMES[outcome]))

    @precondition(has_calls)
    @rule(which=number)
    def is_accepted_and_the_answer_is_lost(self, which: int) -> None:
        self.step(self.world.answer(which, OUTCOMES["unknown"], is_lost=True))

    @precondition(has_sent)
    @rule(
        which=st.lists(
            st.tuples(number, st.sampled_from(("sent", "delivered", "read", "failed"))),
            min_size=1,
            max_size=5,
        ),
        with_datum=st.booleans(),
        copies=st.integers(1, 2),
    )
    def hears_statuses(self, which: list[tuple[int, str]], with_datum: bool, copies: int) -> None:
        ledger = self.world.provider.ledger
        updates = [(ledger[place % len(ledger)], status) for place, status in which]
        self.step(self.world.tell(updates, with_datum=with_datum, copies=copies))

    @rule(
        wamid=st.sampled_from(("wamid.nobody", "wamid.other", "")),
        status=st.sampled_from(("sent", "failed", "deleted", "")),
        datum=st.sampled_from((None, "nonsense", "optimistic-1790000000000-0000000000000001#9")),
    )
    def hears_noise(self, wamid: str, status: str, datum: str | None) -> None:
        self.step(
            self.world.noise({"id": wamid, "status": status, "biz_opaque_callback_data": datum})
        )

    @rule(phone=st.sampled_from(PHONES), which=st.integers(0, 20))
    def is_written_to(self, phone: str, which: int) -> None:
        self.step(self.world.write(phone, which))

    @rule(seconds=st.sampled_from((1, 5, 31, 61, 601, 90_000)))
    def time_passes(self, seconds: int) -> None:
        self.step(self.world.pass_time(seconds))

    @rule(up=st.booleans())
    def whatsapp_answers_reads_or_not(self, up: bool) -> None:
        self.world.provider.is_up = up

    @rule(reached=st.lists(st.booleans(), max_size=3))
    def is_killed(self, reached: list[bool]) -> None:
        self.step(self.world.crash(reached))
