"""Who may call what, for every route there is: a new route without a line here fails (ASVS 8.2)."""

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route, WebSocketRoute

from forthwith.api.routes import ROUTERS
from tests.api.conftest import Edge, browsing

OPEN = {
    ("POST", "/api/session"),
    ("DELETE", "/api/session"),  # ends what there is, tells nothing
    ("POST", "/api/csp-report"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),  # loopback or a token
    ("GET", "/webhooks/whatsapp"),  # the verify token
    ("HEAD", "/webhooks/whatsapp"),
    ("POST", "/webhooks/whatsapp"),  # the signature
}
OF_AGENTS = {
    ("GET", "/api/session"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/conversations"),
    ("GET", "/api/ws"),
    ("POST", "/api/traces"),
    ("POST", "/api/media"),
}
OF_MEMBERS_OF_THE_INBOX = {
    ("GET", "/api/conversations/{conversation_id}"),
    ("GET", "/api/conversations/{conversation_id}/messages"),
    ("POST", "/api/conversations/{conversation_id}/messages"),
    ("POST", "/api/conversations/{conversation_id}/read"),
    ("GET", "/api/messages/by-client-id/{client_id}"),
    ("POST", "/api/messages/{client_id}/retry"),
    ("POST", "/api/messages/{client_id}/dismiss"),
    ("POST", "/api/messages/{client_id}/cancel"),
    ("GET", "/api/messages/{client_id}/trace"),
    ("GET", "/api/messages/{client_id}/media"),
}


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """(method, path pattern) of all routes."""
    every: list[BaseRoute] = [route for router in ROUTERS for route in router.routes]
    every += [route for route in app.router.routes if isinstance(route, Route | WebSocketRoute)]
    found = set()
    for route in every:
        if isinstance(route, WebSocketRoute):
            found.add(("GET", route.path))
        elif isinstance(route, APIRoute | Route):
            found |= {(method, route.path) for method in route.methods or ()}
    return found


def test_every_route_has_its_line(edge: Edge) -> None:
    assert routes_of(edge.app) == OPEN | OF_AGENTS | OF_MEMBERS_OF_THE_INBOX


def filled(path: str) -> str:
    return path.replace("{conversation_id}", "conversation-x").replace(
        "{client_id}", "optimistic-1700000000000-0123456789abcdef"
    )


@pytest.mark.parametrize(("method", "path"), sorted(OF_AGENTS | OF_MEMBERS_OF_THE_INBOX))
@pytest.mark.parametrize("cookie", [None, "", "forged", "forthwith", "x" * 5000])
async def test_without_a_session_it_is_401(
    edge: Edge, method: str, path: str, cookie: str | None
) -> None:
    if path == "/api/ws":
        return  # a handshake: tests of origins and sessions
    headers = {} if cookie is None else {"Cookie": f"forthwith={cookie}"}
    async with browsing(edge) as browser:
        answer = await browser.ask(method, filled(path), {"up_to_pos": 1}, headers=headers)
    assert (answer.status, answer.code) == (401, "signed_out")


async def test_17_what_another_inbox_owns_does_not_exist(own_edge: Edge) -> None:
    """404 and not 403, from every route, for an agent who is a member of no inbox."""
    edge = own_edge
    agent_id = edge.add_agent("ben@shop.example")
    conversation_id, client_id = edge.do(edge.store_a_message())
    edge.do(
        edge.context.db.write(
            lambda tx: tx.run("DELETE FROM inbox_members WHERE agent_id = :id", id=agent_id)
        )
    )
    bodies = {
        "read": {"up_to_pos": 1},
        "retry": {"client_id": "optimistic-1700000000000-ABCDEFGHIJKLMNOP"},
    }
    message = {"client_id": "optimistic-1700000000000-0123456789abcdef", "text_content": "x"}
    async with browsing(edge) as ana, browsing(edge) as ben:
        await ana.sign_in()
        await ben.sign_in("ben@shop.example")
        for method, path in sorted(OF_MEMBERS_OF_THE_INBOX):
            real = path.replace("{conversation_id}", conversation_id).replace(
                "{client_id}", client_id
            )
            body = bodies.get(path.rpartition("/")[2], message) if method == "POST" else None
            headers = {"Idempotency-Key": message["client_id"]}
            foreign = await ben.ask(method, real, body, headers=headers)
            assert (foreign.status, foreign.code) == (404, "not_found"), path
            own = await ana.ask(method, real, body, headers=headers)
            assert own.status != 404 or own.code == "media_not_found", path
        assert (await ben.ask("GET", "/api/conversations")).json["conversations"] == []
