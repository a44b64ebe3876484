"""How every chart looks: colours, type, axes. One place, so that the page is one picture."""

from __future__ import annotations

from typing import Any

import altair as alt

INK, MUTED, LINE, PAPER = "#1d2a33", "#64727c", "#e3e7e8", "#ffffff"
F_BLUE, A_TEAL, S_OCHRE, T_PLUM = "#2f5f8f", "#1f7a74", "#a8691c", "#7a4a80"
UP, DOWN, LEFT, NEW = "#1f7a74", "#c98a2b", "#b04a42", "#2f5f8f"
PALE = "#cfd8da"
ROLE_COLOUR = {
    "basic": "#c7d5d8",
    "member_unpurchased": "#94babd",
    "member_first": "#4f959a",
    "member_repeat": "#1b6268",
    "koc": "#c98a2b",
}
HAN = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC"'
LATIN = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial'
#: The reader's own script first; names from data may be in the other one.
FONT = {"zh": f"{HAN}, {LATIN}, sans-serif", "en": f"{LATIN}, {HAN}, sans-serif"}
CONFIG: dict[str, Any] = {
    "background": "transparent",
    "padding": {"left": 0, "right": 2, "top": 4, "bottom": 2},
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelPadding": 6,
        "titlePadding": 10,
    },
    "text": {"fontSize": 13, "color": INK},
    "bar": {"cornerRadiusEnd": 2},
}
#: Compact labels of a count axis: 1.2万 and 3亿 where Chinese is read, 12K and 3M where English is.
COMPACT = {
    "zh": "abs(datum.value) >= 1e8 ? format(datum.value / 1e8, '.3~r') + '亿' : "
    "abs(datum.value) >= 1e4 ? format(datum.value / 1e4, '.3~r') + '万' : format(datum.value, ',.3~r')",
    "en": "abs(datum.value) >= 1e9 ? format(datum.value / 1e9, '.3~r') + 'B' : "
    "abs(datum.value) >= 1e6 ? format(datum.value / 1e6, '.3~r') + 'M' : "
    "abs(datum.value) >= 1e4 ? format(datum.value / 1e3, '.3~r') + 'K' : format(datum.value, ',.3~r')",
}
#: Days are drawn in UTC, as which they were written, whatever zone the reader sits in.
DATES = {"zh": "utcFormat(datum.value, '%-m月%-d日')", "en": "utcFormat(datum.value, '%b %-d')"}


def config(lang: str) -> dict[str, Any]:
    """The look all charts of a page share."""
    return {**CONFIG, "font": FONT[lang]}


def count_axis(lang: str, **more: Any) -> alt.Axis:
    """An axis of counts or amounts with few, short labels."""
    look: dict[str, Any] = {"labelExpr": COMPACT[lang], "title": None, "tickCount": 4, "domain": False, "ticks": False}
    return alt.Axis(**{**look, **more})


def percent_axis(**more: Any) -> alt.Axis:
    """An axis of shares."""
    look: dict[str, Any] = {"format": ".0%", "title": None, "tickCount": 4, "domain": False, "ticks": False}
    return alt.Axis(**{**look, **more})


def date_axis(lang: str) -> alt.Axis:
    """An axis of days; as many labels as the width holds."""
    count: Any = alt.ExprRef("width < 380 ? 4 : 7")
    return alt.Axis(title=None, labelExpr=DATES[lang], tickCount=count, grid=False, labelFlush=True, labelOverlap=True)


def rows(name: str = "rows") -> alt.NamedData:
    """The rows of a chart by name; `chart` is given them. Altair would copy them for every layer."""
    return alt.NamedData(name=name)


def chart(*layers: alt.Chart, height: int, **datasets: list[dict[str, Any]]) -> dict[str, Any]:
    """The spec of layers that fill their panel's width, with the rows they name."""
    whole = alt.layer(*layers)
    whole = whole.properties(width="container", height=height, autosize={"type": "fit-x", "contains": "padding"})
    spec = whole.to_dict(validate=False)
    spec.pop("$schema")  # an address; the page says which grammar it is
    return {**spec, "datasets": datasets}


def tooltip(**titles: str) -> list[alt.Tooltip]:
    """A tooltip of texts already written for the reader: column=title."""
    return [alt.Tooltip(f"{column}:N", title=title) for column, title in titles.items()]
