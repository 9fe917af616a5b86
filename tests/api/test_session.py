"""Signing in and out (ASVS 7.2–7.4, 6.2, 6.3, 3.3)."""

import asyncio
import statistics
import time
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest

from forthwith.domain.times import DAY, HOUR, MINUTE, SECOND
from forthwith.services import sign_in as service
from forthwith.services.sign_in import hash_password, hash_token
from forthwith.store.database import Work
from tests.api.conftest import PASSWORD, Answer, Browser, Edge, browsing, running_edge


def cookie_of(answer: Answer, name: str = "forthwith") -> Any:
    assert len(answer.cookies) == 1
    return SimpleCookie(answer.cookies[0])[name]


async def test_signing_in_tells_who_and_sets_the_cookie(stranger: Browser) -> None:
    answer = await stranger.sign_in()
    assert answer.status == 200
    assert answer.json["agent"]["email"] == "ana@shop.example"
    assert [inbox["name"] for inbox in answer.json["inboxes"]] == ["Inbox"]
    assert answer.json["epoch"] == stranger.edge.context.db.epoch
    assert (await stranger.ask("GET", "/api/session")).json == answer.json
    cookie = cookie_of(answer)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "lax", "/")
    assert (cookie["secure"], cookie["domain"]) == ("", "")
    assert cookie["max-age"] == str(30 * 24 * 3600)


async def test_with_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    with running_edge(tmp_path, public_url="https://inbox.example") as edge:
        edge.add_agent("ana@shop.example")
        async with browsing(edge) as browser:
            answer = await browser.sign_in()
            cookie = cookie_of(answer, "__Host-forthwith")
            assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
            header = {"Cookie": f"forthwith={cookie.value}"}
            assert (await browser.ask("GET", "/api/session", headers=header)).status == 401
            header = {"Cookie": f"__Host-forthwith={cookie.value}"}
            assert (await browser.ask("GET", "/api/session", headers=header)).status == 200


async def test_only_the_demo_names_the_emulator_s_console(
    stranger: Browser, tmp_path: Path
) -> None:
    assert (await stranger.sign_in()).json["emulator_console"] == ""
    with running_edge(tmp_path, emulator_url="http://127.0.0.1:8001") as edge:
        edge.add_agent("ana@shop.example")
        async with browsing(edge) as browser:
            answer = await browser.sign_in()
            assert answer.json["emulator_console"] == "http://127.0.0.1:8001/console"


async def test_email_is_trimmed_and_caseless_the_password_taken_as_it_is(
    edge: Edge, stranger: Browser
) -> None:
    assert (await stranger.sign_in(" ANA@Shop.Example ")).status == 200
    for wrong in (PASSWORD + " ", PASSWORD.upper(), ""):
        assert (await stranger.sign_in("ana@shop.example", wrong)).code == "wrong_credentials"
    assert service._verify(hash_password("🔑" * 64), "🔑" * 64)
    assert not service._verify(hash_password("🔑" * 64), "🔑" * 63)


@pytest.mark.parametrize("email", ["nobody@shop.example", "", "ana", "ana@shop.example\u200b"])
async def test_a_wrong_sign_in_says_one_thing(stranger: Browser, email: str) -> None:
    answer = await stranger.sign_in(email)
    assert (answer.status, answer.code) == (401, "wrong_credentials")
    assert answer.cookies == []


async def test_every_sign_in_has_a_new_token_and_ends_the_one_before(edge: Edge) -> None:
    async with browsing(edge) as browser:
        first = cookie_of(await browser.sign_in()).value
        second = cookie_of(await browser.sign_in()).value
        assert first != second
        assert (await browser.ask("GET", "/api/session")).status == 200
    async with browsing(edge) as other:
        old = {"Cookie": f"forthwith={first}"}
        assert (await other.ask("GET", "/api/session", headers=old)).code == "signed_out"


async def test_signing_out_ends_the_session_here_and_for_its_sockets(edge: Edge) -> None:
    async with browsing(edge) as browser:
        token = cookie_of(await browser.sign_in()).value
        url = edge.url.replace("http", "ws", 1) + "/api/ws"
        async with browser.http.ws_connect(url, headers={"Origin": edge.origin}) as socket:
            await socket.send_json({"type": "resume", "protocol": 1, "epoch": "", "seq": 0})
            assert (await socket.receive_json(timeout=5))["type"] == "reset"
            out = await browser.ask("DELETE", "/api/session")
            assert (out.status, cookie_of(out).value) == (204, "")
            await socket.receive(timeout=5)
            assert socket.close_code == 4401
        again = {"Cookie": f"forthwith={token}"}
        assert (await browser.ask("GET", "/api/session", headers=again)).status == 401
        assert (await browser.ask("DELETE", "/api/session")).status == 204


