"""Own metrics of a workspace: what their files may say, how mistakes are told, and what is answered."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from siyu.core.errors import MeasureError
from siyu.core.settings import defaults
from siyu.core.time import day_of
from siyu.measures import answer, build, own
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.own.binding import bound, unknown
from siyu.measures.own.ownfile import UNITS
from siyu.measures.own.starter import start
from siyu.measures.own.trial import tried
from siyu.store import workspace as workspaces
from siyu.store.warehouse import Limits
from tests.plain import load_plain

METRIC = """
[[metric]]
code = "{code}"
zh = "甲"
en = "A"
unit = "orders"
definition = "Orders."
numerator = "orders"
"""
ORDERS = (("o1", "tmall", "2026-06-01", "10"), ("o2", "tmall", "2026-06-30", "20"), ("o3", "", "2026-05-31", "40"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Two orders of June at one platform, one of May at none."""
    with workspaces.create(tmp_path_factory.mktemp("built") / "brand") as workspace:
        load_plain(workspace, {"orders": [
            {"id.phone": "13900000001", "order_id": order, "platform": platform, "paid_at": f"{day} 23:59:59",
             "paid_amount": paid} for order, platform, day, paid in ORDERS]})  # fmt: skip
        build.refresh(workspace)
        (workspace.directory / own.FOLDER).mkdir()
        return workspace.directory


@pytest.fixture
def brand(built, tmp_path):
    """That brand, for a test of its own."""
    with workspaces.open_workspace(shutil.copytree(built, tmp_path / "brand")) as workspace:
        yield workspace


def asked(workspace) -> Asked:
    return Asked(day_of(dt.date(2026, 6, 30)), 30, workspace.settings)


def topic(sql: str, *, code: str = "mine.orders", head: str = "", name: str = "mine", metric: str = METRIC) -> str:
    return f'name = "{name}"\nzh = "我"\nen = "Mine"\n{head}\nsql = """{sql}"""\n' + metric.format(code=code)


def wrote(workspace, text: str, file: str = "mine.toml") -> None:
    (workspace.directory / own.FOLDER / file).write_text(text, encoding="utf-8")


def told(workspace) -> str:
    with pytest.raises(MeasureError) as refused:
        own.registry_of(workspace)
    return refused.value.message


def answered(workspace, name: str, by: tuple[str, ...] = ()) -> list[tuple]:
    facts = Facts(workspace.warehouse)
    ((of, metrics),) = answer.find(own.registry_of(workspace), [name])
    rows = answer.of_topic(facts, asked(workspace), of, metrics, by).rows
    return [(*row["group"].values(), row["values"][name]["value"]) for row in rows]


COUNTING = "SELECT {by} count(*) AS orders FROM orders WHERE paid_day BETWEEN :first_day AND :as_of GROUP BY ALL"


def test_a_select_is_answered_in_all_and_by_its_dimensions(brand):
    wrote(brand, topic(COUNTING.replace("first_day", "opening_day"), head='dimensions = ["platform", "paid_day"]'))
    assert answered(brand, "mine.orders") == [(3,)]
    assert answered(brand, "mine.orders", ("platform",)) == [("", 1), ("tmall", 2)]
    assert answered(brand, "mine.orders", ("paid_day", "platform"))[0] == ("2026-05-31", "", 1)


def test_a_dimension_may_be_called_by_a_word_of_the_language(brand):
    counting = 'SELECT {by} count(*) AS orders FROM (SELECT platform AS "group" FROM orders) GROUP BY ALL'
    wrote(brand, topic(counting, head='dimensions = ["group"]'))
    assert answered(brand, "mine.orders", ("group",)) == [("", 1), ("tmall", 2)]


def test_hidden_files_and_folders_are_no_metrics(brand):
    wrote(brand, topic(COUNTING))
    folder = brand.directory / own.FOLDER
    (folder / ".#mine.toml").symlink_to("user@host.123:456")  # an editor's, for as long as the file is open
    (folder / "._mine.toml").write_bytes(b"\0\5\x16\7")
    (folder / "more.toml").mkdir()
    assert answered(brand, "mine.orders") == [(2,)]


def test_the_period_is_what_siyu_was_asked_for(brand):
    wrote(brand, topic(COUNTING))
    assert answered(brand, "mine.orders") == [(2,)]


