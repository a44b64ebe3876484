"""The truth folder: who is who, what was bought, and every true parameter, so that errors can be measured."""

import json
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import pyarrow as pa

from . import columns as text
from .columns import NEVER
from .exportfile import Cell, Exports
from .identifiers import DEVICES, NAMESPACES, STORE_PHONE
from .orderids import order_ids
from .panels import REASONS, Reported, panel_days, reported
from .referrals import WHY
from .relations import TYPES
from .season import DAY
from .story import Story
from .touchpoints import NAMES, PLATFORMS

README = """# The truth behind the simulated exports

Written by `siyu simulate`; nothing here is loaded by `siyu load`. Compare what the system found with it.

| file | what it holds |
|---|---|
| persons.csv | one row per person: own identifiers, arrival, home platform, inviter, true traits |
| identifiers.csv | one row per value: namespace, value, person, kind (own, shared, second, typo) |
| orders.csv | every paid order: person, paid_at, amount, platform, order_id, refunded amount and moment |
| relations.csv | every relation: person, type, platform, touchpoint, from, to |
| referrals.csv | every row of the referral file with its reason; only `invitation` is a valid referral |
| reported.csv | the figures of platforms' reports: what the brand counts, and the amount each reason adds to it |
| parameters.json | seed, window, true parameters, the effect of referral, how many wrinkles stand in which file |

Money is in CNY, times are local (Asia/Shanghai). A value of kind `shared` belongs to several persons (a family phone);
the store phones of parameters.json belong to nobody. Late rows are right rows that stand in a `-late` file. Bad rows
are extra: the good rows alone add up to orders.csv. With `--platforms` there is also platform_orders.csv: every placed
order, the one export that tells it and its number there.
"""


def write_truth(story: Story, out: Exports, wrinkles: Mapping[str, Mapping[str, int]], misspelt: list) -> None:
    """All files of the folder."""
    _write_persons(story, out)
    _write_identifiers(story, out, misspelt)
    _write_orders(story, out)
    _write_relations(story, out)
    _write_referrals(story, out)
    _write_reported(story, out)
    (out.folder / "parameters.json").write_text(parameters(story, wrinkles), encoding="utf-8")
    (out.folder / "README.md").write_text(README, encoding="utf-8")


def parameters(story: Story, wrinkles: Mapping[str, Mapping[str, int]]) -> str:
    """Everything that was set, as JSON."""
    calendar = story.calendar
    known = {
        "seed": story.seed,
        "consumers": story.people.count,
        "first_day": calendar.first_day.isoformat(),
        "last_day": calendar.last_day.isoformat(),
        "store_phones": [STORE_PHONE],
        "parameters": asdict(story.parameters),
        "referral_effect": _referral_effect(story),
        "wrinkles": {file: dict(sorted(counts.items())) for file, counts in sorted(wrinkles.items())},
    }
    return json.dumps(known, ensure_ascii=False, indent=1) + "\n"


def _referral_effect(story: Story) -> dict[str, float | int]:
    """What the brought persons bought within a year of accepting: none of it would be there without invitations."""
    people, orders = story.people, story.orders
    since = people.accepted[orders.person]
    credited = (since < NEVER) & (orders.paid_at >= since) & (orders.paid_at < since + 365 * DAY)
    net = orders.amount_minor - orders.refund_minor
    return {
        "brought_persons": int(people.invited.sum()),
        "inviters": len(np.unique(people.inviter[people.invited])),
        "net_amount_365d": int(net[credited].sum()) / 100,
        "net_amount_all": int(net[since < NEVER].sum()) / 100,
        "invitee_rate_uplift": story.parameters.referring.invitee_rate_uplift,
        "invitee_buyer_uplift": story.parameters.referring.invitee_buyer_uplift,
    }


def _write_persons(story: Story, out: Exports) -> None:
    people = story.people
    who = np.arange(people.count)
    inviter = text.only(people.invited, text.whole(people.inviter))
    cells: dict[str, Cell] = {
        "person": text.whole(who),
        **{name: story.names.owned[name] for name in NAMESPACES if name in story.names.owned},
        "second_card": story.names.second_card,
        "devices": text.whole(story.names.devices),
        "arrived_at": text.moments(people.arrival),
        "home": text.pick(PLATFORMS, people.home),
        "inviter": inviter,
        "accepted_at": text.moments(people.accepted),
        "spreader": text.either(people.spreader, "true", "false"),
        "joins_some_day": text.either(people.joiner, "true", "false"),
    }
    out.write("persons.csv", "truth", people.count, cells)