async def test_a_page_of_another_agent_than_the_cookie_s_is_signed_out(edge: Edge) -> None:
    """Two tabs, one cookie: what the first agent's page still posts must not go out in the second one's name."""
    async with browsing(edge) as browser:
        agent = (await browser.sign_in()).json["agent"]["_id"]
        for name, status in ((agent, 200), ("agent-somebody-else", 401), ("", 401)):
            asked = await browser.ask("GET", "/api/session", headers={"Forthwith-Agent": name})
            assert asked.status == status, name
        theirs = {"Forthwith-Agent": "agent-somebody-else", "Idempotency-Key": "x"}
        path = "/api/conversations/any/messages"
        assert (await browser.ask("POST", path, {}, headers=theirs)).code == "signed_out"


async def test_a_sign_out_during_a_look_leaves_nothing_in_the_cache(own_edge: Edge) -> None:
    """The session is read from the store, then it ends, then the reader goes on: the next request must be refused."""
    context = own_edge.context
    token, _ = own_edge.do(
        context.sessions.sign_in("ana@shop.example", PASSWORD, "192.0.2.1", own_edge.clock())
    )
    sessions = service.Sessions(context.db)

    class SignsOutMeanwhile:
        epoch = context.db.epoch
        write = context.db.write
        look = context.db.look
        close = context.db.close

        async def read(self, work: Work[Any]) -> Any:
            found = await context.db.read(work)
            await sessions.sign_out(token)
            return found

    sessions._db = SignsOutMeanwhile()
    now = own_edge.clock()
    assert own_edge.do(sessions.agent_of(token, now)) is not None, "it was alive when read"
    assert own_edge.do(sessions.agent_of(token, now)) is None


async def test_the_store_holds_no_token_and_no_password(edge: Edge) -> None:
    async with browsing(edge) as browser:
        token = cookie_of(await browser.sign_in()).value
    stored = b"".join(file.read_bytes() for file in edge.settings.data_dir.glob("forthwith.db*"))
    assert hash_token(token).encode() in stored
    assert token.encode() not in stored
    assert PASSWORD.encode() not in stored


