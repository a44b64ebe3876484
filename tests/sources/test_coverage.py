"""The matrix says what the loaded files can answer, why, and which one export would unlock most."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from siyu.sources.coverage.coverage import coverage, matrix, next_export
from siyu.sources.coverage.questions import EXPORTS, QUESTIONS, Answer, named
from siyu.sources.coverage.reasons import REASONS
from siyu.sources.coverage.tally import Sold, Tally, tally
from siyu.sources.load import load
from tests.plain import load_plain
from tests.sources.exports import NOW

NOTHING = Tally(**{field.name: 0 for field in fields(Tally)})
MEMBERS = replace(NOTHING, members=10, dated_members=10, phones=10)
ORDERS = replace(NOTHING, orders=20, paid_orders=18, paid_amount=1800)
BOTH = replace(MEMBERS, orders=20, paid_orders=18, paid_amount=1800)
WHOLE = replace(BOTH, grants=5, events=90, known_events=85, entries=80, known_entries=80, referrals=3)


def answers(tally: Tally) -> dict[str, Answer]:
    return {question.code: question.of(tally) for question in QUESTIONS}


def test_an_empty_workspace_answers_nothing_and_wants_relations(workspace):
    document = coverage(workspace)
    assert {q["answer"] for q in document["questions"]} == {"no"}
    assert document["next_export"]["code"] == "relations"


def test_every_text_is_in_both_languages(workspace):
    document = coverage(workspace)
    texts = [q[name] for q in document["questions"] for name in ("title", "reason")]
    assert all(text["zh"] and text["en"] for text in [*texts, *REASONS.values()])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_matrix_has_a_line_per_question_and_the_next_export(workspace, lang):
    lines = matrix(coverage(workspace), lang).splitlines()
    assert len(lines) == len(QUESTIONS) + 3


def test_members_without_orders_show_nobody_climb_and_want_orders():
    found = answers(MEMBERS)
    assert (found["F"].answer, found["A"].answer, found["S"].answer) == ("yes", "no", "no")
    assert next_export(found)["code"] == "orders"


def test_followers_and_members_without_orders_show_who_joins():
    found = answers(replace(MEMBERS, relations=5))
    assert (found["A"].answer, found["A"].code, found["A"].export) == ("partly", "A_no_orders", "orders")


def test_orders_without_relations_cannot_give_f():
    found = answers(ORDERS)
    assert (found["F"].answer, found["A"].answer, found["S"].answer) == ("no", "no", "partly")
    assert next_export(found)["code"] == "relations"


def test_phones_without_consent_reach_nobody_by_sms():
    found = answers(BOTH)["sms_email"]
    assert (found.answer, found.export) == ("no", "consents")
    assert "10" in found.reason["en"]


def test_recipients_phones_are_not_the_buyers():
    found = answers(replace(NOTHING, recipient_phones=7))["sms_email"]
    assert (found.answer, found.code) == ("no", "messages_recipients")


def test_orders_that_all_lack_a_buyer_give_no_s_and_want_buyers():
    found = answers(replace(ORDERS, anonymous_orders=18, anonymous_amount=1800))
    assert (found["S"].answer, found["S"].export, found["aipl"].export) == ("no", "buyers", "buyers")


def test_a_share_of_anonymous_orders_makes_s_partly_and_is_named():
    found = answers(replace(BOTH, anonymous_orders=6, anonymous_amount=600))["S"]
    assert found.answer == "partly"
    assert "33%" in found.reason["en"]


def test_refunds_without_a_date_are_no_gap_of_s_and_are_told():
    found = answers(replace(WHOLE, undated_refunds=3))["S"]
    assert (found.answer, found.code) == ("yes", "S_undated")
    assert "3" in found.reason["zh"]


def test_a_refund_that_another_export_dates_is_not_undated(workspace):
    order = {"order_id": "1", "platform": "tmall", "paid_at": "2026-03-01", "paid_amount": "100", "refund_amount": "30"}
    load_plain(workspace, {"orders": [order, {**order, "order_id": "2"}, {**order, "order_id": "3", "paid_at": ""}]})
    assert tally(workspace.warehouse, {"fan": ("subscription",), "sms": ("sms",)}).undated_refunds == 2
    load_plain(workspace, {"refunds": [{"refund_id": "r", "order_id": "1", "platform": "tmall",
                                        "refunded_at": "2026-03-05", "refund_amount": "30"}]})  # fmt: skip
    assert tally(workspace.warehouse, {"fan": ("subscription",), "sms": ("sms",)}).undated_refunds == 1


def test_relations_all_of_unknown_start_are_counted_from_when_they_were_seen():
    found = answers(replace(NOTHING, relations=5, observed_relations=5))["F"]
    assert (found.answer, found.code) == ("partly", "F_observed")


def test_relations_that_need_consent_reach_nobody_without_it():
    found = answers(replace(NOTHING, relations=5, grants_only=5))["F"]
    assert (found.answer, found.export) == ("partly", "consents")


def test_fans_alone_stand_on_the_lowest_rung():
    found = answers(replace(ORDERS, relations=5))["A"]
    assert (found.answer, found.export) == ("partly", "members")


@pytest.mark.parametrize(("changes", "code"), [
    ({}, "T_none"),
    ({"events": 9}, "T_no_entries"),
    ({"events": 9, "entries": 9}, "T_anonymous"),
    ({"panel_days": 9}, "T_panel"),
    ({"events": 9, "entries": 9, "known_entries": 9}, "T_alone"),
    ({"events": 9, "entries": 9, "known_entries": 9, "relations": 5}, "T_no_orders"),
    ({"events": 9, "entries": 9, "known_entries": 9, "paid_orders": 4, "paid_amount": 4}, "T_no_relations"),
])
def test_what_t_lacks_is_said(changes, code):
    assert answers(replace(NOTHING, **changes))["T"].code == code


def test_without_relations_interest_lacks_members_and_followers():
    found = answers(replace(ORDERS, events=9, known_events=9))["aipl"]
    assert (found.answer, found.code, found.export) == ("partly", "aipl_no_relations", "relations")


def test_no_sharing_is_not_measurable_rather_than_zero():
    assert answers(BOTH)["referral_value"].code == "referral_none"


def test_guides_on_few_rows_split_partly():
    found = answers(replace(BOTH, relation_guides=7))["by_guide"]
    assert (found.answer, found.values["share"]) == ("partly", 7 / 28)


def test_events_of_nobody_show_no_state():
    assert answers(replace(NOTHING, events=9))["aipl"].answer == "no"
    assert answers(replace(NOTHING, contents=9))["aipl"].answer == "partly"


def test_with_everything_loaded_no_main_question_is_open():
    found = answers(WHOLE)
    assert {found[code].answer for code in ("F", "A", "S", "T", "aipl", "referral_value", "sms_email")} == {"yes"}
    assert next_export(found) is None


def test_every_export_an_answer_waits_for_is_described():
    waited = {a.export for t in (NOTHING, MEMBERS, ORDERS, BOTH, WHOLE) for a in answers(t).values()} - {""}
    assert waited <= {export.code for export in EXPORTS}


def test_orders_of_a_platform_that_names_no_buyer_say_what_cannot_be_measured():
    found = named(Sold("douyin", 18, 1800, 18, 1800, 25))
    assert (found.answer, found.export) == ("no", "buyers")
    assert "18 paid orders names its buyer" in found.reason["en"]
    assert "repeat purchases, RFM, CLV" in found.reason["en"]


@pytest.mark.parametrize(("anonymous", "answer"), [(0, "yes"), (40, "yes"), (600, "partly")])
def test_a_platform_names_its_buyers_as_far_as_its_money_goes(anonymous, answer):
    assert named(Sold("youzan", 18, 1800, anonymous // 100, anonymous, 0)).answer == answer


def test_every_platform_with_paid_orders_has_its_line(workspace, tmp_path):
    rows = "order_id,platform,paid_at,paid_amount,id.phone\n1,a,2026-03-01,9.9,13800000001\n"
    rows += "2,b,2026-03-01,5.0,\n3,b,,1,\n"
    (tmp_path / "orders.csv").write_text(rows, encoding="utf-8")
    load(workspace, [tmp_path / "orders.csv"], now=NOW)
    document = coverage(workspace)
    found = {one["platform"]: (one["answer"], one["paid_amount"]) for one in document["platforms"]}
    assert found == {"a": ("yes", 990), "b": ("no", 500)}
    assert "Buyers on b" in matrix(document, "en")
