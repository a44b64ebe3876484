"""What `measure` and `daily` say of refunds that S does not take off."""

from __future__ import annotations

from collections.abc import Iterator

from siyu.cli.context import suffix
from siyu.cli.figures import money
from siyu.core.time import date_of
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.untaken import Untaken, untaken
from siyu.store.workspace import Workspace


def told(opened: Workspace, asked: Asked) -> list[str]:
    """Refunds that S does not take off, and what to load or ask for that it does."""
    return list(_told(untaken(Facts(opened.warehouse), asked), opened.settings.currency))


def _told(missing: Untaken, currency: str) -> Iterator[str]:
    if (lacking := missing.short) is not None:
        yield (f"Of {lacking.orders:,} order(s) more went back than the loaded refunds tell: "
               f"{money(lacking.amount_minor, currency)} by their own export, which S does not take off. Load "
               "the missing months of refunds.")  # fmt: skip
    if (lost := missing.orphans) is not None:
        yield (f"{lost.refunds:,} refund(s), {money(lost.amount_minor, currency)}, are of orders that are not "
               "loaded: S takes nothing off for them. Load the orders they belong to.")  # fmt: skip
        if lost.elsewhere:
            yield (f"Of these refunds, {lost.elsewhere:,} have the number of an order of another platform: do both "
                   "files name it alike?")  # fmt: skip
    if (later := missing.later) is not None:
        back, seen = money(later.amount_minor, currency), date_of(later.last_day)
        yield (f"Not taken off S yet: refunds of {later.orders:,} order(s), {back}. Their export gives no dates, so "
               f"they count from the load that first showed them: siyu measure --as-of {seen}{suffix()} takes all of "
               "them off.")  # fmt: skip
