"""Panels by touchpoint and day, and the figures of platforms' reports, as canonical files without persons."""

import datetime as dt
from collections.abc import Iterable, Sequence

from .exportfile import Exports
from .exports_plan import small_table
from .media import spend_grid
from .panels import Days, advertised, panel_days, reported, sales, visitors, won
from .season import day_of
from .story import Story
from .touchpoints import PLATFORMS, TMALL, TOUCHPOINTS, WEIXIN_SHOP, YOUZAN

REPORTING = (YOUZAN, TMALL, WEIXIN_SHOP)
DAILY = (
    "date", "platform", "touchpoint", "source_domain", "visitors", "new_visitors", "buyers", "orders", "paid_amount",
    "new_fans", "new_members", "impressions", "clicks", "spend",
)  # fmt: skip


def write_panels(story: Story, out: Exports) -> None:
    """touchpoint_daily.csv and reported_metrics.csv."""
    small_table(out, "touchpoint_daily", DAILY, _daily(story, panel_days(story)))
    small_table(out, "reported_metrics", ("metric", "platform", "date", "value", "source"), _reported(story))


def _daily(story: Story, days: Days) -> Iterable[Sequence[object]]:
    """Each touchpoint with visitors or advertisements; a panel has no figure for what does not happen there."""
    (came, new), (orders, paid, buyers) = visitors(story, days), sales(story, days)
    (fans, members), (shown, clicked) = won(story, days), advertised(story, days)
    spent = spend_grid(story, day_of(days.start), days.count)
    for n in range(days.count):
        date = _date(days, n)
        for at, touchpoint in enumerate(TOUCHPOINTS):
            where = (date, touchpoint.platform, touchpoint.name, touchpoint.domain)
            sold = (came[n, at], new[n, at], buyers[n, at], orders[n, at], _money(paid[n, at]))
            sold = sold if touchpoint.entry else ("",) * len(sold)
            cost = _money(spent[n, at]) if spent[:, at].any() else ""
            media = (shown[n, at], clicked[n, at]) if shown[:, at].any() else ("", "")
            yield (*where, *sold, fans[n, at], members[n, at], *media, cost)


def _reported(story: Story) -> Iterable[Sequence[object]]:
    days = panel_days(story)
    for platform in REPORTING:
        name = PLATFORMS[platform]
        for figure in reported(story, platform):
            for n, value in enumerate(figure.shown):
                told = value if figure.metric == "orders" else _money(value)
                yield figure.metric, name, _date(days, n), told, f"{name}_panel"


def _date(days: Days, place: int) -> dt.date:
    return day_of(days.start) + dt.timedelta(days=place)


def _money(minor: int) -> str:
    return f"{minor / 100:.2f}"
