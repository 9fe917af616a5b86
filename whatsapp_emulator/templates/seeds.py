"""The templates that an account has from the start: Meta's own sample, and those of a bicycle shop."""

from __future__ import annotations

from typing import Any

from whatsapp_emulator.identifiers import media_id
from whatsapp_emulator.templates.template import Category, Template


def seeds_of(account: str) -> list[Template]:
    """Fresh ones, the same for every run."""
    shaped = []
    for number, (name, language, category, components, more) in enumerate(_SEEDS, 1):
        shaped.append(
            Template(
                id=media_id(f"seed/{account}/{name}/{language}"),
                account=account,
                number=number,
                name=name,
                language=language,
                category=category,
                components=components,
                **more,
            )
        )
    return shaped


def _body(words: str, *examples: str) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "BODY", "text": words}
    return {**body, "example": {"body_text": [list(examples)]}} if examples else body


def _header(words: str) -> dict[str, Any]:
    return {"type": "HEADER", "format": "TEXT", "text": words}


def _buttons(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def _reply(words: str) -> dict[str, Any]:
    return {"type": "QUICK_REPLY", "text": words}


_FOOTER = {"type": "FOOTER", "text": "Alder Lane Cycles"}
_Seed = tuple[str, str, Category, list[dict[str, Any]], dict[str, Any]]
_SEEDS: list[_Seed] = [
    (
        "hello_world",
        "en_US",
        "UTILITY",
        [
            _header("Hello World"),
            _body(
                "Welcome and congratulations!! This message demonstrates your ability to send a "
                "WhatsApp message notification from the Cloud API, hosted by Meta. Thank you for "
                "taking the time to test with us."
            ),
            {"type": "FOOTER", "text": "WhatsApp Business Platform sample message"},
        ],
        {},
    ),
    (
        "repair_ready",
        "en_GB",
        "UTILITY",
        [
            _header("Your bike is ready"),
            _body(
                "Hello {{1}}, your {{2}} is ready to collect. We are open until {{3}} today.",
                "Ines",
                "touring bike",
                "18:00",
            ),
            _FOOTER,
        ],
        {"quality": "GREEN"},
    ),
    (
        "service_reminder",
        "en_GB",
        "UTILITY",
        [
            _body(
                "Hello {{1}}, your bike is booked in for a service on {{2}}. Does that still suit "
                "you?",
                "Tomás",
                "Thursday at 9:30",
            ),
            _buttons(_reply("Yes, see you then"), _reply("Another day, please")),
        ],
        {"quality": "GREEN"},
    ),
    (
        "parcel_on_its_way",
        "en_GB",
        "UTILITY",
        [
            {
                "type": "BODY",
                "text": "Good news, {{first_name}}: order {{order_number}} left our workshop.",
                "example": {
                    "body_text_named_params": [
                        {"param_name": "first_name", "example": "Ines"},
                        {"param_name": "order_number", "example": "A-1042"},
                    ]
                },
            },
            _buttons(
                {
                    "type": "URL",
                    "text": "Track it",
                    "url": "https://alderlane.example/track/{{1}}",
                    "example": ["https://alderlane.example/track/A-1042"],
                },
                {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+442079460018"},
            ),
        ],
        {"parameter_format": "NAMED"},
    ),
    (
        "spring_offer",
        "en_GB",
        "MARKETING",
        [
            {
                "type": "HEADER",
                "format": "IMAGE",
                "example": {"header_handle": ["https://alderlane.example/spring.jpg"]},
            },
            _body("Spring is here, {{1}}! A full service is 20 % off until Sunday.", "Ines"),
            _FOOTER,
            _buttons(_reply("Book a service"), _reply("Stop offers")),
        ],
        {"quality": "YELLOW"},
    ),
    (
        "login_code",
        "en_GB",
        "AUTHENTICATION",
        [
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": 10},
            _buttons({"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}),
        ],
        {"ttl_seconds": 600.0},
    ),
    (
        "winter_clearance",
        "en_GB",
        "MARKETING",
        [_body("Everything for winter is half price this week, while stocks last.")],
        {"status": "PAUSED", "quality": "RED", "pauses": 1},
    ),
    (
        "refer_a_friend",
        "en_GB",
        "MARKETING",
        [_body("Win a bike! Send this to ten friends.")],
        {"status": "REJECTED", "reason": "PROMOTIONAL"},
    ),
]
