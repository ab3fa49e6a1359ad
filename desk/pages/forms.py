"""A form that comes back with what is wrong beside each field, and nothing lost but passwords."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from desk.answers import page
from desk.asks import wants_json
from desk.problems import invalid_input

# What a person types into one field; more than that no form of ours sends.
Typed = Annotated[str, Field(max_length=1000)]
Errors = dict[str, str]


def form_answer(
    request: web.Request, template: str, context: dict[str, Any], errors: Errors
) -> web.Response:
    """The form, with a sentence for each wrong field. Raises invalid_input for a script."""
    if errors and wants_json(request):
        raise invalid_input(errors)
    context |= {"errors": errors, "here": request.path}
    return page(request, template, context, 422 if errors else 200)
