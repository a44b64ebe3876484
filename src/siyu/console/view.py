"""The material as panels ask for it: the document by letter, the window before, basis lines and reasons."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from siyu.console.material import Material, Window
from siyu.console.reasons import said
from siyu.console.words import N_, Words
from siyu.measures.answer import Answer
from siyu.measures.measurable import why

#: Why there is nothing to show where the files lack nothing.
REASONS: dict[str, str] = {
    "F": N_("nobody held a relation that can be reached at the end of this day"),
    "A": N_("not measurable: nobody stood below the top rung when the window opened"),
    "T": N_("not measurable: no visits with a touchpoint in this window"),
    "S": N_("no purchases of known buyers in the last {value_days} days"),
    "referral": N_("not measurable: no referral loaded"),
    "rate": N_("not measurable: nobody for whom it could have happened"),
    "previous": N_("no earlier window to compare with"),
    "aipl": N_("nobody had a state: no events, purchases or relations in the windows of AIPL"),
    "series": N_("not measurable: no daily series yet"),
}
BASES: dict[str, str] = {
    "net": N_("Net: only people with an open channel"),
    "gross": N_("Gross: reach not tested"),
    "both": N_("Gross and net, as named"),
    "visitors": N_("All identified visitors, reachable or not"),
    "orders": N_("Paid, net of refunds; orders of the last {value_days} days"),
    "consumers": N_("All known consumers, reachable or not"),
    "paid": N_("Paid in the window, refunds not deducted"),
    "forecast": N_("A forecast of the next 365 days, net of refunds"),
    "journeys": N_("Entries of known consumers in the last 90 days"),
    "files": N_("Rows of files, not people"),
    "loaded": N_("Rows of files, each of which may be one person's"),
    "net_paid": N_("Paid in the window, net of refunds"),
    "promotions": N_("Paid, refunds not deducted"),
    "days": N_("People, purchases and rows of files, each against its own past"),
}
#: The window of what has days of its own, whatever the page's.
WINDOWS: dict[str, str] = {
    "promotions": N_("window: the days of each promotion"),
    "days": N_("window: the last day, and the last 7 days"),
}


@dataclass(frozen=True)
class View:
    """Material and words together; panels are functions of it."""

    material: Material
    words: Words

    # -- the document by letter; an absent part is an empty one

    @property
    def f(self) -> dict[str, Any]:
        return self._part(self.material.document, "F")

    @property
    def a(self) -> dict[str, Any]:
        return self._part(self.material.document, "A")

    @property
    def t(self) -> dict[str, Any]:
        return self._part(self.material.document, "T")

    @property
    def s(self) -> dict[str, Any]:
        return self._part(self.material.document, "S")

    @property
    def fast(self) -> dict[str, Any]:
        return self.material.document.get("fast") or {}

    def before(self, letter: str) -> dict[str, Any]:
        """The same part of the window before; empty when there is none."""
        return self._part(self.material.previous or {}, letter)

    @property
    def windows(self) -> list[Window]:
        """T and S at the end of every window drawn, oldest first, the current one last."""
        m = self.material
        documents = [m.previous, m.document] if m.previous else [m.document]
        return [*m.windows, *(self._window(d) for d in documents)]

    def answer(self, name: str) -> Answer:
        """An answer of the registry by its name in asks.ASKS; LookupError where it was not gathered."""
        found = self.material.answers.get(name)
        if found is None:
            raise LookupError(f"{name} was not gathered")
        return found

    @property
    def people(self) -> int:
        """Whom the brand knows: with a relation, or in any state of AIPL."""
        return max(self.f.get("relation_gross") or 0, self.fast.get("fertility") or 0)

    @property
    def gross(self) -> str:
        """Everyone who holds a relation; in exports of few where all but a few of them are in F."""
        gross, net = self.f.get("relation_gross"), self.f.get("sustainable_relationships")
        return self.words.resting(self.words.short(gross), (gross or 0) - (net or 0))

    def people_of(self, letter: str, *, then: bool = False) -> tuple[float, ...]:
        """Whom the headline of a driver rests on: those who did it and those who did not, or everyone in F, of S also
        those who bought; in this window, or `then`, in the one before.
        """
        done, whole = {"A": ("deepened", "eligible"), "T": ("progressed", "visitors")}.get(letter, ("", ""))
        part = self._part((self.material.previous or {}) if then else self.material.document, letter if done else "F")
        if not done:
            bought = (self._buyers(self.end_before if then else self.material.as_of),) if letter == "S" else ()
            return (part.get("sustainable_relationships") or 0, *bought)
        return part.get(done) or 0, (part.get(whole) or 0) - (part.get(done) or 0)

    def moved(self, letter: str) -> str:
        """The change of a driver that is a share, in points; in exports of few where either window is."""
        change = self.points(self._part(self.material.document, letter).get("value"), self.before(letter).get("value"))
        return self.words.resting(change, *self.people_of(letter), *self.people_of(letter, then=True))

    def spent(self, figure: str, *ends: dt.date, of_period: bool = False) -> str:
        """Money of known consumers at the ends of windows (S, or what was paid in them); in exports of few where few
        of them bought, or nobody could tell.
        """
        return self.words.resting(figure, *(self._buyers(end, of_period=of_period) for end in ends))

    def spent_in_a_sentence(self, minor: float | None, end: dt.date, *, of_period: bool = False) -> str:
        """The same at the end of one window, as it stands in a longer text."""
        return self.words.in_a_sentence(self.spent(self.words.money(minor), end, of_period=of_period))

    def _buyers(self, end: dt.date, *, of_period: bool = False) -> int:
        """Known consumers behind the money of a window's end; 1 where they could not be counted."""
        if "buyers" in self.material.failures:
            return 1
        found = self.material.buyers.get(end)
        return 0 if found is None else found.of_period if of_period else found.of_value

    @property
    def end_before(self) -> dt.date:
        """The last day of the window before."""
        return self.material.as_of - dt.timedelta(days=self.material.window)

    # -- what stands beside every chart

    def reason(self, key: str) -> str:
        """Why there is nothing to show: what the files lack, or else what was not there on this day."""
        lacking = why(self.material.document, key)
        return said(self.words, lacking) if lacking else self.words(REASONS[key])

    def basis(self, key: str, days: int = 0) -> tuple[str, ...]:
        """Gross or net, the window (of so many `days`; 0 = the page's), and how far the data reaches."""
        own = WINDOWS.get(key)
        window = self.words(own) if own else self.words("window {window}", window=self.window(days))
        return self.words(BASES[key]), window, self.data_through

    def window(self, days: int = 0) -> str:
        """The days of the page's window, or of another that ends with it."""
        days = days or self.material.window
        first = self.material.as_of - dt.timedelta(days=days - 1)
        return self.words(
            "{first} to {last} ({days} days)", first=first.isoformat(), last=self.material.as_of.isoformat(), days=days
        )

    @property
    def data_through(self) -> str:
        return self.words("data through {moment}", moment=self.data_moment)

    @property
    def data_moment(self) -> str:
        text = self.material.document.get("data_through")
        return text[:16].replace("T", " ") if isinstance(text, str) else "—"

    def change(self, now: float | None, then: float | None) -> str:
        """A change of a count with its sign: +1,204."""
        if now is None or then is None:
            return "—"
        return self.words.signed(now - then, self.words.short(abs(now - then)))

    def points(self, now: float | None, then: float | None) -> str:
        """A change of a share in percentage points: +1.3 pp."""
        if now is None or then is None:
            return "—"
        return self.words.signed(round(now - then, 4), self.words("{n} pp", n=f"{abs(now - then) * 100:.1f}"))

    def _window(self, document: dict[str, Any]) -> Window:
        t, s = self._part(document, "T"), self._part(document, "S")
        as_of = dt.date.fromisoformat(document["as_of"])
        return Window(as_of, t.get("visitors") or 0, t.get("value"), s.get("own_total") or 0)

    @staticmethod
    def _part(document: dict[str, Any], letter: str) -> dict[str, Any]:
        return (document.get("fast_plus") or {}).get(letter) or {}
