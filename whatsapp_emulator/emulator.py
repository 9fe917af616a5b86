"""The emulator: the contacts, the business's sends, and the rules between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from whatsapp_emulator.clock import VirtualClock
from whatsapp_emulator.contacts import Contact, ContactPatch, Contacts
from whatsapp_emulator.faults.book import FaultBook, Occasion, Verdict
from whatsapp_emulator.faults.outlet import Outlet
from whatsapp_emulator.faults.rules import Kind, Plan
from whatsapp_emulator.first_answers import FirstAnswers
from whatsapp_emulator.graph.calls import SendCall
from whatsapp_emulator.held_calls import HeldCalls
from whatsapp_emulator.identifiers import digits, life, wamid
from whatsapp_emulator.inbound import InboundMessage, InboundMessages
from whatsapp_emulator.journeys import Journeys
from whatsapp_emulator.ledger import Entry, Ledger
from whatsapp_emulator.live import LiveFeed
from whatsapp_emulator.media.dispatch import Dispatch
from whatsapp_emulator.media.links import Links
from whatsapp_emulator.media.store import Media, MediaStore, download_url
from whatsapp_emulator.numbers import numbers_of_start
from whatsapp_emulator.pace import Behaviour, Limits, Pace, RateLimiter
from whatsapp_emulator.settings import Settings
from whatsapp_emulator.templates.book import TemplateBook
from whatsapp_emulator.templates.fitting import Fitted
from whatsapp_emulator.templates.pacing import Pacing
from whatsapp_emulator.thread import inbound_line, outbound_line, summary
from whatsapp_emulator.under_way import UnderWay
from whatsapp_emulator.webhooks.engine import WebhookEngine
from whatsapp_emulator.webhooks.shapes import Update, account_update, message_update

TYPING_SECONDS = 25.0


class Emulator:
    """One WhatsApp with its numbers and people. ``changed`` is set when the state file is old."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = VirtualClock()
        self.live = LiveFeed()
        self.under_way = UnderWay(self._quiet_changed)
        self.contacts = Contacts(settings.business_account_id)
        self.ledger = Ledger()
        self.inbound = InboundMessages()
        self.faults = FaultBook(settings.chance, self.clock)
        self.limiter = RateLimiter(self.clock)
        state = settings.state
        folder = state.with_name(state.name + ".media") if state else None
        self.media = MediaStore(folder, self.clock)
        self.links = Links(self.media, self.clock)
        self.own_url = ""
        self.upload_sessions: dict[str, int] = {}
        self.changed = asyncio.Event()
        self.stopping = asyncio.Event()
        self.held_calls = HeldCalls(self.stopping)
        self.display_numbers = {
            number: f"4420794600{18 + index:02d}"  # Ofcom's range for drama
            for index, number in enumerate(settings.phone_number_ids)
        }
        self.numbers = numbers_of_start(settings.phone_number_ids, settings.business_name)
        self.webhooks = WebhookEngine(
            settings, self.display_numbers, self.clock, self.under_way, self._answered
        )
        self.outlet = Outlet(settings.chance, self.clock, self.under_way, self.webhooks)
        self.journeys = Journeys(
            settings.chance, self.clock, self.under_way, self.outlet, self._entry_changed
        )
        self.pacing = Pacing(self.dispatch)
        self.templates = TemplateBook(self.clock, settings.account_ids, self.tell_account)
        self._dispatch = Dispatch(self.links, self.under_way, self.journeys.begin)
        self.typing_until: dict[str, float] = {}
        # Told of every entry on a phone, at each change of it.
        self.on_arrival: list[Callable[[Entry], None]] = []
        # Told what the fault rules have made of each call and inbound message.
        self.on_verdict: list[Callable[[Verdict, Contact | None], None]] = []
        self.first_answers = FirstAnswers()
        self.lives = 0
        self.life = life(settings.seed, self.lives)
        self.use_pace(settings.pace)

    @property
    def number(self) -> str:
        """The first business number; contacts write to it unless they say otherwise."""
        return self.settings.phone_number_ids[0]

    def use_pace(self, pace: Pace) -> None:
        self.journeys.pace = self.webhooks.pace = pace

    async def reset(self, *, keep_contacts: bool) -> None:
        """Everything as at the start: no sends, no threads, no faults, wall time, first pace.

        Kept contacts keep name, device and receipts, and have written nothing yet.
        """
        await self._dispatch.stop()
        await self.journeys.stop()
        await self.outlet.clear()
        await self.webhooks.clear()
        self.links.clear()
        self.media.clear()
        self.pacing.clear()
        self.upload_sessions.clear()
        await self.templates.reset()
        settings = self.settings
        self.numbers = numbers_of_start(settings.phone_number_ids, settings.business_name)
        kept = list(self.contacts) if keep_contacts else []
        self.contacts.clear()
        for contact in kept:
            contact.wrote_at, contact.met_at, contact.calls, contact.writes = {}, {}, 0, 0
            self.contacts.add(contact)
        self.ledger.clear()
        self.inbound.clear()
        self.faults.replace([])
        self.limiter.replace(Limits())
        self.journeys.behaviour = Behaviour()
        self.use_pace(self.settings.pace)
        self.clock.rewind()
        self.typing_until.clear()
        self.lives += 1
        self.life = life(self.settings.seed, self.lives)
        self.webhooks.hold(held=False)
        self._publish({"type": "reset"})

    async def stop(self) -> None:
        """End what is under way towards the contacts; webhooks are stopped by themselves."""
        await self._dispatch.stop()
        await self.journeys.stop()
        await self.templates.stop()
        await self.links.close()
        self.media.close()

    def advance_clock(self, seconds: float) -> None:
        self.clock.advance(seconds)
        off = [contact.wa_id for contact in self.contacts if contact.device == "offline"]
        for entry in self.ledger.expire(self.clock.now(), off):
            self._entry_changed(entry)
        self._publish({"type": "clock", "ahead_seconds": self.clock.ahead_seconds})

    # --- the contacts' side ------------------------------------------------------------------

    def put_contact(self, wa_id: str, patch: ContactPatch) -> Contact:
        contact = self.contacts.put(wa_id, patch)
        self.journeys.device_changed(contact)
        if contact.device == "online-open":
            self.see_all(contact)
        self._publish({"type": "contact", "contact": self.contact_shape(contact)})
        return contact

    def see_all(self, contact: Contact) -> int:
        """The contact looks at the conversation: everything that has arrived becomes read."""
        unseen = self.ledger.unseen(contact.wa_id)
        for entry in unseen:
            self.journeys.seen(entry, contact)
        return len(unseen)

    def write(
        self,
        contact: Contact,
        message: dict[str, Any],
        phone_number_id: str | None = None,
        media: Media | None = None,
    ) -> InboundMessage:
        """The contact writes: ``message`` is Meta's object without id, time and sender."""
        number = phone_number_id or self.number
        contact.writes += 1
        at = self.clock.now()
        identity = {"from_user_id": contact.bsuid}
        if contact.parent_bsuid:
            identity["from_parent_user_id"] = contact.parent_bsuid
        if contact.shows_phone(number, at):
            identity["from"] = contact.wa_id
            contact.met_at[number] = at
        unique = f"{self.life}/in/{contact.wa_id}/{contact.writes}"
        inbound = InboundMessage(
            wamid=wamid(contact.wa_id, unique, outbound=False),
            phone_number_id=number,
            wa_id=contact.wa_id,
            message={},
            at=at,
            media=media,
        )
        inbound.message = {**identity, "id": inbound.wamid, "timestamp": str(int(at)), **message}
        if message["type"] != "system" and number not in contact.blocked_by:
            contact.wrote_at[number] = at
        self.inbound.add(inbound)
        self._publish_line(contact.wa_id, inbound_line(inbound))
        if number not in contact.blocked_by:
            self._submit_inbound(inbound, contact)
        return inbound

    def _submit_inbound(self, inbound: InboundMessage, contact: Contact) -> None:
        kind = inbound.message["type"]
        text = summary(kind, inbound.message.get(kind))
        phone = inbound.phone_number_id
        verdict = self.judge("inbound", contact, contact.writes, type_=kind, text=text, phone=phone)
        self.outlet.send(message_update(inbound, contact), contact.wa_id, verdict.plan)

    # --- the business's side -----------------------------------------------------------------

    def judge(
        self,
        kind: Kind,
        contact: Contact | None,
        number: int,
        *,
        address: str = "",
        type_: str = "",
        text: str = "",
        opaque: str = "",
        phone: str = "",
    ) -> Verdict:
        """Ask the fault rules about a call or an inbound message."""
        names = (contact.wa_id, contact.bsuid) if contact else (digits(address),)
        verdict = self.faults.judge(Occasion(kind, names, number, type_, text, opaque, phone))
        for tell in self.on_verdict:
            tell(verdict, contact)
        return verdict

    def accept(
        self,
        call: SendCall,
        contact: Contact,
        phone_number_id: str,
        plan: Plan,
        *,
        media: Media | None = None,
        version: float = 26.0,
        fitted: Fitted | None = None,
    ) -> Entry:
        """Take a checked send: it is in the ledger and on its way."""
        unique = f"{self.life}/out/{contact.wa_id}/{contact.calls}"
        entry = Entry(
            wamid=wamid(contact.wa_id, unique, outbound=True),
            phone_number_id=phone_number_id,
            to=contact.wa_id,
            addressed_by=call.addressed_by,
            type=call.type,
            payload=call.payload,
            accepted_at=self.clock.now(),
            context=call.context,
            opaque=call.opaque,
            media=media,
            barred=contact.blocked,
            version=version,
            plan=plan,
        )
        if fitted is not None:
            fitted.write_on(entry)
        if call.addressed_by == "to":
            contact.met_at[phone_number_id] = entry.accepted_at
        self.ledger.add(entry)
        self.show_typing(contact.wa_id, on=False)
        self._entry_changed(entry)
        if fitted is not None and fitted.template.is_held:
            self.pacing.hold(fitted.template.id, entry, contact)
        else:
            self.dispatch(entry, contact)
        return entry

    def dispatch(self, entry: Entry, contact: Contact) -> None:
        """Let an accepted message go its way, after its links are fetched."""
        self._dispatch(entry, contact, self.life)

    def download_url(self, media: Media, base: str | None = None) -> str:
        """Where to get the file in the next five minutes; ``base`` is how the caller calls us."""
        return download_url(base or self.own_url, media, self.life, self.clock.now())

    def mark_read(self, wamid_: str) -> InboundMessage | None:
        """The business read a message (and the earlier ones); None when there is no such one."""
        inbound = self.inbound.get(wamid_)
        if inbound is None:
            return None
        for one in self.inbound.mark_read(wamid_, self.clock.now()):
            self._publish_line(one.wa_id, inbound_line(one))
        return inbound

    def show_typing(self, wa_id: str, *, on: bool) -> None:
        """The business's typing indicator: it ends with its next message or after 25 s."""
        if not on and wa_id not in self.typing_until:
            return
        if on:
            self.typing_until[wa_id] = self.clock.now() + TYPING_SECONDS
        else:
            del self.typing_until[wa_id]
        seconds = TYPING_SECONDS if on else 0.0
        self._publish({"type": "typing", "wa_id": wa_id, "seconds": seconds})

    def tell_account(self, account: str, field: str, value: dict[str, Any]) -> None:
        """A webhook about a business account."""
        self.webhooks.submit([account_update(account, field, value, self.clock.now())])
        self.changed.set()

    # --- what the control plane shows --------------------------------------------------------

    def contact_shape(self, contact: Contact) -> dict[str, Any]:
        return {**contact.shape(self.number), "waiting": self.ledger.waiting(contact.wa_id)}

    # --- what the machinery reports ----------------------------------------------------------

    def _answered(self, updates: list[Update]) -> None:
        for update in updates:
            inbound = self.inbound.get(update.wamid) if update.kind == "messages" else None
            if inbound is not None and inbound.acknowledged_at is None:
                inbound.acknowledged_at = self.clock.now()
                self._publish_line(inbound.wa_id, inbound_line(inbound))
            self.first_answers.note(update.wamid)
        self.changed.set()

    def _entry_changed(self, entry: Entry) -> None:
        self.ledger.note(entry)
        self.changed.set()
        if self.live.is_heard and not entry.past:
            self.live.publish({"type": "entry", "entry": entry.shape()})
        if entry.shown_at is not None:
            if self.live.is_heard:
                self._publish_line(entry.to, outbound_line(entry))
            for tell in self.on_arrival if entry.arrived_at is not None else ():
                tell(entry)
        elif self.live.is_heard:
            contact = self.contacts.get(entry.to)
            if contact is not None:
                self._publish({"type": "contact", "contact": self.contact_shape(contact)})

    def _quiet_changed(self, quiet: bool) -> None:
        self.live.publish({"type": "quiet", "quiet": quiet})

    def _publish_line(self, wa_id: str, line: dict[str, Any]) -> None:
        self._publish({"type": "message", "wa_id": wa_id, "message": line})

    def _publish(self, event: dict[str, Any]) -> None:
        self.changed.set()
        self.live.publish(event)
