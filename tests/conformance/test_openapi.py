"""What the emulator accepts and answers, held against Meta's OpenAPI file where that still applies."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from pywa_async import WhatsApp

from tests.conformance.openapi import VARIABLE, Schema, faults, supplied
from tests.conformance.test_pywa import SENDS
from tests.emulator.conftest import INES
from whatsapp_emulator.testing import RunningEmulator

NEWER_THAN_THE_FILE = {
    "contact request": "request_contact_info is of July 2026, the file of v23.0",
}

# A file of the same form as Meta's, as far as this test needs one.
SMALL: dict[str, Any] = {
    "paths": {
        "/{Version}/{Phone-Number-ID}/messages": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Send"}}
                    }
                },
                "responses": {"200": {"$ref": "#/components/responses/Sent"}},
            }
        }
    },
    "components": {
        "schemas": {
            "Send": {
                "type": "object",
                "required": ["to"],
                "properties": {
                    "to": {"type": "string"},
                    "text": {"$ref": "#/components/schemas/Text"},
                },
            },
            "Text": {"properties": {"body": {"type": "string", "maxLength": 3}}},
            "Sent": {"required": ["messages"]},
        },
        "responses": {
            "Sent": {
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Sent"}}}
            }
        },
    },
}


@pytest.mark.parametrize("name", SENDS)
async def test_an_accepted_send_and_its_answer_are_in_meta_s_schema(
    wa: WhatsApp, emulator: RunningEmulator, name: str
) -> None:
    schema = supplied()
    if schema is None:
        pytest.skip(f"Meta's OpenAPI file is not supplied: {VARIABLE} not set")
    if name in NEWER_THAN_THE_FILE:
        pytest.skip(NEWER_THAN_THE_FILE[name])
    exchanges: list[tuple[Any, Any]] = []

    async def keep(response: httpx.Response) -> None:
        if response.request.url.path.endswith("/messages"):
            answer = json.loads(await response.aread())
            exchanges.append((json.loads(response.request.content), answer))

    wa.api._session.event_hooks = {"response": [keep]}
    await SENDS[name](wa, await emulator.write(INES, "Is it ready?"))
    [(request, answer)] = exchanges
    assert faults(schema.request, request) == []
    assert faults(schema.response, answer) == []


def test_the_judge_finds_what_is_wrong() -> None:
    schema = Schema(SMALL, "post", "/{}/messages")
    assert faults(schema.request, {"to": "1", "text": {"body": "abc"}}) == []
    assert faults(schema.request, {"text": {"body": "abcd"}}) == [
        ": 'to' is a required property",
        "text/body: 'abcd' is too long",
    ]
    assert faults(schema.response, {}) == [": 'messages' is a required property"]


def test_a_file_without_the_operation_is_no_judge() -> None:
    with pytest.raises(LookupError, match="no put"):
        Schema(SMALL, "put", "/{}/messages")
