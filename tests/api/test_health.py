"""What supervisors and Prometheus are told."""

import hmac
import io
import re
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from forthwith.metrics import Counter, Gauge, Histogram
from tests.api.conftest import Browser, Edge, browsing, running_edge

NAMES = {
    "forthwith_messages_total": "counter",
    "forthwith_send_seconds": "histogram",
    "forthwith_meta_errors_total": "counter",
    "forthwith_unconfirmed": "gauge",
    "forthwith_outbox_depth": "gauge",
    "forthwith_outbox_oldest_seconds": "gauge",
    "forthwith_webhook_seconds": "histogram",
    "forthwith_webhook_rejected_total": "counter",
    "forthwith_optimistic_latency_seconds": "histogram",
    "forthwith_ws_connections": "gauge",
    "forthwith_ws_replayed_total": "counter",
    "forthwith_data_disk_free_ratio": "gauge",
}


async def test_a_server_that_can_store_is_ready(stranger: Browser) -> None:
    assert (await stranger.ask("GET", "/healthz")).body == b"up\n"
    began = time.perf_counter()
    answer = await stranger.ask("GET", "/readyz")
    assert (answer.status, answer.body) == (200, b"ready\n")
    assert time.perf_counter() - began < 0.5


async def test_a_server_that_cannot_store_is_not_ready(own_edge: Edge) -> None:
    """The table that every probe writes to is gone: the store answers, but no write succeeds."""
    async with browsing(own_edge) as browser:
        db = own_edge.context.db
        own_edge.do(db.write(lambda tx: tx.run("ALTER TABLE meta RENAME TO gone")))
        answer = await browser.ask("GET", "/readyz")
        assert answer.status == 503
        assert (await browser.ask("GET", "/healthz")).status == 200
        own_edge.do(db.write(lambda tx: tx.run("ALTER TABLE gone RENAME TO meta")))
        assert (await browser.ask("GET", "/readyz")).status == 200


async def test_a_store_that_misses_a_migration_is_not_ready(own_edge: Edge) -> None:
    own_edge.do(own_edge.context.db.write(lambda tx: tx.run("DELETE FROM migrations")))
    async with browsing(own_edge) as browser:
        answer = await browser.ask("GET", "/readyz")
    assert (answer.status, answer.body) == (503, b"the store's schema is not current\n")


async def test_a_server_with_a_loop_that_does_not_run_is_not_ready(own_edge: Edge) -> None:
    state = own_edge.app.state
    state.context = replace(own_edge.context, stopped_loops=lambda: ["outbox"])
    async with browsing(own_edge) as browser:
        answer = await browser.ask("GET", "/readyz")
    assert (answer.status, answer.body) == (503, b"stopped: outbox\n")


async def test_a_server_whose_disk_is_nearly_full_is_not_ready(own_edge: Edge) -> None:
    state = own_edge.app.state
    async with browsing(own_edge) as browser:
        for free, status in ((0.05, 503), (0.06, 200)):
            state.context = replace(own_edge.context, free_disk=partial(float, free))
            answer = await browser.ask("GET", "/readyz")
            assert answer.status == status
            assert ("disk" in answer.body.decode()) == (status == 503)
        figures = (await browser.ask("GET", "/metrics")).body.decode()
    assert "forthwith_data_disk_free_ratio 0.06\n" in figures


