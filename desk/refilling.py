"""A form that cannot be used as it was sent: shown again, with all that was typed."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from desk.asks import View
from desk.problems import invalid_input
from desk.reshown import Reshown

Body = TypeVar("Body", bound=BaseModel)


class Refilled(Reshown):
    """What is wrong with each field: the form's page for a browser, invalid_input for a script."""

    def __init__(self, errors: dict[str, str], view: View) -> None:
        """`errors` has a sentence for each field, and is in the view too."""
        super().__init__(invalid_input(errors), view)


def check(
    model: type[Body], sent: Mapping[str, object], sentences: Mapping[str, str]
) -> tuple[Body | None, dict[str, str]]:
    """`sent` as `model`, or none and the sentences of the fields that are wrong."""
    try:
        return model.model_validate(sent), {}
    except ValidationError as error:
        wrong = {str(one["loc"][0]) for one in error.errors()}
        return None, {name: said for name, said in sentences.items() if name in wrong}
