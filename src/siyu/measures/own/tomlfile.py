'''A topic as a TOML file: its names, one SELECT that takes the counts, and the metrics made of them.

    name = "loyalty"                        # the topic; it and its codes are what `siyu metrics show` takes
    zh = "忠诚"
    en = "Loyalty"
    dimensions = ["platform", "store"]      # columns the SELECT can be split by
    people = "buyers"                       # the count that says how many consumers a group holds
    needs = ["orders"]                      # facts without which nothing here can be answered
    basis = "persons"                       # or: aggregates, persons and aggregates
    sql = """
    SELECT {by} count(*) AS orders, count(DISTINCT identifier_id) AS buyers
    FROM orders WHERE paid_day BETWEEN :first_day AND :as_of GROUP BY ALL
    """
    [[metric]]
    code = "loyalty.orders_per_buyer"
    zh = "人均订单"
    en = "Orders per buyer"
    unit = "orders"
    definition = "Paid orders of the period over known buyers."
    numerator = "orders"                    # a column of the SELECT
    denominator = "buyers"                  # optional; 0 gives null
    window = "the period"                   # or a setting of days, "value.days"; optional, as needs, version
    version = "own.v1"

The SELECT reads what `siyu query` reads. `{by}` becomes the dimensions asked for, each with a comma, or nothing.
'''

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from siyu.core.errors import did_you_mean
from siyu.core.tomltext import TomlError, parsed
from siyu.measures.metric import Metric, Topic
from siyu.measures.own.binding import BY, splits, unknown
from siyu.measures.own.counted import sql_counts
from siyu.measures.own.ownfile import OwnFile, counted, topic_faults

OWN_VERSION = "own.v1"
TOPIC_KEYS = {"name": str, "zh": str, "en": str, "dimensions": list, "people": str, "needs": list, "basis": str,
              "sql": str, "metric": list}  # fmt: skip
TOPIC_REQUIRED = ("name", "zh", "en", "sql", "metric")
METRIC_KEYS = {"code": str, "zh": str, "en": str, "unit": str, "definition": str, "numerator": str,
               "denominator": str, "window": str, "needs": list, "version": str}  # fmt: skip
METRIC_REQUIRED = ("code", "zh", "en", "unit", "definition", "numerator")
KINDS = {str: "a text", list: "a list"}

#: (place of the metric, or None; the key; the message)
Mistake = tuple[int | None, str, str]


def read_toml(path: Path, name: str) -> OwnFile:
    """The topic of a file, or all its mistakes, each with its line where it can be told."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows editors add a mark
        values = parsed(text)
    except OSError as error:
        return OwnFile(name, mistakes=(f"{name}: cannot be read ({error.strerror})",))
    except UnicodeDecodeError:
        return OwnFile(name, mistakes=(f"{name}: expected UTF-8 text, found another encoding; save it as UTF-8",))
    except TomlError as error:
        return OwnFile(name, mistakes=(f"{name}: {error}",))
    found = list(_shape(values))
    if not found:
        topic = _topic(values, name)
        found = [*topic_faults(topic), *_sql_mistakes(topic, values["sql"])]
        if not found:
            return OwnFile(name, (topic,))
    lines = Lines(text)
    return OwnFile(name, mistakes=tuple(f"{name}{lines.told(*where)}: {message}" for *where, message in found))


def _topic(values: dict[str, Any], name: str) -> Topic:
    given = {key: tuple(values[key]) if key != "people" and key != "basis" else values[key]
             for key in ("dimensions", "needs", "people", "basis") if key in values}  # fmt: skip
    metrics = tuple(_metric(metric) for metric in values["metric"])
    columns = counted(metrics, given.get("people", ""))
    counts = sql_counts(name, values["name"], values["sql"], columns)
    return Topic(values["name"], values["zh"], values["en"], counts, metrics, **given)


def _metric(given: dict[str, Any]) -> Metric:
    values = {"version": OWN_VERSION, **given, "needs": tuple(given.get("needs", ()))}
    return Metric(meaning=values.pop("definition"), **values)


def _shape(values: dict[str, Any]) -> Iterator[Mistake]:
    """Keys that are unknown, missing or of the wrong type, of the topic and of each metric."""
    yield from ((None, key, message) for key, message in _keys(values, TOPIC_KEYS, TOPIC_REQUIRED))
    metrics = values.get("metric")
    for place, metric in enumerate(metrics if isinstance(metrics, list) else ()):
        if isinstance(metric, dict):
            yield from ((place, key, message) for key, message in _keys(metric, METRIC_KEYS, METRIC_REQUIRED))
        else:
            yield None, "metric", "metrics are written as [[metric]]"


def _keys(values: dict[str, Any], known: dict[str, type], required: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if key not in known:
            yield key, f"unknown key '{key}'.{did_you_mean(key, tuple(known))}"
        elif not isinstance(value, known[key]):
            yield key, f"'{key}' must be {KINDS[known[key]]}, found {value!r}"
        elif isinstance(value, list) and key != "metric" and not all(isinstance(one, str) for one in value):
            yield key, f"'{key}' must be a list of texts, found {value!r}"
    yield from (("", f"'{key}' is missing") for key in required if not values.get(key) and key not in values)


def _sql_mistakes(topic: Topic, sql: str) -> Iterator[Mistake]:
    yield from ((None, "sql", message) for message in unknown(sql))
    if topic.dimensions and not splits(sql):
        yield None, "sql", f"dimensions are declared, but the SQL has no {BY} where they go"


class Lines:
    """Where the keys of a TOML file stand."""

    def __init__(self, text: str) -> None:
        quiet = re.sub(r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'', lambda text: "\n" * text[0].count("\n"), text)
        self._lines = quiet.split("\n")
        heads = [number for number, line in enumerate(self._lines) if line.strip().startswith("[[metric]]")]
        self._heads = heads or [len(self._lines)]

    def told(self, place: int | None, key: str) -> str:
        """', line 7' of a key, or of its metric where the key is not written."""
        first = -1 if place is None else self._heads[place]
        inside = enumerate(self._lines[first + 1 : self._end(place)], start=first + 2)
        found = (
            next((n for n, line in inside if re.match(rf"\s*\[*{re.escape(key)}\b", line)), first + 1)
            if key
            else first + 1
        )
        return f", line {found}" if found else ""

    def _end(self, place: int | None) -> int:
        following = self._heads[0] if place is None else (*self._heads, len(self._lines))[place + 1]
        return following + 1 if place is None else following
