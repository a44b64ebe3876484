"""Mappings: what their words do, and that all mistakes of a file are told at once."""

from __future__ import annotations

import textwrap

import ibis
import pytest

from siyu.core.errors import MappingError, SourceError
from siyu.sources.landed import quarantine
from siyu.sources.mappings import functions, wording
from siyu.sources.mappings import mappingfile as mappings
from siyu.sources.mappings.functions import FUNCTIONS
from siyu.sources.workbench import compiled
from tests.sources.arrivals import csv, in_force, take

ORDERS = """
name = "shop"
[aliases]
"No" = ["Number"]
[[rows]]
kind = "orders"
where = [{ column = "State", is_not = ["closed"] }]
[rows.columns]
order_id = { concat = ["Shop", "No"], between = "-" }
platform = { const = "shop" }
paid_at = { from = ["Paid", "Paid on"], format = ["%d.%m.%Y"] }
paid_amount = { minus = ["Total", "Discount"] }
is_test = { from = "Kind", values = { "sample" = "true" }, others = "empty", optional = true }
"""
#: Orders and their lines from one file.
LINES = """
name = "lines"
[[rows]]
kind = "orders"
group_by = ["order_id"]
[rows.columns]
order_id = "No"
paid_at = { from = "Paid", aggregate = "min" }
paid_amount = { from = "Amount", aggregate = "sum" }
store = "Store"
id.phone = "Phone"
[[rows]]
kind = "order_lines"
number_lines = { into = "line_no", within = ["order_id"], by = ["sku", "paid_amount"] }
[rows.columns]
order_id = "No"
line_no = "Sku"
sku = "Sku"
quantity = { const = "1" }
paid_amount = "Amount"
"""


def rows(kind, columns, head=""):
    return f'name = "m"\n[[rows]]\nkind = "{kind}"\n{head}\n[rows.columns]\n{columns}'


def mapped(workspace, tmp_path, mapping, text, **options):
    path = tmp_path / "mapping.toml"
    path.write_text(mapping, encoding="utf-8")
    return take(workspace, tmp_path, "file.csv", text, mapping=str(path), **options)


def test_columns_are_renamed_joined_computed_and_filtered(workspace, tmp_path):
    report = mapped(workspace, tmp_path, ORDERS, """Shop,Number,State,Paid on,Total,Discount,Kind
        a,1,done,24.12.2026,10.50,0.25,sample
        a,2,closed,24.12.2026,10,,
        b,1,done,,8,,gift""")
    assert in_force(workspace, "orders", "order_id", "platform", "paid_day", "paid_amount", "is_test") == [
        ("a-1", "shop", 20811, 1025, True), ("b-1", "shop", None, 800, None)]
    assert report.counts["filtered"] == 1
    assert report.read == sum(report.counts.values())


def test_all_mistakes_of_a_mapping_are_told_together():
    with pytest.raises(MappingError) as caught:
        mappings.parse("""
            nam = "x"
            [[rows]]
            kind = "order"
            [[rows]]
            kind = "orders"
            group_by = ["store"]
            grows = ["paid_at", "order_idd", "refund_amount"]
            [rows.columns]
            order_idd = "a"
            paid_amount = { from = "b", functions = ["mony", "prefix"], aggregate = "most" }
            paid_at = { from = "c", format = ["%Y/%m/%d", "%Y %Q", "5"] }
            id.phone = { const = "1", from = "x" }""")
    message = caught.value.message
    for told in ("unknown word 'nam'. Did you mean 'name'?", "name is missing", "Did you mean 'orders'?",
                 "no column 'order_idd'. Did you mean 'order_id'?", "needs a column 'order_id'",
                 "unknown function 'mony'. Did you mean 'money'?", "prefix needs a literal", "aggregate is one of",
                 "found from, const", "group_by names 'store'", "grows names 'order_idd'",
                 "grows names 'refund_amount'", "found '%Y %Q'", "found '5'"):
        assert told in message
    assert "found '%Y/%m/%d'" not in message
    assert "grows names 'paid_at'" not in message


