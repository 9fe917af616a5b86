"""All templates of all accounts: making, reviewing, pausing, deleting, and the webhooks about it.

After Meta's template pages: a new or edited template is PENDING until its review; an approved one may be edited once a
day and ten times in 30; paused for bad quality it resumes after 3, then 6 hours, and is disabled the third time; the
name of a deleted one is free again after 30 days. Believed: the length of a review (``REVIEW_SECONDS`` here).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from whatsapp_emulator.clock import VirtualClock
from whatsapp_emulator.identifiers import media_id
from whatsapp_emulator.templates.checks import fault
from whatsapp_emulator.templates.seeds import seeds_of
from whatsapp_emulator.templates.template import Category, Quality, Status, Template

LIMIT = 250
REVIEW_SECONDS = 60.0
DAY_SECONDS = 24 * 3600.0
NAME_SECONDS = 30 * DAY_SECONDS
PAUSES_SECONDS = (3 * 3600.0, 6 * 3600.0)

Tell = Callable[[str, str, dict[str, Any]], None]
"""Sends a webhook: account, field, value."""


class TemplateBook:
    """Every account has the templates of ``seeds.py`` from the start."""

    def __init__(self, clock: VirtualClock, accounts: list[str], tell: Tell) -> None:
        self._clock = clock
        self._accounts = accounts
        self._tell = tell
        self._templates: dict[str, Template] = {}
        self._gone: dict[tuple[str, str], float] = {}
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.fill()

    def fill(self) -> None:
        """As at the start."""
        for account in self._accounts:
            for seed in seeds_of(account):
                self._add(seed)

    @property
    def all(self) -> list[Template]:
        return list(self._templates.values())

    def of(self, account: str) -> list[Template]:
        return [one for one in self._templates.values() if one.account == account]

    def get(self, name: str) -> Template | None:
        return self._templates.get(name)

    def find(self, account: str, name: str, language: str) -> Template | None:
        wanted = (account, name, language)
        return next(
            (one for one in self.all if (one.account, one.name, one.language) == wanted), None
        )

    def create(self, account: str, body: dict[str, Any]) -> Template:
        """A checked new template, PENDING; ``GraphError`` 100 when there is no room for it."""
        if len(self.of(account)) >= LIMIT:
            raise fault(2388019, "Limit reached", f"An account has at most {LIMIT} templates.")
        name, language = body["name"], body["language"]
        if self.find(account, name, language) is not None:
            raise fault(
                2388024,
                "Content in this language already exists",
                f"There is already {language} content for this template.",
            )
        if self._gone.get((account, name), 0.0) > self._clock.now():
            raise fault(
                2388023,
                "Message template is being deleted",
                "A name is free again 30 days after its template was deleted.",
            )
        self._count += 1
        template = Template(
            id=media_id(f"template/{account}/{name}/{language}/{self._clock.now()}"),
            account=account,
            number=self._count,
            name=name,
            language=language,
            category=body["category"].upper(),
            components=normal(body["components"]),
            parameter_format=body.get("parameter_format", "POSITIONAL").upper(),
            ttl_seconds=body.get("message_send_ttl_seconds"),
        )
        self._add(template)
        self._submit(template)
        return template

    def edit(self, template: Template, body: dict[str, Any]) -> None:
        """Take over checked components or category; PENDING again."""
        now = self._clock.now()
        if template.status not in ("APPROVED", "REJECTED", "PAUSED"):
            raise fault(
                None, "Cannot be edited", f"A template that is {template.status} cannot be edited."
            )
        if template.status == "APPROVED":
            recent = [at for at in template.edits if at > now - 30 * DAY_SECONDS]
            if len(recent) >= 10 or any(at > now - DAY_SECONDS for at in recent):
                raise fault(
                    None, "Edited too often", "An approved template is edited once a day at most."
                )
            template.edits = [*recent, now]
            if body.get("category") not in (None, template.category):
                raise fault(None, "Category is fixed", "An approved template keeps its category.")
        template.category = body.get("category", template.category)
        if body.get("components"):
            template.components = normal(body["components"])
            self._announce(
                template,
                "message_template_components_update",
                {"message_template_element": (template.component("BODY") or {}).get("text", "")},
            )
        self._submit(template)

    def delete(self, templates: Iterable[Template]) -> None:
        for template in templates:
            del self._templates[template.id]
            self._gone[template.account, template.name] = self._clock.now() + NAME_SECONDS
            self._announce_status(template, "PENDING_DELETION")

    def change_status(self, template: Template, status: Status, reason: str | None = None) -> None:
        """Review, pause, disable or archive; what falls due later happens by itself."""
        template.status, template.review_at, template.resume_at = status, None, None
        template.reason = reason or ("INVALID_FORMAT" if status == "REJECTED" else "NONE")
        if status == "PAUSED":
            template.pauses += 1
            if template.pauses > len(PAUSES_SECONDS):
                return self.change_status(template, "DISABLED")
            template.resume_at = self._clock.now() + PAUSES_SECONDS[template.pauses - 1]
            self._wait_for(template)
        self._announce_status(template, "UNARCHIVED" if reason == "UNARCHIVED" else status)
        return None

    def change_quality(self, template: Template, quality: Quality) -> None:
        before, template.quality = template.quality, quality
        template.quality_at = self._clock.now()
        value = {"previous_quality_score": before, "new_quality_score": quality}
        self._announce(template, "message_template_quality_update", value)

    def change_category(self, template: Template, category: Category) -> None:
        before, template.category = template.category, category
        value = {"previous_category": before, "new_category": category}
        self._announce(template, "template_category_update", value)

    def restore(self, templates: Iterable[Template]) -> None:
        """What an earlier process knew, instead of the seeds."""
        self._templates.clear()
        for template in templates:
            self._add(template)
            self._wait_for(template)

    async def reset(self) -> None:
        await self.stop()
        self._templates.clear()
        self._gone.clear()
        self._count = 0
        self.fill()

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _add(self, template: Template) -> None:
        self._count = max(self._count, template.number)
        self._templates[template.id] = template

    def _submit(self, template: Template) -> None:
        template.status, template.reason = "PENDING", "NONE"
        template.review_at = self._clock.now() + REVIEW_SECONDS
        self._wait_for(template)

    def _wait_for(self, template: Template) -> None:
        """Approve or resume when it is due, unless something else has happened by then."""
        due_at = template.review_at or template.resume_at
        if due_at is None:
            return
        task = asyncio.get_running_loop().create_task(self._approve_at(template, due_at))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _approve_at(self, template: Template, due_at: float) -> None:
        await self._clock.sleep_until(due_at)
        is_due = due_at in (template.review_at, template.resume_at)
        if is_due and self._templates.get(template.id) is template:
            self.change_status(template, "APPROVED")

    def _announce_status(self, template: Template, event: str) -> None:
        value: dict[str, Any] = {"event": event, "reason": template.reason}
        if template.status == "PAUSED":
            title = ("FIRST_PAUSE", "SECOND_PAUSE")[template.pauses - 1]
            value["other_info"] = {"title": title, "description": "Paused for low quality."}
        value["message_template_category"] = template.category
        self._announce(template, "message_template_status_update", value)

    def _announce(self, template: Template, field: str, value: dict[str, Any]) -> None:
        named = {
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
        }
        self._tell(template.account, field, {**named, **value})


def normal(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Components with types and formats in capitals, as Meta lists them."""
    shaped = []
    for one in components:
        component = {**one, "type": one["type"].upper()}
        if isinstance(component.get("format"), str):
            component["format"] = component["format"].upper()
        if component["type"] == "BUTTONS":
            component["buttons"] = [
                {**button, "type": button["type"].upper()} for button in component["buttons"]
            ]
        shaped.append(component)
    return shaped
