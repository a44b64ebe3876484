"""Findings: each rests on people and money, none on fewer than ten people, and each subject has its turn."""

from __future__ import annotations

from siyu.console.findings import FEWEST_PEOPLE, RULES, findings, weakest_step
from siyu.console.view import View
from siyu.console.words import Words
from tests.console.sample import document, material


def view(**changes) -> View:
    given = material(**changes)
    return View(given, Words("en", given.currency, given.rules))


def test_there_are_three_of_different_subjects_largest_money_first():
    found = findings(view())
    assert len({f.subject for f in found}) == len(found) == 3
    assert [f.money_minor for f in found] == sorted((f.money_minor for f in found), reverse=True)


def test_each_names_its_people_and_its_money():
    given = view()
    for rule in RULES:
        finding = rule(given)
        assert finding is not None
        assert finding.people >= FEWEST_PEOPLE
        assert finding.money_minor > 0
        assert f"{finding.people:,}" in finding.text


def test_no_rule_speaks_of_fewer_than_ten_people():
    few = document(scale=0.0005)
    few["fast_plus"]["F"].update(lost=3, unreachable=4)
    few["fast_plus"]["A"]["transitions"] = []
    few["fast_plus"]["T"]["by_touchpoint"] = {}
    assert findings(view(document=few)) == ()


def test_the_weakest_step_is_worth_one_point_of_its_people():
    given = view()
    found = weakest_step(given)
    assert found is not None
    by_role = given.s["by_role"]
    above = [by_role[r] for r in ("member_unpurchased", "member_first", "member_repeat", "koc")]
    mean_above = sum(r["own_total"] for r in above) / sum(r["consumers"] for r in above)
    mean_here = by_role["basic"]["own_total"] / by_role["basic"]["consumers"]
    assert found.people == 4947
    assert found.money_minor == round(49.47 * (mean_above - mean_here))