@pytest.mark.parametrize(("wrong", "told"), [
    ('recognise = "order"', "[recognise]: expected a table, found 'order'"), ("file = 1", "[file]: expected a table"),
    ("continued = [1]", "[continued]: expected a table, found [1]"), ("rows = 3", "there is no [[rows]]"),
    ('rows = ["orders"]', "rows 1: expected a table, found 'orders'"),
    ('rows = [{ kind = "orders", columns = "a" }]', "rows 1, columns: expected a table, found 'a'"),
    ('rows = [{ kind = "orders", number_lines = 1 }]', "rows 1, number_lines: expected a table, found 1"),
    ('rows = [{ kind = "orders", columns = { store = { from = "a", values = ["x"] } } }]',
     "rows 1, store, values: expected a table, found ['x']"),
    ('rows = [{ kind = "orders", columns = { store = 5 } }]', "rows 1, store: expected a header or a table, found 5"),
    (f'rows = [{", ".join(["{}"] * 65)}]', "expected at most 64 [[rows]], found 65"),
])  # fmt: skip
def test_what_stands_where_a_table_should_is_a_mistake_like_any_other(wrong, told):
    with pytest.raises(MappingError) as caught:
        mappings.parse(wrong)
    assert told in caught.value.message


def mistaken(text: str) -> list[str]:
    with pytest.raises(MappingError) as caught:
        mappings.parse(text)
    return caught.value.message.splitlines()[1:]


def of_column(spec: str) -> str:
    return rows("products", f'sku = "Sku"\nname = {spec}')


NUL = r"\u0000"
NOT_MEANT = [
    (of_column("{ from = [] }"), "rows 1, name: from is a header or a list of them, at most 100; found []."),
    (of_column("{ concat = [] }"), "rows 1, name: concat is a header or a list of them, at most 100; found []."),
    (of_column("{ from = [5] }"), "rows 1, name: from is a header or a list of them, at most 100; found [5]."),
    (of_column('{ from = "a", round = "x" }'), "rows 1, name: round is true or false; found 'x'."),
    (of_column('{ from = "a", optional = 5 }'), "rows 1, name: optional is true or false; found 5."),
    (of_column('{ from = "a", values = { b = ["c"] } }'), "rows 1, name: values is a table of texts, at most 5,000; "
     "found {'b': ['c']}."),
    (of_column('{ from = "a", functions = [{ before = 5 }] }'), "rows 1, name: the literal of before is a text; "
     "found 5."),
    (of_column('{ from = "a", functions = [{ before = "b", after = "c" }] }'), "rows 1, name: functions are names, or "
     "one name with its literal ({ before = \"(\" }); found {'after': 'c', 'before': 'b'}."),
    (of_column('{ from = "a", functions = [{ money = "b" }] }'), "rows 1, name: money takes no literal; found 'b'."),
    (of_column('{ from = "a", aggregate = "sum" }'), "rows 1, name: aggregate says what becomes of several lines; "
     "expected a group_by beside kind, found none."),
    (of_column('{ from = "a", where = { column = "b", above = "abc" } }'), "rows 1, name, where: above is a number; "
     "found 'abc'."),
    *((rows("products", 'sku = "Sku"', f'where = [{{ any = [{{ column = "a", {test} }}] }}]'),
       f"rows 1, where: {told}.") for test, told in (
        ("below = nan", "below is a number; found nan"), ("above = true", "above is a number; found True"),
        ('below = "1,000"', "below is a number; found '1,000'"), ("above = [1, 2]", "above is a number; found [1, 2]"),
        ("contains = []", "contains is a text or a list of them, at most 100; found []"),
        ('filled = "yes"', "filled is true or false; found 'yes'"))),
    (rows("products", 'sku = "Sku"', "where = [{ any = [] }]"), "rows 1, where: any is a list of conditions, at most "
     "100; found []."),
    ("name = 5", "mapping: name is a text; found 5."), ('snapshot = "no"', "mapping: snapshot is true or false; found "
     "'no'."),
    ("[file]\nheaders = 5", "[file]: headers is a list of lists of headers; found 5."),
    ("[aliases]\na = 5", "[aliases]: a is a text or a list of them, at most 5,000; found 5."),
    (f'title = "a{NUL}"', "mapping, title: expected a text, found one with a NUL character: 'a\\x00'. Leave it out."),
    *((of_column(f'{{ {spec} }}'), f"mapping, rows 1, columns, name, {where}: expected a text, found one with a NUL "
       f"character: 'a\\x00'. Leave it out.") for spec, where in (
        (f'const = "a{NUL}"', "const"), (f'from = ["b", "a{NUL}"]', "from 2"),
        (f'from = "b", values = {{ "a{NUL}" = "c" }}', "values"), (f'from = "b", values = {{ c = "a{NUL}" }}',
                                                                  "values, c"),
        (f'from = "b", where = [{{ column = "c", is = "a{NUL}" }}]', "where 1, is"))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), NOT_MEANT, ids=range(len(NOT_MEANT)))
