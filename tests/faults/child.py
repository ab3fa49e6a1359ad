"""The process that a fault test kills: the real desk, and a failpoint put on it from outside."""

import multiprocessing
import os
import signal
import sys
import threading
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy import event
from sqlalchemy.orm import Session

from desk import __main__ as command_line
from desk import serving
from desk.app import build_app
from desk.keys import DATABASE
from desk.settings import Settings

UNDER_TEST = "X-Fault"
_under_test: ContextVar[bool] = ContextVar("under_test", default=False)


class Failpoint:
    """Ends the process at the n-th step of a request that carries the header UNDER_TEST.

    A step is each statement of its writing transaction, the commit, what follows it, the reply.
    """

    def __init__(self, step: int, note: Path) -> None:
        """`note` is where the step's name is left; the dead cannot tell."""
        self._step, self._note = step, note
        self._steps = 0

    def reached(self, name: str) -> None:
        """A step is about to be made."""
        if not _under_test.get():
            return
        self._steps += 1
        if self._steps == self._step:
            self._note.write_text(name)
            os.kill(os.getpid(), signal.SIGKILL)

    def put_on(self, app: web.Application) -> None:
        """Listen to the application's writing engine, and to its replies."""
        engine = app[DATABASE].writer.sync_engine

        def statement(_connection: Any, _cursor: Any, words: str, *_more: Any) -> None:
            self.reached(f"before {' '.join(words.split())[:60]}")

        def committed(session: Session) -> None:
            if session.get_bind() is engine:
                self.reached("after COMMIT")

        event.listen(engine, "before_cursor_execute", statement)
        event.listen(engine, "commit", lambda _connection: self.reached("before COMMIT"))
        event.listen(Session, "after_commit", committed)
        app.middlewares.insert(0, self._middleware())

    def _middleware(self) -> Any:
        @web.middleware
        async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
            token = _under_test.set(UNDER_TEST in request.headers)
            try:
                answer = await handler(request)
                self.reached("before the reply")
                return answer
            finally:
                _under_test.reset(token)

        return watch


def _end_with_the_tests() -> None:
    """Wait until whoever runs the tests is gone, by a kill too, and go as well."""
    if tests := multiprocessing.parent_process():
        tests.join()
        os.kill(os.getpid(), signal.SIGKILL)


def serve(environment: dict[str, str], folder: Path, step: int) -> None:
    """`desk serve` with these variables, writing into a log; with a step, it dies there."""
    threading.Thread(target=_end_with_the_tests, daemon=True).start()
    log = os.open(folder / "server.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(environment)
    if step:

        def build(settings: Settings) -> web.Application:
            app = build_app(settings)
            Failpoint(step, folder / "killed-at").put_on(app)
            return app

        vars(serving)["build_app"] = build
    sys.argv = ["desk", "serve"]
    command_line.main()
