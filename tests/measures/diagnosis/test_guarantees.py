"""Guarantees: scores of weights, answers that are only ever added, lists a brand edits."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.errors import SettingsError, SiyuError
from siyu.measures.diagnosis.checklists import FILE, ITEMS, LISTS, items
from siyu.measures.diagnosis.guarantees import answer, answers, guarantees

NOW = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)  # noon in Shanghai
DAY = dt.timedelta(days=1)


def write(workspace, text: str) -> None:
    (workspace.directory / FILE).write_text(text, encoding="utf-8")


def item(document, code: str) -> dict:
    return next(i for found in document["lists"] for i in found["items"] if i["code"] == code)


def test_there_are_four_lists_with_texts_in_both_languages(workspace):
    assert {i.list for i in ITEMS} == set(LISTS)
    assert all(i.zh and i.en for i in ITEMS)


def test_nothing_answered_scores_zero(workspace):
    assert guarantees(workspace, NOW)["score"] == 0.0
    assert guarantees(workspace, NOW)["history"] == []


def test_a_partial_answer_counts_half_its_weight(workspace):
    write(workspace, "[supply.stock]\nweight = 3\n")
    answer(workspace, "supply.stock", "partial", now=NOW)
    answer(workspace, "supply.price", "yes", now=NOW)
    supply = next(found for found in guarantees(workspace, NOW)["lists"] if found["code"] == "supply")
    assert supply["score"] == (3 * 0.5 + 1) / (3 + 4)


def test_answers_are_appended_and_the_newest_is_in_force(workspace):
    for chosen, at in (("no", NOW), ("yes", NOW + DAY)):
        answer(workspace, "supply.stock", chosen, now=at)
    assert [a.answer for a in answers(workspace.operations)] == ["no", "yes"]
    assert item(guarantees(workspace, NOW), "supply.stock")["answer"] == "yes"


def test_what_an_answer_leaves_out_stays(workspace):
    answer(workspace, "supply.stock", "no", evidence="sheet", owner="Lin", due=dt.date(2026, 8, 1), now=NOW)
    answer(workspace, "supply.stock", "partial", evidence="sheet 2", now=NOW + DAY)
    found = item(guarantees(workspace, NOW), "supply.stock")
    assert (found["evidence"], found["owner"], found["due"]) == ("sheet 2", "Lin", "2026-08-01")


def test_the_history_holds_the_score_at_the_end_of_each_day(workspace):
    for chosen, at in (("no", NOW), ("yes", NOW + DAY / 24), ("partial", NOW + 2 * DAY)):
        answer(workspace, "supply.stock", chosen, now=at)
    found = [(row["day"], row["supply"]) for row in guarantees(workspace, NOW)["history"]]
    assert found == [("2026-07-01", 1 / 5), ("2026-07-03", 0.5 / 5)]


def test_the_day_of_an_answer_is_the_brands(workspace):
    answer(workspace, "supply.stock", "yes", now=dt.datetime(2026, 7, 1, 16, tzinfo=dt.UTC))  # midnight in Shanghai
    assert guarantees(workspace, NOW)["history"][0]["day"] == "2026-07-02"


def test_an_item_is_overdue_after_its_day_until_it_is_done(workspace):
    answer(workspace, "supply.stock", "no", due=dt.date(2026, 7, 1), now=NOW)
    assert guarantees(workspace, NOW)["overdue"] == []
    assert guarantees(workspace, NOW + DAY)["overdue"] == ["supply.stock"]
    answer(workspace, "supply.stock", "yes", now=NOW)
    assert guarantees(workspace, NOW + DAY)["overdue"] == []


def test_the_workspace_file_changes_adds_and_leaves_out(workspace):
    write(workspace, '[supply.stock]\nen = "Stock for a month"\n[supply.price]\nweight = 0\n'
                     '[experience.wait]\nzh = "门店排队不超过十分钟"\nweight = 2\n')  # fmt: skip
    found = {i.code: i for i in items(workspace.directory)}
    assert (found["supply.stock"].en, found["supply.stock"].weight) == ("Stock for a month", 1.0)
    assert "supply.price" not in found
    assert found["experience.wait"].en == "门店排队不超过十分钟"


def test_all_mistakes_of_the_file_are_told_together(workspace):
    write(workspace, '[suply.stock]\nzh = "x"\n[supply.new]\nweight = 1\n[supply.stock]\nweight = -1\nwidth = 2\n')
    with pytest.raises(SettingsError) as refused:
        items(workspace.directory)
    assert "3 mistake(s)" in str(refused.value)
    assert "Did you mean 'supply'" in str(refused.value)


@pytest.mark.parametrize(("code", "chosen"), [("supply.stok", "yes"), ("supply.stock", "maybe")])
def test_an_unknown_item_or_answer_is_refused(workspace, code, chosen):
    with pytest.raises(SiyuError):
        answer(workspace, code, chosen, now=NOW)
    assert answers(workspace.operations) == []