def _write_identifiers(story: Story, out: Exports, misspelt: list) -> None:
    names, everyone = story.names, np.arange(story.people.count)
    number, count = np.unique(names.phone_number, return_counts=True)
    shared = np.isin(names.phone_number, number[count > 1])
    parts = [_values("own", name, everyone, column) for name, column in names.owned.items() if name != "phone"]
    parts.append(_values("own", "phone", everyone[~shared], text.take(names.owned["phone"], everyone[~shared])))
    parts.append(_values("shared", "phone", everyone[shared], text.take(names.owned["phone"], everyone[shared])))
    parts.append(_values("second", "member_card", everyone, names.second_card))
    for device in range(DEVICES):
        owners = everyone[names.devices > device]
        codes = names.device_codes(owners, np.full(len(owners), device))
        parts.append(_values("own", "anonymous_id", owners, codes))
    parts += [_values("typo", name, who, column) for name, who, column in misspelt]
    kind, namespace, person, value = ([part[n] for part in parts] for n in range(4))
    cells: dict[str, Cell] = {
        "namespace": pa.concat_arrays(namespace),
        "value": pa.concat_arrays(value),
        "person": pa.concat_arrays(person),
        "kind": pa.concat_arrays(kind),
    }
    out.write("identifiers.csv", "truth", len(cells["value"]), cells)


def _values(kind: str, namespace: str, who: np.ndarray, column: text.Text) -> tuple[text.Text, ...]:
    valid = np.flatnonzero(np.asarray(column.is_valid()))
    size = len(valid)
    return (
        pa.array([kind] * size, pa.string()),
        pa.array([namespace] * size, pa.string()),
        text.whole(who[valid]),
        text.take(column, valid),
    )


def _write_orders(story: Story, out: Exports) -> None:
    orders = story.orders
    cells: dict[str, Cell] = {
        "person": text.whole(orders.person),
        "paid_at": text.moments(orders.paid_at),
        "amount": text.money(orders.amount_minor),
        "platform": text.pick(PLATFORMS, orders.platform),
        "order_id": order_ids(orders),
        "refunded": text.money(orders.refund_minor),
        "refunded_at": text.moments(orders.refunded_at),
    }
    out.write("orders.csv", "truth", len(orders), cells)


def _write_relations(story: Story, out: Exports) -> None:
    rows = story.relations
    cells: dict[str, Cell] = {
        "person": text.whole(rows.person),
        "relation_type": text.pick(TYPES, rows.type),
        "platform": text.pick((*PLATFORMS, "weixin"), rows.platform),
        "touchpoint": text.pick(NAMES, rows.touchpoint),
        "started_at": text.moments(rows.started_at),
        "ended_at": text.moments(rows.ended_at),
    }
    out.write("relations.csv", "truth", len(rows), cells)


def _write_referrals(story: Story, out: Exports) -> None:
    found = story.referrals
    cells: dict[str, Cell] = {
        "occurred_at": text.moments(found.moment),
        "inviter": text.whole(found.inviter),
        "invitee": text.whole(found.invitee),
        "why": text.pick(WHY, found.why),
    }
    out.write("referrals.csv", "truth", len(found), cells)


def _write_reported(story: Story, out: Exports) -> None:
    figures = [(platform, figure) for platform in range(len(PLATFORMS)) for figure in reported(story, platform)]
    starts = panel_days(story).start + DAY * np.arange(panel_days(story).count)
    rows = sum(len(figure.own) for _, figure in figures)
    cells: dict[str, Cell] = {
        "metric": pa.concat_arrays([pa.array([figure.metric] * len(starts)) for _, figure in figures]),
        "platform": text.pick(PLATFORMS, np.repeat([platform for platform, _ in figures], len(starts))),
        "date": text.days(np.tile(starts, len(figures))),
        "reported": _figures([(figure, figure.shown) for _, figure in figures]),
        "own": _figures([(figure, figure.own) for _, figure in figures]),
        **{
            why: _figures([(f, f.added.get(why, np.zeros(len(starts), np.int64))) for _, f in figures])
            for why in REASONS
        },
    }
    out.write("reported.csv", "truth", rows, cells)


def _figures(columns: list[tuple[Reported, np.ndarray]]) -> text.Text:
    """Orders as whole numbers, money with two places."""
    return pa.concat_arrays([text.whole(v) if f.metric == "orders" else text.money(v) for f, v in columns])
