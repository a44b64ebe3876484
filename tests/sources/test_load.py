"""Canonical files become facts: duplicates, corrections, quarantine, counts, dry runs."""

from __future__ import annotations

import errno
import os
import re
import threading

import pytest
import sqlalchemy as sa

from siyu.core.errors import SettingsError, SourceError, WorkspaceError
from siyu.core.kinds import KINDS
from siyu.core.settings import defaults
from siyu.daily import resolve_and_measure
from siyu.sources.landed import quarantine
from siyu.sources.landed.landing import Landing
from siyu.sources.load import load
from siyu.sources.loading import keep as keeping
from siyu.sources.replay import rebuild
from siyu.store import workspace as workspaces
from siyu.store.schema import CONSENT, LOAD
from siyu.store.tables import IDENTIFIER
from tests.breadth import wide
from tests.plain import load_plain
from tests.sources.arrivals import LATER, NOW, csv, everything, in_force, kept, take

ORDERS = """order_id,platform,paid_at,paid_amount,id.phone
    o1,tmall,2026-03-01 10:00:00,148.50,13800000001
    o2,tmall,2026-03-02 10:00:00,20,13800000002"""


def adds_up(report):
    return report.read == sum(report.counts.values())


def test_amounts_are_minor_units_and_times_are_instants_of_the_brands_zone(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", ORDERS)
    assert in_force(workspace, "orders", "order_id", "paid_amount", "paid_at", "paid_day") == [
        ("o1", 14850, 1772330400000000, 20513), ("o2", 2000, 1772416800000000, 20514)]


@pytest.mark.parametrize("brand", wide(["brand_11", "brand_12", "brand_13"], always=1))
def test_a_worked_brand_loads_as_the_plain_loader_of_the_tests_loads_it(workspace, tmp_path, shared, brand):
    files = [p for p in sorted((shared / "oracles" / brand).glob("*.csv")) if not p.name.startswith("trace")]
    assert adds_up(load(workspace, files, now=NOW))
    with workspaces.create(tmp_path / "plain") as other:
        other.keys = workspace.keys
        load_plain(other, shared / "oracles" / brand, now=NOW)
        for kind in KINDS:
            columns = [c for c in other.warehouse.in_force(kind.name).columns
                       if c not in ("fact_id", "load_id", "source", "source_ref", "key_hash", "row_hash")]
            assert in_force(workspace, kind.name, *columns) == in_force(other, kind.name, *columns)
        assert kept(workspace, "identifier") == kept(other, "identifier")


def test_loading_the_same_file_again_changes_nothing(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", ORDERS)
    before = everything(workspace)
    report = take(workspace, tmp_path, "orders.csv", ORDERS, now=LATER)
    assert report.counts["duplicate"] == report.read == 2
    assert everything(workspace) == before


def test_a_known_key_with_new_values_is_a_correction_and_both_versions_stay(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", ORDERS)
    report = take(workspace, tmp_path, "orders.csv", ORDERS.replace("148.50", "99"), now=LATER)
    assert report.counts == {"quarantined": 0, "corrected": 1, "loaded": 0, "duplicate": 1, "filtered": 0}
    assert in_force(workspace, "orders", "order_id", "paid_amount") == [("o1", 9900), ("o2", 2000)]
    assert len(kept(workspace, "orders")) == 3


def test_an_old_file_loaded_again_reverts_nothing(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", ORDERS)
    take(workspace, tmp_path, "orders.csv", ORDERS.replace("148.50", "99"), now=LATER)
    report = take(workspace, tmp_path, "orders.csv", ORDERS, now=LATER)
    assert report.counts["duplicate"] == 2
    assert ("o1", 9900) in in_force(workspace, "orders", "order_id", "paid_amount")


def test_inside_one_file_the_later_line_wins(workspace, tmp_path):
    report = take(workspace, tmp_path, "orders.csv", ORDERS + "\n o1,tmall,2026-03-01 10:00:00,1,13800000001")
    assert report.counts["corrected"] == 1
    assert ("o1", 100) in in_force(workspace, "orders", "order_id", "paid_amount")


def test_a_column_that_is_empty_and_one_that_is_absent_are_the_same(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", "order_id,paid_amount,id.phone,id.email\n o1,5,13800000001,")
    report = take(workspace, tmp_path, "orders.csv", "paid_amount,id.phone,order_id\n 5,13800000001,o1")
    assert report.counts["duplicate"] == 1


def test_the_platform_is_part_of_the_key(workspace, tmp_path):
    text = "order_id,platform,paid_amount\n o1,tmall,5\n o1,jd,5"
    assert take(workspace, tmp_path, "orders.csv", text).counts["loaded"] == 2


def test_bad_rows_go_to_quarantine_and_the_rest_is_loaded(workspace, tmp_path):
    report = take(workspace, tmp_path, "orders.csv", """order_id,paid_at,paid_amount,is_test
        o1,2026-03-01,5,no
        o2,yesterday,5,no
        o3,2026-03-01,5.005,no
        ,2026-03-01,5,no
        o5,2026-03-01,five,no
        o6,2026-03-01,5,perhaps""")
    assert report.counts["loaded"] == 1
    assert adds_up(report)
    assert [(r.column, r.reason.split(" such")[0]) for r in report.files[0].reasons] == [
        ("paid_at", "expected a time"), ("paid_amount", "expected at most 2 decimals"),
        ("order_id", "is empty and is required"), ("paid_amount", "expected an amount"),
        ("is_test", "expected true or false")]


def test_a_row_that_shifted_into_a_column_without_a_name_goes_to_quarantine(workspace, tmp_path):
    report = take(workspace, tmp_path, "orders.csv", """order_id,paid_at,paid_amount,store,id.phone,,
        o1,2026-01-02,10,Nanjing,13800000001,,
        o2,2026-01-03,20,A, 2nd floor,13800000002,""")
    assert (report.counts["loaded"], report.counts["quarantined"]) == (1, 1)
    assert [(reason.reason, reason.examples[0]["line"]) for reason in report.files[0].reasons] == [
        ("expected 5 cells, found 6", 3)]


def test_rows_with_cells_in_a_column_without_a_name_are_told(workspace, tmp_path):
    report = take(workspace, tmp_path, "orders.csv", "order_id,paid_amount,id.phone,\n" + "\n".join(
        f"o{n},10,1380000000{n},good" for n in range(4)))
    assert report.counts["loaded"] == 4
    assert report.files[0].notes[0].startswith("4 row(s) have a cell behind the last column that has a name")


def test_a_number_with_a_mark_nobody_sees_is_that_of_the_same_order(workspace, tmp_path):
    for number in ("\u200bo1", "o1\u2060", "o1"):
        report = take(workspace, tmp_path, "orders.csv", f"order_id,paid_amount,id.phone\n{number},10,13800000001")
    assert report.counts["duplicate"] == 1
    assert in_force(workspace, "orders", "order_id") == [("o1",)]


def test_a_quarantined_row_can_be_read_again_by_who_holds_the_keys(workspace, tmp_path):
    take(workspace, tmp_path, "relations.csv", "relation_type,started_at,id.phone\n member,2026-13-01,13800000001")
    (row,) = quarantine.rows(workspace)
    assert (row["line"], row["column"]) == (2, "started_at")
    assert row["cells"] == {"relation_type": "member", "started_at": "2026-13-01", "id.phone": "13800000001"}


def test_a_mended_row_is_loaded_and_the_others_are_duplicates(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", ORDERS.replace("2026-03-02", "2026-02-30"))
    assert take(workspace, tmp_path, "orders.csv", ORDERS, now=LATER).counts["loaded"] == 1


def test_orders_may_be_anonymous_and_relations_may_not(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", "order_id,paid_amount,id.phone\n o1,5,")
    assert in_force(workspace, "orders", "identifier_id") == [(None,)]
    report = take(workspace, tmp_path, "relations.csv", "relation_type,started_at,id.phone\n fan,2026-01-01,")
    assert report.counts["quarantined"] == 1


def test_masked_blocked_and_invalid_values_are_no_identifiers_and_are_counted(workspace, tmp_path):
    report = take(workspace, tmp_path, "orders.csv", """order_id,paid_amount,id.phone,id.unionid
        o1,5,138****0001,null
        o2,5,12,
        o3,5,13800000003,oABC""")
    assert report.files[0].identifiers_ignored == {"phone": {"masked": 1, "invalid": 1}, "unionid": {"blocked": 1}}
    assert len(kept(workspace, "identifier")) == 2
    assert "138****0001" not in str(report.as_json())


@pytest.mark.parametrize("word", ["#N/A", "N/A", "无", "匿名用户", "\\N", "#REF!", "--"])
def test_what_stands_for_nobody_is_nobody(workspace, tmp_path, word):
    rows = "\n".join(f"o{n},5,{word},1380000000{n}" for n in range(9))
    report = take(workspace, tmp_path, "orders.csv", f"order_id,paid_amount,id.customer,id.phone\n{rows}")
    assert report.files[0].identifiers_ignored == {"customer": {"blocked": 9}}
    assert len(kept(workspace, "identifier")) == 9


def test_errors_of_a_spreadsheet_are_no_values(workspace, tmp_path):
    workspace.settings = workspace.settings.with_values(identity__blocked=["null"])
    report = take(workspace, tmp_path, "orders.csv", """order_id,paid_at,paid_amount,store,id.member_card,id.phone
        #N/A,2026-01-01,5,Bund,A1,13800000001
        o2,2026-01-01,5,#DIV/0!,#REF!,13800000002
        o3,2026-01-01,5,#1 Bund,#REF!,13800000003
        o4,#VALUE!,5,Bund,A4,13800000004""")
    assert (report.counts["loaded"], report.counts["quarantined"]) == (2, 2)
    assert {row.reason for row in report.files[0].reasons} == {
        "an error of the spreadsheet, which is no value", "expected a time such as 2026-01-31 18:05:00"}  # fmt: skip
    assert in_force(workspace, "orders", "store") == [("#1 Bund",), (None,)]
    assert report.files[0].identifiers_ignored == {"member_card": {"blocked": 2}}


def test_a_dry_run_says_what_would_happen_and_leaves_nothing(workspace, tmp_path):
    before = everything(workspace)
    report = take(workspace, tmp_path, "orders.csv", ORDERS, dry_run=True)
    assert report.counts["loaded"] == 2
    assert everything(workspace) == before
    assert workspace.operations.committed_loads() == []
    assert not list(workspace.landed.glob("*"))


@pytest.mark.parametrize(("column", "hint"), [
    ("touch_point", "Did you mean 'touchpoint'?"), ("ID.Phone", "Did you mean 'id.phone'?"),
    ("id", "columns of their own: id.phone"), ("id.member_crad", "trusted least. Did you mean 'member_card'?"),
])
def test_an_unknown_column_is_noted_with_what_it_may_have_meant(workspace, tmp_path, column, hint):
    report = take(workspace, tmp_path, "orders.csv", f"order_id,paid_amount,{column}\n o1,5,live")
    assert hint in report.files[0].notes[0]


def test_a_member_list_keeps_other_columns_as_attributes_but_not_those_that_name_a_person(workspace, tmp_path):
    report = take(workspace, tmp_path, "members.csv",
                  "platform,tier,skin_type,姓名,id.phone\n youzan,gold,dry,林小姐,13800000001")
    assert in_force(workspace, "members", "tier", "attributes") == [("gold", '{"skin_type":"dry"}')]
    assert [note for note in report.files[0].notes if "may name a person" in note and "姓名" in note]


def test_phones_inside_free_text_are_hidden(workspace, tmp_path):
    take(workspace, tmp_path, "feedback.csv",
         "occurred_at,kind,text,id.phone\n 2026-01-01,complaint,call 13800009999 please,13800000001")
    assert in_force(workspace, "feedback", "text") == [("call *** please",)]


def test_phones_inside_labels_become_marks_that_keep_the_labels_apart(workspace, tmp_path):
    report = take(workspace, tmp_path, "orders.csv", """order_id,paid_at,paid_amount,guide,coupon
        o1,2026-01-01,5,Lin 13800009999,SPRING
        o2,2026-01-01,5,Lin +86 138-0000-9999,Guan@Example.com
        o3,2026-01-01,5,Lin 13800009998,guan@example.com""")
    [(_, lin, spring), (_, same, mail), (_, other, same_mail)] = in_force(
        workspace, "orders", "order_id", "guide", "coupon")
    assert (lin, spring, mail) == (same, "SPRING", same_mail)
    assert lin != other
    assert all(re.fullmatch("Lin [*]{3}[a-z2-7]{8}", label) for label in (lin, other))
    told = [note.split(":")[0] for note in report.files[0].notes if "mail" in note]
    assert told == ["1 name(s) in coupon hold a phone or an e-mail address",
                    "2 name(s) in guide hold a phone or an e-mail address"]


def test_consents_are_kept_in_operations_and_copied_to_the_warehouse(workspace, tmp_path):
    take(workspace, tmp_path, "consents.csv",
         "occurred_at,purpose,channel,action,source,id.phone\n 2026-01-01,marketing,sms,grant,form 7,13800000001")
    with workspace.operations.connect() as connection:
        kept_there = connection.execute(sa.select(CONSENT.c.fact_id, CONSENT.c.channel, CONSENT.c.source)).all()
    assert [tuple(row) for row in kept_there] == in_force(workspace, "consents", "fact_id", "channel", "stated_source")


def test_purposes_and_channels_nobody_knows_are_told(workspace, tmp_path):
    report = take(workspace, tmp_path, "consents.csv", """occurred_at,purpose,channel,action,id.phone
        2026-01-01,markting,sms,grant,13800000001
        2026-01-01,marketing,fax,grant,13800000001""")
    purpose, channel = report.files[0].notes
    assert "1 purpose(s) of consents are not known and allow nothing: 'markting'. Did you mean 'marketing'?" in purpose
    assert "1 channel(s) of consents are not known and are never open: 'fax'." in channel


def test_a_file_that_lacks_a_required_column_is_refused_before_anything_is_written(workspace, tmp_path):
    with pytest.raises(SourceError, match="paid_amount"):
        take(workspace, tmp_path, "orders.csv", "order_id,paid\n o1,5", kind="orders")
    assert workspace.operations.committed_loads() == []


def test_a_file_that_breaks_while_it_is_read_is_refused_and_the_others_are_loaded(workspace, tmp_path):
    rows = {"a": "o1,1,13800000001", "b": "o2,1,13800000002", "c": '"o3,1,13800000003\n o6,1,13800000004',
            "d": "o4,1,13800000003", "e": "o5,1,13800000001"}  # fmt: skip
    files = [csv(tmp_path, f"{name}.csv", f"order_id,paid_amount,id.phone\n {row}\n") for name, row in rows.items()]
    report = load(workspace, files, now=NOW)
    [refused] = report.files_refused
    assert refused["file"] == "c.csv"
    assert "never closed" in refused["message"]
    assert [file.file for file in report.files] == ["a.csv", "b.csv", "d.csv", "e.csv"]
    assert {order for order, in in_force(workspace, "orders", "order_id")} == {"o1", "o2", "o4", "o5"}
    people = {row["identifier_id"] for row in workspace.warehouse.rows(IDENTIFIER.expr())}
    assert {who for who, in in_force(workspace, "orders", "identifier_id")} == people


def test_every_file_is_a_load_of_its_own_with_its_report(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", ORDERS)
    take(workspace, tmp_path, "orders-2.csv", ORDERS.replace("o1", "o3"))
    with workspace.operations.connect() as connection:
        loads = connection.execute(sa.select(LOAD.c.load_id, LOAD.c.file_name).order_by(LOAD.c.load_id)).all()
    assert [tuple(row) for row in loads] == [(1, "orders.csv"), (2, "orders-2.csv")]


def test_a_file_that_fails_ends_the_preparation_of_the_next_and_leaves_the_one_before(workspace, tmp_path, monkeypatch):
    paths = [csv(tmp_path, f"orders_{n}.csv", ORDERS.replace("o1", f"a{n}").replace("o2", f"b{n}")) for n in range(3)]
    finish, landed = Landing.finish, []

    def full(landing, *rows):
        landed.append(landing)
        if len(landed) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        finish(landing, *rows)

    monkeypatch.setattr(Landing, "finish", full)
    with pytest.raises(WorkspaceError, match=r"orders_1.csv: nothing was loaded"):
        load(workspace, paths, now=NOW)
    assert in_force(workspace, "orders", "order_id") == [("a0",), ("b0",)]
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]


def test_a_refund_without_a_date_is_dated_by_the_first_load_that_shows_it(workspace, tmp_path):
    text = "order_id,paid_at,paid_amount,refund_amount\n o1,2026-03-01,10,4\n o2,2026-03-01,10,"
    take(workspace, tmp_path, "orders.csv", text)
    report = take(workspace, tmp_path, "orders.csv", text, now=LATER)
    assert report.counts["duplicate"] == 2
    assert in_force(workspace, "orders", "order_id", "refunded_at", "refunded_day", "refund_basis") == [
        ("o1", 1798804800000000, 20819, "observed"), ("o2", None, None, None)]


MEMBERS = "id.phone,id.email,joined_at\n13800000001,a@b.com,2026-01-01"
EMAIL_FIRST = {"identity__namespaces": ["email", "phone"]}


def test_another_order_of_namespaces_is_refused_until_all_is_read_again_that_way(workspace, tmp_path):
    take(workspace, tmp_path, "members.csv", MEMBERS)
    workspace.settings = workspace.settings.with_values(**EMAIL_FIRST)
    with pytest.raises(SettingsError, match="now email, phone, then phone, email") as refused:
        take(workspace, tmp_path, "members.csv", MEMBERS)
    assert "siyu rebuild" in refused.value.remedy
    with pytest.raises(SettingsError, match="now email, phone, then phone, email"):
        resolve_and_measure(workspace, now=LATER)
    rebuild(workspace, NOW)
    resolve_and_measure(workspace, now=LATER)
    assert take(workspace, tmp_path, "members.csv", MEMBERS).counts["duplicate"] == 1


def test_what_links_since_is_refused_until_all_is_read_again_that_way(workspace, tmp_path):
    """Of a namespace that did not link, no pairs were kept."""
    workspace.settings = workspace.settings.with_values(identity__not_linking=["device", "email", "qq"])
    take(workspace, tmp_path, "members.csv", f"{MEMBERS}\n13800000002,a@b.com,2026-01-02")
    assert f_of(workspace) == 2
    workspace.settings = workspace.settings.with_values(identity__not_linking=["device"])
    for refused in (lambda: take(workspace, tmp_path, "members.csv", MEMBERS), lambda: f_of(workspace)):
        with pytest.raises(SettingsError, match="not_linking no longer names email, and did") as told:
            refused()
        assert "siyu rebuild" in told.value.remedy
    rebuild(workspace, NOW)
    assert f_of(workspace) == 1
    workspace.settings = workspace.settings.with_values(identity__not_linking=["device", "email"])
    assert f_of(workspace) == 2


def f_of(workspace) -> int:
    return resolve_and_measure(workspace, now=LATER)["fast_plus"]["F"]["sustainable_relationships"]


@pytest.mark.parametrize("namespaces", [["phone", "email", "wechat_id"], ["member_card", "phone", "qq", "email"]])
def test_namespaces_that_nobody_has_may_come_and_go(workspace, tmp_path, namespaces):
    take(workspace, tmp_path, "members.csv", MEMBERS)
    workspace.settings = workspace.settings.with_values(identity__namespaces=namespaces)
    assert take(workspace, tmp_path, "members.csv", MEMBERS).counts["duplicate"] == 1


def test_an_order_that_no_longer_names_its_buyer_is_told(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", "order_id,paid_amount,id.phone\n1,10,13800000001\n2,10,")
    report = take(workspace, tmp_path, "orders.csv", "order_id,paid_amount,id.phone\n1,11,\n2,11,")
    assert any(note.startswith("1 row(s) of orders replace earlier ones and name no buyer") for f in report.files
               for note in f.notes)  # fmt: skip


def test_a_phone_in_the_name_of_a_file_is_kept_nowhere(workspace, tmp_path):
    take(workspace, tmp_path, "orders 13855556666.csv", "order_id,paid_amount\n1,10")
    with workspace.operations.connect() as connection:
        assert connection.execute(sa.select(LOAD.c.file_name)).scalar() == "orders ***.csv"


def test_a_pipe_is_refused_and_not_waited_for(workspace, tmp_path):
    os.mkfifo(tmp_path / "orders.csv")
    with pytest.raises(SourceError, match="found a pipe"):
        load(workspace, [tmp_path / "orders.csv"], now=NOW)


def test_a_row_that_equals_a_corrected_version_is_told(workspace, tmp_path):
    text = "metric,scope,period,value\nT,,2026-05,"
    for value, told in (("0.2", []), ("0.3", []), ("0.2", ["1 row(s) of targets equal an earlier version"])):
        report = take(workspace, tmp_path, "targets.csv", text + value)
        assert [note[:44] for note in report.files[0].notes if "earlier version" in note] == told
    assert in_force(workspace, "targets", "value") == [(0.3,)]


@pytest.mark.parametrize("turned", [False, True])
def test_an_order_under_a_platform_and_under_none_is_told(workspace, tmp_path, turned):
    head = "order_id,paid_at,paid_amount,platform\n"
    files = [head + "o1,2026-06-01,5,youzan\no2,2026-06-01,5,youzan", head + "o1,2026-06-01,5,\no3,2026-06-01,5,"]
    told = []
    for text in reversed(files) if turned else files:
        report = take(workspace, tmp_path, "orders.csv", text)
        told.append([note for note in report.files[0].notes if "under a platform and under none" in note])
    assert [len(notes) for notes in told] == [0, 1]
    assert told[1][0].startswith("1 order(s)")
    assert "(first: o1)" in told[1][0]


def test_a_file_on_which_we_break_stops_the_day_no_more_than_any_other(workspace, tmp_path, monkeypatch):
    """`siyu daily` finds it every day: it is refused then; who loads it by hand is told of the bug."""
    files = [csv(tmp_path, f"orders-{n}.csv", f"order_id,paid_at,paid_amount\no{n},2026-06-01,5") for n in range(3)]
    plain = keeping.pipeline.run

    def breaks(workspace, coming, load, seen=None):
        found = plain(workspace, coming, load, seen)
        if {order for (order,) in in_force(workspace, "orders", "order_id")} >= {"o1"} and not broken:
            broken.append(1)
            raise AssertionError("ours")
        return found

    broken: list[int] = []
    monkeypatch.setattr(keeping.pipeline, "run", breaks)
    report = load(workspace, files, strict=False, now=NOW)
    assert [(r["file"], "AssertionError" in r["message"]) for r in report.files_refused] == [("orders-1.csv", True)]
    assert in_force(workspace, "orders", "order_id") == [("o0",), ("o2",)]
    broken.clear()
    with pytest.raises(AssertionError):
        load(workspace, files[1:2], now=NOW)
    assert load(workspace, files[1:2], now=NOW).files[0].counts["loaded"] == 1


REGIONS = "relation_type,started_at,id.phone\n fan,2026-03-01,2125550123"


def test_another_region_of_phones_than_that_of_earlier_loads_is_told(workspace, tmp_path):
    """The same number becomes another person, whom no rebuild would bring together."""
    assert take(workspace, tmp_path, "relations.csv", REGIONS).notes == []
    workspace.settings = defaults().with_values(brand__phone_region="US")
    (note,) = take(workspace, tmp_path, "relations.csv", REGIONS, now=LATER).notes
    assert note.startswith("Phones without a country code are read as of US now, and those of earlier loads as of CN")


SHOP = "13800000001"
BLOCKED = defaults().with_values(identity__blocked_phones=[SHOP])
INVITED = f"occurred_at,kind,inviter.id.phone,inviter.id.openid,invitee.id.openid\n 2026-03-01,click,{SHOP},o1,o2"


@pytest.mark.parametrize(("name", "text", "refused"), [
    ("contents", f"kind,occurred_at,id.phone,id.openid\n ugc,2026-03-01,{SHOP},o1", True),
    ("contents", "kind,occurred_at,id.phone,id.openid\n ugc,2026-03-01,,o1", False),
    ("referrals", INVITED, True),
    ("events", f"event_id,name,occurred_at,id.phone,id.openid\n ,visit,2026-03-01,{SHOP},o1", True),
    ("events", f"event_id,name,occurred_at,id.phone,id.openid\n e1,visit,2026-03-01,{SHOP},o1", False),
    ("orders", f"order_id,paid_at,paid_amount,id.phone,id.openid\n 1,2026-03-01,5,{SHOP},o1", False),
])  # fmt: skip
def test_rows_under_a_value_that_is_blocked_since_would_count_twice(workspace, tmp_path, name, text, refused):
    take(workspace, tmp_path, f"{name}.csv", text)
    workspace.settings = BLOCKED
    if refused:
        with pytest.raises(SettingsError, match="would stand under another identifier and count twice"):
            take(workspace, tmp_path, f"{name}.csv", text, now=LATER)
        rebuild(workspace, LATER)
    take(workspace, tmp_path, f"{name}.csv", text, now=LATER)
    assert len(in_force(workspace, name, "fact_id")) == 1


def test_rows_under_a_value_that_is_no_longer_blocked_would_count_twice(workspace, tmp_path):
    text = f"kind,occurred_at,id.phone,id.openid\n ugc,2026-03-01,{SHOP},o1"
    workspace.settings = BLOCKED
    take(workspace, tmp_path, "contents.csv", text)
    workspace.settings = defaults()
    with pytest.raises(SettingsError, match="no longer names a value that it named when facts were loaded"):
        take(workspace, tmp_path, "contents.csv", text, now=LATER)
    rebuild(workspace, LATER)
    assert take(workspace, tmp_path, "contents.csv", text, now=LATER).counts["duplicate"] == 1


@pytest.mark.parametrize(("paid_at", "amount", "reason"), [
    ("2026-03-01", "1000000000000", "an amount of 10^12 or more"),
    ("2026-03-01", "999999999999.99", "an amount of 10^12 or more"),
    ("2026-03-01", "12 yuan", "expected an amount such as 148.50"),
    ("1900-01-01", "5", "expected a year from 1901 to 2199"), ("2026-02-30", "5", "there is no such day or time"),
])  # fmt: skip
def test_a_value_that_has_the_form_and_is_none_is_told_why(workspace, tmp_path, paid_at, amount, reason):
    report = take(workspace, tmp_path, "orders.csv", f"order_id,paid_at,paid_amount\n o1,{paid_at},{amount}")
    assert [found.reason for found in report.files[0].reasons] == [reason]


def test_a_time_in_another_format_than_the_mapping_names_is_told_one_in_it(workspace, tmp_path):
    mapping = csv(tmp_path, "own.toml", """
        name = "own"
        [[rows]]
        kind = "orders"
        [rows.columns]
        order_id = "order_id"
        paid_at = { from = "paid_at", format = ["%Y/%m/%d %H:%M", "%d.%m.%Y"] }
        paid_amount = { const = "1" }""")
    report = take(workspace, tmp_path, "o.csv", "order_id,paid_at\n o1,2026-01-31 18:05:00", mapping=str(mapping))
    assert [found.reason for found in report.files[0].reasons] == [
        "expected a time such as 2026/01/31 18:05 or 31.01.2026"]


OPENID = "relation_type,started_at,ended_at,id.phone,id.openid\n fan,2026-03-01,,,o1\n fan,2026-03-02,,,o2"


@pytest.mark.parametrize(("later", "told"), [
    (OPENID.replace(",,,o1", ",2026-06-10,13800000001,o1"), 1),
    (OPENID.replace(",,,o1", ",2026-06-10,,o1"), 0),  # a correction of its own row
    (OPENID.replace("03-01,,,o1", "03-09,,13800000001,o1"), 0),  # another relation
    (OPENID.replace(",,,o1", ",,,o1\n fan,2026-03-01,,13800000001,o1"), 1),
])  # fmt: skip
def test_rows_that_repeat_others_under_a_further_identifier_are_told(workspace, tmp_path, later, told):
    """They do not end what those say is open."""
    take(workspace, tmp_path, "relations.csv", OPENID)
    (file,) = take(workspace, tmp_path, "relations.csv", later, now=LATER).files
    notes = [note for note in file.notes if "under another identifier" in note]
    assert [note.split(" row(s)")[0] for note in notes] == [str(told)] * bool(told)
