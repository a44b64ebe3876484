"""Full lists as of a day: who is new, who has left, who comes back, and the guard."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.core.errors import SnapshotError
from siyu.core.time import date_of
from siyu.sources.replay import rebuild
from tests.sources.arrivals import LATER, batches_of, in_force, kept, take

SCOPE = {"relation_type": "fan", "platform": "youzan"}


def snapshot(workspace, folder, day, people, *, kind="relations", scope=SCOPE, now=LATER, **options):
    text = people if isinstance(people, str) else "id.unionid\n" + "\n".join(people)
    return take(workspace, folder, f"{kind}.csv", text, kind=kind, snapshot_of=dt.date.fromisoformat(day), scope=scope,
                now=now, **options)


def spans(workspace):
    """(started, ended, bases) of the relations in force."""
    rows = in_force(workspace, "relations", "started_day", "ended_day", "started_at_basis", "ended_at_basis")
    return [(date_of(a).isoformat(), b and date_of(b).isoformat(), basis, end) for a, b, basis, end in rows]


def test_who_is_new_starts_at_the_day_of_the_snapshot(workspace, tmp_path):
    report = snapshot(workspace, tmp_path, "2026-06-01", ["u1", "u2"])
    assert spans(workspace) == [("2026-06-01", None, "observed", None)] * 2
    assert report.files[0].snapshot == {"open_before": 0, "opened": 2, "closed": 0}


def test_the_same_snapshot_loaded_twice_changes_nothing(workspace, tmp_path):
    snapshot(workspace, tmp_path, "2026-06-01", ["u1", "u2"])
    report = snapshot(workspace, tmp_path, "2026-06-01", ["u1", "u2"])
    assert report.counts["duplicate"] == 2
    assert len(kept(workspace, "relations")) == 2


def test_who_is_absent_has_left_at_the_day_of_the_snapshot(workspace, tmp_path):
    snapshot(workspace, tmp_path, "2026-06-01", [f"u{i}" for i in range(10)])
    report = snapshot(workspace, tmp_path, "2026-07-01", [f"u{i}" for i in range(9)])
    assert report.files[0].snapshot == {"open_before": 10, "opened": 0, "closed": 1}
    assert spans(workspace)[0] == ("2026-06-01", "2026-07-01", "observed", "observed")
    assert len(spans(workspace)) == 10


def test_a_scope_names_a_label_with_a_phone_as_its_list_does(workspace, tmp_path):
    for day, people in (("2026-06-01", ("u1", "u2")), ("2026-07-01", ("u1",))):
        rows = "\n".join(f"Lin 13900000000,{person}" for person in people)
        snapshot(workspace, tmp_path, day, f"group,id.unionid\n{rows}", allow_drop=True,
                 scope={"relation_type": "group_member", "group": "Lin +86 139-0000-0000"})
    assert {ended for _, ended, *_ in spans(workspace)} == {None, "2026-07-01"}


def test_who_comes_back_holds_a_second_relation(workspace, tmp_path):
    for day, people in (("2026-06-01", ["u1", "u2"]), ("2026-07-01", ["u1"]), ("2026-08-01", ["u1", "u2"])):
        snapshot(workspace, tmp_path, day, people, allow_drop=True)
    assert spans(workspace) == [("2026-06-01", "2026-07-01", "observed", "observed"),
                                ("2026-06-01", None, "observed", None), ("2026-08-01", None, "observed", None)]


@pytest.mark.parametrize("header", ["id.unionid", "started_at,id.unionid"])
def test_of_two_lists_of_a_day_the_later_one_counts_whoever_came_and_went_between(workspace, tmp_path, header):
    """A list that was cut short and the whole one, as often as they come."""
    whole = [f"2026-05-0{i},u{i}" if "," in header else f"u{i}" for i in (1, 2, 3)]
    for people in (whole, whole[:1], whole, whole[:1], whole):
        snapshot(workspace, tmp_path, "2026-06-01", "\n".join((header, *people)), allow_drop=True)
        held = [day for _, day, *_ in spans(workspace)]
        assert held.count(None) == len(people)


def test_a_tier_that_a_later_list_gives_back_is_in_force_again(workspace, tmp_path):
    for day, tier in (("2026-05-01", "gold"), ("2026-06-01", "silver"), ("2026-07-01", "gold")):
        snapshot(workspace, tmp_path, day, f"tier,id.unionid\n{tier},u1", kind="members",
                 scope={"relation_type": "member", "platform": "youzan"})
        assert in_force(workspace, "members", "tier") == [(tier,)]


def test_a_list_that_names_somebody_twice_changes_nothing_when_it_comes_again(workspace, tmp_path):
    rows = {"scope": {"relation_type": "member", "platform": "youzan"}, "kind": "members"}
    twice = "tier,id.unionid\ngold,u1\nsilver,u1"
    for day, text, tier in (("2026-06-01", twice, "silver"), ("2026-06-01", twice, "silver"),
                            ("2026-07-01", "tier,id.unionid\nblack,u1", "black"), ("2026-08-01", twice, "silver"),
                            ("2026-08-01", twice, "silver"), ("2026-09-01", "tier,id.unionid\ngold,u1", "gold"),
                            ("2026-09-02", twice, "silver"), ("2026-09-03", twice, "silver")):  # fmt: skip
        snapshot(workspace, tmp_path, day, text, **rows)
        assert in_force(workspace, "members", "tier") == [(tier,)]
    assert len(kept(workspace, "members")) == 6


def test_who_comes_back_with_the_old_date_holds_a_second_relation(workspace, tmp_path):
    dated = "id.unionid,started_at\n u1,2025-05-05"
    for day, people in (("2026-06-01", f"{dated}\n u2,2025-05-06"), ("2026-07-01", dated),
                        ("2026-08-01", f"{dated}\n u2,2025-05-06"), ("2026-08-01", f"{dated}\n u2,2025-05-06"),
                        ("2026-09-01", f"{dated}\n u2,2025-05-06")):
        snapshot(workspace, tmp_path, day, people, allow_drop=True)
    assert spans(workspace) == [("2025-05-05", None, "stated", None),
                                ("2025-05-06", "2026-07-01", "stated", "observed"),
                                ("2026-08-01", None, "observed", None)]


def test_a_later_end_in_the_list_itself_is_no_return(workspace, tmp_path):
    ended = "id.unionid,started_at,ended_at\n u1,2025-05-05,2026-03-03"
    for day in ("2026-06-01", "2026-07-01"):
        snapshot(workspace, tmp_path, day, ended)
    assert spans(workspace) == [("2025-05-05", "2026-03-03", "stated", "stated")]


def test_a_row_in_quarantine_still_shows_who_is_there(workspace, tmp_path):
    snapshot(workspace, tmp_path, "2026-06-01", "id.unionid,started_at\n u1,2025-05-05\n u2,2025-05-06")
    report = snapshot(workspace, tmp_path, "2026-07-01",
                      "id.unionid,started_at\n u1,2025-05-05\n u2,0000-00-00\n u3,0000-00-00")
    assert report.counts["quarantined"] == 2
    assert report.files[0].snapshot == {"open_before": 2, "opened": 0, "closed": 0}
    assert [ended for _, ended, _, _ in spans(workspace)] == [None, None]
    assert len(kept(workspace, "identifier")) == 2


def test_a_list_older_than_the_one_loaded_is_refused(workspace, tmp_path):
    snapshot(workspace, tmp_path, "2026-07-01", ["u1", "u2"])
    before = kept(workspace, "relations")
    for told in ({}, {"allow_drop": True}):  # who stands in this one alone would be held for ever
        with pytest.raises(SnapshotError, match="as of 2026-06-01 is older than the one as of 2026-07-01"):
            snapshot(workspace, tmp_path, "2026-06-01", ["u1", "u3"], **told)
    assert kept(workspace, "relations") == before
    other = snapshot(workspace, tmp_path, "2026-06-01", ["u1"], scope={**SCOPE, "relation_type": "group_member"})
    assert other.counts["loaded"] == 1


def test_a_drop_above_the_guard_is_refused_and_leaves_everything_as_it_was(workspace, tmp_path):
    snapshot(workspace, tmp_path, "2026-06-01", ["u1", "u2"])
    before = kept(workspace, "relations")
    with pytest.raises(SnapshotError, match="would close 1 of 2"):
        snapshot(workspace, tmp_path, "2026-07-01", ["u1"])
    assert kept(workspace, "relations") == before
    assert workspace.operations.committed_loads() == [1]


def test_relations_outside_the_scope_stay_open(workspace, tmp_path):
    take(workspace, tmp_path, "relations.csv", """relation_type,platform,started_at,id.unionid
        fan,tmall,2026-01-01,u8
        member,youzan,2026-01-01,u9""")
    snapshot(workspace, tmp_path, "2026-06-01", ["u1"])
    assert [ended for _, ended, _, _ in spans(workspace)] == [None, None, None]


def test_a_scope_that_no_row_of_the_list_is_in_is_refused(workspace, tmp_path):
    whole = "platform,id.unionid\nyouzan,u1\nyouzan,u2"
    with pytest.raises(SnapshotError, match=r"scope platform=yuzan\. Did you mean 'youzan'") as caught:
        snapshot(workspace, tmp_path, "2026-06-01", whole, scope={**SCOPE, "platform": "yuzan"}, allow_drop=True)
    assert caught.value.remedy == "The file has platform: youzan."
    assert not kept(workspace, "relations")
    some = snapshot(workspace, tmp_path, "2026-06-01", f"{whole}\ntmall,u3")
    assert some.counts["loaded"] == 3


def test_a_scope_by_what_the_list_lacks_is_told(workspace, tmp_path):
    people = ("客户手机号,是否会员,成为客户时间,成为会员时间,公众号关注时间,企微好友\n"
              "13800000001,是,2026-01-01 10:00:00,,,\n13800000002,是,2026-01-01 10:00:00,,,")
    scope = {"relation_type": "member", "store": "旗舰店"}
    told = [take(workspace, tmp_path, "people.csv", people, snapshot_of=dt.date(2026, 6, day), scope=scope, now=LATER)
            for day in (1, 2)]  # fmt: skip
    assert [any("none of these is in its scope" in note for note in report.files[0].notes) for report in told] == [
        False, True]


def test_lines_that_a_first_list_repeats_were_not_open_already(workspace, tmp_path):
    report = snapshot(workspace, tmp_path, "2026-06-01", """id.unionid,started_at
        u1,2026-01-01
        u1,2026-01-01
        u2,2026-01-01
        u3,
        u3,""")
    assert report.counts["duplicate"] == 2
    assert report.files[0].notes == []


def test_a_list_that_shows_what_began_after_its_day_is_refused(workspace, tmp_path):
    people = "id.unionid,started_at\n u1,2026-05-31\n u2,2026-06-02 08:00:00\n u3,2026-06-05"
    with pytest.raises(SnapshotError, match="cannot be as of 2026-06-01: 2 of its relations began after") as caught:
        snapshot(workspace, tmp_path, "2026-06-01", people)
    assert "--snapshot-of 2026-06-05 or later" in caught.value.remedy
    assert not kept(workspace, "relations")
    assert snapshot(workspace, tmp_path, "2026-06-05", people).counts["loaded"] == 3


def test_a_date_of_its_own_wins_over_the_day_of_the_snapshot(workspace, tmp_path):
    snapshot(workspace, tmp_path, "2026-06-01", "id.unionid,started_at\n u1,2025-05-05\n u2,")
    assert spans(workspace) == [("2025-05-05", None, "stated", None), ("2026-06-01", None, "observed", None)]


def test_a_person_is_the_same_by_any_identifier_of_the_row(workspace, tmp_path):
    snapshot(workspace, tmp_path, "2026-06-01", ["u1"])
    snapshot(workspace, tmp_path, "2026-07-01", "id.unionid,id.phone\n u1,13800000001")
    assert spans(workspace) == [("2026-06-01", None, "observed", None)]


def test_a_relation_stated_earlier_is_closed_by_its_absence(workspace, tmp_path):
    take(workspace, tmp_path, "relations.csv", """relation_type,platform,touchpoint,started_at,id.unionid
        fan,youzan,shop,2026-01-01,u1
        fan,youzan,shop,2026-01-01,u2""")
    snapshot(workspace, tmp_path, "2026-06-01", ["u1"], allow_drop=True)
    assert spans(workspace) == [("2026-01-01", "2026-06-01", "stated", "observed"),
                                ("2026-01-01", None, "stated", None)]


def test_a_member_list_opens_and_closes_memberships(workspace, tmp_path):
    scope = {"relation_type": "member", "platform": "youzan"}
    snapshot(workspace, tmp_path, "2026-06-01", "tier,id.unionid\n gold,u1\n gold,u2", kind="members", scope=scope)
    snapshot(workspace, tmp_path, "2026-07-01", "tier,id.unionid\n black,u1", kind="members", scope=scope,
             allow_drop=True)
    assert [ended for _, ended, _, _ in spans(workspace)] == ["2026-07-01", None]
    assert in_force(workspace, "members", "tier") == [("black",), ("gold",)]


def test_memberships_of_an_earlier_dated_list_stay_and_end_there(workspace, tmp_path):
    take(workspace, tmp_path, "members.csv",
         "platform,joined_at,id.unionid\n youzan,2025-01-01,u1\n youzan,2025-01-01,u2")
    snapshot(workspace, tmp_path, "2026-07-01", "tier,id.unionid\n gold,u1", kind="members", allow_drop=True,
             scope={"relation_type": "member", "platform": "youzan"})
    joined = in_force(workspace, "members", "joined_day", "left_day", "tier")
    assert joined == [(20089, 20635, None), (20089, None, "gold")]
    assert spans(workspace) == []


UNDATED = """name = "friends"
[[rows]]
kind = "relations"
[rows.columns]
relation_type = { const = "fan" }
platform = { const = "%s" }
"id.unionid" = "id.unionid"
"""


def added(workspace, folder, people, platform="youzan", **options):
    """A file of people without dates, loaded as rows."""
    (folder / "friends.toml").write_text(UNDATED % platform, encoding="utf-8")
    text = "id.unionid\n" + "\n".join(people)
    report = take(workspace, folder, "friends.csv", text, mapping=str(folder / "friends.toml"), **options)
    return report.counts["loaded"], report.counts["duplicate"]


@pytest.mark.parametrize("batch", [1, 100])
def test_people_without_dates_whom_a_list_has_shown_begin_nothing_new(workspace, tmp_path, monkeypatch, batch):
    batches_of(batch, monkeypatch)
    snapshot(workspace, tmp_path, "2026-06-01", ["u1", "u2"])
    assert added(workspace, tmp_path, ["u1", "u2", "u3", "u3"], now=LATER) == (1, 3)
    assert added(workspace, tmp_path, ["u1", "u2", "u3"], now=LATER) == (0, 3)
    assert added(workspace, tmp_path, ["u1"], platform="wecom", now=LATER) == (1, 0)
    assert len(spans(workspace)) == 4
    assert rebuild(workspace, LATER).equal


def test_people_without_dates_who_had_left_are_back(workspace, tmp_path):
    snapshot(workspace, tmp_path, "2026-06-01", ["u1", "u2"])
    snapshot(workspace, tmp_path, "2026-07-01", ["u1"], allow_drop=True)
    assert added(workspace, tmp_path, ["u1", "u2"], now=LATER) == (1, 1)
    assert sorted(str(end) for _, end, *_ in spans(workspace)) == ["2026-07-01", "None", "None"]


def test_people_whom_an_end_without_a_start_let_go_are_back_too(workspace, tmp_path):
    snapshot(workspace, tmp_path, "2026-06-01", ["u1"])
    take(workspace, tmp_path, "relation_ends.csv", "relation_type,ended_at,id.unionid\n fan,2026-06-20,u1", now=LATER)
    assert added(workspace, tmp_path, ["u1"], now=LATER) == (1, 0)


def test_a_scope_of_unknown_words_is_refused(workspace, tmp_path):
    with pytest.raises(SnapshotError, match="Did you mean 'platform'"):
        snapshot(workspace, tmp_path, "2026-06-01", ["u1"], scope={"plattform": "youzan"})


def test_a_snapshot_of_orders_is_refused(workspace, tmp_path):
    with pytest.raises(SnapshotError, match="relations or members"):
        snapshot(workspace, tmp_path, "2026-06-01", "order_id,paid_amount\n o1,5", kind="orders")


def test_a_day_without_a_scope_is_refused(workspace, tmp_path):
    with pytest.raises(SnapshotError, match="a scope is missing"):
        snapshot(workspace, tmp_path, "2026-06-01", ["u1"], scope=None)
