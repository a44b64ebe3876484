"""Every format a brand may hand over is read as the same text, with true line numbers and no lost row."""

from __future__ import annotations

import datetime as dt
import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from siyu.core.errors import SourceError
from siyu.core.identifiers import INVISIBLE
from siyu.sources.readers import cells, workbook
from siyu.sources.readers.files import LINE, Place, SourceFile, read
from tests.sources.oldbooks import locked_xlsx, xls


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def rows(file: SourceFile) -> list[dict]:
    return [row for batch in file.batches() for row in batch.to_pylist()]


def lines(file: SourceFile) -> list[int]:
    return [row[LINE] for row in rows(file)]


def book(path: Path, *sheets: list[list], hidden: tuple[int, ...] = ()) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        for place, sheet in enumerate(sheets):
            page = book.add_worksheet()
            if place in hidden:
                page.hide()
            elif hidden:
                page.activate()
            for number, row in enumerate(sheet):
                page.write_row(number, 0, row)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-32"])
def test_csv_reads_the_same_in_every_encoding(tmp_path, encoding):
    path = write(tmp_path / "o.csv", "订单号,买家\n1,林\n2,安娜\n", encoding)
    assert rows(read(path)) == [{"订单号": "1", "买家": "林", LINE: 2}, {"订单号": "2", "买家": "安娜", LINE: 3}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_found_in_the_header(tmp_path, delimiter):
    path = write(tmp_path / "o.txt", f"a{delimiter}b\n1{delimiter}2\n")
    assert rows(read(path)) == [{"a": "1", "b": "2", LINE: 2}]


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("title", ["", "2026 年订单\n"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_tabs_behind_every_header_do_not_set_the_columns_apart(tmp_path, delimiter, title, quote):
    def line(*cells: str) -> str:
        return delimiter.join(f"{quote}{cell}\t{quote}" for cell in cells) + "\r\n"

    text = title + line("order_id", "paid_at", "id.phone") + line("A1", "2026-01-02 10:00:00", "13800000001")
    (row,) = rows(read(write(tmp_path / "o.csv", text)))
    assert list(row.values())[:3] == ["A1", "2026-01-02 10:00:00", "13800000001"]
    assert list(row)[:3] == ["order_id", "paid_at", "id.phone"]


@pytest.mark.parametrize(("text", "columns"), [
    ("a, b\tc;d\te\n1\t2\t3\n", ["a, b", "c;d", "e"]), ("a;b\tc\n1\t2\n", ["a;b", "c"]),
    ("题\n甲, 乙\na\tb\tc\n1,5\t2\t3\n", ["a", "b", "c"]),
    ('"a, b";c\n"1,5";"2,5"\n', ["a, b", "c"]), ("a\t\n1\t\n", ["a"]),
    ("题;;\na;b;c\n1,5;2,5;3,5\n", ["a", "b", "c"]),
])  # fmt: skip
def test_marks_inside_headers_do_not_set_the_columns_apart(tmp_path, text, columns):
    assert read(write(tmp_path / "o.csv", text)).columns == columns


def test_spreadsheet_marks_are_removed_from_cells(tmp_path):
    path = write(tmp_path / "o.csv", 'id,phone,note\n="0138","\'13800000000",\t x \n"=""7""",,\'tis\n')
    found = rows(read(path))
    assert [found[0]["id"], found[0]["phone"], found[0]["note"]] == ["0138", "13800000000", "x"]
    assert [found[1]["id"], found[1]["phone"], found[1]["note"]] == ["7", None, "'tis"]


def test_header_names_are_cleaned_and_repeats_numbered(tmp_path):
    path = write(tmp_path / "o.csv", "\t订单号 ,分销员,分销员,\n1,甲,乙,\n", "utf-8-sig")
    assert read(path).columns == ["订单号", "分销员", "分销员#2"]


def test_rows_that_end_in_a_delimiter_the_header_lacks_are_whole_rows(tmp_path):
    file = read(write(tmp_path / "o.csv", "a,b\n1,2,\n3,4,\n"))
    assert [row["b"] for row in rows(file)] == ["2", "4"]
    assert file.bad_rows == []


def test_ragged_rows_are_set_aside_and_the_lines_after_them_stay_true(tmp_path):
    file = read(write(tmp_path / "o.csv", "a,b\n1,2\n3\n4,5\n6,7,8\n9,10\n"))
    assert lines(file) == [2, 4, 6]
    assert [(bad.line, bad.text) for bad in file.bad_rows] == [(3, "3"), (5, "6,7,8")]


def test_a_row_that_reaches_behind_the_last_name_has_shifted(tmp_path):
    file = read(write(tmp_path / "o.csv", 'a,b,,\n1,2,,\n3,"x, y", z,\n4,5,\t, \n6,7,,\n'))
    assert [(row["b"], row[LINE]) for row in rows(file)] == [("2", 2), ("5", 4), ("7", 5)]
    (bad,) = file.bad_rows
    assert (bad.line, bad.text, bad.reason) == (3, '3,"x, y", z', "expected 2 cells, found 3")


def test_a_row_longer_than_a_header_whose_rows_end_in_a_delimiter_has_shifted(tmp_path):
    file = read(write(tmp_path / "o.csv", "a,b\n1,2,\n3,4,5\n"))
    assert (lines(file), [bad.text for bad in file.bad_rows]) == ([2], ["3,4,5"])


def test_a_column_without_a_name_behind_the_others_is_left_out_and_counted(tmp_path):
    file = read(write(tmp_path / "o.csv", "a,b,,\n1,2,x,\n3,4,x,\n5,6,,\n7,8,x,\n9,10,x,11\n"))
    assert [row["b"] for row in rows(file)] == ["2", "4", "6", "8"]
    assert (file.columns, file.beside) == (["a", "b"], 3)
    assert [(bad.text, bad.reason) for bad in file.bad_rows] == [("9,10,x,11", "expected 2 cells, found 4")]


def test_a_file_whose_rows_have_mostly_shifted_is_refused(tmp_path):
    path = write(tmp_path / "o.csv", "a,b,\n" + "1,2,\n" * 8 + "1,2,3\n" * 5000)
    with pytest.raises(SourceError, match="5,000 of the first 5,009 rows do not have the header's 2 cells"):
        rows(read(path))


def test_shifted_rows_are_set_aside_over_many_blocks_with_other_bad_rows(tmp_path):
    def row(i: int) -> str:
        return "bad" if i % 1000 == 0 else f"{i},{'x' * 500},{'y' if i % 1000 == 1 else ''}"

    file = read(write(tmp_path / "o.csv", "a,b,\n" + "".join(f"{row(i)}\n" for i in range(2, 10_002))), batch_rows=100)
    assert all(int(found["a"]) == found[LINE] for found in rows(file))
    assert sorted(bad.line for bad in file.bad_rows) == [n for i in range(1000, 10_001, 1000) for n in (i, i + 1)]


@pytest.mark.parametrize("make", [
    lambda folder, table: book(folder / "o.xlsx", table, [*table[:1], ["5", "6"]]),
    lambda folder, table: write(folder / "o.xls", "<table>" + "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in [*table, ["5", "6"]]) + "</table>"),
], ids=["workbook", "web page"])
def test_a_note_beside_a_table_is_left_out_and_counted(tmp_path, make):
    file = read(make(tmp_path, [["a", "b", "", ""], ["1", "2", "", "ask again"], ["3", "4", " "]]))
    assert [row["b"] for row in rows(file)] == ["2", "4", "6"]
    assert (file.columns, file.bad_rows, file.beside) == (["a", "b"], [], 1)


def test_a_quoted_newline_is_one_row(tmp_path):
    file = read(write(tmp_path / "o.csv", 'a,b\n1,"x\ny"\n2,z\n'))
    assert [(row["b"], row[LINE]) for row in rows(file)] == [("x\ny", 2), ("z", 3)]


def test_blank_lines_are_counted_but_are_no_rows(tmp_path):
    assert lines(read(write(tmp_path / "o.csv", "a,b\n1,2\n\n,\n3,4\n"))) == [2, 5]


def test_line_numbers_hold_over_many_blocks_with_bad_rows(tmp_path):
    body = "".join(f"{i},{'x' * 500}\n" if i % 1000 else "bad\n" for i in range(2, 10_000))
    file = read(write(tmp_path / "o.csv", "n,text\n" + body), batch_rows=100)
    assert all(row["n"] == str(row[LINE]) for row in rows(file))
    assert [bad.line for bad in file.bad_rows] == list(range(1000, 10_000, 1000))


def test_batches_start_over_each_time(tmp_path):
    file = read(write(tmp_path / "o.csv", "a,b\n1\n2,3\n"))
    assert rows(file) == rows(file)
    assert len(file.bad_rows) == 1


def test_a_title_row_above_the_header_is_skipped(tmp_path):
    file = read(write(tmp_path / "o.csv", "2026年订单\na,b\n1,2\n"))
    assert (file.columns, lines(file)) == (["a", "b"], [3])


def test_whitespace_tables_name_their_columns(tmp_path):
    path = write(tmp_path / "cd.txt", " id  date n\r\n 00001 19970101  1\r\n")
    assert rows(read(path)) == [{"id": "00001", "date": "19970101", "n": "1", LINE: 2}]


def test_whitespace_tables_without_header_take_the_names_given(tmp_path):
    path = write(tmp_path / "cd.txt", " 00001 19970101\n 00002 19970102 5\n")
    file = read(path, columns_hint=["id", "date"], format="whitespace")
    assert rows(file) == [{"id": "00001", "date": "19970101", LINE: 1}]
    assert [bad.line for bad in file.bad_rows] == [2]


def test_csv_without_header_takes_the_names_given(tmp_path):
    assert rows(read(write(tmp_path / "o.csv", "1,2\n"), columns_hint=["a", "b"])) == [{"a": "1", "b": "2", LINE: 1}]


def test_parquet_values_become_text_without_loss(tmp_path):
    table = pa.table({
        "at": pa.array([dt.datetime(2010, 12, 1, 8, 26), None], pa.timestamp("us")),
        "zoned": pa.array([dt.datetime(2010, 12, 1, 8, 26, 0, 500_000)] * 2, pa.timestamp("us", tz="Asia/Shanghai")),
        "day": pa.array([dt.date(2010, 12, 1)] * 2),
        "customer": pa.array([17850.0, float("nan")]),
        "price": pa.array([2.55, 1e-3]),
        "rate": pa.array([float("inf"), None]),
        "amount": pa.array([Decimal("148.50")] * 2, pa.decimal128(12, 2)),
        "big": pa.array([2**62 + 1] * 2),
        "flag": pa.array([True, False]),
        "tags": pa.array([["甲"], None]),
        "kind": pa.array(["x", " "]).dictionary_encode(),
    })
    pq.write_table(table, tmp_path / "o.parquet")
    first, second = rows(read(tmp_path / "o.parquet"))
    assert first == {"at": "2010-12-01 08:26:00", "zoned": "2010-12-01 08:26:00.500000Z", "day": "2010-12-01",
                     "customer": "17850", "price": "2.55", "rate": "inf", "amount": "148.50", "big": str(2**62 + 1),
                     "flag": "true", "tags": '["甲"]', "kind": "x", LINE: 2}
    assert {second[name] for name in ("at", "customer", "rate", "tags", "kind")} == {None}


def test_whole_seconds_of_any_unit_and_zone_have_no_fraction(tmp_path):
    twice = [1_761_958_800, 1_761_962_400]  # one wall clock of New York: an hour is turned back between them
    pq.write_table(pa.table({f"{unit}_{zone}": pa.array([second * ticks for second in twice], pa.timestamp(unit, zone))
                             for unit, ticks in (("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9))
                             for zone in (None, "America/New_York")}), tmp_path / "o.parquet")  # fmt: skip
    for row, text in zip(rows(read(tmp_path / "o.parquet")), ("2025-11-01 01:00:00", "2025-11-01 02:00:00")):
        del row[LINE]
        assert row == {name: text + "Z" * name.endswith("York") for name in row}


def test_workbook_dates_and_numbers_become_text(tmp_path):
    path = book(tmp_path / "o.xlsx", [["订单号", "时间", "金额"], ["0138", dt.datetime(2026, 3, 1, 10, 5), 9.9],
                                          [7, "", 10]])
    assert rows(read(path)) == [{"订单号": "0138", "时间": "2026-03-01 10:05:00", "金额": "9.9", LINE: 2},
                                {"订单号": "7", "时间": None, "金额": "10", LINE: 3}]


def test_workbook_title_row_is_skipped_and_lines_are_the_sheets_own(tmp_path):
    file = read(book(tmp_path / "o.xlsx", [["订单列表"], ["a", "b"], ["1", "2"], [], ["3", "4"]]))
    assert (file.columns, lines(file)) == (["a", "b"], [3, 5])


def test_workbook_sheets_with_the_same_header_are_read_on(tmp_path):
    file = read(book(tmp_path / "o.xlsx", [["a", "b"], ["1", "2"]], [["说明", ""]], [["a", "b"], ["3", "4"]]))
    assert [(row["a"], row[LINE]) for row in rows(file)] == [("1", 2), ("3", 4)]
    assert file.unread == ""  # a line of words is no data


@pytest.mark.parametrize("header", [["b", "a"], ["a ", "b"], ["a", "b", ""], ["", "b", "a"]])
def test_columns_may_stand_elsewhere_on_another_sheet(tmp_path, header):
    below = [{"a": "3", "b": "4"}.get(name.strip(), "note") for name in header]
    if not header[0]:
        header = ["c", *header[1:]]
        first = ["a", "b", "c"], ["1", "2", "0"]
    else:
        first = ["a", "b"], ["1", "2"]
    file = read(book(tmp_path / "o.xlsx", [*map(list, first)], [header, below]))
    assert [(row["a"], row["b"]) for row in rows(file)] == [("1", "2"), ("3", "4")]
    assert not file.unread


def test_cells_without_a_value_are_no_empty_cells(tmp_path):
    """An error, and a formula nobody calculated; an empty text that was worked out is one."""
    with xlsxwriter.Workbook(tmp_path / "o.xlsx") as made:
        made.add_worksheet("说明 & so on").write_row(0, 0, ["only", "words"])
        sheet = made.add_worksheet("Orders <1>")
        for at, row in enumerate((["id", "paid", "who"], ["1", "5", "a"], ["2", "6", "b"], ["3", "7", ""])):
            sheet.write_row(at + 2, 3, row)
        sheet.write_formula(3, 4, "=1/0", None, "#DIV/0!")
        sheet.write_formula(4, 5, "=TODAY()", None, "")
        sheet.write_formula(5, 5, '=""', None, " ")
    found = rows(read(tmp_path / "o.xlsx", header_at=3))
    assert [(row["id"], row["paid"], row["who"]) for row in found] == [
        ("1", "#N/A", "a"), ("2", "6", "#N/A"), ("3", "7", None)]  # fmt: skip


def test_the_header_may_stand_lower_on_another_sheet(tmp_path):
    file = read(book(tmp_path / "o.xlsx", [["a", "b"], ["1", "2"]], [["订单"], ["a", "b"], ["3", "4"]]))
    assert ([(row["a"], row[LINE]) for row in rows(file)], file.unread) == ([("1", 2), ("3", 5)], "")


@pytest.mark.parametrize("hidden", [0, 1])
def test_hidden_sheets_are_told_and_not_read(tmp_path, hidden):
    sheets = [["a", "b"], ["1", "2"]], [["订单"], ["a", "b"], ["1", "2"]]
    file = read(book(tmp_path / "o.xlsx", *sheets, hidden=(hidden,)))
    assert len(rows(file)) == 1
    assert file.unread == f"1 hidden sheet(s) of the workbook ({2 + (hidden == 1)} rows) were not read."


def test_a_workbook_of_hidden_sheets_is_read(tmp_path):
    """Some programs write them so: there is nothing else to read."""
    path = book(tmp_path / "o.xlsx", [["a", "b"], ["1", "2"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'sheetId="1"', b'sheetId="1" state="hidden"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    file = read(path)
    assert (len(rows(file)), file.unread) == (1, "")


def test_workbook_sheets_with_another_header_are_told(tmp_path):
    file = read(book(tmp_path / "o.xlsx", [["a", "b"], ["1", "2"]], [["林", "c"], ["3", "4"], ["5", "6"]]))
    assert (len(rows(file)), file.unread[:45]) == (1, "1 other sheet(s) of the workbook (3 rows) hav")
    assert "林" not in file.unread


@pytest.mark.parametrize("name", ["o.xls", "o.xlsx", "订单"])
def test_a_workbook_of_before_2007_is_known_by_its_content(tmp_path, name):
    (tmp_path / name).write_bytes(xls([["订单列表"], ["订单号", "金额"], ["E1", 9.9]]))
    assert rows(read(tmp_path / name)) == [{"订单号": "E1", "金额": "9.9", LINE: 3}]


def test_a_workbook_of_today_is_known_under_the_old_name(tmp_path):
    path = book(tmp_path / "o.xls", [["a", "b"], ["1", "2"]])
    assert rows(read(path)) == [{"a": "1", "b": "2", LINE: 2}]


def test_a_workbook_that_would_unpack_beyond_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 100)
    with pytest.raises(SourceError, match="unpacked"):
        read(book(tmp_path / "o.xlsx", [["a"], ["1"]]))


@pytest.mark.parametrize(("cells", "refused"), [
    ({"XFD1048576"}, True), ({"ZZ1", "A1048576"}, True), ({"ABC1", "A200000"}, True), ({"CA1", "A99999"}, False),
    ({"A1048576"}, False), ({"AZ1048576"}, False), ({"XFD1"}, False),
])  # fmt: skip
def test_a_workbook_with_cells_far_apart_is_refused_before_it_is_opened(tmp_path, cells, refused):
    """Opening one of the first took half a terabyte, and with it the process."""
    with xlsxwriter.Workbook(tmp_path / "o.xlsx") as made:
        sheet = made.add_worksheet()
        for cell in ("A1", *cells):
            sheet.write(cell, "x")
    if refused:
        with pytest.raises(SourceError, match="farther apart"):
            read(tmp_path / "o.xlsx")
    else:
        workbook._refuse_too_large(Place(tmp_path / "o.xlsx"))


@pytest.mark.parametrize("reference", ["r='XFD1048576'", 'r = "XFD1048576"', 'r\n="XFD1048576"', 'r="xfd1048576"'])
def test_however_a_far_cell_is_written_it_is_seen(tmp_path, reference):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as made:
        made.add_worksheet().write("ZY1", "x")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as old, zipfile.ZipFile(tmp_path / "o.xlsx", "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry).replace(b'r="ZY1"', reference.encode()))
    with pytest.raises(SourceError, match="farther apart"):
        read(tmp_path / "o.xlsx")


def test_a_web_page_that_no_parser_takes_is_a_fault_of_the_file(tmp_path):
    with pytest.raises(SourceError, match="damaged or written unusually"):
        read(write(tmp_path / "o.xls", "<table><![bad[ <tr><td>order_id</table>"))


def test_a_cell_of_a_web_page_spans_no_more_columns_than_a_table_has(tmp_path):
    """A span of 5000 digits is no number to Python, and a row as wide as the shorter ones would take all memory."""
    page = f"<table><tr><td colspan='{'1' * 5000}'>order_id</td></tr><tr><td>7</td></tr></table>"
    file = read(write(tmp_path / "o.xls", page))
    assert (file.columns, [row["order_id"] for row in rows(file)]) == (["order_id"], ["7"])


PAGE = """<html><head><meta charset="gbk"><style>td{mso-number-format:"\\@"}</style></head><body>
<table border=1><tr><th colspan=2>订单 &amp; 导出</th></tr>
<TR><TD>订单号<TD>金额</TR><tr><td>="0138"</td><td>9.90<br>元</td></tr>
<tr></tr><tr><td>7</td></tr></table></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_web_page_with_a_table_is_read_as_one(tmp_path, encoding):
    file = read(write(tmp_path / "o.xls", PAGE, encoding))
    assert (file.format, file.columns) == ("html", ["订单号", "金额"])
    assert rows(file) == [{"订单号": "0138", "金额": "9.90 元", LINE: 3}, {"订单号": "7", "金额": None, LINE: 4}]


def test_delimited_text_under_the_name_of_a_workbook_is_read_as_text(tmp_path):
    file = read(write(tmp_path / "o.xls", "订单号\t金额\n1\t9.9\n", "gb18030"))
    assert rows(file) == [{"订单号": "1", "金额": "9.9", LINE: 2}]


@pytest.mark.parametrize("make", [
    lambda path: write(path.with_suffix(".csv"), "x,,y\na,b,c\n1,2,3\n"),
    lambda path: book(path.with_suffix(".xlsx"), [["x", "", "y"], ["a", "b", "c"], ["1", "2", "3"]]),
    lambda path: write(path.with_suffix(".xls"), "<table><tr><td>x<td><td>y<tr><td>a<td>b<td>c<tr><td>1<td>2<td>3"),
])
def test_another_of_the_first_rows_can_be_the_header(tmp_path, make):
    path = make(tmp_path / "o")
    file = read(path)
    assert (file.head[1], file.header_at) == (["a", "b", "c"], 0)
    assert rows(read(path, header_at=1)) == [{"a": "1", "b": "2", "c": "3", LINE: 3}]


def test_the_header_may_stand_on_another_sheet(tmp_path):
    file = read(book(tmp_path / "o.xlsx", [["说明"], ["只含近三个月"]], [["a", "b"], ["1", "2"]]), header_at=2)
    assert rows(file) == [{"a": "1", "b": "2", LINE: 2}]


def test_a_long_number_rounded_by_the_spreadsheet_is_a_bad_row(tmp_path):
    file = read(book(tmp_path / "o.xlsx", [["订单号", "金额"], [1234567890123456789, 5], ["12345678901234567", 6]]))
    assert [row["订单号"] for row in rows(file)] == ["12345678901234567"]
    assert "15 digits" in file.bad_rows[0].reason


def test_jsonl_takes_keys_of_all_lines_and_keeps_nested_values_as_json(tmp_path):
    body = '{"id.phone": "1", "n": 2.0}\n{broken\n\n{"properties": {"甲": [1]}, "ok": true}\n'
    file = read(write(tmp_path / "events.jsonl", body))
    assert file.columns == ["id.phone", "n", "properties", "ok"]
    first, second = rows(file)
    assert (first["n"], first[LINE], second["ok"], second[LINE]) == ("2", 1, "true", 4)
    assert json.loads(second["properties"]) == {"甲": [1]}
    assert [bad.line for bad in file.bad_rows] == [2]


@pytest.mark.parametrize(("name", "content", "found"), [
    ("o.csv", b"", "an empty file"),
    ("o.csv", b"\x89PNG\0\0", "binary data"),
    ("o.xls", b"<html><table>", "a web page"),
    ("o.xls", b"<?xml version='1.0'?><Workbook/>", "XML"),
    ("o.xlsx", b"PK\x03\x04 not a workbook", "will not open"),
    ("o.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut", "will not open"),
    ("o.xls", xls([]), "none with text"),
    ("o.xls", xls([["a"]], locked=True), "locked by a password"),
    ("o.xlsx", locked_xlsx(), "locked by a password"),
    ("o.xls", locked_xlsx(), "locked by a password"),
    ("o.zip", b"PK\x03\x04 orders.csv", "a ZIP archive"),
    ("o.parquet", b"PAR1 cut off", "damaged"),
    ("o.json", b'[{"a": 1}]', "one JSON array"),
    ("o.jsonl", b"a,b\n", "found none"),
    ("o.csv", b"a,b\n\xff\xff,1\n", "bytes that are not UTF-8, GB18030"),
])
def test_what_cannot_be_read_is_refused_in_plain_words(tmp_path, name, content, found):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError) as refused:
        list(read(tmp_path / name).batches())
    assert found in refused.value.message
    assert name in refused.value.message
    assert refused.value.remedy


def test_where_the_mapping_says_the_encoding_its_line_is_what_to_mend(tmp_path):
    path = write(tmp_path / "o.csv", "订单号,买家\n1,林\n")
    with pytest.raises(SourceError, match="bytes that are not GB18030") as refused:
        read(path, encoding="gb18030")
    assert 'says encoding = "gb18030": take that line out' in refused.value.remedy
    assert "as UTF-8" not in refused.value.remedy
    assert read(path).encoding == "utf-8-sig"


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(SourceError, match="cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize("start", ['1,"open', '"open,2'])
@pytest.mark.parametrize("count", [1, 1_000_000])
def test_a_quote_never_closed_is_refused_before_it_swallows_rows(tmp_path, start, count):
    path = write(tmp_path / "o.csv", f'a,b\n"two\nlines",1\n{start}\n' + "2,3\n" * count)
    with pytest.raises(SourceError, match="never closed, in the row that begins in line 4 of the file"):
        rows(read(path))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("cell", ["林" * 6_000_000, f'"a ""long"" {"x" * 17_000_000}"', f'"{"x" * 198}\n"' * 90_000],
                         ids=["bare", "quoted", "lines"])
def test_a_row_longer_than_can_be_read_is_no_open_quote(tmp_path, cell, encoding):
    path = write(tmp_path / "o.csv", "a,b\n" + "1,2\n" * 5 + f"3,{cell}\n4,5\n", encoding)
    with pytest.raises(SourceError, match="at most 4 MB, found a longer one at line 7 of the file") as refused:
        rows(read(path))
    assert "Shorten its longest cell" in refused.value.remedy


def test_quotes_inside_a_cell_are_text(tmp_path):
    assert rows(read(write(tmp_path / "o.csv", 'a,b\n5" pipe,2\n3,4\n')))[0]["a"] == '5" pipe'


def test_a_header_that_does_not_belong_to_the_rows_is_refused(tmp_path):
    path = write(tmp_path / "o.csv", "a,b,c\n" + "1,2\n" * 5000)
    with pytest.raises(SourceError, match="do not have the header's 3 cells"):
        rows(read(path))


TEXT = st.text(st.characters(codec="gb18030", exclude_categories=("C", "Z")), min_size=1, max_size=8).filter(
    lambda text: not text.startswith(("'", '="')))


@given(st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=20),
       st.sampled_from(["utf-8", "gb18030"]))
def test_any_cells_survive_quoting_and_encoding(tmp_path_factory, table, encoding):
    """Property: what is written as quoted CSV is read back, whatever the text."""
    quoted = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in table)
    path = write(tmp_path_factory.mktemp("csv") / "o.csv", "甲,乙,丙\n" + quoted, encoding)
    assert [list(row.values())[:3] for row in rows(read(path, encoding=encoding))] == table


@given(st.lists(st.none() | st.text("a1=\"' \t\x85\u3000林", max_size=5)), st.integers(0, 2))
def test_a_column_is_cleaned_as_each_of_its_cells(cells_, start):
    def cleaned(cell: str) -> str | None:
        text = cell.strip()
        text = re.sub(r'^="(.*)"$', r"\1", text).strip() if text.startswith('="') else text
        return re.sub(r"^'([0-9+\-=@?*])", r"\1", text) or None

    column = cells.clean(pa.array(cells_, pa.string()).slice(start))
    assert column.to_pylist() == [None if cell is None else cleaned(cell) for cell in cells_[start:]]
    assert all(cells.clean_text(cell) == cleaned(cell) for cell in cells_ if cell is not None)


def test_marks_that_nobody_sees_go_at_the_ends_of_cells_and_headers(tmp_path):
    marks = ["\u200b", "\u200d", "\u200f", "\u202a", "\u202c", "\u2060", "\u2066", "\ufeff", "\u3000"]
    texts = [f"{mark} zw\u200b1{mark}" for mark in marks] + ["".join(marks), '\u200b="7"']
    assert cells.clean(pa.array(texts)).to_pylist() == ["zw\u200b1"] * len(marks) + [None, "7"]
    assert [cells.clean_text(text) for text in texts] == cells.clean(pa.array(texts)).to_pylist()
    assert read(write(tmp_path / "o.csv", "\u200ba\u2060,b\n1,2\n")).columns == ["a", "b"]


def test_what_was_a_space_before_is_one_and_nothing_else_but_marks_nobody_sees():
    texts = [f"{chr(code)}x{chr(code)}" for code in (*range(1, 0xD800), *range(0xE000, 0x11000))]
    changed = [text for text, now in zip(texts, cells.clean(pa.array(texts)).to_pylist()) if now != text.strip()]
    assert changed == [f"{mark}x{mark}" for mark in INVISIBLE]


def test_cleaning_leaves_ordinary_cells_alone():
    column = pa.array(["a", None, "林 安", "1.0"])
    assert cells.clean(column).equals(column)


def test_a_file_put_together_from_two_encodings_is_refused_with_the_line(tmp_path):
    path = tmp_path / "o.csv"
    path.write_bytes("订单号,店铺\n1,上海\n".encode("gb18030") + "2,上海\n".encode())
    with pytest.raises(SourceError, match="line 3 is UTF-8 in a file that is not"):
        read(path)


@pytest.mark.parametrize("word", ["联通", "鼗", "一丁七万", "浙江 杭州", "愫愫愫愫"])
def test_words_of_gb18030_stay_what_they_are(tmp_path, word):
    file = read(write(tmp_path / "o.csv", f"订单号,店铺\n1,{word}\n", "gb18030"))
    assert rows(file)[0]["店铺"] == word
