"""A person who is everywhere is erased: no byte tells of them, and the measures are those of a brand that never held
them but holds their orders without a name.
"""

from __future__ import annotations

import json
import shutil
import zipfile

import pytest
import sqlalchemy as sa
import xlsxwriter

from siyu.api.loops import loops
from siyu.core.errors import PrivacyError
from siyu.core.identifiers import identifier_id
from siyu.measures.measure import measure
from siyu.privacy import erase, requests
from siyu.privacy.docket import DONE, REQUESTED, Case
from siyu.privacy.erase import Erased
from siyu.sources import live
from siyu.sources.landed import quarantine
from siyu.sources.load import load
from siyu.sources.replay import rebuild
from siyu.store import workspace as workspaces
from siyu.store.audit import acts
from siyu.store.schema import CONSENT, CONSENT_PROOF, LOAD, TOMBSTONE
from siyu.store.workspace import Workspace, open_workspace
from tests.breadth import wide
from tests.privacy.planted import AFTER, ANNA, CARD, DAY, EMAIL, PHONE, VALUES, bytes_of, marks, plant, sealed
from tests.sources import test_platforms_tmall as tmall
from tests.sources.arrivals import everything, in_force, kept, take
from tests.sources.exports import facts, load_one, write
from tests.sources.test_platforms_forget import worth


def erased(workspace: Workspace, *queries: str) -> Erased:
    """Requests for some people, or Lin, filed, approved and carried out in one run."""
    for query in queries or (f"phone:{PHONE}",):
        request = requests.file(workspace, query, Case(reference="case 7"), actor="cli", now=AFTER)
        requests.approve(workspace.operations, request.number, actor="cli", now=AFTER)
    return erase.run(workspace, actor="cli", now=AFTER)


def test_no_byte_of_the_workspace_tells_of_the_erased(brand):
    wanted = marks(brand)
    brand.close()
    before = bytes_of(brand.directory)["warehouse.duckdb"]
    assert [what for what, mark in wanted.items() if mark not in before] == []
    assert len(wanted) >= 18
    (request,) = erased(brand).done
    assert request.status == "done"
    brand.close()
    for name, data in bytes_of(brand.directory).items():
        shown = [value for value in VALUES if value.encode() in data or value.encode("gb18030") in data]
        told = [] if name.startswith("operations") else [what for what, mark in wanted.items() if mark in data]
        assert (name, shown, told) == (name, [], [])  # operations holds the tombstones
    with open_workspace(brand.directory) as again:
        left = sealed(again)
        assert ([value for value in VALUES if value in left], ANNA in left) == ([], True)


@pytest.mark.slow
def test_facts_and_measures_are_those_of_a_brand_that_never_knew_the_name(brand, tmp_path):
    with workspaces.create(tmp_path / "other") as other:
        other.keys = brand.keys
        plant(other, tmp_path / "others", without=True)
        erased(brand)
        live.drain(other, now=AFTER)  # as an erasure does
        here, there = (everything(one, "row_hash") for one in (brand, other))  # a lost person tells versions apart
        assert {name for name in here if here[name] != there[name]} == {"message"}  # keys of messages stay, nameless
        documents = [measure(one, as_of=DAY, now=AFTER) for one in (brand, other)]
        assert [document.pop("identity_version") > 0 for document in documents] == [True, True]
        assert documents[0] == documents[1]


@pytest.mark.slow
def test_a_rebuild_from_the_landed_rows_gives_the_same(brand):
    erased(brand)
    before = everything(brand)
    report = rebuild(brand, AFTER)
    assert [(load.file, load.then, load.now) for load in report.loads if not load.equal] == []
    assert everything(brand) == before


@pytest.mark.slow
def test_files_loaded_again_bring_nobody_back(brand, grown):
    erased(brand)
    before = everything(brand)
    told = ("fans.csv", "bad.csv")  # how these are read has to be told
    report = load(brand, [path for path in sorted((grown / "files").iterdir()) if path.name not in told], now=AFTER)
    assert (report.counts["loaded"], report.counts["corrected"]) == (0, 0)
    assert everything(brand) == before


@pytest.mark.slow
def test_whatever_identifier_is_named_the_whole_person_goes(brand):
    erased(brand, f"email={EMAIL}")
    with pytest.raises(PrivacyError, match="is erased already"):
        requests.file(brand, f"member_card:{CARD}", Case(), actor="cli", now=AFTER)


@pytest.mark.slow
def test_several_people_are_erased_in_one_run_each_with_a_receipt(brand):
    one, other = erased(brand, f"phone:{PHONE}", f"phone:{ANNA}").done
    assert (one.receipt["kept"]["orders"], other.receipt["kept"]["orders"]) == (4, 1)
    assert one.receipt["landed"]["rows"] > other.receipt["landed"]["rows"] > 0
    assert in_force(brand, "orders", "identifier_id").count((None,)) == 5
    assert ANNA not in sealed(brand)


