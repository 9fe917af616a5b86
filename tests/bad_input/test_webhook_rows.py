"""Rows 25-43: what WhatsApp, or somebody in its name, may post to the webhook."""

import asyncio
import hmac
import json
import time
from typing import Any

import apsw

from tests.bad_input.conftest import Desk, Served, inbound, webhook
from tests.rig import eventually, new_client_id
from whatsapp_emulator.testing import APP_SECRET

OK = (200, "")
ASIDE = "SELECT COUNT(*) FROM set_aside"
STORED = "SELECT COUNT(*) FROM webhooks"


async def sent(desk: Desk) -> str:
    """A message that was called once (WhatsApp is not there): its first attempt can be named by a status."""
    client_id = new_client_id()
    assert (await desk.say("On its way", client_id))[0] == 201

    async def is_claimed() -> bool:
        _, trace = await desk.agent.call("GET", f"/api/messages/{client_id}/trace")
        return "claimed" in {hop["name"] for hop in trace["hops"]}

    await eventually(is_claimed)
    return client_id


def status(wamid: str, word: object, client_id: str = "", **more: Any) -> dict[str, Any]:
    own: dict[str, Any] = {"id": wamid, "status": word, "timestamp": str(int(time.time()))}
    own |= {"recipient_id": "447700900318"} | more
    return own | ({"biz_opaque_callback_data": f"{client_id}#1"} if client_id else {})


async def shown(desk: Desk, client_id: str) -> str:
    return str((await desk.agent.message(client_id))["status"])


async def test_row_25_not_signed(served: Served) -> None:
    raw, before = webhook([inbound("447700900001", "Not from Meta")]), served.one(STORED)
    said = served.log().count("nothing stored")
    wrong = (None, "", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40, "x" * 500)
    for each in (each for each in wrong if each != ""):
        assert await served.deliver(raw, each) == (401, "bad_signature")
    assert served.one(STORED) == before
    assert served.log().count("nothing stored") - said == len(wrong) - 1


async def test_row_26_signed_then_encoded_again(served: Served) -> None:

    raw = webhook([inbound("447700900001", "Grüße")])
    right = "sha256=" + hmac.digest(APP_SECRET.encode(), raw, "sha256").hex()
    again = json.dumps(json.loads(raw), ensure_ascii=False).encode()
    assert again != raw
    assert await served.deliver(again, right) == (401, "bad_signature")


async def stored_but_unknown(served: Served, *bodies: bytes) -> None:
    for raw in bodies:
        before, aside = served.one(STORED), served.one(ASIDE)
        assert await served.deliver(raw) == OK, raw[:80]
        assert (served.one(STORED), served.one(ASIDE) > aside) == (before + 1, True), raw[:80]


async def test_row_27_an_empty_object(served: Served) -> None:
    await stored_but_unknown(served, b"{}")


async def test_row_28_no_entries(served: Served) -> None:
    await stored_but_unknown(served, b'{"entry":null}', b'{"object":"x","entry":7}')


async def test_row_29_depth_100_000(served: Served) -> None:
    closed = b'{"entry":' * 100_000 + b"1" + b"}" * 100_000
    for raw in (b"[" * 100_000, closed):
        assert await served.deliver(raw) == (400, "malformed_body")


async def test_row_30_an_integer_of_5_000_digits(served: Served) -> None:
    await stored_but_unknown(served, b'{"n":' + b"9" * 5_000 + b"}")


async def test_row_31_a_status_without_its_word(desk: Desk) -> None:
    before = desk.served.one(ASIDE)
    bare = status("wamid.bare", "x")
    del bare["status"]
    raw = webhook([inbound(desk.contact, "Beside it")], [bare])
    assert await desk.served.deliver(raw) == OK
    assert desk.served.one(ASIDE) == before + 1
    assert await desk.texts() == ["Hello", "Beside it"]


async def test_row_32_types_fields_and_words_of_the_future(desk: Desk) -> None:
    before = desk.served.one(ASIDE)
    hologram = inbound(desk.contact, "", type="hologram", hologram={"depth": 3})
    raw = webhook([hologram], [status("wamid.word", "levitated")])
    assert await desk.served.deliver(raw) == OK
    other = raw.replace(b'"field": "messages"', b'"field": "dreams"')
    assert await desk.served.deliver(other) == OK
    rows = await desk.agent.messages(desk.conversation_id)
    assert rows[-1]["message_type"] in ("hologram", "unsupported")
    assert desk.served.one(ASIDE) == before + 2


