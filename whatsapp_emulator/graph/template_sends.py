"""A send of a template: found, fitted, and maybe paced.

Believed: ``message_status`` is ``accepted`` for every template that is not held.
"""

from __future__ import annotations

from whatsapp_emulator.contacts import Contact
from whatsapp_emulator.emulator import Emulator
from whatsapp_emulator.faults.spoilt_webhooks import Fail
from whatsapp_emulator.graph.calls import SendCall
from whatsapp_emulator.graph.errors import GraphError
from whatsapp_emulator.templates.fitting import Fitted, check_status, fit


def check_marketing(fitted: Fitted | None, contact: Contact) -> list[Fail]:
    """Marketing to a contact who has stopped it is accepted, and fails."""
    if fitted is None or fitted.template.category != "MARKETING" or not contact.marketing_stopped:
        return []
    return [Fail(code=131050)]


def check_template_send(emulator: Emulator, call: SendCall, phone: str) -> Fitted | None:
    """The filled-in template of a send; None for other types; ``GraphError`` 1320xx or 131062."""
    if call.type != "template":
        return None
    name, language = call.payload["name"], call.payload["language"]["code"]
    account = emulator.settings.account_of(phone)
    template = check_status(emulator.templates.find(account, name, language), name, language)
    if template.category == "AUTHENTICATION" and call.addressed_by == "recipient":
        raise GraphError(131062)
    return fit(template, call.payload)
