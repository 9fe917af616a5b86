"""Scenarios 5-16: what WhatsApp and our own death make of a call and of its statuses (R4, R7-R11)."""

from tests.e2e.conftest import INES
from tests.e2e.scenarios.conftest import NewScene
from tests.e2e.scenarios.scene import Scene
from tests.e2e.scenarios.statuses import SILENT, accepted_in_silence, status
from tests.rig import eventually


async def kill_and_start(scene: Scene) -> None:
    """No farewell, and back at once."""
    await scene.product.kill()
    await scene.product.start()


def webhooks_of(scene: Scene) -> str:
    """Where WhatsApp's word goes."""
    return f"{scene.product.url}/webhooks/whatsapp"


async def test_scenario_05_the_server_dies_between_claim_and_call(new_scene: NewScene) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    scene.gate.swallows = True
    await tab.write("Never left")
    await scene.gate.swallowed.wait()
    await scene.product.kill()
    scene.gate.swallows = False
    await scene.product.start()
    await tab.until_bubble("Never left", "unconfirmed")
    client_id = await tab.id_of("Never left")
    assert await scene.ledger() == []
    await tab.page.click("text=Send again")
    await tab.until_bubble("Never left", "delivered")
    assert [each["opaque"] for each in await scene.ledger()] == [f"{client_id}#2"]
    await scene.at_rest(again=(client_id,))


async def test_scenario_06_the_server_dies_between_acceptance_and_commit(
    new_scene: NewScene,
) -> None:
    scene = await new_scene(outcome_wait_seconds="60")
    tab = await scene.tab()
    await scene.product.emulator.aim_webhooks(None)
    await scene.faults({"do": "hang", "times": 1})
    await tab.write("Accepted, then darkness")
    await scene.until_accepted()
    await kill_and_start(scene)
    await scene.product.emulator.aim_webhooks(webhooks_of(scene))
    await tab.until_bubble("Accepted, then darkness", "delivered")
    (entry,) = await scene.ledger()
    assert "unconfirmed" not in scene.watch.statuses[0, entry["opaque"].partition("#")[0]]
    await scene.at_rest()


async def test_scenario_07_and_whatsapp_does_not_echo_whose_status_it_is(
    new_scene: NewScene,
) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    await scene.faults({"do": "hang", "times": 1}, {"do": "strip_opaque", "times": 1})
    await tab.write("Nobody will ever know")
    await scene.until_accepted()
    await kill_and_start(scene)
    await tab.until_bubble("Nobody will ever know", "unconfirmed")
    client_id = await tab.id_of("Nobody will ever know")
    await tab.write("The lane goes on")
    await tab.until_bubble("The lane goes on", "delivered")
    assert len(await scene.ledger(client_id)) == 1
    await scene.at_rest(unheard=(client_id,))


async def test_scenario_08_whatsapp_accepts_and_hangs_past_the_time_out(
    new_scene: NewScene,
) -> None:
    scene = await new_scene(outcome_wait_seconds="60", graph_timeout_seconds="1")
    tab = await scene.tab()
    await scene.product.emulator.aim_webhooks(None)
    await scene.faults({"do": "hang", "times": 1})
    await tab.write("Accepted, and no answer")
    (entry,) = await scene.until_accepted()
    client_id = entry["opaque"].partition("#")[0]
    await until_hop(scene, client_id, "unanswered")
    await scene.product.emulator.aim_webhooks(webhooks_of(scene))
    await tab.until_bubble("Accepted, and no answer", "delivered")
    assert "unconfirmed" not in scene.watch.statuses[0, client_id]
    await scene.at_rest()


async def test_scenario_09_connecting_is_refused_twice(new_scene: NewScene) -> None:
    scene = await new_scene(refused=True)
    tab = await scene.tab()
    await tab.write("Third time lucky")
    await tab.until("() => document.querySelector('[data-direction=outbound]').dataset.pos !== ''")
    await until_hop(scene, await tab.id_of("Third time lucky"), "not_sent", 2)
    words = await tab.page.inner_text("[data-direction=outbound]")
    assert "Waiting" not in words
    assert "did not answer" not in words
    await scene.gate.open()
    await tab.until_bubble("Third time lucky", "delivered")
    assert len(await scene.ledger()) == 1
    await scene.at_rest()


async def test_scenario_10_too_fast_for_the_first_with_four_queued_behind(
    new_scene: NewScene,
) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    rule = {"do": {"action": "error", "code": 130429, "retry_after_seconds": 1}, "times": 1}
    await scene.faults(rule)
    texts = [f"Paced {number}" for number in range(1, 6)]
    for text in texts:
        await tab.write(text)
    await tab.until_bubble("Paced 5", "delivered")
    assert [entry["body"] for entry in await scene.ledger()] == texts
    await scene.at_rest()