def test_what_is_not_meant_is_never_taken_for_something_else(text, told):
    assert f"  - {told}" in mistaken(text)


@pytest.mark.parametrize(("text", "told"), [
    (of_column(f'{{ from = "a", functions = {["strip"] * 3_000} }}'), "expected at most 20 functions, found 3,000."),
    (of_column(f'{{ from = "a", functions = {["money"] * 8} }}'), "6,561 times together; expected at most 2,500."),
    (of_column(f'{{ sum = {["a"] * 101} }}'), "sum is a header or a list of them, at most 100; found 101."),
    (of_column(f'{{ from = "a", values = {{ {", ".join(f"a{n} = 1" for n in range(5_001))} }} }}'),
     "values is a table of texts, at most 5,000; found 5,001."),
    (rows("products", 'sku = "Sku"', f'where = [{{ column = "a", contains = {["b"] * 3_000} }}]'),
     "contains is a text or a list of them, at most 100; found 3,000."),
], ids=range(5))  # fmt: skip
def test_more_than_an_engine_takes_is_a_mistake_that_says_how_much_it_does(text, told):
    (mistake,) = mistaken(text)
    assert told in mistake


def test_conditions_within_conditions_without_end_are_no_mapping():
    where = '{ column = "a", is = "b" }'
    for _ in range(300):
        where = f"{{ any = [{where}] }}"
    with pytest.raises(MappingError, match="mapping is not valid TOML: tables and lists stand within each other"):
        mappings.parse(rows("products", 'sku = "Sku"', f"where = [{where}]"))


@pytest.mark.parametrize(("column", "found"), [
    ('{ from = "a", functions = [["strip"]], format = 7 }', ("format is a text", "functions are names")),
    ('{ from = "a", functions = ["nope"], format = 7 }', ("format is a text", "unknown function 'nope'")),
    ('{ from = "a", functons = ["x"], format = 7 }', ("format is a text", "unknown word 'functons'")),
])  # fmt: skip
def test_every_mistake_is_told_and_what_is_wrongly_worded_once(column, found):
    with pytest.raises(MappingError) as refused:
        mappings.parse(of_column(column))
    assert f"has {len(found)} mistake(s)" in refused.value.message
    assert all(told in refused.value.message for told in found)


@pytest.mark.parametrize("name", [name for name, function in FUNCTIONS.items() if function.looks == 1])
def test_as_many_functions_as_a_column_may_have_are_worked_out(workspace, tmp_path, name):
    step = f'{{ {name} = "x" }}' if FUNCTIONS[name].takes_literal else f'"{name}"'
    mapping = of_column(f'{{ from = "Text", functions = [{", ".join([step] * wording.MOST_FUNCTIONS)}] }}')
    assert mapped(workspace, tmp_path, mapping, "Sku,Text\n 1,2026-01-02").counts["loaded"] == 1