@pytest.mark.slow
def test_the_receipt_counts_what_was_planned_and_says_nothing_personal(brand):
    asked = requests.keys_asked(brand, f"phone:{PHONE}")
    planned = erase.plan(brand, {0: asked})[0]
    (request,) = erased(brand).done
    assert (request.asked, request.receipt) == ({}, planned)
    assert (planned["kept"], planned["other"]) == ({"orders": 4, "order_lines": 1}, {"consent": 2, "quarantine": 4})
    (done,) = acts(brand.operations, act="erasure.done")
    assert (done.subject, done.detail) == (str(request.number), request.receipt)


def test_a_cell_of_a_quarantined_order_that_names_the_person_is_hidden(brand, tmp_path):
    take(brand, tmp_path, "late.csv", f"""order_id,paid_at,paid_amount,id.phone
        of {PHONE},never,7,{PHONE}
        of {CARD},never,7,{PHONE}
        by {PHONE},never,7,{ANNA}""", now=AFTER)
    erased(brand, f"phone:{PHONE}")
    assert [tuple(row["cells"].values()) for row in quarantine.rows(brand)][-3:] == [
        ("of ***", "never", "7"), ("***", "never", "7"), ("by ***", "never", "7", ANNA)]  # fmt: skip


def test_a_plan_changes_nothing(brand):
    brand.close()
    erase.plan(brand, {0: requests.keys_asked(brand, f"phone:{PHONE}")})
    assert requests.listing(brand.operations) == []
    with brand.operations.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(TOMBSTONE)).scalar() == 0


@pytest.mark.slow
def test_consents_become_proofs_that_only_the_value_finds(brand):
    key = brand.keys.key("phone", "+86" + PHONE).hex()
    erased(brand)
    with brand.operations.connect() as connection:
        proofs = connection.execute(sa.select(CONSENT_PROOF)).all()
        left = connection.execute(sa.select(CONSENT.c.identifier_id)).all()
    assert {(proof.key_hash, proof.action, proof.source) for proof in proofs if proof.source == "form"} == {
        (key, "grant", "form")}  # fmt: skip
    assert len(left) == 2


def test_a_phone_that_two_members_share_is_erased_for_one_of_them(workspace, tmp_path):
    text = f"occurred_at,id.member_card,id.phone\n 2026-01-01,c1,{PHONE}\n 2026-01-02,c2,{PHONE}"
    take(workspace, tmp_path, "contents.csv", text)
    erased(workspace, "member_card:c1")
    assert len(in_force(workspace, "contents", "identifier_id")) == 1
    before = everything(workspace)
    report = take(workspace, tmp_path, "contents.csv", text, now=AFTER)
    assert (report.counts["filtered"], len(in_force(workspace, "contents", "identifier_id"))) == (1, 1)
    assert {name for name in before if before[name] != everything(workspace)[name]} <= {"contents", "superseded"}


@pytest.mark.slow
def test_identifiers_that_only_the_erased_rows_showed_go_too_and_shared_ones_stay(brand):
    table = brand.warehouse.table("identifier")
    assert brand.warehouse.count(table.filter(table.namespace == "device")) == 2
    erased(brand)
    assert [row["masked"] for row in brand.warehouse.rows(table.filter(table.namespace == "device"))] == ["sh***ce"]
    assert brand.warehouse.count(table.filter(table.namespace == "recipient_phone")) == 1  # Bo's; Lin's mother is gone


@pytest.mark.slow
def test_files_that_show_the_erased_keep_the_request_open_until_they_are_gone(brand, grown):
    inbox = brand.directory / "inbox"
    shutil.copytree(grown / "files", inbox / "loaded")
    (inbox / "new.csv").write_text(f"电话\n{PHONE}\n", encoding="gb18030")
    (brand.directory / "warehouse.duckdb.aside-2026").write_bytes(b"old")
    result = erased(brand)
    assert (result.done, [path.name for path in result.files]) == ((), ["new.csv"])
    assert sorted(path.name for path in (inbox / "loaded").iterdir()) == ["refunds.csv"]
    assert not list(brand.directory.glob("*.aside-*"))
    (inbox / "new.csv").unlink()
    assert [request.status for request in erase.run(brand, actor="cli", now=AFTER).done] == ["done"]


def test_a_file_shows_the_erased_in_any_member_of_an_archive_and_on_any_sheet(brand):
    folder = brand.directory / "exports"
    folder.mkdir()
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", f"call {PHONE}\n" * 50)
        archive.writestr("orders.csv", "order_id\n1\n")
    with xlsxwriter.Workbook(folder / "b.xlsx") as book:
        book.add_worksheet().write_column(0, 0, ["order_id", "1"])
        book.add_worksheet().write_column(0, 0, ["phone", PHONE])
    with xlsxwriter.Workbook(folder / "c.xlsx") as book:
        book.add_worksheet().write_column(0, 0, ["order_id", "1"])
    with zipfile.ZipFile(folder / "d.zip", "w") as archive:
        archive.write(folder / "a.zip", "inner.zip")  # which nobody looks into
    result = erased(brand)
    assert (result.done, sorted(path.name for path in result.files)) == ((), ["a.zip", "b.xlsx", "d.zip"])