def test_placeholders_in_strings_names_and_comments_stay():
    sql = (
        """SELECT {by} ':as_of' AS a, x::int, ":as_of" -- :as_of {by}\n"""
        """/* :as_of */ FROM t WHERE d=:as_of AND n=:window_days"""
    )
    filled = bound(sql, Asked(0, 7, defaults()), ("store",), quoted=lambda name: f"[{name}]")
    assert filled == (
        """SELECT coalesce(CAST([store] AS STRING), '') AS [store],  ':as_of' AS a, x::int, ":as_of" -- :as_of {by}\n"""
        """/* :as_of */ FROM t WHERE d=DATE '1970-01-01' AND n=7"""
    )


def test_a_placeholder_siyu_does_not_know_is_named():
    assert unknown("SELECT 1 WHERE a = :frist_day") == [
        "unknown placeholder ':frist_day'; there are :first_day, :last_day, :as_of, :opening_day, :window_days. "
        "Did you mean 'first_day'?"
    ]


def test_all_mistakes_of_all_files_are_told_together_with_their_lines(brand):
    metric = METRIC.replace("unit", "units") + 'window = 3\nneeds = ["oders"]\n'
    wrote(brand, topic("SELECT 1", head="dimenson = []", metric=metric))
    wrote(
        brand,
        topic("SELECT 1", name="Other", head='basis = "person"', metric=METRIC + 'needs = ["oders"]\n'),
        "other.toml",
    )
    wrote(brand, "name = \n", "broken.toml")
    wrote(brand, "x = 1\ny = x +\n", "wrong.py")
    message = told(brand)
    for line in (
        "metrics/broken.toml: Invalid value (at line 1, column 8)",
        "metrics/mine.toml, line 4: unknown key 'dimenson'. Did you mean 'dimensions'?",
        "metrics/mine.toml, line 11: unknown key 'units'. Did you mean 'unit'?",
        "metrics/mine.toml, line 14: 'window' must be a text, found 3",
        "metrics/mine.toml, line 7: 'unit' is missing",
        "metrics/other.toml, line 1: a topic's name is small letters, digits and _: found 'Other'",
        "metrics/other.toml, line 4: unknown basis 'person'; it is one of: persons, aggregates, persons and aggregates."
        " Did you mean 'persons'?",
        "metrics/other.toml, line 14: unknown facts 'oders'; `siyu tables` prints them. Did you mean 'orders'?",
        "metrics/wrong.py, line 2: SyntaxError: invalid syntax (wrong.py, line 2)",
    ):
        assert line in message.splitlines()


def test_brackets_without_end_are_a_mistake_of_their_file(brand):
    wrote(brand, f"name = {'[' * 5_000}{']' * 5_000}")
    assert "metrics/mine.toml: tables and lists stand within each other" in told(brand)


@pytest.mark.parametrize("version", ["", 'version = "strict.v2"\n'])
def test_an_alternative_definition_stands_beside_the_built_in_one(brand, version):
    wrote(brand, topic(COUNTING, code="trade.orders", metric=METRIC + version))
    registry = own.registry_of(brand)
    found = [(of.name, m[0].version) for of, m in answer.find(registry, ["trade.orders"])]
    assert found == [("trade", "fast_plus.v1"), ("mine", "strict.v2" if version else "own.v1")]
    listed = [(e["version"], e["origin"]) for e in registry.entries() if e["code"] == "trade.orders"]
    assert listed == [("fast_plus.v1", "siyu"), (found[1][1], "metrics/mine.toml")]


def test_a_code_and_version_and_a_topic_belong_to_one_owner(brand):
    wrote(brand, topic(COUNTING, name="trade", code="trade.orders", metric=METRIC + 'version = "fast_plus.v1"\n'))
    wrote(brand, topic(COUNTING), "a.toml")
    wrote(brand, topic(COUNTING, name="other"), "b.toml")
    message = told(brand)
    assert "metrics/mine.toml: the topic 'trade' is siyu's already" in message
    assert "metrics/mine.toml: 'trade.orders' of version 'fast_plus.v1' is siyu's already" in message
    assert "metrics/b.toml: 'mine.orders' of version 'own.v1' is metrics/a.toml's already" in message