def test_how_often_a_function_looks_at_its_text_is_declared():
    raw = ibis.table({"text": "string"}, name="raw")
    written = {name: compiled(raw.select(made=functions.apply(raw.text, name, "x"))) for name in FUNCTIONS}
    looks = {name: sql.count('."text"') * (2 if "NULLIF" in sql else 1) for name, sql in written.items()}
    assert looks == {name: function.looks for name, function in FUNCTIONS.items()}  # the engine tells NULLIF twice over


def test_a_load_is_read_again_with_what_has_become_a_mistake_since():
    text = rows("products", 'sku = "Sku"\nname = { from = "Name", aggregate = "last", optional = 1 }')
    with pytest.raises(MappingError):
        mappings.parse(text)
    assert mappings.kept(text, "m").rows[0].columns[1].optional


def test_a_mapping_with_the_mark_of_windows_editors_is_read(tmp_path):
    example = (mappings.platforms() / "research" / "online_retail.toml").read_text(encoding="utf-8")
    (tmp_path / "till.toml").write_text(example, encoding="utf-8-sig")
    assert mappings.read(tmp_path / "till.toml").name == "online_retail"


def test_the_example_in_the_documentation_is_a_mapping():
    text = mappings.__doc__ or ""
    example = textwrap.dedent(text[text.index("    name =") : text.index("\nA column is")])
    assert mappings.parse(example).rows[0].kind.name == "orders"


def test_every_shipped_mapping_is_one():
    assert {"online_retail", "cdnow"} <= set(mappings.shipped())


def test_every_export_of_orders_says_what_only_grows():
    """So that exports of any platform can be loaded in any order."""
    exports = {mapping.name: rows.grows for mapping in mappings.shipped().values() for rows in mapping.rows
               if rows.kind.name == "orders" and rows.column("refund_amount")}  # fmt: skip
    assert len(exports) >= 9
    assert exports.pop("jd_orders") == ("refund_amount",)  # JD takes orders back: they were paid and are not
    assert set(exports.values()) == {("paid_at", "refund_amount")}


def test_a_missing_header_is_refused_with_what_was_found(workspace, tmp_path):
    with pytest.raises(SourceError, match=r"'Discount'.*found"):
        mapped(workspace, tmp_path, ORDERS, "Shop,No,State,Paid,Total\n a,1,done,24.12.2026,1")


def test_a_value_that_is_no_number_is_refused_with_its_line(workspace, tmp_path):
    report = mapped(workspace, tmp_path, ORDERS, "Shop,No,State,Paid,Total,Discount\n a,1,done,24.12.2026,ten,1")
    assert report.files[0].reasons[0].examples == [{"line": 2, "value": "***"}]


def test_lines_of_an_order_become_one_order(workspace, tmp_path):
    report = mapped(workspace, tmp_path, LINES, """No,Sku,Paid,Amount,Store,Phone
        1,x,2026-03-02,1.10,,13800000001
        2,x,2026-03-02,5,south,
        1,x,2026-03-01,1.10,north,
        3,y,2026-03-03,bad,east,""")
    assert in_force(workspace, "orders", "order_id", "paid_amount", "paid_day", "store", "source_ref") == [
        ("1", 220, 20513, "north", 2), ("2", 500, 20514, "south", 3)]
    assert in_force(workspace, "orders", "identifier_id")[0][0] is not None
    numbers = [line_no for _, line_no in in_force(workspace, "order_lines", "order_id", "line_no")]
    assert [n.rsplit("-", 1)[1] for n in numbers] == ["1", "2", "1"]
    assert report.kinds["orders"] == {"loaded": 2}
    assert report.counts == {"quarantined": 1, "corrected": 0, "loaded": 3, "duplicate": 0, "filtered": 0}


