"""What was typed into a form: read field by field, with a sentence beside each that cannot be."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from desk.asks import View
from desk.problems import invalid_input
from desk.reshown import Reshown
from desk.words import _


class Typed:
    """The fields of a form as they were sent, and what is wrong with them so far."""

    def __init__(self, sent: Mapping[str, Any]) -> None:
        """What is no text counts as empty."""
        self.values = {name: one.strip() for name, one in sent.items() if isinstance(one, str)}
        self.errors: dict[str, str] = {}

    def text(self, name: str, longest: int, *, needed: bool = True) -> str:
        """A line of text."""
        typed = self.values.get(name, "")
        if needed and not typed:
            self.errors[name] = _("Wajib diisi.")
        elif len(typed) > longest:
            self.errors[name] = _("Paling panjang {n} huruf.").format(n=longest)
        return typed

    def day(self, name: str) -> date | None:
        """A date, as browsers send it."""
        try:
            return date.fromisoformat(self.values.get(name, ""))
        except ValueError:
            self.errors[name] = _("Isi tanggal, misalnya 24/11/2026.")
            return None

    def clock(self, name: str) -> time | None:
        """A time without seconds, "07.30" or "07:30"."""
        typed = self.values.get(name, "").replace(".", ":")
        try:
            hours, minutes = typed.split(":")[:2]
            return time(int(hours), int(minutes))
        except ValueError:
            self.errors[name] = _("Isi jam, misalnya 07.30.")
            return None

    def span(self, begins: str, ends: str) -> tuple[time, time] | None:
        """Two times in their order; None where both are empty, or one is wrong."""
        if not (self.values.get(begins) or self.values.get(ends)):
            return None
        first, last = self.clock(begins), self.clock(ends)
        if first is None or last is None:
            return None
        if first >= last:
            self.errors[ends] = _("Jam selesai harus sesudah jam mulai.")
        return first, last

    def demand(self, view: View) -> None:
        """Go on only if nothing is wrong. Raises the problem invalid_input with the form again."""
        if self.errors:
            view.page_only.update(typed=self.values, errors=self.errors)
            raise Reshown(invalid_input(self.errors), view)