@pytest.mark.parametrize(("sql", "complaint"), [
    ("SELECT count(*) AS n FROM orders", "the counts have no column 'orders'; they have: n."),
    ("SELECT 'many' AS orders", "column 'orders' is string, a number is expected"),
    ("SELECT 1 AS orders UNION ALL SELECT 2", "2 rows for the whole brand; one row per group is expected."),
    ("SELECT CAST(NULL AS BIGINT) AS orders", "null: the counts are empty"),
    ("SELECT 1 AS orders WHERE 1 = 0", "no row: a SELECT of counts alone gives one"),
    ("DELETE FROM orders", "A query is one SELECT; found something else."),
    ("SELECT 1 AS orders; DROP TABLE orders", "A query is one SELECT; found 2 statements."),
    ("SELECT CAST(2 AS HUGEINT) ** 64 AS orders; SELECT 1; SELECT 2", "A query is one SELECT; found 3 statements."),
    ("SELECT CAST(9223372036854775807 AS HUGEINT) + 1 AS orders",
     "column 'orders' of topic 'mine' holds a number beyond 9,223,372,036,854,775,807."),
    ("SELECT count(nothing) AS orders FROM orders", "The query could not be run: Binder Error"),
    ("SELECT CAST(1e300 AS DOUBLE) AS orders",
     "mine.orders: expected a number of at most 9,223,372,036,854,775,807 (unit 'orders'), found 1e+300."),
    ("SELECT count(*) / 0.0 AS orders FROM orders", "mine.orders: expected a number, and nothing"),
    ("SELECT 'nan'::DOUBLE AS orders", "mine.orders: expected a number, and nothing divided by 0 (unit 'orders')"),
    ("SELECT max(paid_at - ordered_at) AS orders FROM orders",
     "column 'orders' is month_day_nano_interval, a number is expected"),
    ("SELECT * FROM read_csv('/etc/hosts')", "A query reads tables; read_csv() is not for it."),
])  # fmt: skip
def test_the_trial_says_what_is_wrong(brand, sql, complaint):
    wrote(brand, topic(sql))
    (finding,) = tried(Facts(brand.warehouse), asked(brand), own.own_in(brand.directory))
    assert not finding.fine
    assert finding.found.startswith(complaint)
    assert finding.origin == "metrics/mine.toml"


@pytest.mark.parametrize(("text", "complaint"), [
    ('unit = "day"', "mine.orders: expected a whole number of days since 1970-01-01 that has a date"),
    ('unit = "text"', ""),
])  # fmt: skip
def test_a_value_is_what_its_unit_says(brand, text: str, complaint: str):
    wrote(brand, topic("SELECT 10 ** 10 AS orders").replace('unit = "orders"', text))
    (finding,) = tried(Facts(brand.warehouse), asked(brand), own.own_in(brand.directory))
    assert finding.fine is not bool(complaint)
    assert finding.found.startswith(complaint)


def test_what_a_select_may_not_be_is_told_with_the_file_it_stands_in(brand):
    wrote(brand, topic("SELECT 1 AS orders; SELECT 2 AS orders"))
    with pytest.raises(MeasureError, match=r"^metrics/mine\.toml: A query is one SELECT; found 2 statements\."):
        answered(brand, "mine.orders")


def test_the_largest_number_that_is_kept_is_kept(brand):
    wrote(brand, topic("SELECT CAST(9223372036854775807 AS HUGEINT) AS orders"))
    assert answered(brand, "mine.orders") == [(9223372036854775807,)]


@pytest.mark.parametrize("sql", [
    "SELECT count(*) AS orders FROM range(100000000000) a",
    "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS orders FROM n",
    "SELECT range AS orders FROM range(100000000000)",
])  # fmt: skip
def test_the_trial_of_a_select_without_end_ends(brand, sql):
    wrote(brand, topic(sql))
    limits = Limits(seconds=0.5, rows=10)
    (finding,) = tried(Facts(brand.warehouse), asked(brand), own.own_in(brand.directory), limits)
    assert (finding.code, finding.fine, finding.found) == ("mine", False, "The query took longer than 0.5 seconds.")


def test_more_rows_than_a_trial_looks_at_are_told(brand):
    wrote(brand, topic("SELECT range AS orders FROM range(11)"))
    limits = Limits(seconds=60, rows=10)
    (finding,) = tried(Facts(brand.warehouse), asked(brand), own.own_in(brand.directory), limits)
    assert finding.found == "11 rows, of which 10 are looked at; one row per group is expected."


def test_the_trial_finds_a_dimension_the_select_does_not_have(brand):
    wrote(brand, topic(COUNTING, head='dimensions = ["platform", "shop"]'))
    first, second = tried(Facts(brand.warehouse), asked(brand), own.own_in(brand.directory))
    assert (first.code, first.fine, first.found) == ("mine.orders", True, "2")
    assert (second.code, second.fine) == ("mine by shop", False)
    assert 'Column "shop"' in second.found