def test_an_order_with_a_refused_line_is_refused_whole_and_loads_once_it_is_mended(workspace, tmp_path):
    report = mapped(workspace, tmp_path, LINES, """No,Sku,Paid,Amount,Store,Phone
        1,x,2026-03-02,1.10,north,
        2,x,2026-03-02,5,south,
        1,y,2026-03-03,bad,north,""")
    assert in_force(workspace, "orders", "order_id", "paid_amount") == [("2", 500)]
    assert report.counts == {"quarantined": 2, "corrected": 0, "loaded": 1, "duplicate": 0, "filtered": 0}
    refused = [(row["line"], row["reason"], row["cells"]["Amount"]) for row in quarantine.rows(workspace)]
    assert refused == [(2, "another row of its order_id is in quarantine", "1.10"),
                       (4, "expected an amount such as 148.50", "bad")]
    mapped(workspace, tmp_path, LINES, """No,Sku,Paid,Amount,Store,Phone
        1,x,2026-03-02,1.10,north,
        1,y,2026-03-03,2,north,""")
    assert in_force(workspace, "orders", "order_id", "paid_amount") == [("1", 310), ("2", 500)]


def test_a_line_that_only_another_output_refuses_holds_back_the_sum_it_is_part_of(workspace, tmp_path):
    both = """name = "m"
[[rows]]
kind = "orders"
group_by = ["order_id"]
[rows.columns]
order_id = "No"
paid_at = "Paid"
paid_amount = { from = "Amount", aggregate = "sum" }
[[rows]]
kind = "order_lines"
[rows.columns]
order_id = "No"
line_no = "Line"
quantity = "Pieces"
paid_amount = "Amount"
"""
    lines = """No,Line,Paid,Amount,Pieces
        1,1,2026-03-02,100,1
        1,2,2026-03-02,50,PIECES
        2,1,2026-03-02,7,1"""
    report = mapped(workspace, tmp_path, both, lines.replace("PIECES", "one"))
    assert in_force(workspace, "orders", "order_id", "paid_amount") == [("2", 700)]
    assert [(row["line"], row["reason"]) for row in quarantine.rows(workspace)] == [
        (2, "another row of its order_id is in quarantine"), (3, "expected a number")]
    assert report.counts["quarantined"] == 2
    mapped(workspace, tmp_path, both, "\n".join(lines.replace("PIECES", "1").splitlines()[:3]))
    assert in_force(workspace, "orders", "order_id", "paid_amount") == [("1", 15000), ("2", 700)]
    assert len(in_force(workspace, "order_lines", "order_id")) == 3


@pytest.mark.parametrize(("state", "refunded"), [("closed", 900), ("cancelled by buyer", 900), ("done", None),
                                                 ("", None)])
def test_a_column_is_empty_where_its_conditions_do_not_hold(workspace, tmp_path, state, refunded):
    mapping = rows("orders", """order_id = "No"
paid_at = "Paid"
paid_amount = "Amount"
[rows.columns.refund_amount]
from = "Amount"
where = [
  { column = "Paid", filled = true },
  { any = [{ column = "State", is = ["closed"] }, { column = "State", contains = ["cancel"] }] },
]""")
    mapped(workspace, tmp_path, mapping, f"No,Paid,Amount,State\n 1,2026-03-01,9,{state}\n 2,,9,{state}")
    assert in_force(workspace, "orders", "order_id", "refund_amount") == [("1", refunded), ("2", None)]


def test_a_condition_on_an_optional_header_passes_over_files_without_it(workspace, tmp_path):
    where = 'where = [{ any = [{ column = "State", is = ["done"], optional = true }] }]'
    mapping = rows("products", 'sku = "Sku"', where)
    assert mapped(workspace, tmp_path, mapping, "Sku,State\n 1,done\n 2,new").counts["filtered"] == 1
    assert mapped(workspace, tmp_path, mapping, "Sku,Name\n 3,x").counts["loaded"] == 1


def test_numbers_are_compared_without_their_signs_of_money(workspace, tmp_path):
    mapping = rows("products", 'sku = "Sku"', 'where = [{ column = "Price", above = "1000" }]')
    assert mapped(workspace, tmp_path, mapping, 'Sku,Price\n 1,"¥1,234.00"\n 2,999').counts["loaded"] == 1