async def test_row_33_the_same_five_times_at_once(desk: Desk) -> None:
    raw = webhook([inbound(desk.contact, "Once")])
    assert await asyncio.gather(*(desk.served.deliver(raw) for _ in range(5))) == [OK] * 5
    assert await desk.texts() == ["Hello", "Once"]
    about = "SELECT COUNT(*) FROM events WHERE conversation_id = ? AND type = 'new_message'"
    assert desk.served.one(about, desk.conversation_id) == 2


async def test_row_34_statuses_reversed(desk: Desk) -> None:
    client_id = await sent(desk)
    for word in ("read", "delivered", "sent"):
        raw = webhook(statuses=[status(f"wamid.{client_id}", word, client_id)])
        assert await desk.served.deliver(raw) == OK
        assert await shown(desk, client_id) == "read"


async def test_row_35_read_without_delivered(desk: Desk) -> None:
    client_id = await sent(desk)
    await desk.served.deliver(webhook(statuses=[status("wamid.35", "read", client_id)]))
    assert await shown(desk, client_id) == "read"


async def test_row_36_a_status_before_the_answer_of_the_send(desk: Desk) -> None:
    """No answer has come, so the wamid is not known: the datum names the message."""
    client_id = await sent(desk)
    assert (await desk.agent.message(client_id))["wamid"] is None
    await desk.served.deliver(webhook(statuses=[status("wamid.36", "delivered", client_id)]))
    message = await desk.agent.message(client_id)
    assert (message["status"], message["wamid"]) == ("delivered", "wamid.36")


async def test_row_37_a_status_of_an_unknown_wamid_waits_for_it(desk: Desk) -> None:
    client_id = await sent(desk)
    assert await desk.served.deliver(webhook(statuses=[status("wamid.37", "read")])) == OK
    assert await shown(desk, client_id) == "sending"
    await desk.served.deliver(webhook(statuses=[status("wamid.37", "sent", client_id)]))
    assert await shown(desk, client_id) == "read"


async def test_row_38_failed_after_delivered(desk: Desk) -> None:
    client_id = await sent(desk)
    await desk.served.deliver(webhook(statuses=[status("wamid.38", "delivered", client_id)]))
    failed = status("wamid.38", "failed", client_id, errors=[{"code": 131026, "title": "Late"}])
    assert await desk.served.deliver(webhook(statuses=[failed])) == OK
    message = await desk.agent.message(client_id)
    assert (message["status"], message["error"]["code"]) == ("delivered", "undeliverable")


async def test_row_39_one_bad_of_a_thousand(desk: Desk) -> None:
    items: list[Any] = [inbound(desk.contact, f"Number {n}") for n in range(1_000)]
    items[500]["text"] = 7
    items[500]["id"] = None
    assert await desk.served.deliver(webhook(items)) == OK
    count = "SELECT COUNT(*) FROM messages WHERE conversation_id = ?"
    assert desk.served.one(count, desk.conversation_id) == 1 + 999


async def test_row_40_more_than_3_mb(served: Served) -> None:
    raw = b'{"x":"' + b"x" * 3 * 1024 * 1024 + b'"}'
    assert await served.deliver(raw) == (413, "body_too_large")


async def test_row_41_times_nobody_can_believe(desk: Desk) -> None:
    before = desk.served.one(ASIDE)
    for number, at in enumerate(("99999999999", "0", "soon")):
        raw = webhook([inbound(desk.contact, f"Number {number}", timestamp=at)])
        assert await desk.served.deliver(raw) == OK
    rows = (await desk.agent.messages(desk.conversation_id))[1:]
    assert [row["timestamp"] == row["created_at"] for row in rows] == [True] * 3
    assert desk.served.one(ASIDE) == before + 3


async def test_row_42_another_number(desk: Desk) -> None:
    before = desk.served.one(ASIDE)
    raw = webhook([inbound(desk.contact, "Not for us")])
    assert await desk.served.deliver(raw.replace(b"900000000000001", b"900000000000009")) == OK
    assert (await desk.texts(), desk.served.one(ASIDE)) == (["Hello"], before + 1)


async def test_row_43_a_locked_store(desk: Desk) -> None:
    holder = apsw.Connection(str(desk.served.folder / "data/forthwith.db"))
    holder.execute("BEGIN IMMEDIATE")
    raw = webhook([inbound(desk.contact, "Stored later")])
    assert await desk.served.deliver(raw) == (503, "storage_unavailable")
    holder.execute("ROLLBACK")
    holder.close()
    assert await desk.texts() == ["Hello"]
    assert await desk.served.deliver(raw) == OK
    assert await desk.texts() == ["Hello", "Stored later"]
