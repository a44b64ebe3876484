"""Files that arrive: a header below titles, one that matches two mappings, one with a new name; no identity papers."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from siyu.core.errors import SourceError
from siyu.sources.landed import landing, quarantine
from siyu.sources.load import load
from siyu.store import raw_files
from tests.sources.arrivals import NOW, csv, in_force, take
from tests.sources.exports import HEADERS, facts, load_one, write
from tests.sources.test_files import book
from tests.sources.test_platforms_jd import CURRENT, HAND_SUM, rows
from tests.sources.test_platforms_xiaohongshu import HEADER, ROWS, article

CARD = "11010519491231002X"


def under_titles(path: Path, titles: list[str]) -> Path:
    """The file with rows above its header."""
    text = path.read_text(encoding="utf-8-sig")
    path.write_text("".join(f"{title}\n" for title in titles) + text, encoding="utf-8-sig")
    return path


@pytest.mark.parametrize("titles", [
    ["订单导出"], ["店铺：和光旗舰店,,", "导出时间：2026-07-01,,"],
    ["订单信息,,,,金额信息,,,收货信息,,,,,,," + "," * 1, "以下金额均为人民币,,,,,,,,,,,,,,"],
])
def test_a_header_is_found_below_titles_of_one_cell_or_of_groups(workspace, tmp_path, titles):
    path = under_titles(write(tmp_path / "jd.csv", CURRENT, rows(CURRENT)), titles)
    report = load_one(workspace, path)
    assert (report.mapping, report.counts["loaded"]) == ("jd_orders", 5)
    assert sum(o["paid_amount"] for o in facts(workspace, "orders") if o["paid_at"]) == HAND_SUM
    assert facts(workspace, "orders")[0]["source_ref"] == len(titles) + 2


def test_a_mapping_that_is_named_finds_its_header_too(workspace, tmp_path):
    path = under_titles(write(tmp_path / "jd.csv", CURRENT, rows(CURRENT)), ["订单信息,,金额信息,"])
    assert load_one(workspace, path, mapping="jd_orders").counts["loaded"] == 5


def test_a_header_with_a_renamed_column_is_told_with_what_it_may_be(workspace, tmp_path):
    path = write(tmp_path / "o.csv", HEADER, ROWS)
    path.write_text(path.read_text(encoding="utf-8-sig").replace("SKU件数", "SKU数量", 1), encoding="utf-8-sig")
    with pytest.raises(SourceError) as refused:
        load_one(workspace, path)
    assert "xiaohongshu_orders: lacks SKU件数 (is it 'SKU数量'?)" in refused.value.message


def test_a_column_that_only_the_rows_need_is_told_with_what_it_may_be(workspace, tmp_path):
    path = write(tmp_path / "o.csv", HEADER, ROWS)
    text = path.read_text(encoding="utf-8-sig").replace("售后状态", "售后服务状态", 1)
    path.write_text(text, encoding="utf-8-sig")
    with pytest.raises(SourceError, match=r"expected column\(s\) '售后状态' \(is it '售后服务状态'\?\) for orders"):
        load_one(workspace, path)


def test_a_file_that_fits_two_mappings_is_left_to_whoever_knows(workspace, tmp_path):
    (workspace.directory / "mappings").mkdir(exist_ok=True)
    for name in ("one", "two"):
        (workspace.directory / "mappings" / f"{name}.toml").write_text(
            f'name = "{name}"\n[recognise]\ncolumns = ["编号"]\n[[rows]]\nkind = "products"\n'
            '[rows.columns]\nsku = "编号"\n', encoding="utf-8")  # fmt: skip
    path = csv(tmp_path, "货品.csv", "编号,名称\n1,面霜")
    with pytest.raises(SourceError, match=r"fit more than one: .*one\.toml, .*two\.toml") as refused:
        load(workspace, [path], now=NOW)
    assert "--map" in refused.value.remedy
    chosen = str(workspace.directory / "mappings" / "two.toml")
    assert load(workspace, [path], mapping=chosen, now=NOW).counts["loaded"] == 1


def test_identity_papers_are_kept_nowhere(workspace, tmp_path):
    cells = {"订购人身份证号/ID Number": CARD, "收件人身份证号": CARD, "收件人身份证姓名": "张三丰"}
    rows_ = [article("P1", "1.00", **cells), article("P2", "x", **cells)]
    path = write(tmp_path / "o.csv", HEADER, rows_)
    path.write_text(path.read_text(encoding="utf-8-sig") + f"P3,{CARD},too few cells\n", encoding="utf-8-sig")
    report = load_one(workspace, path)
    papers = [name for name in HEADERS[HEADER] if "身份证" in name]
    assert [note for note in report.notes if "identity papers" in note] == [
        f"column '{name}' holds identity papers and is not kept." for name in papers]  # fmt: skip
    landed = raw_files.path_of(workspace.landed, report.load_id)
    kept = [json.dumps(batch.to_pylist(), ensure_ascii=False) for batch in landing.batches(landed, workspace.keys)]
    kept += [json.dumps(list(quarantine.rows(workspace)), ensure_ascii=False)]
    kept += [json.dumps(landing.bad_rows(landed, workspace.keys), ensure_ascii=False)]
    assert report.counts["quarantined"] == 2
    assert not [text for text in kept if CARD in text or "张三丰" in text]
    assert "P3" in kept[-1]


def test_a_paper_that_a_mapping_reads_is_read(workspace, tmp_path):
    mapping = tmp_path / "m.toml"
    mapping.write_text('name = "m"\n[[rows]]\nkind = "members"\n[rows.columns]\nid.papers = "身份证号"\n',
                       encoding="utf-8")  # fmt: skip
    load(workspace, [csv(tmp_path, "f.csv", f"身份证号,备注\n{CARD},x")], mapping=str(mapping), now=NOW)
    assert in_force(workspace, "members", "identifier_id") != [(None,)]


def test_sheets_that_are_left_out_are_told_with_the_file(workspace, tmp_path):
    path = book(tmp_path / "orders.xlsx", [["order_id", "paid_amount"], ["o1", "9"]],
                [["joined_at", "id.phone"], ["2026-06-01", "1"]])  # fmt: skip
    report = load(workspace, [path], now=NOW)
    assert any("1 other sheet(s)" in note for note in report.files[0].notes)


def test_a_folder_is_read_in_the_order_of_its_numbers_and_tells_what_it_leaves_out(workspace, tmp_path):
    folder = tmp_path / "exports"
    (folder / "older").mkdir(parents=True)
    for month in ("9", "10"):
        paid = f"1,2026-{month:0>2}-01,1,13800000001"
        csv(folder, f"orders-{month}.csv", f"order_id,paid_at,paid_amount,id.phone\n{paid}")
    (folder / "photo.jpg").touch()
    report = load(workspace, [folder], now=NOW)
    assert [file.file for file in report.files] == ["orders-9.csv", "orders-10.csv"]
    assert report.left_out == ["older/", "photo.jpg"]
    assert any("older/, photo.jpg" in line for line in report.lines())


def test_an_archive_in_an_archive_is_told_to_be_left_out(workspace, tmp_path):
    with zipfile.ZipFile(tmp_path / "exports.zip", "w") as archive:
        archive.writestr("orders.csv", "order_id,paid_at,paid_amount\n1,2026-01-01,1\n")
        archive.writestr("inner.zip", b"PK")
        archive.writestr("__MACOSX/orders.csv", b"")
    report = load(workspace, [tmp_path / "exports.zip"], now=NOW)
    assert (report.read, report.left_out) == (1, ["exports.zip/inner.zip"])


def test_a_folder_of_folders_is_refused_with_their_names(workspace, tmp_path):
    (tmp_path / "all" / "tmall").mkdir(parents=True)
    with pytest.raises(SourceError) as refused:
        load(workspace, [tmp_path / "all"], now=NOW)
    assert "one by one: tmall/" in refused.value.remedy


@pytest.mark.parametrize("header", ["京东账号", "会员卡号", "openid", "家庭住址", "user_id", "支付宝帐户", "QQ"])
def test_what_names_a_person_is_no_attribute_of_a_member(workspace, tmp_path, header):
    text = f"id.phone,joined_at,{header},等级\n13800000001,2026-01-01,x9x,金"
    report = take(workspace, tmp_path, "members.csv", text)
    ((attributes,),) = in_force(workspace, "members", "attributes")
    assert json.loads(attributes) == {"等级": "金"}
    assert any(f"column '{header}' may name a person" in note for file in report.files for note in file.notes)


@pytest.mark.parametrize("file", ["members.csv", "relations.csv"])
@pytest.mark.parametrize("word", ["合计", "总计：", "Total"])
def test_a_row_of_totals_is_nobody(workspace, tmp_path, file, word):
    head, tail = ("", "") if file == "members.csv" else (",relation_type", ",fan")
    text = f"id.customer,joined_at,started_at{head}\nc1,2026-01-01,2026-01-01{tail}\n{word},,2026-01-01{tail}"
    report = take(workspace, tmp_path, file, text)
    assert (report.counts["loaded"], report.counts["quarantined"]) == (1, 1)
    assert report.files[0].reasons[0].reason == "a row of totals, which is no record"
    assert workspace.warehouse.count(workspace.warehouse.table("identifier")) == 1


def test_somebody_who_is_called_sum_is_somebody(workspace, tmp_path):
    text = "id.phone,id.tmall_nick,joined_at\n13800000001,Sum,2026-01-01\n,total,2026-01-01\n合计,合计：,2026-01-01"
    report = take(workspace, tmp_path, "members.csv", text)
    assert (report.counts["loaded"], report.counts["quarantined"]) == (1, 2)
    assert {row.reason for row in report.files[0].reasons} == {"a row of totals, which is no record"}
    assert workspace.warehouse.count(workspace.warehouse.table("identifier")) == 2


@pytest.mark.parametrize("cell", ["", "-", "25", "0", "/", "N/A", "null", "1,250"])
def test_sums_beside_a_word_of_totals_are_nobody(workspace, tmp_path, cell):
    text = f'id.phone,id.customer,joined_at\n13800000001,合计,2026-01-01\n"{cell}",合计,2026-01-01'
    report = take(workspace, tmp_path, "members.csv", text)
    assert (report.counts["loaded"], report.counts["quarantined"]) == (1, 1)
    assert report.files[0].reasons[0].reason == "a row of totals, which is no record"


@pytest.mark.parametrize("word", ["合计", "总计：", "Total"])
def test_a_row_of_totals_is_no_order(workspace, tmp_path, word):
    text = f"order_id,paid_at,paid_amount,id.phone\n1,2026-01-01,10,13800000001\n{word},2026-01-01,10,"
    report = take(workspace, tmp_path, "orders.csv", text)
    assert (report.counts["loaded"], report.counts["quarantined"]) == (1, 1)
    assert report.files[0].reasons[0].reason == "a row of totals, which is no record"


def test_a_row_of_totals_is_no_product(workspace, tmp_path):
    report = take(workspace, tmp_path, "products.csv", "sku,name,price\nA1,Total eclipse,10\n合计,,10")
    assert (report.counts["loaded"], report.counts["quarantined"]) == (1, 1)


def test_a_list_of_members_that_is_not_read_as_one_is_told(workspace, tmp_path):
    text = "id.phone,joined_at\n13800000001,2026-01-01"
    notes = take(workspace, tmp_path, "members.csv", text).files[0].notes
    assert any("who left before is back" in note and "--scope relation_type=member" in note for note in notes)
    ended = "id.phone,joined_at,left_at\n13800000001,2026-01-01,"
    assert not any("read as additions" in n for n in take(workspace, tmp_path, "members.csv", ended).files[0].notes)


def test_a_list_of_people_that_names_nobody_is_refused(workspace, tmp_path):
    with pytest.raises(SourceError, match=r"expected column\(s\) 'id.\*' for members, found joined_at, 手机号"):
        load(workspace, [csv(tmp_path, "f.csv", "手机号,joined_at\n13800000001,2026-01-01")], kind="members", now=NOW)
    assert workspace.operations.committed_loads() == []


def test_names_of_tiers_and_shops_are_no_names_of_people(workspace, tmp_path):
    text = "id.phone,joined_at,等级名称,门店名称,客户名称\n13800000001,2026-01-01,金,一店,李四"
    take(workspace, tmp_path, "members.csv", text)
    ((attributes,),) = in_force(workspace, "members", "attributes")
    assert json.loads(attributes) == {"等级名称": "金", "门店名称": "一店"}


@pytest.mark.parametrize(("written", "reason"), [
    ("45658.5", "a spreadsheet's number for a day; export the column as dates"),
    ("2026-02-30", "there is no such day or time"), ("2026-01-31 25:00:00", "there is no such day or time"),
    ("soon", "expected a time such as 2026-01-31 18:05:00"), ("1234", "expected a time such as 2026-01-31 18:05:00"),
])  # fmt: skip
def test_a_time_that_is_none_is_refused_with_what_it_is(workspace, tmp_path, written, reason):
    report = take(workspace, tmp_path, "orders.csv", f"order_id,paid_at,paid_amount\n1,{written},10")
    assert [(row.column, row.reason) for row in report.files[0].reasons] == [("paid_at", reason)]


def test_relations_of_no_known_type_and_those_that_end_before_they_begin_are_told(workspace, tmp_path):
    rows_ = ("fna,2026-01-01,,13800000001", "fan,2026-03-01,2026-02-01,13800000002", "fan,2026-01-01,,13800000003")
    text = "\n".join(["relation_type,started_at,ended_at,id.phone", *rows_])
    notes = take(workspace, tmp_path, "relations.csv", text).files[0].notes
    assert any("1 relation type(s) are not known and open no channel: 'fna'. Did you mean 'fan'?" in n for n in notes)
    assert any(note.startswith("1 row(s) of relations end no later than they begin") for note in notes)


def test_a_day_that_stands_for_none_is_told(workspace, tmp_path):
    text = "order_id,paid_at,paid_amount\n1,1970-01-01 08:00:00,1\n2,1970-01-05,1\n3,,1"
    notes = take(workspace, tmp_path, "orders.csv", text).files[0].notes
    assert [note[:40] for note in notes if "1970" in note] == ["1 row(s) of orders are dated 1970-01-01,"]


def test_of_many_columns_that_are_no_part_of_a_kind_the_first_are_named(workspace, tmp_path):
    header = ",".join(f"c{n}" for n in range(500))
    text = f"occurred_at,name,id.phone,{header}\n2026-01-01,visit,13800000001{',' * 500}"
    notes = [note for note in take(workspace, tmp_path, "events.csv", text).files[0].notes if "left out" in note]
    assert (len(notes), notes[-1]) == (21, "480 more columns are left out for the same reason.")


def test_a_column_that_stands_twice_is_told(workspace, tmp_path):
    text = "order_id,paid_at,paid_amount,paid_amount\n1,2026-01-01,5,6"
    notes = take(workspace, tmp_path, "orders.csv", text).files[0].notes
    assert any("more than once; the first is read" in note for note in notes)
    assert in_force(workspace, "orders", "paid_amount") == [(500,)]


@pytest.mark.parametrize("options", [{}, {"kind": "orders"}])
@pytest.mark.parametrize("name", ["orders.csv", "odd.csv"])
def test_a_file_without_a_header_shows_none_of_its_values(workspace, tmp_path, name, options):
    with pytest.raises(SourceError, match=r"a first row that looks like data \(4 cells, not shown here\)") as refused:
        take(workspace, tmp_path, name, "13911112224,2026-01-02,5.00,王小明\n13911112225,2026-01-02,6,李", **options)
    assert not [value for value in ("13911112224", "王小明", "5.00") if value in str(refused.value)]


def test_a_canonical_file_may_begin_with_titles_and_is_refused_with_the_case_of_its_columns(workspace, tmp_path):
    text = "shop,orders of June\nas of,2026-06-30\norder_id,paid_at,paid_amount\n1,2026-01-01,1"
    assert take(workspace, tmp_path, "orders.csv", text).counts["loaded"] == 1
    with pytest.raises(SourceError, match=r"lacks order_id \(is it 'ORDER_ID'\?\)"):
        take(workspace, tmp_path, "orders.csv", "ORDER_ID,paid_at,paid_amount\n1,2026-01-01,1")


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_file_that_is_its_header_alone_is_told(workspace, tmp_path, end):
    (tmp_path / "orders.csv").write_text(f"order_id,paid_at,paid_amount{end}", encoding="utf-8")
    report = load(workspace, [tmp_path / "orders.csv"], now=NOW)
    assert (report.read, report.files[0].notes[-1]) == (0, "There is no row below the header.")