def test_passwords_are_hashed_with_argon2id_as_owasp_asks() -> None:
    assert hash_password("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_tokens_are_long_and_unique(own_edge: Edge) -> None:
    async def tokens() -> list[str]:
        return [service.new_token() for _ in range(10_000)]

    made = own_edge.do(tokens())
    assert len(set(made)) == 10_000
    assert min(len(token) for token in made) >= 43  # 256 bits in base64


async def test_a_session_ends_after_14_idle_days_and_after_30_in_any_case(own_edge: Edge) -> None:
    async with browsing(own_edge) as browser:
        await browser.sign_in()
        for _ in range(4):
            own_edge.clock.advance(7 * DAY)
            assert (await browser.ask("GET", "/api/session")).status == 200, "used weekly"
        own_edge.clock.advance(2 * DAY)
        assert (await browser.ask("GET", "/api/session")).code == "signed_out"
        await browser.sign_in()
        own_edge.clock.advance(14 * DAY - HOUR)
        assert (await browser.ask("GET", "/api/session")).status == 200
        own_edge.clock.advance(14 * DAY)
        assert (await browser.ask("GET", "/api/session")).code == "signed_out"


async def test_dead_sessions_are_dropped_at_the_next_sign_in(own_edge: Edge) -> None:
    async with browsing(own_edge) as browser:
        token = cookie_of(await browser.sign_in()).value
        own_edge.clock.advance(31 * DAY)
        await browser.sign_in()
    rows = own_edge.do(
        own_edge.context.db.read(lambda tx: tx.all("SELECT token_hash FROM sessions"))
    )
    assert len(rows) == 1
    assert rows[0]["token_hash"] != hash_token(token)


async def test_disabling_an_agent_ends_their_sessions_within_seconds(own_edge: Edge) -> None:
    agent_id = own_edge.add_agent("ben@shop.example")
    async with browsing(own_edge) as browser:
        await browser.sign_in("ben@shop.example")
        own_edge.do(
            own_edge.context.db.write(
                lambda tx: tx.run("UPDATE agents SET disabled_at = 1 WHERE id = :id", id=agent_id)
            )
        )
        own_edge.clock.advance(service.CACHED_FOR)
        assert (await browser.ask("GET", "/api/session")).code == "signed_out"
        assert (await browser.sign_in("ben@shop.example")).code == "wrong_credentials"


async def test_a_clock_that_is_set_back_signs_nobody_out(own_edge: Edge) -> None:
    async with browsing(own_edge) as browser:
        await browser.sign_in()
        own_edge.clock.advance(-DAY)
        assert (await browser.ask("GET", "/api/session")).status == 200


async def test_after_ten_failures_an_account_waits_whatever_the_password(own_edge: Edge) -> None:
    own_edge.add_agent("ben@shop.example")
    async with browsing(own_edge) as browser:
        answers = await asyncio.gather(*(browser.sign_in(password="guess") for _ in range(100)))
        codes = [answer.code for answer in answers]
        assert (codes.count("wrong_credentials"), codes.count("too_many_attempts")) == (10, 90)
        refused = await browser.sign_in()
        assert (refused.status, refused.code) == (429, "too_many_attempts")
        assert 0 < int(refused.headers["Retry-After"]) <= 30
        assert refused.json["params"] == {
            "retry_after_seconds": int(refused.headers["Retry-After"])
        }
        assert (await browser.sign_in("ben@shop.example")).status == 200, "another account"
        own_edge.clock.advance(30 * SECOND)
        assert (await browser.sign_in()).status == 200


async def test_an_unknown_account_is_throttled_like_a_known_one(own_edge: Edge) -> None:
    async with browsing(own_edge) as browser:
        codes = [(await browser.sign_in("nobody@shop.example")).code for _ in range(11)]
        assert codes == ["wrong_credentials"] * 10 + ["too_many_attempts"]


async def test_an_address_has_a_hundred_failures_over_all_accounts(own_edge: Edge) -> None:
    async with browsing(own_edge) as browser:
        answers = await asyncio.gather(
            *(browser.sign_in(f"agent{n}@shop.example") for n in range(101))
        )
        codes = [answer.code for answer in answers]
        assert (codes.count("wrong_credentials"), codes.count("too_many_attempts")) == (100, 1)
        own_edge.clock.advance(MINUTE)
        assert (await browser.sign_in()).status == 200


async def test_successful_sign_ins_count_for_nothing(own_edge: Edge) -> None:
    async with browsing(own_edge) as browser:
        answers = await asyncio.gather(*(browser.sign_in() for _ in range(25)))
        assert {answer.status for answer in answers} == {200}
        assert (await browser.sign_in(password="guess")).code == "wrong_credentials"


async def test_an_unknown_email_takes_as_long_as_a_wrong_password(own_edge: Edge) -> None:
    """ASVS 6.3: whoever measures learns nothing. A busy machine gets three chances; a leak would fail them all."""

    async def timed(browser: Browser, email: str) -> float:
        own_edge.clock.advance(MINUTE)  # or the guesses are throttled
        began = time.perf_counter()
        assert (await browser.sign_in(email, "guess")).code == "wrong_credentials"
        return time.perf_counter() - began

    ratios: list[float] = []
    async with browsing(own_edge) as browser:
        while len(ratios) < 3 and not any(1 / 1.2 < ratio < 1.2 for ratio in ratios):
            pairs = [
                (await timed(browser, "ana@shop.example"), await timed(browser, f"nobody{n}@x"))
                for n in range(12)
            ]
            known, unknown = zip(*pairs, strict=True)
            ratios.append(statistics.median(known) / statistics.median(unknown))
    assert 1 / 1.2 < ratios[-1] < 1.2, ratios


async def codes_by_address(edge: Edge, addresses: list[str]) -> list[str]:
    """Failed sign-ins, one account each, as if a proxy had forwarded them for these addresses."""
    edge.context.sessions._failures_of_address.burst = 3
    async with browsing(edge) as browser:
        return [
            (
                await browser.ask(
                    "POST",
                    "/api/session",
                    {"email": f"agent{number}@shop.example", "password": "guess"},
                    headers={"X-Forwarded-For": address},
                )
            ).code
            for number, address in enumerate(addresses)
        ]


async def test_a_forged_forwarded_address_is_not_believed(own_edge: Edge) -> None:
    codes = await codes_by_address(own_edge, [f"192.0.2.{number}" for number in range(5)])
    assert codes == ["wrong_credentials"] * 3 + ["too_many_attempts"] * 2


async def test_a_trusted_proxy_is_believed(tmp_path: Path) -> None:
    with running_edge(tmp_path, trusted_proxies="127.0.0.1") as edge:
        codes = await codes_by_address(edge, [f"192.0.2.{number}" for number in range(5)])
        assert codes == ["wrong_credentials"] * 5
        codes = await codes_by_address(edge, ["203.0.113.9, 192.0.2.200"] * 5)
        assert codes[-1] == "too_many_attempts", "the last hop counts, the rest may be invented"
