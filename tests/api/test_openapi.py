"""The API's description: complete, from the real shapes, and only for agents."""

from forthwith.api.routes import ROUTERS
from tests.api.conftest import Browser


async def test_only_agents_may_read_it(stranger: Browser) -> None:
    for path in ("/api/openapi.json", "/docs", "/redoc", "/openapi.json"):
        answer = await stranger.ask("GET", path)
        assert b"openapi" not in answer.body, path
    assert (await stranger.ask("GET", "/api/openapi.json")).code == "signed_out"


async def test_every_route_and_shape_is_described(ana: Browser) -> None:
    described = (await ana.ask("GET", "/api/openapi.json")).json
    assert described["openapi"].startswith("3.1")
    routes = {
        (path, method.lower())
        for router in ROUTERS
        for path, methods in ((route.path, route.methods) for route in router.routes)  # type: ignore[attr-defined]  # all are APIRoutes
        for method in methods
    }
    found = {(path, method) for path, methods in described["paths"].items() for method in methods}
    assert found == routes
    schemas = described["components"]["schemas"]
    send = described["paths"]["/api/conversations/{conversation_id}/messages"]["post"]
    assert send["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/SendMessage"
    }
    assert schemas["SendMessage"]["required"] == ["client_id", "text_content"]
    assert "_id" in schemas["MessageRow"]["properties"]
    for reference in _references(described):
        assert reference.removeprefix("#/components/schemas/") in schemas


async def test_it_is_the_same_the_second_time(ana: Browser) -> None:
    first, second = [(await ana.ask("GET", "/api/openapi.json")).json for _ in range(2)]
    assert first == second


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [each for part in value.values() for each in _references(part)]
    if isinstance(value, list):
        return [each for part in value for each in _references(part)]
    return []
