"""One export of every platform's format: the real header row, the form and the marks of each, every order once."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from siyu.simulate import simulate_platforms
from siyu.simulate.headers import HEADER_ROWS
from siyu.simulate.samples import read, samples
from siyu.simulate.shown import WORDS
from siyu.sources.mappings.mappingfile import platforms

from .reading import cents

SAMPLES = {sample.header: sample for sample in samples(platforms())}
SMALL = {"consumers": 250, "seed": 3, "months": 12}


@pytest.fixture(scope="module")
def brand(tmp_path_factory):
    return simulate_platforms(tmp_path_factory.mktemp("platforms"), platforms(), **SMALL)


class _Page(HTMLParser):
    """The cells of a web page's table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag, attrs) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")

    def handle_data(self, data) -> None:
        if self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1] += data


def rows_of(path: Path, encoding: str) -> list[list[str]]:
    """All rows of a file in any of its forms, by readers that are not the product's."""
    if path.suffix == ".xlsx":
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
        return [[str(cell) for cell in row] for row in sheet.to_python()]
    if path.suffix == ".xls":
        page = _Page()
        page.feed(path.read_text(encoding=encoding))
        return page.rows
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            data = archive.read(archive.namelist()[0])
    else:
        data = path.read_bytes()
    return list(csv.reader(io.StringIO(data.decode(encoding), newline="")))


def table(brand, header: str) -> list[list[str]]:
    return rows_of(brand.exports / SAMPLES[header].file, SAMPLES[header].encoding)


def column(brand, header: str, name: str) -> list[str]:
    at = SAMPLES[header].names.index(name)
    return [row[at] for row in table(brand, header)[1 + bool(SAMPLES[header].title) :]]


def test_every_header_row_known_has_its_sample():
    assert SAMPLES.keys() == HEADER_ROWS.keys()


@pytest.mark.parametrize("header", HEADER_ROWS)
def test_a_file_begins_with_the_real_header_row(brand, shared, header):
    real = json.loads((shared / "data" / "platform_export_headers.json").read_text(encoding="utf-8"))
    first = table(brand, header)[int(bool(SAMPLES[header].title))]
    assert first == real[header]["columns"]


@pytest.mark.parametrize("header", HEADER_ROWS)
def test_every_column_shows_a_word_that_is_known(header):
    assert {cell.word for cell in SAMPLES[header].cells.values() if cell.word} <= WORDS.keys()


def test_the_same_arguments_give_the_same_bytes(brand, tmp_path):
    again = simulate_platforms(tmp_path, platforms(), **SMALL)
    assert [p.path.read_bytes() for p in again.files] == [p.path.read_bytes() for p in brand.files]


def test_all_exports_together_tell_every_placed_order_once(brand):
    with (brand.truth / "platform_orders.csv").open(encoding="utf-8") as told:
        rows = list(csv.DictReader(told))
    with (brand.truth / "orders.csv").open(encoding="utf-8") as truth:
        paid = sum(cents(row["amount"]) for row in csv.DictReader(truth))
    assert len({row["order_id"] for row in rows}) == len(rows)
    assert sum(cents(row["amount"]) for row in rows if row["paid_at"]) == paid


@pytest.mark.parametrize(("header", "name", "mark"), [
    ("taobao_tmall_ExportOrderList_2016", "订单编号", '="'), ("taobao_tmall_ExportOrderList_2016", "联系手机", "'"),
    ("douyin_order_current", "主订单编号", "\t"), ("douyin_order_current", "收件人手机号", "$$"),
    ("shopify_orders_export_2026", "Shipping Zip", "'"), ("pinduoduo_order_current", "用户购买手机号", "\t"),
])  # fmt: skip
def test_cells_bear_the_marks_of_their_platform(brand, header, name, mark):
    filled = [cell for cell in column(brand, header, name) if cell]
    assert filled
    assert all(cell.startswith(mark) for cell in filled)


def test_lines_below_the_first_of_an_order_leave_blank_what_is_the_orders(brand):
    names, totals = (column(brand, "shopify_orders_export_2026", name) for name in ("Name", "Total"))
    assert [bool(total) for total in totals] == [name not in names[:at] for at, name in enumerate(names)]
    assert "" in totals


def test_some_orders_have_their_items_joined_in_one_line(brand):
    due = column(brand, "douyin_order_current", "订单应付金额")
    assert any(";" in cell for cell in due)


def test_a_column_that_comes_twice_is_filled_twice(brand):
    rows = table(brand, "youzan_order_2026")
    first, second = (at for at, name in enumerate(rows[0]) if name == "分销员")
    assert any(row[first] for row in rows[1:])
    assert all(row[first] == row[second] for row in rows[1:])


def test_a_sample_with_a_column_its_header_lacks_is_refused(tmp_path):
    (tmp_path / "jd").mkdir()
    text = '[[exports]]\nheader = "jd_order_2016"\nfile = "a.csv"\nrows = "lines"\n[exports.cells]\n"单价" = "price"\n'
    (tmp_path / "jd" / "samples.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="jd_order_2016 has no column 单价"):
        read(tmp_path / "jd" / "samples.toml")