@pytest.mark.parametrize(("price", "off", "paid"), [("2.50", "1", 400), ("2.50", "", 500), ("2.505", "0", 501)])
def test_what_is_taken_off_a_product(workspace, tmp_path, price, off, paid):
    mapping = rows("order_lines", """order_id = "No"
line_no = "No"
quantity = "Pieces"
paid_amount = { product = ["Price", "Pieces"], less = "Off", round = true }""")
    mapped(workspace, tmp_path, mapping, f"No,Pieces,Price,Off\n 1,2,{price},{off}")
    assert in_force(workspace, "order_lines", "paid_amount") == [(paid,)]


@pytest.mark.parametrize(("due", "off", "paid"), [("1.10;2.20", "0.10;", 320), ("3.30", "", 330), ("1;x", "", None)])
def test_amounts_joined_in_a_cell_are_added_up(workspace, tmp_path, due, off, paid):
    mapping = rows("orders", """order_id = "No"
paid_amount = { minus = ["Due", "Off"], parted = ";" }""")
    report = mapped(workspace, tmp_path, mapping, f"No,Due,Off\n 1,{due},{off}")
    assert [amount for (amount,) in in_force(workspace, "orders", "paid_amount")] == ([paid] if paid else [])
    assert report.counts["quarantined"] == int(paid is None)


def test_an_amount_in_another_currency_than_the_brands_is_refused(workspace, tmp_path):
    mapping = rows("orders", 'order_id = "No"\npaid_amount = "Amount"', 'currency = "Unit"')
    report = mapped(workspace, tmp_path, mapping, "No,Amount,Unit\n 1,1,cny\n 2,1,USD\n 3,1,")
    assert [order for (order,) in in_force(workspace, "orders", "order_id")] == ["1", "3"]
    assert report.files[0].reasons[0].reason == "expected CNY, the currency of the brand"
    with pytest.raises(SourceError, match="'Unit'"):
        mapped(workspace, tmp_path, mapping, "No,Amount\n 1,1")


def test_a_missing_header_is_told_with_the_one_it_may_have_become(workspace, tmp_path):
    with pytest.raises(SourceError, match=r"'Discount' \(is it 'Discounts'\?\)"):
        mapped(workspace, tmp_path, ORDERS, "Shop,No,State,Paid,Total,Discounts\n a,1,done,24.12.2026,1,0")


def test_refunds_without_a_date_are_dated_by_the_load(workspace, tmp_path):
    mapping = rows("refunds", 'refund_id = "Id"\norder_id = "No"\nrefund_amount = "Amount"')
    mapped(workspace, tmp_path, mapping, "Id,No,Amount\n r,1,5")
    assert in_force(workspace, "refunds", "refund_basis", "refunded_at") == [
        ("observed", in_force(workspace, "refunds", "loaded_at")[0][0])]  # fmt: skip


def test_equal_lines_keep_their_numbers_in_whatever_order_they_stand(workspace, tmp_path):
    mapping = """name = "m"
[[rows]]
kind = "order_lines"
number_lines = { into = "line_no", within = ["order_id"], by = ["sku"] }
[rows.columns]
order_id = "No"
line_no = "Sku"
sku = "Sku"
quantity = { const = "1" }
paid_amount = { const = "1" }"""
    mapped(workspace, tmp_path, mapping, "No,Sku\n 1,x\n 1,y\n 1,x")
    report = mapped(workspace, tmp_path, mapping, "No,Sku\n 1,y\n 1,x\n 1,x\n 1,x")
    assert (report.counts["duplicate"], report.counts["loaded"]) == (3, 1)


