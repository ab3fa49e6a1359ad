"""A refusal that shows its form again, with what was typed and what is wrong with it."""

from desk.asks import View
from desk.problems import Problem


class Reshown(Problem):
    """Answered to a script as its problem, and to a person with the page of the form."""

    def __init__(self, problem: Problem, view: View) -> None:
        """`view` is what a person sees."""
        super().__init__(
            problem.status, problem.code, problem.title, problem.detail, **problem.more
        )
        self.view = view