async def test_names_of_metrics_are_for_ever(stranger: Browser) -> None:
    answer = await stranger.ask("GET", "/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert dict(re.findall(r"^# TYPE (\S+) (\S+)$", answer.body.decode(), re.MULTILINE)) == NAMES


async def test_metrics_are_for_loopback_or_the_token(tmp_path: Path) -> None:
    with running_edge(tmp_path, metrics_token="a-token-for-prometheus") as edge:
        async with browsing(edge) as browser:
            assert (await browser.ask("GET", "/metrics")).status == 200
            for forwarded in ({"X-Forwarded-For": "192.0.2.1"}, {"Forwarded": "for=192.0.2.1"}):
                assert (await browser.ask("GET", "/metrics", headers=forwarded)).code == "not_found"
                wrong = forwarded | {"Authorization": "Bearer wrong"}
                assert (await browser.ask("GET", "/metrics", headers=wrong)).code == "not_found"
                right = forwarded | {"Authorization": "Bearer a-token-for-prometheus"}
                assert (await browser.ask("GET", "/metrics", headers=right)).status == 200


async def test_without_a_token_an_empty_one_opens_nothing(stranger: Browser) -> None:
    headers = {"X-Forwarded-For": "192.0.2.1", "Authorization": "Bearer "}
    assert (await stranger.ask("GET", "/metrics", headers=headers)).code == "not_found"


async def test_the_outbox_is_counted(own_edge: Edge) -> None:
    own_edge.do(own_edge.store_a_message())
    own_edge.do(
        own_edge.context.db.write(
            lambda tx: tx.run(
                "UPDATE messages SET status = 'unconfirmed', outbox_state = 'doubted', lease_until = :never",
                never=2**60,
            )
        )
    )
    own_edge.clock.advance(90_000)
    async with browsing(own_edge) as browser:
        body = (await browser.ask("GET", "/metrics")).body.decode()
    assert "forthwith_unconfirmed 1\n" in body
    assert "forthwith_outbox_depth 1\n" in body
    oldest = re.search(r"^forthwith_outbox_oldest_seconds (\S+)$", body, re.MULTILINE)
    assert oldest is not None
    assert 90 <= float(oldest[1]) < 100


async def test_webhooks_and_sockets_are_counted(own_edge: Edge) -> None:
    async def figure(browser: Browser, name: str) -> float:
        body = (await browser.ask("GET", "/metrics")).body.decode()
        found = re.search(rf"^{re.escape(name)} (\S+)$", body, re.MULTILINE)
        return float(found[1]) if found else 0

    async with browsing(own_edge) as browser:
        secret = own_edge.settings.whatsapp_app_secret.encode()
        for raw, signature in (
            (b"{}", hmac.digest(secret, b"{}", "sha256").hex()),
            (b"{}", "0" * 64),
            (b"x" * (3 * 1024 * 1024 + 1), "0" * 64),
        ):
            headers = {"X-Hub-Signature-256": f"sha256={signature}"}
            await browser.ask("POST", "/webhooks/whatsapp", raw=io.BytesIO(raw), headers=headers)
        assert await figure(browser, "forthwith_webhook_seconds_count") == 1
        rejected = 'forthwith_webhook_rejected_total{reason="%s"}'
        assert await figure(browser, rejected % "bad_signature") == 1
        assert await figure(browser, rejected % "body_too_large") == 1

        await browser.sign_in()
        url = own_edge.url.replace("http", "ws", 1) + "/api/ws"
        async with browser.http.ws_connect(url, headers={"Origin": own_edge.origin}) as socket:
            await socket.send_json({"type": "resume", "protocol": 1, "epoch": "", "seq": 0})
            await socket.receive_json(timeout=5)
            assert await figure(browser, "forthwith_ws_connections") == 1


def test_the_text_format() -> None:
    counter = Counter("c_total", "Things.", "kind", "why")
    counter.add("a", 'quote " slash \\ line\n')
    counter.add("b", "x", by=2)
    assert list(counter.lines()) == [
        'c_total{kind="a",why="quote \\" slash \\\\ line\\n"} 1',
        'c_total{kind="b",why="x"} 2',
    ]
    with pytest.raises(AssertionError):
        counter.add("one label too few")
    gauge = Gauge("g", "Level.")
    gauge.set(2)
    assert list(gauge.lines()) == ["g 2"]
    histogram = Histogram("h_seconds", "Time.")
    for seconds in (0.001, 0.005, 0.3, 99):
        histogram.observe(seconds)
    lines = list(histogram.lines())
    assert lines[0] == 'h_seconds_bucket{le="0.005"} 2'
    assert 'h_seconds_bucket{le="0.5"} 3' in lines
    assert lines[-3:] == [
        'h_seconds_bucket{le="+Inf"} 4',
        "h_seconds_sum 99.306",
        "h_seconds_count 4",
    ]
