"""The route table as an OpenAPI 3.1 document."""

import inspect
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from desk.idempotency import LONGEST_KEY
from desk.openapi import told
from desk.openapi.told import HTML, JSON, Fields, Handler
from desk.problems import PROBLEM_JSON

OPENAPI, VERSION = "3.1.0", "1"
OF_FORMS = "application/x-www-form-urlencoded"
# A group of a compiled path: its name and what it matches.
GROUP = re.compile(r"\(\?P<(\w+)>([^)]+)\)")
TEXT = {"type": "string"}

Schema = dict[str, Any]


class Endpoint(NamedTuple):
    """A line of the route table: `handler` is the innermost one, `is_guarded` that it had a shell
    that asks the authority."""

    method: str
    path: str
    handler: Handler
    is_guarded: bool
    parameters: list[Schema]


class Schemas:
    """The models that are spoken of, each under a name of its own."""

    def __init__(self, models: Iterable[type[BaseModel]]) -> None:
        """Models of the same name in two modules are told apart by these."""
        mode: JsonSchemaMode = "validation"
        pairs = [(model, mode) for model in dict.fromkeys(models)]
        refs, made = models_json_schema(pairs, ref_template="#/components/schemas/{model}")
        self.ref = {model: ref for (model, _mode), ref in refs.items()}
        self.by_name: dict[str, Schema] = made["$defs"]

    def of(self, fields: Fields) -> Schema:
        """What is sent, as one object."""
        if isinstance(fields, tuple):
            return {"type": "object", "properties": dict.fromkeys(fields, TEXT)}
        return self.ref[fields]

    def properties(self, fields: Fields) -> dict[str, Schema]:
        """What is sent, one by one."""
        if isinstance(fields, tuple):
            return dict.fromkeys(fields, TEXT)
        found: dict[str, Schema] = self.by_name[self.ref[fields]["$ref"].rpartition("/")[2]]
        return found["properties"]


def document_of(router: web.UrlDispatcher, session_cookie: str) -> bytes:
    """The document as JSON; what others answer (the sockets) is not in it."""
    every = [*told.BODIES.values(), *told.QUERIES.values()]
    schemas = Schemas(fields for fields in every if not isinstance(fields, tuple))
    paths: dict[str, Schema] = {}
    for endpoint in _endpoints(router):
        operations = paths.setdefault(endpoint.path, {})
        operations[endpoint.method.lower()] = _operation(endpoint, schemas)
    title = "Meja Verifikasi"
    document = {
        "openapi": OPENAPI,
        "info": {"title": title, "version": VERSION},
        "paths": paths,
        "components": _components(schemas, session_cookie),
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _endpoints(router: web.UrlDispatcher) -> Iterator[Endpoint]:
    for route in router.routes():
        handler = inspect.unwrap(route.handler)
        if route.resource is None or route.method == "HEAD" or not _is_ours(handler):
            continue
        yield Endpoint(
            route.method,
            route.resource.canonical,
            getattr(handler, "__func__", handler),
            handler is not route.handler,
            _path_parameters(route.resource),
        )


def _is_ours(handler: Handler) -> bool:
    return handler.__module__.startswith("desk.")


def _path_parameters(resource: web.AbstractResource) -> list[Schema]:
    compiled = resource.get_info().get("pattern")
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {**TEXT, "pattern": f"^{pattern}$"},
        }
        for name, pattern in (GROUP.findall(compiled.pattern) if compiled else ())
    ]


def _operation(endpoint: Endpoint, schemas: Schemas) -> Schema:
    method, path, handler, is_guarded, parameters = endpoint
    queried = schemas.properties(told.QUERIES.get(handler, told.NOTHING))
    query = [{"name": name, "in": "query", "schema": one} for name, one in queried.items()]
    is_command = method == "POST" and is_guarded
    key = [{"$ref": "#/components/parameters/IdempotencyKey"}] if is_command else []
    words = re.findall(r"\w+", path)
    operation = {
        "operationId": "_".join((method.lower(), *words)),
        "tags": words[:1] or ["home"],
        "summary": (inspect.getdoc(handler) or "").partition("\n")[0],
        "parameters": [*parameters, *query, *key],
        "security": _security(endpoint),
        "responses": _answers(endpoint) | _refusals(endpoint),
    }
    if method == "POST":
        operation["requestBody"] = _body(handler, schemas)
    return operation


def _security(endpoint: Endpoint) -> list[Schema]:
    needed: Schema = {}
    if endpoint.handler not in told.FOR_STRANGERS:
        needed["session"] = []
    if endpoint.method == "POST":
        needed["csrf"] = []
    return [needed]


def _body(handler: Handler, schemas: Schemas) -> Schema:
    sent = schemas.of(told.BODIES[handler])
    if kind := told.WITH_FILE.get(handler):
        file = {**TEXT, "contentMediaType": "application/octet-stream"}
        sent = file if kind == told.BYTES else {
            "allOf": [sent, {"type": "object", "required": ["file"], "properties": {"file": file}}]
        }  # fmt: skip
        return {"content": {kind: {"schema": sent}}}
    return {"content": {kind: {"schema": sent} for kind in (JSON, OF_FORMS)}}


def _answers(endpoint: Endpoint) -> Schema:
    handler, method = endpoint.handler, endpoint.method
    led_on = {"303": {"$ref": "#/components/responses/LedOn"}}
    if handler in told.LEADING_ON:
        return led_on
    kinds = (JSON, HTML) if method == "GET" else (JSON,)
    if only := told.MEDIA.get(handler):
        kinds = (only,)
    content = {kind: {"schema": {"type": "object"} if kind == JSON else TEXT} for kind in kinds}
    answers: Schema = {"200": {"description": "As asked for.", "content": content}}
    if handler in told.MAYBE_EMPTY:
        answers["204"] = {"description": "There is nothing to be had, and nothing was changed."}
    # A form is led on to the next page; so is who comes to a page that is not theirs any more.
    return answers | (led_on if only is None else {})


def _refusals(endpoint: Endpoint) -> Schema:
    statuses = ["default"]
    if endpoint.handler not in told.FOR_STRANGERS:
        statuses += ["401", "403"]
    if endpoint.parameters:
        statuses.append("404")
    if endpoint.method == "POST":
        statuses += ["409", "422"]
    return {one: {"$ref": "#/components/responses/Problem"} for one in sorted(statuses)}


def _components(schemas: Schemas, session_cookie: str) -> Schema:
    return {
        "schemas": schemas.by_name | {"Problem": PROBLEM},
        "parameters": {"IdempotencyKey": KEY},
        "responses": {
            "LedOn": {
                "description": "For forms and browsers: `Location` has the page to go on with.",
                "headers": {"Location": {"schema": TEXT}},
            },
            "Problem": {
                "description": "Refused, and nothing was changed (RFC 9457).",
                "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
        "securitySchemes": {
            "session": {"type": "apiKey", "in": "cookie", "name": session_cookie},
            "csrf": CSRF,
        },
    }


KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and body again get the stored answer, another body 422.",
    "schema": {**TEXT, "maxLength": LONGEST_KEY},
}
CSRF = {
    "type": "apiKey",
    "in": "header",
    "name": "X-CSRF-Token",
    "description": "Of the page's meta tag csrf-token. A form sends it in its field csrf_token.",
}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": {**TEXT, "description": "What to do next, in the language of the reader."},
        "code": {**TEXT, "description": "A stable word."},
    },
    "additionalProperties": True,
}
