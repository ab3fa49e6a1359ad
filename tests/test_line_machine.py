"""The line against its model, in any order of events that Hypothesis can think of."""

from desk.settings import Settings
from tests.line_machine import run_machine

EXAMPLES = 30


def test_the_line_does_what_its_model_does(settings: Settings) -> None:
    run_machine(settings, EXAMPLES)
