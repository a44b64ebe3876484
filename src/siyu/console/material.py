"""What the page rests on, as plain data: documents, series, overlap, consent, loads. `gather.py` fills it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from siyu.core.settings import Settings, defaults
from siyu.measures.answer import Answer
from siyu.measures.untaken import Untaken


@dataclass(frozen=True)
class Load:
    """One loaded file and where its rows went: read = loaded + duplicate + corrected + filtered + quarantined."""

    file_name: str
    mapping: str
    loaded_at: int
    counts: dict[str, int]


@dataclass(frozen=True)
class Quality:
    """The state of the data: files, refused rows by reason, links kept apart for a person to look at."""

    loads: list[Load]
    quarantine: list[tuple[str, str, int]]  # column, reason, rows
    review: list[tuple[str, int]]


@dataclass(frozen=True)
class Consent:
    """The riddle of reach: who has a phone and no grant, and what a declaration of member consent would change."""

    unreachable_with_phone: int
    unreachable_with_email_only: int
    sms_opened: int  # members for whom a declaration would open SMS
    joining_f: int  # of them, those who would come into F
    value_joining_minor: int  # what those spent in the value window


@dataclass(frozen=True)
class Point:
    """One figure of the daily series."""

    day: dt.date
    metric: str
    member: str
    value: float | None


@dataclass(frozen=True)
class Window:
    """The two figures that have no daily series, at the end of an earlier window."""

    as_of: dt.date
    visitors: int
    gravity: float | None
    own_total: int


@dataclass(frozen=True)
class Buyers:
    """Known consumers behind the money of an end of a window: behind S, and behind what was paid in the window."""

    of_value: int
    of_period: int


@dataclass(frozen=True)
class Held:
    """People who hold exactly these relation types; some of them reachable."""

    types: frozenset[str]
    consumers: int
    reachable: int


#: Settings that texts of the page may name, by the short names they have there.
RULES = {
    "value_days": "value.days",
    "referral_days": "value.referral_days",
    "click_days": "value.click_days",
    "settle_hours": "touchpoints.settle_hours",
    "deepen_days": "touchpoints.deepen_days",
    "convert_days": "touchpoints.convert_days",
    "spreading_days": "roles.spreading_days",
    "spreading_referrals": "roles.spreading_referrals",
    "spreading_contents": "roles.spreading_contents",
    "rfm_days": "rfm.days",
}


def rules(settings: Settings) -> dict[str, Any]:
    """The workspace's windows and thresholds under short names."""
    return {short: settings[name] for short, name in RULES.items()}


@dataclass(frozen=True)
class Material:
    """Everything the panels read. `failures` names the pieces that could not be gathered, with the message."""

    brand: str
    currency: str
    zone: ZoneInfo
    as_of: dt.date
    window: int
    document: dict[str, Any]
    previous: dict[str, Any] | None = None  # the document of the window before; None before the first facts
    windows: list[Window] = field(default_factory=list)  # windows before that one, oldest first
    series: list[Point] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    consent: Consent | None = None
    quality: Quality | None = None
    coverage: dict[str, Any] | None = None
    answers: dict[str, Answer] = field(default_factory=dict)  # by the names of asks.ASKS
    own: list[Answer] = field(default_factory=list)  # the workspace's own topics, in all, and sheets
    diagnosis: dict[str, Any] | None = None  # Diagnosis.as_json()
    outlook: dict[str, Any] | None = None  # clv.outlook
    untaken: Untaken | None = None  # refunds that the day's S does not take off
    buyers: dict[dt.date, Buyers] = field(default_factory=dict)  # at the end of each window
    failures: dict[str, str] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=lambda: rules(defaults()))
