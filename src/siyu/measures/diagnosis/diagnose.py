"""Diagnose: the story of where to act — lights, the weakest and its campaign, what changed, alerts, guarantees."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from siyu.core.time import instant_of
from siyu.measures.asked import Asked
from siyu.measures.diagnosis.alerts import Alert, alerts
from siyu.measures.diagnosis.campaigns import campaigns
from siyu.measures.diagnosis.decomposition import Decomposition, decompositions
from siyu.measures.diagnosis.drivers import DRIVERS, earlier, values
from siyu.measures.diagnosis.ground import Ground
from siyu.measures.diagnosis.guarantees import guarantees
from siyu.measures.diagnosis.index import Light, Unread, lights, weakest
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.cohort import a_cohort, last_months
from siyu.measures.measurable import why
from siyu.measures.measure import measure
from siyu.store.workspace import Workspace

#: Months of newcomers shown.
COHORT_MONTHS = 6
#: Findings are actions with the largest expected money, from at least this many people.
FINDINGS, FEWEST_PEOPLE = 3, 10


@dataclass(frozen=True)
class Diagnosis:
    """Everything diagnosis knows of one brand, day and window; texts are {"zh": ..., "en": ...}."""

    brand: str
    currency: str
    as_of: dt.date
    window_days: int
    data_through: str | None
    lights: list[Light]
    unread: list[Unread]
    campaigns: list[dict[str, Any]]
    decompositions: tuple[Decomposition, ...]
    cohorts: list[dict[str, Any]]
    alerts: list[Alert]
    guarantees: dict[str, Any]

    @property
    def weakest(self) -> Light | None:
        return weakest(self.lights)

    @property
    def campaign(self) -> dict[str, Any] | None:
        """The campaign that raises the weakest driver."""
        weak = self.weakest
        return next((c for c in self.campaigns if weak and c["raises"] == weak.driver.letter), None)

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Three actions, largest expected money first: the weightiest of each campaign before others of the same, with
        the campaign and sub-scenario of each.
        """
        found = [
            {"campaign": c["code"], "raises": c["raises"], "scenario": s["code"], "name": s["name"], **action}
            for c in self.campaigns for s in c["scenarios"] for action in s["actions"]
            if (action["people"] or 0) >= FEWEST_PEOPLE and action["money_minor"]
        ]  # fmt: skip
        found.sort(key=_weight)
        first = {finding["campaign"]: finding for finding in reversed(found)}.values()
        others = [finding for finding in found if finding not in first]
        return sorted([*sorted(first, key=_weight), *others][:FINDINGS], key=_weight)

    def as_json(self) -> dict[str, Any]:
        """The document of `siyu diagnose --json`; money in minor units."""
        weak, campaign = self.weakest, self.campaign
        return {
            "brand": self.brand,
            "currency": self.currency,
            "as_of": self.as_of.isoformat(),
            "window_days": self.window_days,
            "data_through": self.data_through,
            "lights": [light.as_json() for light in self.lights],
            "unread": [row.as_json() for row in self.unread],
            "weakest": weak.as_json() if weak else None,
            "campaign": campaign["code"] if campaign else None,
            "campaigns": self.campaigns,
            "findings": self.findings,
            "decompositions": [one.as_json() for one in self.decompositions],
            "a_cohort": self.cohorts,
            "alerts": [alert.as_json() for alert in self.alerts],
            "guarantees": self.guarantees,
        }


def diagnose(workspace: Workspace, asked: Asked, now: dt.datetime, facts: Facts | None = None) -> Diagnosis:
    """Where to act and why, as of a day and window. Spans are brought up to date; identity is taken as it stands.

    `facts`: those that others ask too, so that no question is answered twice. What the files cannot answer is None
    with its reason. Raises MeasureError for a window below 1 day.
    """
    document = measure(workspace, as_of=asked.date, window=asked.window, now=now)
    facts = facts or Facts(workspace.warehouse)
    found, past, lacking = values(facts, asked, document), earlier(facts, asked), _lacking(document)
    lit, unread = lights(facts, asked, found, past, lacking)
    through = document["data_through"]
    seen = instant_of(dt.datetime.fromisoformat(through)) if through else 0
    diagnosis = Diagnosis(
        brand=workspace.settings.brand,
        currency=workspace.settings.currency,
        as_of=asked.date,
        window_days=asked.window,
        data_through=through,
        lights=lit,
        unread=unread,
        campaigns=campaigns(Ground(facts, asked, document), lacking),
        decompositions=decompositions(facts, asked, lacking),
        cohorts=[] if "A" in lacking else a_cohort(facts.warehouse, asked, last_months(asked.date, COHORT_MONTHS)),
        alerts=alerts(workspace, asked, now, data_through=seen, values=found, past=past),
        guarantees=guarantees(workspace, now),
    )
    workspace.warehouse.drop_scratch()
    return diagnosis


def _weight(finding: dict[str, Any]) -> tuple[int, str]:
    """Most money first."""
    return -finding["money_minor"], finding["code"]


def _lacking(document: dict[str, Any]) -> dict[str, str]:
    """Why a driver cannot be measured, by its letter."""
    return {driver.letter: reason for driver in DRIVERS if (reason := why(document, driver.letter))}
