"""Words of the page: texts by language, numbers, dates and money as the reader's locale writes them.

Source texts are English and stand once, in templates and panels; `locale/` holds the other languages (gettext .po,
read as it is). Values from data are never translated.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po
from markupsafe import Markup

from siyu.console.figure import Figure, Kind, of_few
from siyu.core.money import exponent, major
from siyu.core.time import datetime_of

LOCALE = Path(__file__).parent / "locale"
LOCALES = {"zh": "zh_CN", "en": "en"}
#: What stands where a figure could not be measured. Never 0.
NOTHING = "—"
#: What stands in exports for a figure left out because it would tell a small cell.
LEFT_OUT = "*"
#: From here on, figures are shortened (1.2万, 12.3K); below, every person is written out.
COMPACT_FROM = 100_000


def N_(text: str) -> str:
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return text


#: What people read for the codes of docs/reference/glossary.md, and for names of platforms and touchpoints.
NAMES: dict[str, str] = {
    "basic": N_("Basic contact"),
    "member_unpurchased": N_("Member, no purchase yet"),
    "member_first": N_("First-purchase member"),
    "member_repeat": N_("Repeat member"),
    "koc": N_("Key opinion consumer"),
    "member": N_("Member"),
    "offline_member": N_("Store member"),
    "fan": N_("Follower"),
    "live_follow": N_("Live-room follower"),
    "group_member": N_("Group member"),
    "dedicated_service": N_("1:1 advisor friend"),
    "miniprogram_user": N_("Mini-program user"),
    "sms": N_("SMS"),
    "email": N_("E-mail"),
    "member_center": N_("Member centre"),
    "subscription": N_("Subscription feed"),
    "live": N_("Live room"),
    "group": N_("Group chat"),
    "wecom": N_("WeCom 1:1"),
    "mini_program": N_("Mini program"),
    "official_account": N_("Official account"),
    "wecom_chat": N_("WeCom chat"),
    "group_chat": N_("Group chat"),
    "live_room": N_("Live room"),
    "flagship_store": N_("Flagship store"),
    "offline_store": N_("Store"),
    "website": N_("Website"),
    "moments_ad": N_("Moments advert"),
    "aipl_A": N_("Aware"),
    "aipl_I": N_("Interested"),
    "aipl_P": N_("Purchased"),
    "aipl_L": N_("Loyal"),
    "no_role": N_("No relation"),
    "anonymous": N_("Nobody we know"),
    "tmall": N_("Tmall"),
    "jd": N_("JD"),
    "douyin": N_("Douyin"),
    "youzan": N_("Youzan"),
    "weixin": N_("WeChat"),
    "weixin_shop": N_("WeChat shop"),
    "site": N_("Own site"),
    "offline": N_("Stores"),
    "buyer_outside_f": N_("Buyer outside F"),
    "new": N_("Newly known"),
    "prospect": N_("Prospect"),
    "first_buyer": N_("First-time buyer"),
    "reactivated": N_("Reactivated"),
    "active": N_("Active"),
    "sleeping": N_("Sleeping"),
    "lost": N_("Lost"),
    "none": N_("None"),
    "low": N_("Low"),
    "mid": N_("Middle"),
    "high": N_("High"),
}


@dataclass(frozen=True)
class Words:
    """One reader's language. `words("Text {n}", n=3)` translates; the methods write figures."""

    lang: str
    currency: str = "CNY"
    #: The workspace's own windows and thresholds; any text may name them: "within {settle_hours} hours".
    rules: Mapping[str, object] = field(default_factory=dict)
    #: Counts from 1 to below this are written as "<10": small cells of exports. 0 writes every count.
    smallest: int = 0

    @property
    def locale(self) -> Locale:
        return _locale(self.lang)

    def __call__(self, text: str, **values: object) -> str:
        return catalogue(self.lang).get(text, text).format(**{**self.rules, **values})

    def strong(self, text: str, **values: object) -> Markup:
        """A sentence whose values stand out, but for those that are Markup already; text and values are escaped."""
        shown = {name: value if isinstance(value, Markup) else Markup("<b>{}</b>").format(value)
                 for name, value in values.items()}  # fmt: skip
        return Markup.escape(catalogue(self.lang).get(text, text)).format(**{**self.rules, **shown})

    def name(self, code: str) -> str:
        """The word for a code; a code that NAMES does not know stays as it is."""
        return self(NAMES[code]) if code in NAMES else code

    # -- figures; None is "not measurable" everywhere

    def count(self, value: float | None) -> str:
        """Every person: 12,345."""
        if value is None:
            return NOTHING
        if 0 < round(value) < self.smallest:
            return Figure(f"<{self.smallest}", round(value), "count")
        return Figure(numbers.format_decimal(round(value), locale=self.locale), round(value), "count")

    def short(self, value: float | None) -> str:
        """12,345 below the limit, 12.3万 or 123.5K above."""
        if value is None or abs(value) < COMPACT_FROM:
            return self.count(value)
        return Figure(numbers.format_compact_decimal(value, locale=self.locale, fraction_digits=1), value, "count")

    def percent(self, value: float | None, digits: int = 1) -> str:
        pattern = "#,##0." + "0" * digits + "%" if digits else "#,##0%"
        if value is None:
            return NOTHING
        return Figure(numbers.format_percent(value, pattern, locale=self.locale), value, "share")

    def number(self, value: float | None, digits: int = 2) -> str:
        """A plain number: 2.41."""
        if value is None:
            return NOTHING
        return Figure(numbers.format_decimal(value, f"#,##0.{'0' * digits}", self.locale), value, "number")

    def part(self, share: float | None, whole: float | None) -> str:
        """A share of a number that stands beside it: of a small cell the count that both would tell ("<10")."""
        people = (share or 0) * (whole or 0)
        return self.count(people) if 0 < round(people) < self.smallest else self.percent(share)

    def rate(self, share: float | None, whole: float | None, digits: int = 1) -> str:
        """A share of some people: in exports known to be of few, where it is of few of them or of all but few."""
        people = (share or 0) * (whole or 0)
        return self.resting(self.percent(share, digits), people, (whole or 0) - people)

    def resting(self, figure: str, *people: float | None) -> str:
        """A figure that rests on these numbers of people: in exports known to be of few, where one of them is small."""
        return of_few(figure, known=any(0 < round(number or 0) < self.smallest for number in people))

    def in_a_sentence(self, figure: str) -> str:
        """A figure that becomes part of a longer text: left out if it is of few."""
        return LEFT_OUT if isinstance(figure, Figure) and figure.few else figure

    def money(self, minor: float | None) -> str:
        """Money as a headline: ¥850, ¥11.3万, ¥113.4K."""
        if minor is None:
            return NOTHING
        amount = self._major(minor)
        if abs(amount) < 10_000:
            return self.amount(minor)
        text = numbers.format_compact_currency(amount, self.currency, locale=self.locale, fraction_digits=1)
        return Figure(self._plain_symbol(text), amount, "money")

    def amount(self, minor: float | None) -> str:
        """Money in whole currency units, written out: ¥113,396."""
        if minor is None:
            return NOTHING
        amount = self._major(minor)
        text = numbers.format_currency(amount, self.currency, "¤#,##0", self.locale, currency_digits=False)
        return Figure(self._plain_symbol(text), amount, "money")

    def unit_amount(self, minor: float | None) -> str:
        """Money per head, with its small units: ¥57.19."""
        if minor is None:
            return NOTHING
        amount = self._major(minor)
        text = numbers.format_currency(amount, self.currency, locale=self.locale)
        return Figure(self._plain_symbol(text), amount, "money")

    def signed(self, value: float | None, text: str) -> str:
        """A change with its sign; `text` is the size as already written (without a sign), in the figure's unit."""
        if value is None:
            return NOTHING
        kind: Kind = text.kind if isinstance(text, Figure) else "points"
        number = math.copysign(text.number, value) if isinstance(text, Figure) else value
        if kind == "count" and 0 < abs(value) < self.smallest:  # a change is no cell: it is written as it is
            text = f"{round(abs(value))}"
        return Figure(f"{'+' if value > 0 else '−' if value < 0 else '±'}{text}", number, kind, change=True)

    def date(self, day: dt.date | None) -> str:
        return NOTHING if day is None else dates.format_date(day, "long", locale=self.locale)

    def short_date(self, day: dt.date) -> str:
        return dates.format_skeleton("MMMd", day, locale=self.locale)

    def moment(self, instant: int | None, zone: ZoneInfo) -> str:
        """An instant (microseconds UTC) in the brand's zone, to the minute."""
        if instant is None:
            return NOTHING
        return dates.format_datetime(datetime_of(instant, zone), "yyyy-MM-dd HH:mm", locale=self.locale)

    def listed(self, names: list[str]) -> str:
        return ("、" if self.lang == "zh" else ", ").join(names)

    def _major(self, minor: float) -> float:
        return (
            float(major(round(minor), self.currency))
            if minor == round(minor)
            else minor / 10 ** exponent(self.currency)
        )

    def _plain_symbol(self, text: str) -> str:
        """The page has one currency, so English needs no country mark before the sign."""
        return text.replace("CN¥", "¥")


@cache
def _locale(lang: str) -> Locale:
    """Parsed once: Babel looks its folders through whenever it is given a name."""
    return Locale.parse(LOCALES[lang])


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Texts of a language by source text; empty for the source language itself."""
    path = LOCALE / LOCALES[lang] / "LC_MESSAGES" / "siyu.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}
