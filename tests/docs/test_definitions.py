"""The definitions say what the code does: their examples are computed, and every section that is cited is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from siyu.core.kinds import ROLES
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.fast_plus.value import brought, counted_purchases, credit, of_relations, own
from siyu.measures.measure import measure
from siyu.measures.people.shared_value import shared_value
from tests.measures.people.told import of, told
from tests.measures.topics.told import AS_OF, NOW, event, order, relation
from tests.plain import load_plain

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "definitions.md").read_text(encoding="utf-8")
CITED = re.compile(r"definitions\.md\s+sections?\s+(\d+(?:\.\d+)?)(?:\s+and\s+(\d+(?:\.\d+)?))?")
LEFT = "left F"
#: A month before the period of 30 days that ends with AS_OF, and a day in it.
EARLIER, INSIDE = "2026-05", "2026-06-20"


def tables(heading: str) -> list[list[dict[str, str]]]:
    """The tables under a heading of the page, each as rows by the names in its first line; `code` without its marks."""
    text = PAGE.split(f"#### {heading}\n", 1)[1].split("\n#", 1)[0]
    found = []
    for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        head, _, *body = (
            [cell.strip().strip("`") for cell in line[1:-1].split("|")] for line in block.splitlines()
        )
        found.append([dict(zip(head, row)) for row in body])
    return found


def differing(written: list[dict[str, str]], found: dict[str, Any]) -> list[str]:
    """Figures of a table (figure, value) that are not what was found."""
    return [f"{row['figure']}: {found[row['figure']]}, written {row['value']}" for row in written
            if not same(row["value"], found[row["figure"]])]  # fmt: skip


def same(written: str, found: float | None) -> bool:
    """Whether a figure is what the page writes: null, 44.4% (to as many places as written), 5/9, 1000."""
    if written == "null" or found is None:
        return written == "null" and found is None
    if written.endswith("%"):
        return f"{found:.{len(written.partition('.')[2]) - 1}%}" == written
    return found == pytest.approx(float(Fraction(written)), abs=1e-12)


def people(rows: list[dict[str, str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """As many names as a table has consumers, each with its row."""
    for place, row in enumerate(rows):
        for number in range(int(row["consumers"])):
            yield f"p{place}-{number}", row


def document(workspace: Any, facts: list[tuple[str, dict[str, str]]]) -> dict[str, Any]:
    """What siyu measures of (kind, row), 30 days to AS_OF."""
    brand: dict[str, list[dict[str, str]]] = {}
    for kind, row in facts:
        brand.setdefault(kind, []).append(row)
    for number, row in enumerate(brand.get("orders", [])):
        row["order_id"] = f"o{number}"
    load_plain(workspace, brand, now=NOW)
    return measure(workspace, as_of=AS_OF, window=30, now=NOW)


def test_the_example_of_a(workspace):
    moves, figures = tables("Example: A")
    facts = [fact for who, move in people(moves) for fact in moved(who, move["opening"], move["closing"])]
    a = document(workspace, facts)["fast_plus"]["A"]
    assert differing(figures, {**a, **a["steps"]}) == []


def moved(who: str, opening: str, closing: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Facts of somebody on one rung when the period opens and on another, or gone, when it closes."""
    needed = dict(zip(ROLES, (0, 0, 1, 2, 1)))
    first = "fan" if opening == "basic" else "member"
    ends = {"ended_at": f"{INSIDE} 18:00:00"} if closing == LEFT else {}
    yield "relations", relation(who, first, f"{EARLIER}-01", **ends)
    if opening == "koc":
        made = {"kind": "ugc", "approved": "true", "id.customer": who}
        yield from (("contents", {**made, "occurred_at": f"{EARLIER}-1{n}"}) for n in range(3))
    if opening == "basic" and closing in ROLES[1:]:
        yield "relations", relation(who, "member", INSIDE)
    before, after = needed[opening], needed.get(closing, needed[opening])
    for n in range(max(before, after)):
        back = {"refund_amount": "100", "refunded_at": f"{INSIDE} 12:00:00"} if n >= after else {}
        yield "orders", order(0, who, f"{EARLIER}-0{n + 2}" if n < before else f"2026-06-2{n + 1}", **back)


def test_the_example_of_t(workspace):
    visitors, figures = tables("Example: T")
    facts = [fact for who, row in people(visitors) for fact in visited(who, row)]
    t = document(workspace, facts)["fast_plus"]["T"]
    (shop,) = t["by_touchpoint"].values()
    assert differing(figures, shop) == []
    assert (t["visitors"], t["progressed"], t["value"]) == (shop["visitors"], shop["progressed"], shop["value"])


