"""/openapi.json says everything that the route table has, and says it in valid OpenAPI 3.1."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from desk.openapi import told
from tests.routes import routes_of
from tests.support import RunningDesk, on_sqlite
from tests.test_authority import EXPECTED

TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}
# Answered with 401 too where the password is wrong.
FOR_STRANGERS = {"POST /signin"}

pytestmark = on_sqlite


async def document_of(desk: RunningDesk) -> Any:
    status, document = await desk.visitor().read("/openapi.json")
    assert status == 200
    return document


def operations(document: Any) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def every_object(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document, however deep."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value:
        if isinstance(one, dict | list):
            yield from every_object(one)


def resolved(document: Any, value: Any) -> Any:
    """What a reference leads to; a KeyError where it leads nowhere."""
    while "$ref" in value:
        start, *steps = value["$ref"].split("/")
        assert start == "#"
        value = document
        for step in steps:
            value = value[step]
    return value


async def test_every_route_is_described_with_its_body_and_who_may(desk: RunningDesk) -> None:
    document = await document_of(desk)
    described = operations(document)
    assert described.keys() == {f"{method} {path}" for method, path in routes_of(desk.app)}
    for name, operation in described.items():
        method, path = name.split()
        needs = (EXPECTED[name].nobody == 401 and name not in FOR_STRANGERS, method == "POST")
        [security] = operation["security"]
        assert ("session" in security, "csrf" in security) == needs, name
        assert ("requestBody" in operation) == (method == "POST"), name
        parameters = [resolved(document, one) for one in operation["parameters"]]
        in_path = [one["name"] for one in parameters if one["in"] == "path"]
        assert in_path == re.findall(r"{(\w+)}", path), name
    [_id, key] = described["POST /calls/{id}/verdict"]["parameters"]
    assert resolved(document, key)["name"] == "Idempotency-Key"
    sent = described["POST /calls/{id}/verdict"]["requestBody"]["content"]["application/json"]
    properties = resolved(document, sent["schema"])["properties"]
    assert set(properties) == {"decision", "reason", "explanation"}
    assert resolved(document, properties["decision"])["enum"] == ["approved", "rejected"]


async def test_every_handler_of_a_post_says_what_it_takes(desk: RunningDesk) -> None:
    routes = [
        (route.method, inspect.unwrap(route.handler))
        for route in desk.app.router.routes()
        if route.method in {"GET", "POST"}
    ]
    posts = {one for method, one in routes if method == "POST" and "desk." in one.__module__}
    assert posts == set(told.BODIES)
    every = {getattr(one, "__func__", one) for _method, one in routes}
    spoken_of = (told.WITH_FILE, told.QUERIES, told.MEDIA, told.LEADING_ON, told.MAYBE_EMPTY)
    assert every >= told.FOR_STRANGERS.union(*spoken_of)


async def test_the_document_is_whole(desk: RunningDesk) -> None:
    document = await document_of(desk)
    assert re.fullmatch(r"3\.1\.\d", document["openapi"])
    assert all(document["info"][name] for name in ("title", "version"))
    described = operations(document).values()
    ids = [operation["operationId"] for operation in described]
    assert len(ids) == len(set(ids))
    for one in every_object(document):
        resolved(document, one)
        if isinstance(kind := one.get("type"), str) and "in" not in one:
            assert kind in TYPES, one
    for kind, components in document["components"].items():
        assert all(re.fullmatch(r"[\w.-]+", name, re.ASCII) for name in components), kind
    for operation in described:
        assert all(re.fullmatch(r"[1-5]\d\d|default", one) for one in operation["responses"])
        answers = [resolved(document, one) for one in operation["responses"].values()]
        assert all(answer["description"] for answer in answers)
        assert "application/problem+json" in answers[-1]["content"]
        for name in ("session", "csrf"):
            assert name in document["components"]["securitySchemes"]
        parameters = [resolved(document, one) for one in operation["parameters"]]
        named = [(one["name"], one["in"]) for one in parameters]
        assert len(named) == len(set(named))
        assert all(one["required"] for one in parameters if one["in"] == "path")