@pytest.mark.parametrize(("steps", "text", "expected"), [
    ('["strip_quotes"]', "'0138", "0138"), ('["digits"]', "No. 12-3", "123"), ('["whole"]', "17850.0", "17850"),
    ('["negate"]', "-5", "5"), ('["negate"]', "5", "-5"), ('["abs"]', "-5", "5"), ('["upper"]', "ab", "AB"),
    ('["lower"]', "AB", "ab"), ('[{ prefix = "x" }]', "1", "x1"), ('[{ suffix = "x" }]', "1", "1x"),
    ('[{ before = "(" }]', "12 (est.)", "12"), ('[{ after = ":" }]', "a: b", "b"), ('[{ after = ":" }]', "a", None),
    ('[{ split_first = ";" }]', "a;b", "a"), ('[{ empty_if = "nan" }]', "nan", None), ('["month"]', "1990-05-12", "5"),
    ('["is_filled"]', "x", "true"), ('["is_filled"]', "", "false"), ('["one_cent_if_zero"]', "0.00", "0.01"),
    ('["one_cent_if_zero"]', "10", "10"), ('[{ starts_with = "C" }]', "C1", "true"), ('["money"]', "¥1,000", "1000"),
    ('["money"]', "64.00（系统计算中，该值仅供参考）", "64.00"), ('["money"]', "(5.00)", "(5.00)"),
    ('["strip"]', " a ", "a"),
    ('[{ add_up = ";" }]', "1.10;2,000.05", "2001.150000"), ('[{ add_up = ";" }]', "1.10", "1.10"),
    ('[{ add_up = ";" }]', "1.10;x", "1.10;x")])
def test_functions(workspace, tmp_path, steps, text, expected):
    mapping = f"""name = "m"
[[rows]]
kind = "products"
[rows.columns]
sku = "Sku"
name = {{ from = "Text", functions = {steps} }}"""
    mapped(workspace, tmp_path, mapping, f'Sku,Text\n 1,"{text}"')
    assert in_force(workspace, "products", "name") == [(expected,)]


def test_every_function_has_a_test():
    tested = "\n".join(str(mark.args) for mark in test_functions.pytestmark)
    assert [name for name in FUNCTIONS if name not in tested] == []


def test_what_stands_in_a_mapping_never_becomes_a_query(workspace, tmp_path):
    evil = "a\\\"); DROP TABLE orders; --"
    mapping = f'name = "m"\n[[rows]]\nkind = "products"\n[rows.columns]\nsku = "{evil}"\nname = {{ const = "{evil}" }}'
    path = tmp_path / "m.toml"
    path.write_text(mapping, encoding="utf-8")
    file = csv(tmp_path, "f.csv", '"a""); DROP TABLE orders; --"\n x')
    from_file = take(workspace, tmp_path, file.name, file.read_text(encoding="utf-8"), mapping=str(path))
    assert from_file.counts["loaded"] == 1
    assert in_force(workspace, "products", "name") == [('a"); DROP TABLE orders; --',)]


@pytest.mark.parametrize("mapping", [None, "cdnow"])
def test_a_file_of_another_form_with_the_columns_of_a_mapping_is_read_as_it_is(workspace, tmp_path, mapping):
    text = "customer_id,sample_id,date,number_of_cds,dollar_value\n00004,0001,19970101,2,29.33"
    report = take(workspace, tmp_path, "cdnow_sample.csv", text, mapping=mapping)
    assert report.counts["loaded"] == 1
    assert in_force(workspace, "orders", "paid_amount", "paid_day") == [(2933, 9862)]


def test_the_order_of_the_sample_adds_nothing_to_the_master(workspace, tmp_path):
    master = "customer_id date number_of_cds dollar_value\n 00004 19970101 2 29.33\n 00004 19970118 2 0.00"
    sample = "00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   0.00"
    (tmp_path / "a").mkdir()
    take(workspace, tmp_path / "a", "master.txt", master)
    report = take(workspace, tmp_path / "a", "sample.txt", sample, mapping="cdnow")
    assert report.counts["duplicate"] == report.read == 2
    assert in_force(workspace, "orders", "paid_amount", "paid_day") == [(1, 9879), (2933, 9862)]