def test_a_file_shows_the_erased_also_where_no_name_stands_above_them(brand):
    folder = brand.directory / "exports"
    folder.mkdir()
    (folder / "a.csv").write_text("order_id,amount,\n" + f"1,5,{PHONE}\n" * 3)
    (folder / "b.csv").write_text("order_id,amount,\n" + "1,5,13900000000\n" * 3)
    assert [path.name for path in erased(brand).files] == ["a.csv"]


@pytest.mark.slow
def test_reports_of_loads_show_no_example_and_count_no_fact_of_the_erased(brand):
    def told() -> tuple[int, int]:
        with brand.operations.connect() as connection:
            reports = [json.loads(text) for text in connection.execute(sa.select(LOAD.c.counts)).scalars()]
        events = sum(r["kinds"].get("events", {}).get("loaded", 0) for r in reports)
        return sum(len(reason["examples"]) for r in reports for reason in r["reasons"]), events

    assert told() == (4, 5)
    erased(brand)
    assert told() == (0, 3)


def test_somebody_never_seen_is_kept_out_from_then_on(brand, tmp_path):
    erased(brand, "phone:13700000000")
    report = take(brand, tmp_path, "contents.csv", "occurred_at,id.phone\n 2026-01-01,13700000000", now=AFTER)
    assert (report.counts["loaded"], report.counts["filtered"]) == (0, 1)


def test_nothing_approved_is_nothing_to_do(brand):
    requests.file(brand, f"phone:{PHONE}", Case(), actor="cli", now=AFTER)
    assert erase.run(brand, actor="cli", now=AFTER) == Erased((), ())
    assert PHONE in sealed(brand)


def test_the_server_erases_at_night_whoever_is_approved_and_nobody_else(brand):
    [loop] = [loop for loop in loops(brand) if loop.name == "erase"]
    asked = requests.file(brand, f"phone:{PHONE}", Case(), actor="cli", now=AFTER)
    loop.work(AFTER, lambda *_: None)
    assert requests.get(brand.operations, asked.number).status == REQUESTED
    requests.approve(brand.operations, asked.number, actor="cli", now=AFTER)
    loop.work(AFTER, lambda *_: None)
    assert requests.get(brand.operations, asked.number).status == DONE


@pytest.mark.parametrize("names", wide(["ba", "ab"], always=1))
def test_a_buyer_whom_one_export_named_and_another_masked_is_erased_from_both(workspace, tmp_path, names):
    write(tmp_path / "a.csv", tmall.MIDDLE, [tmall.shown("1", "alice"), tmall.shown("2", "bob")])
    write(tmp_path / "b.csv", tmall.MIDDLE, [tmall.shown("1", "a***e", "40.00", "60.00"), tmall.shown("2", "b*b")])
    for name in names:
        load_one(workspace, tmp_path / f"{name}.csv")
    whole = worth(workspace)
    gone, stays = (identifier_id(workspace.keys.key("taobao_nick", name)) for name in ("alice", "bob"))
    assert {order["identifier_id"] for order in facts(workspace, "orders")} == {gone, stays}
    erased(workspace, "taobao_nick:alice")
    for name in names * 2:
        load_one(workspace, tmp_path / f"{name}.csv")
        assert {order["identifier_id"] for order in facts(workspace, "orders")} == {None, stays}
        assert worth(workspace) == whole
    assert rebuild(workspace, AFTER).equal
    assert {order["identifier_id"] for order in facts(workspace, "orders")} == {None, stays}
    assert worth(workspace) == whole


RECOMMENDED = """name = "recommended_orders"
[recognise]
columns = ["单号", "手机", "推荐人手机"]
[[rows]]
kind = "orders"
grows = ["paid_at"]
[rows.columns]
order_id = "单号"
platform = { const = "shop" }
ordered_at = "下单时间"
paid_at = "付款时间"
paid_amount = "实付"
id.phone = "手机"
id.member_card = "卡号"
[[rows]]
kind = "referrals"
where = [{ column = "推荐人手机", filled = true }]
[rows.columns]
occurred_at = "下单时间"
kind = { const = "accepted" }
inviter.id.phone = "推荐人手机"
invitee.id.phone = "手机"
"""


def test_what_an_older_export_showed_of_others_stays_when_a_referrer_in_it_is_erased(workspace, tmp_path):
    """Its order rows change nothing, for a newer export came first; whom they name by card and phone is known all the
    same.
    """
    (workspace.directory / "mappings").mkdir()
    (workspace.directory / "mappings" / "recommended.toml").write_text(RECOMMENDED, encoding="utf-8")
    header = "单号,下单时间,付款时间,实付,手机,卡号,推荐人手机"
    older = "1,2026-03-01,,50,13800000001,K1,\n2,2026-03-01,,50,13800000002,K2,13800000009"
    take(workspace, tmp_path, "new.csv", f"{header}\n1,2026-03-01,2026-03-02,50,13800000001,,")
    take(workspace, tmp_path, "old.csv", f"{header}\n{older}")
    before = kept(workspace, "link_record")
    assert len(before) == 2
    erased(workspace, "phone:13800000009")
    assert kept(workspace, "link_record") == before