def visited(who: str, row: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Facts of a visitor of the one touchpoint; a member without a purchase climbs by buying, a fan does not."""
    outcome = f"{INSIDE} 12:30:00"
    climbs, buys = bool(row["deepened"]), bool(row["converted"])
    yield "events", event(who, "enter", INSIDE, touchpoint="shop")
    if row["at the first entry"] == "eligible":
        yield "relations", relation(who, "member" if climbs and buys else "fan", f"{EARLIER}-01")
    if row["at the first entry"] == "neither":
        yield "relations", relation(who, "miniprogram_user", f"{EARLIER}-01")
    if row["settled"]:
        yield "relations", relation(who, "fan", outcome)
    if climbs and not buys:
        yield "relations", relation(who, "member", outcome)
    if buys:
        yield "orders", order(0, who, outcome)


def test_the_example_of_s(workspace):
    purchases, values, figures = tables("Example: S")
    number = {row["consumer"]: place for place, row in enumerate(values, start=1)}
    rows = brand_of(purchases, number)
    facts, asked = told(workspace, AS_OF.isoformat(), rows)
    total = measure(workspace, as_of=AS_OF, now=NOW)["fast_plus"]["S"]
    assert differing(figures, {row["figure"]: total[row["figure"]] / 100 for row in figures}) == []
    assert [(row["consumer"], worth_of(workspace, facts, asked, number[row["consumer"]])) for row in values] == [
        (row["consumer"], {name: int(row[name]) * 100 for name in row if name != "consumer"}) for row in values
    ]


def brand_of(purchases: list[dict[str, str]], number: dict[str, int]) -> dict[str, list[dict[str, str]]]:
    """The buyers of the example, all of them fans, with what they bought after they were invited."""
    shown = {name: f"138{place:08d}" for name, place in number.items()}
    orders = [{"order_id": f"o{n}", "paid_at": f"{EARLIER}-{n + 10}", "paid_amount": row["paid"],
               "refund_amount": row["refunded"], "refunded_at": f"{EARLIER}-28" if row["refunded"] else "",
               "id.phone": shown[row["buyer"]]} for n, row in enumerate(purchases)]  # fmt: skip
    invited = {row["buyer"]: row["invited by"] for row in purchases if row["invited by"]}
    referrals = [{"kind": "accepted", "occurred_at": f"{EARLIER}-01", "inviter.id.phone": shown[inviter],
                  "invitee.id.phone": shown[buyer]} for buyer, inviter in invited.items()]  # fmt: skip
    fans = [{"relation_type": "fan", "started_at": f"{EARLIER}-01", "id.phone": value} for value in shown.values()]
    return {"orders": orders, "referrals": referrals, "relations": fans}


def worth_of(workspace: Any, facts: Facts, asked: Any, person: int) -> dict[str, int]:
    """What somebody is worth, in minor units."""
    counted = counted_purchases(asked)
    in_f = of_relations(own(counted), brought(credit(facts, counted, asked)), sustainable(asked.day))
    held = of(workspace, facts, in_f, person)
    shared = shared_value(facts, asked)
    split = facts.warehouse.rows(shared.filter(shared.consumer_id == held["consumer_id"]))
    return {name: held[name] for name in ("own_value", "referral_value", "clv")} | {
        "value_share": split[0]["value_share"] if split else 0
    }


def test_the_example_of_advancing(workspace):
    moves, figures = tables("Example: advancing")
    facts = [fact for who, row in people(moves) for fact in advanced(who, row["a week before"], row["now"])]
    found = document(workspace, facts)["fast"]
    assert differing(figures, found) == []


def advanced(who: str, before: str, now: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Facts of somebody in one state of AIPL a week before AS_OF, and in another, not lower, at its end."""
    bought = {"P": 1, "L": 2}
    if before == "A":
        yield "events", event(who, "impression", "2026-06-20")
    if before == "I":
        yield "relations", relation(who, "fan", f"{EARLIER}-01")
    if now == "I" != before:
        yield "events", event(who, "interact", "2026-06-26")
    for n in range(bought.get(now, 0)):
        yield "orders", order(0, who, f"{EARLIER}-0{n + 1}" if n < bought.get(before, 0) else f"2026-06-2{n + 6}")


def test_every_section_that_is_cited_is_on_the_page():
    numbered = set(re.findall(r"^#{2,3} (\d+(?:\.\d+)?)", PAGE, re.MULTILINE))
    cited = {
        number
        for folder in ("src", "tests", "bench")
        for path in (ROOT / folder).rglob("*.py")
        for found in CITED.findall(path.read_text(encoding="utf-8"))
        for number in found
        if number
    }
    assert len(cited) > 20
    assert sorted(cited - numbered) == []