def test_facts_that_were_never_loaded_are_a_reason_and_no_mistake(brand):
    wrote(brand, topic(COUNTING, head='needs = ["spend"]'))
    (finding,) = tried(Facts(brand.warehouse), asked(brand), own.own_in(brand.directory))
    assert (finding.fine, finding.found) == (True, "not measurable: no spend")


PYTHON = """
from siyu.measures.facts import orders
from siyu.measures.grouped import grouped
from siyu.measures.metric import Metric, Topic

def counts(facts, asked, by):
    paid = orders(facts)
    return grouped(paid, by, {count})

METRIC = Metric("mine.orders", "甲", "A", "orders", "Orders.", "orders", version="own.v1")
TOPICS = (Topic("mine", "我", "Mine", counts, (METRIC,)),)
"""


def test_a_module_of_expressions_is_answered(brand):
    wrote(brand, PYTHON.format(count="orders=paid.count()"), "mine.py")
    assert answered(brand, "mine.orders") == [(3,)]
    assert not list((brand.directory / own.FOLDER).glob("__pycache__"))


@pytest.mark.parametrize(("count", "complaint"), [
    ("orders=paid.nothing.count()", "metrics/mine.py, line 8: AttributeError: "),
    ("n=paid.count()", "metrics/mine.py: the counts have no column 'orders'; they have: n."),
    ("orders=paid.order_id.max()", "metrics/mine.py: column 'orders' is string, a number is expected"),
])  # fmt: skip
def test_an_error_of_a_module_is_told_with_its_line(brand, count, complaint):
    wrote(brand, PYTHON.format(count=count), "mine.py")
    with pytest.raises(MeasureError) as refused:
        answered(brand, "mine.orders")
    assert refused.value.message.startswith(complaint)


@pytest.mark.parametrize(("text", "complaint"), [
    ("import nothing_of_that_name", "metrics/mine.py, line 1: ModuleNotFoundError: "),
    ("raise SystemExit(3)", "metrics/mine.py, line 1: SystemExit: 3"),
    ("TOPICS = 3", "metrics/mine.py: TypeError: TOPICS must be a tuple of Topic"),
    ("x = 1", "metrics/mine.py: it declares neither TOPICS nor SHEETS"),
    (PYTHON.replace("(METRIC,))", "(METRIC))"), "'mine': metrics must be a tuple of Metric, found Metric; a tuple"),
    (PYTHON.replace('version="own.v1"', 'version="own.v1", needs=("orders")'),
     "metrics/mine.py: 'mine.orders': needs must be a tuple of str, found str; a tuple of one ends with a comma: (x,)"),
    (PYTHON.replace('Metric("mine.orders"', "Metric(None"), "a code is words of small letters, digits and _"),
])  # fmt: skip
def test_a_module_that_declares_nothing_right_is_refused(brand, text, complaint):
    wrote(brand, text, "mine.py")
    assert complaint in told(brand)


def test_a_starter_that_cannot_be_written_leaves_no_file(tmp_path, monkeypatch):
    def full(self, *_args, **_named):
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        start(tmp_path, "abc", ("share",))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("python", [False, True])
def test_a_starter_works_as_it_is(brand, python):
    path = start(brand.directory / own.FOLDER, "first", UNITS, python=python)
    (finding,) = tried(Facts(brand.warehouse), asked(brand), own.own_in(brand.directory))
    assert (finding.fine, finding.found) == (True, "0")
    with pytest.raises(MeasureError, match="is there already"):
        start(path.parent, "first", UNITS)


@pytest.mark.parametrize("suffix", [".toml", ".py"])
def test_a_file_in_another_encoding_is_a_mistake(brand, suffix):
    (brand.directory / own.FOLDER / f"mine{suffix}").write_text("zh = '忠诚'", encoding="gb18030")
    with pytest.raises(MeasureError, match=rf"metrics/mine\{suffix}.*(utf|UTF)-8"):
        own.registry_of(brand)


def test_a_mark_of_windows_editors_is_no_mistake(brand):
    text = topic("SELECT {by} count(*) AS orders FROM orders GROUP BY ALL", head='dimensions = ["platform"]')
    (brand.directory / own.FOLDER / "mine.toml").write_text(text, encoding="utf-8-sig")
    assert "mine" in {topic.name for topic in own.registry_of(brand).topics}


def test_a_workspace_without_own_metrics_has_the_built_in_ones(workspace, tmp_path: Path):
    assert own.registry_of(workspace).topics == own.BUILT_IN.topics
    assert own.registry_in(tmp_path / "nowhere").entries() == own.BUILT_IN.entries()