async def test_scenario_11_read_delivered_sent_each_twice_in_one_batch(new_scene: NewScene) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    wamid, _ = await accepted_in_silence(scene, "Backwards")
    batch = [status(wamid, name) for name in ("read", "delivered", "sent") for _ in range(2)]
    assert await scene.webhook_says(*batch) == 200
    await tab.until_bubble("Backwards", "read")
    for each in batch:
        assert await scene.webhook_says(each) == 200
    await scene.at_rest()


async def test_scenario_12_only_sent_and_read(new_scene: NewScene) -> None:
    scene = await new_scene()
    await scene.product.emulator.contact(INES, device="online-open")
    tab = await scene.tab()
    await tab.write("She is looking at it")
    await tab.until_bubble("She is looking at it", "read")
    await scene.at_rest()


async def test_scenario_13_failed_and_delivered_in_either_order(new_scene: NewScene) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    for text, names in (("One", ("failed", "delivered")), ("Other", ("delivered", "failed"))):
        wamid, client_id = await accepted_in_silence(scene, f"{text} order")
        said = [status(wamid, each, code=131026 * (each == "failed")) for each in names]
        assert await scene.webhook_says(*said) == 200
        await tab.until_bubble(f"{text} order", "delivered")
        assert (await scene.session.message(client_id))["error"]["code"] == "undeliverable"

    wamid, client_id = await accepted_in_silence(scene, "Fails in its own time")
    await tab.write("Typed meanwhile", enter=False)
    assert await scene.webhook_says(status(wamid, "failed", code=131026)) == 200
    await tab.page.wait_for_selector(f"[data-unsent='{client_id}']")
    assert await scene.webhook_says(status(wamid, "delivered")) == 200
    await tab.until_bubble("Fails in its own time", "delivered")
    await tab.until("() => document.querySelector('[data-unsent]') === null")
    assert (await scene.session.message(client_id))["error"]["code"] == "undeliverable"
    await scene.at_rest()


async def test_scenario_14_failed_then_a_late_sent(new_scene: NewScene) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    wamid, client_id = await accepted_in_silence(scene, "Too late for the window")
    assert await scene.webhook_says(status(wamid, "failed", code=131047)) == 200
    await tab.until(
        "text => document.querySelector('[data-composer] textarea').value === text",
        "Too late for the window",
    )
    assert await tab.bubbles("Too late for the window") == []
    assert await scene.webhook_says(status(wamid, "sent")) == 200
    row = await scene.session.message(client_id)
    assert (row["status"], row["error"]["code"]) == ("failed", "window_closed")
    await scene.at_rest()
    assert await tab.bubbles("Too late for the window") == []


async def test_scenario_15_the_webhook_comes_before_the_answer_is_committed(
    new_scene: NewScene,
) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    await scene.faults({"do": "status_first", "times": 1})
    await tab.write("Named by its datum")
    await tab.until_bubble("Named by its datum", "delivered")
    await scene.faults({"do": "status_first", "times": 1}, {"do": "strip_opaque", "times": 1})
    await tab.write("Known only by its wamid")
    await tab.until_bubble("Known only by its wamid", "delivered")
    await scene.at_rest()


async def test_scenario_16_a_batch_of_a_hundred_with_one_unknown_and_one_malformed(
    new_scene: NewScene,
) -> None:
    scene = await new_scene()
    tab = await scene.tab()
    await scene.faults(SILENT)
    for number in range(98):
        status_code, _ = await scene.session.send(scene.ines, f"Line {number:02} of many")
        assert status_code == 201
    known = [entry["wamid"] for entry in await scene.until_accepted(98)]

    async def all_sent() -> bool:
        rows = await scene.session.messages(scene.ines)
        return [row["status"] for row in rows].count("sent") == 98

    await eventually(all_sent, 30)
    scene.gate.answers.clear()
    await tab.write("The answer is on its way")
    unknown = (await scene.until_accepted(99))[-1]["wamid"]
    batch = [status(wamid, "delivered") for wamid in known]
    batch[50:50] = [status(unknown, "delivered"), {"id": 5, "status": ["?"], "timestamp": "soon"}]
    assert len(batch) == 100
    assert await scene.webhook_says(*batch) == 200
    rows = await scene.session.messages(scene.ines)
    assert sum(row["status"] == "delivered" for row in rows) == 98, "98 are applied"
    scene.gate.answers.set()
    await tab.until_bubble("The answer is on its way", "delivered")
    await scene.at_rest()


async def until_hop(scene: Scene, client_id: str, name: str, count: int = 1) -> None:
    """Wait until the flight recorder has noted this so often."""

    async def noted() -> bool:
        found, trace = await scene.session.call("GET", f"/api/messages/{client_id}/trace")
        assert found == 200, trace
        return [hop["name"] for hop in trace["hops"]].count(name) >= count

    await eventually(noted, 20)
