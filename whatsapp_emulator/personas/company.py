"""The personas at work: they have a past, read what arrives, answer, and write unasked.

What they do follows from the seed and from what the agents write; waiting runs on the virtual
clock. A persona whose phone somebody else writes on (phone page, control plane) keeps reading
but says nothing more by itself.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from whatsapp_emulator.chance import between
from whatsapp_emulator.clock import VirtualClock
from whatsapp_emulator.contacts import ContactPatch
from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.ledger import Entry
from whatsapp_emulator.personas.cast import Persona, pick_reply, read_cast
from whatsapp_emulator.personas.past import lay_out_past, past_shape

READING_SECONDS = (1.5, 4.0)
THINKING_SECONDS = (2.5, 5.0)
TYPING_SECONDS_A_LETTER = 0.05


class Company:
    """All personas of one emulator; ``begin`` starts what they write unasked."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._clock: VirtualClock = emulator.clock
        self._seed = emulator.settings.chance
        self._personas = {persona.wa_id: persona for persona in read_cast()}
        self._said: dict[str, set[str]] = {}
        self._turns: dict[str, int] = {}
        self._played_by_hand: set[str] = set()
        self._arrived: set[str] = set()
        self._answering: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._has_begun = False
        emulator.on_arrival.append(self._arrival)

    # --- the past ----------------------------------------------------------------------------

    def move_in(self) -> None:
        """Give every persona a phone and its past; who came back from a state file has both."""
        for persona in self._personas.values():
            if self._emulator.contacts.get(persona.wa_id) is not None:
                self._recall(persona)
                continue
            contact = self._emulator.put_contact(
                persona.wa_id,
                ContactPatch(
                    name=persona.name,
                    device="online",
                    username=persona.username,
                    phone_hidden=persona.phone_hidden,
                ),
            )
            lay_out_past(self._emulator, contact, persona.past)

    def _recall(self, persona: Persona) -> None:
        """Know again what was said and read before a restart, so that nothing is said twice."""
        inbound = self._emulator.inbound.of_contact(persona.wa_id)
        texts = (one.message["text"]["body"] for one in inbound if one.message["type"] == "text")
        self._said[persona.wa_id] = set(texts)
        entries = self._emulator.ledger.of_contact(persona.wa_id)
        self._arrived.update(one.wamid for one in entries if one.arrived_at is not None)

    def shape(self) -> list[dict[str, Any]]:
        """The cast and its past, as ``GET /_control/personas`` shows them."""
        return [
            past_shape(self._emulator, contact)
            for wa_id in self._personas
            if (contact := self._emulator.contacts.get(wa_id)) is not None
        ]

    # --- the present -------------------------------------------------------------------------

    def begin(self) -> bool:
        """Start the live scripts; False when they have begun already."""
        if self._has_begun:
            return False
        self._has_begun = True
        for persona in self._personas.values():
            if persona.live:
                self._spawn(self._write_unasked(persona))
        return True

    async def begin_when_ready(self, url: str) -> None:
        """Begin as soon as ``url`` answers 200."""
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as http:
            while True:
                try:
                    async with http.get(url, allow_redirects=False) as answer:
                        if answer.status == 200:
                            break
                except (aiohttp.ClientError, OSError, TimeoutError):
                    pass  # not up yet
                await asyncio.sleep(0.3)
        self.begin()

    def hand_over(self, wa_id: str) -> None:
        """Somebody else writes on this phone from now on."""
        self._played_by_hand.add(wa_id)

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def start_over(self) -> None:
        """After a reset: the past again, and nobody has begun."""
        await self.stop()
        for memory in (self._said, self._turns, self._played_by_hand, self._arrived):
            memory.clear()
        self._has_begun = False
        self.move_in()

    async def _write_unasked(self, persona: Persona) -> None:
        began_at = self._clock.now()
        for number, line in enumerate(persona.live):
            wobble = between(0.85, 1.15, self._seed, "live", persona.wa_id, number)
            await self._clock.sleep_until(began_at + line.after_seconds * wobble)
            is_answered = line.unless_answered and persona.wa_id in self._turns
            if not is_answered and line.text not in self._said.get(persona.wa_id, ()):
                self._say(persona, line.text)

    def _arrival(self, entry: Entry) -> None:
        if entry.to not in self._personas or entry.past or entry.wamid in self._arrived:
            return
        self._arrived.add(entry.wamid)
        earlier = self._answering.pop(entry.to, None)
        if earlier is not None:
            earlier.cancel()  # one answer to several messages in a row, to the last of them
        self._answering[entry.to] = self._spawn(self._read_and_answer(entry))

    async def _read_and_answer(self, entry: Entry) -> None:
        persona = self._personas[entry.to]
        turn = self._turns[entry.to] = self._turns.get(entry.to, 0) + 1
        drawn = (self._seed, "turn", entry.to, turn)
        await self._clock.sleep(between(*READING_SECONDS, "read", *drawn))
        contact = self._emulator.contacts.get(entry.to)
        if contact is None or contact.device == "offline":
            return
        self._emulator.see_all(contact)
        text = str(entry.body) if entry.type == "text" else ""
        reply = pick_reply(persona, text, self._said.setdefault(entry.to, set()))
        if reply is None:
            return
        await self._clock.sleep(
            between(*THINKING_SECONDS, "think", *drawn) + len(reply) * TYPING_SECONDS_A_LETTER
        )
        self._say(persona, reply)

    def _say(self, persona: Persona, text: str) -> None:
        contact = self._emulator.contacts.get(persona.wa_id)
        is_free = persona.wa_id not in self._played_by_hand
        if contact is not None and is_free and contact.device != "offline":
            self._said.setdefault(persona.wa_id, set()).add(text)
            self._emulator.write(contact, {"type": "text", "text": {"body": text}})

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
