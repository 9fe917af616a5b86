"""The pytest plugin and the emulator in a thread: what a test that is not asynchronous can do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from whatsapp_emulator.settings import SettingsError
from whatsapp_emulator.testing import settings_for_tests
from whatsapp_emulator.threaded import Faults, Ledger, Person, Refused, WhatsApp


def send(whatsapp: WhatsApp, contact: Person, text: str, **fields: Any) -> Any:
    """A text, as the product under test would send it."""
    call = {"messaging_product": "whatsapp", "to": contact.wa_id, "type": "text"}
    path = f"{whatsapp.phone_number_id}/messages"
    return whatsapp.graph("POST", path, {**call, "text": {"body": text}, **fields})


@pytest.fixture
def heard() -> Iterator[list[bytes]]:
    """A receiver of webhooks in a thread; its address is the first item, bodies follow."""
    bodies: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(403)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    bodies.append(f"http://127.0.0.1:{server.server_port}/webhook".encode())
    yield bodies
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_window_is_closed_until_the_contact_writes(
    whatsapp: WhatsApp, contact: Person, ledger: Ledger
) -> None:
    with pytest.raises(Refused) as refused:
        send(whatsapp, contact, "Hello?")
    assert (refused.value.http, refused.value.body["error"]["code"]) == (400, 131047)
    contact.writes("Hello")
    send(whatsapp, contact, "Hello!", biz_opaque_callback_data="order#7")
    whatsapp.advance_clock(24 * 3600 + 1)
    with pytest.raises(Refused):
        send(whatsapp, contact, "Still there?")
    assert ledger.bodies() == ledger.bodies(contact) == ["Hello!"]
    assert [entry["opaque"] for entry in ledger.entries(opaque="order")] == ["order#7"]


def test_faults_hit_whom_they_name_and_add_up(
    whatsapp: WhatsApp, contact: Person, ledger: Ledger, fault: Faults
) -> None:
    contact.writes("Hello")
    fault("error", code=130429, times=1, match={"text": "first"})
    fault("garbage", times=1, match={"text": "second"})
    with pytest.raises(Refused, match="130429"):
        send(whatsapp, contact, "first")
    with pytest.raises(ValueError, match="Expecting value"):
        send(whatsapp, contact, "second")
    send(whatsapp, contact, "first")
    assert ledger.bodies(contact) == ["second", "first"], "garbage is accepted all the same"
    fault("unavailable")
    fault.clear()
    send(whatsapp, contact, "third")


def test_the_phone_decides_how_far_a_message_gets(
    whatsapp: WhatsApp, contact: Person, ledger: Ledger, heard: list[bytes]
) -> None:
    whatsapp.send_webhooks_to(heard[0].decode())
    contact.writes("Hello")

    def status() -> str:
        whatsapp.wait_until_quiet()
        return str(ledger.entries(contact)[0]["status"])

    contact.switches_phone("offline")
    send(whatsapp, contact, "Are you there?")
    assert status() == "sent"
    contact.switches_phone("online")
    assert status() == "delivered"
    assert contact.reads() == 1
    assert status() == "read"
    told = b"".join(heard[1:])
    assert all(f'"status":"{name}"'.encode() in told for name in ("sent", "delivered", "read"))


def test_quiet_does_not_come_while_webhooks_wait_for_an_address(
    whatsapp: WhatsApp, contact: Person
) -> None:
    contact.writes("Hello")
    with pytest.raises(Refused, match="'webhooks': 1"):
        whatsapp.wait_until_quiet(timeout_seconds=0.05)


def test_each_test_has_a_whatsapp_of_its_own(whatsapp: WhatsApp, contact: Person) -> None:
    contact.writes("Hello")
    with WhatsApp(settings_for_tests()) as other:
        assert other.graph_url != whatsapp.graph_url
        assert other.control("GET", "contacts") == []
    threads = [thread.name for thread in threading.enumerate()]
    assert threads.count("whatsapp-emulator") == 1, "the other one has ended"


def test_an_emulator_that_cannot_listen_says_so_where_it_was_asked_for(whatsapp: WhatsApp) -> None:
    taken = int(whatsapp.graph_url.rsplit(":", 1)[1])
    with (
        pytest.raises(OSError, match="address already in use"),
        WhatsApp(settings_for_tests(port=taken)),
    ):
        pass


def test_a_token_that_looks_real_is_refused() -> None:
    with pytest.raises(SettingsError, match="looks like a real one"):
        settings_for_tests(token="EAAGm0PX4ZCpsBA")
