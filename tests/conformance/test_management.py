"""Templates, profile and blocks, by every client that has them."""

from __future__ import annotations

from typing import Any

import pytest
from pywa_async import WhatsApp, errors
from pywa_async.types import Industry
from pywa_async.types.templates import (
    BodyText,
    Template,
    TemplateCategory,
    TemplateLanguage,
    TemplateStatus,
)

from tests.conformance.conftest import ClientError, NpmClients
from tests.conformance.test_great_detail import NUMBER, call
from tests.emulator.conftest import INES
from whatsapp_emulator.testing import BUSINESS_ACCOUNT_ID, RunningEmulator

BODY = {"type": "BODY", "text": "Your bicycle is ready."}
HELLO = {"name": "hello_world", "language": {"code": "en_US"}}


async def test_kapso_lists_makes_sends_and_deletes_templates(
    npm: NpmClients, emulator: RunningEmulator
) -> None:
    first = await npm.kapso("templates.list", limit=2)
    assert len(first["data"]) == 2
    after = first["paging"]["cursors"]["after"]
    rest = await npm.kapso("templates.list", limit=100, after=after)
    names = [one["name"] for one in first["data"] + rest["data"]]
    assert "hello_world" in names
    assert names[0] not in names[2:], "the second page begins where the first ended"

    made = await npm.kapso(
        "templates.create", name="ready", language="en_GB", category="UTILITY", components=[BODY]
    )
    assert set(made) >= {"id", "status", "category"}
    assert (await npm.kapso("templates.delete", name="ready"))["success"] is True
    left = await npm.kapso("templates.list", name="ready")
    assert [one for one in left["data"] if one["status"] == "APPROVED"] == []

    await npm.kapso("messages.sendTemplate", to="447700900318", template=HELLO)
    [entry] = await emulator.ledger(to=INES)
    assert (entry["type"], entry["body"]["name"]) == ("template", "hello_world")
    unknown = {"name": "nothing_like_it", "language": {"code": "en_US"}}
    with pytest.raises(ClientError) as error:
        await npm.kapso("messages.sendTemplate", to=INES, template=unknown)
    assert (error.value.thrown["code"], error.value.thrown["category"]) == (132001, "template")


async def test_kapso_reads_and_changes_the_profile(npm: NpmClients) -> None:
    profile = "phoneNumbers.businessProfile"
    changed = await npm.kapso(
        f"{profile}.update", about="Open till six", websites=["https://a.example/"]
    )
    assert changed == {"success": True}
    [read] = (await npm.kapso(f"{profile}.get", fields="about,websites"))["data"]
    assert (read["about"], read["websites"]) == ("Open till six", ["https://a.example/"])
    assert read["messagingProduct"] == "whatsapp"


async def test_pywa_lists_makes_sends_and_deletes_templates(
    wa: WhatsApp, emulator: RunningEmulator
) -> None:
    listed = [one async for one in await everything(wa)]
    assert "hello_world" in {one.name for one in listed}
    one = next(one for one in listed if one.name == "hello_world")
    assert (await wa.get_template(one.id)).language == TemplateLanguage.ENGLISH_US
    made = await wa.create_template(
        Template(
            name="ready",
            language=TemplateLanguage.ENGLISH_UK,
            category=TemplateCategory.UTILITY,
            components=[BodyText("Your bicycle is ready.")],
        )
    )
    assert made.status in (TemplateStatus.PENDING, TemplateStatus.APPROVED)
    assert (await wa.delete_template("ready")).success

    await wa.send_template(INES, "hello_world", TemplateLanguage.ENGLISH_US, [])
    [entry] = await emulator.ledger(to=INES)
    assert (entry["type"], entry["body"]["name"]) == ("template", "hello_world")
    with pytest.raises(errors.TemplateNotExists):
        await wa.send_template(INES, "nothing_like_it", TemplateLanguage.ENGLISH_US, [])


async def everything(wa: WhatsApp) -> Any:
    """All pages of the templates, as pywa's result gives them."""

    async def pages() -> Any:
        result = await wa.get_templates()
        while True:
            for one in result:
                yield one
            if not result.has_next:
                return
            result = await result.next()

    return pages()


async def test_pywa_reads_and_changes_the_profile(wa: WhatsApp) -> None:
    await wa.update_business_profile(
        about="Open till six", industry=Industry.RETAIL, websites=["https://a.example/"]
    )
    profile = await wa.get_business_profile()
    assert (profile.about, profile.industry) == ("Open till six", Industry.RETAIL)
    assert list(profile.websites) == ["https://a.example/"]


async def test_pywa_blocks_and_unblocks(wa: WhatsApp, emulator: RunningEmulator) -> None:
    await wa.block_users([INES])
    with pytest.raises(errors.WhatsAppError) as refused:
        await wa.send_message(INES, "Hello")
    assert refused.value.code == 130403
    await wa.unblock_users([INES])
    await wa.send_message(INES, "Hello again")
    assert [one["body"] for one in await emulator.ledger()] == ["Hello again"]


async def test_great_detail_lists_makes_and_deletes_templates(npm: NpmClients) -> None:
    account = BUSINESS_ACCOUNT_ID
    given = {"name": "ready", "language": "en_GB", "category": "UTILITY", "components": [BODY]}
    made = await npm.call("greatDetailMended", "template.create", [account, given])
    listed = await npm.call("greatDetailMended", "template.list", [account, {"limit": 100}])
    assert made["id"] in {one["id"] for one in listed["data"]}
    node = await npm.call("greatDetailMended", "template.get", [made["id"], {"fields": ["name"]}])
    assert node == {"name": "ready", "id": made["id"]}
    gone = await npm.call("greatDetailMended", "template.delete", [account, {"name": "ready"}])
    assert gone["success"] is True


async def test_great_detail_reads_and_changes_the_profile(npm: NpmClients) -> None:
    profile = "businessProfile"
    changed = await call(npm, f"{profile}.updateBusinessProfile", **NUMBER, about="Till six")
    assert changed == {"success": True}
    read = await call(npm, f"{profile}.getBusinessProfile", **NUMBER, fields=["about"])
    assert [one["about"] for one in read["data"]] == ["Till six"]


# --- what must fail: expected.py ----------------------------------------------------------------


async def test_pywa_blocked(wa: WhatsApp) -> None:
    await wa.block_users([INES])
    with pytest.raises(KeyError, match="input"):
        list(await wa.get_blocked_users())
