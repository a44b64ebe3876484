"""Mappings: how the columns of any file become the columns of kinds. Data (TOML), read and checked here.

A mapping file::

    name = "shop_orders"                     # how it is called: siyu load FILE --map shop_orders
    title = "Shop: order export"
    [file]                                   # only where the reader cannot find out itself
    encoding = "gb18030"                     # format = "whitespace"; headers = [[...]] names columns without a header
    [aliases]
    "订单号" = ["订单编号"]                    # other names the same header goes by, in other generations of the export
    [recognise]
    columns = ["订单号", "付款时间"]           # a file with all of these headers (and none of `without`) is this export
    without = ["退款单号"]
    [[rows]]                                 # one or more: each makes rows of one kind out of every line
    kind = "orders"
    where = [{ column = "订单状态", is_not = ["已关闭"] }]   # lines that fail are counted as filtered
    group_by = ["order_id"]                  # one row per order from one line per item
    [rows.columns]
    order_id = "订单号"                        # a header
    platform = { const = "shop" }
    paid_at = { from = "付款时间", format = "%Y/%m/%d %H:%M" }
    paid_amount = { from = ["实付", "实收"], functions = ["money"], aggregate = "sum" }
    is_test = { from = "订单类型", values = { "测试" = "true" }, others = "empty" }
    "id.phone" = { from = "手机号", functions = ["strip_quotes"], optional = true }

A column is a header, or a table with one source (`from`: first filled of one or more headers, of which those not in the
file are passed over; `concat` with `between`; `product`, `sum`, `minus`: exact arithmetic, where `sum` passes over
headers not in the file; `const`) and what is done with it (`less`: the header of an amount taken off; `at_most`: the
header of an amount it never exceeds; `parted`: what parts several amounts in one cell, which are added up; `functions`,
then `values`/`others`, then `format`). `where`: conditions without which the column is empty. `round` rounds money with
more decimals than the currency has (half up) instead of refusing it. A header that is missing is a mistake unless
`optional`. Relations without `started_at` begin, and refunds without `refunded_at` went back, when they are first seen
(observed).
Conditions of `where`: is, is_not, starts_with, not_starts_with, contains, filled, above, below. All must hold; of those
in `{ any = [...] }`, one.
`[continued]` with `within = "Name"` and `columns = ["Id"]`: what only the first line of a record fills, the lines below
it with the same `within` take from it. `snapshot = false`: the file is no full list of a relation. `distinct = true`:
lines that are equal, cell for cell, are one (else they count as often as they stand there).
`currency = "Currency"` beside `kind` names the header of the currency: rows in another than the brand's are refused.
`grows = ["paid_at", "refund_amount"]` beside `kind`: what a later export never has less of. A row with less than what
was loaded before comes from an older export and changes nothing, so exports can be loaded in any order.
`current = true` beside `kind`: a row says what is so now, so that a record can be given back the values it had before
(else a row equal to any earlier version changes nothing); files must then come in their order.
`first = ["paid_at"]` beside `kind`: times that stay what they were at the earliest, whatever a later row states.
`number_lines = { into = "line_no", within = ["order_id"], by = ["sku"] }` numbers lines by their content, so that equal
lines stay apart and the number does not depend on the order of lines or files.
"""

from __future__ import annotations

import functools
import re
from importlib import resources
from pathlib import Path
from typing import Any

from siyu.core.errors import MappingError, did_you_mean
from siyu.core.files import visible
from siyu.core.kinds import BY_NAME, OBSERVED_DATES, Kind
from siyu.core.tomltext import TomlError, parsed
from siyu.sources.mappings import wording
from siyu.sources.mappings.functions import FUNCTIONS
from siyu.sources.mappings.mapping import (
    OUTPUTS,
    Column,
    Condition,
    Continued,
    How,
    Mapping,
    Numbering,
    Rows,
    is_identifier,
)

SOURCES: tuple[How, ...] = ("concat", "product", "sum", "minus")
AGGREGATES = ("first", "last", "sum", "min", "max")
OTHERS = ("keep", "empty", "refuse")
CONDITIONS = ("is", "is_not", "starts_with", "not_starts_with", "contains", "filled", "above", "below")
COLUMN_KEYS = ("from", "const", *SOURCES, "between", "at_most", "less", "parted", "values", "others", "format",
               "functions", "optional", "round", "aggregate", "where")
ROWS_KEYS = ("kind", "columns", "where", "group_by", "number_lines", "currency", "grows", "current", "first")
#: Types of columns that can grow: instants (once there, always there) and amounts.
GROWING = ("instant", "money", "integer")
#: What DuckDB reads a time by.
DIRECTIVE = re.compile(r"%(?:-?[dmyHIMSj]|[aAbBcfgGnpuUVwWxXYzZ%])")
FILE_KEYS = ("encoding", "format", "headers")
RECOGNISE_KEYS = ("columns", "any", "without")
CONTINUED_KEYS = ("within", "columns")
#: Where a workspace has mappings of its own.
FOLDER = "mappings"
#: What stands beside the mappings of a platform: how its exports are simulated (siyu.simulate.samples).
SAMPLES = "samples.toml"
TOP_KEYS = ("name", "title", "notes", "snapshot", "distinct", "file", "continued", "aliases", "recognise", "rows")


def read(path: Path) -> Mapping:
    """A mapping file. MappingError lists every mistake in it."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"), where=path.name)  # Windows editors add a mark
    except FileNotFoundError:
        raise MappingError(f"There is no mapping file {path}.",
                           remedy=f"Shipped mappings: {', '.join(sorted(shipped()))}.") from None
    except UnicodeDecodeError:
        raise MappingError(f"{path.name} is not UTF-8 text.", remedy="Save it as UTF-8.") from None


@functools.cache
def shipped() -> dict[str, Mapping]:
    """The mappings that come with siyu, by name."""
    paths = [path for path in sorted(platforms().rglob("*.toml")) if path.name != SAMPLES]
    found = [parse(path.read_text(encoding="utf-8"), where=path.name) for path in paths]
    return {mapping.name: mapping for mapping in found}


def platforms() -> Path:
    """The folder with a folder for every platform: its mappings, and beside them the samples of its exports."""
    return Path(str(resources.files("siyu.sources"))) / "platforms"


def own(folder: Path | None) -> list[Path]:
    """The files of a workspace's own mappings (FOLDER), in order of their names; the folder need not be there."""
    return visible(folder.glob("*.toml")) if folder else []


def check_own(folder: Path) -> None:
    """MappingError if one of a workspace's own mappings cannot be read: no file would be recognised."""
    for path in own(folder):
        read(path)


def named(name: str) -> Mapping:
    """A shipped mapping by name, or a mapping file by path."""
    path = Path(name)
    if path.suffix == ".toml":
        return read(path)
    known = shipped()
    if name not in known:
        raise MappingError(f"Unknown mapping '{name}'.{did_you_mean(name, list(known))}",
                           remedy=f"Shipped: {', '.join(sorted(known))}; or give the path of a .toml file.")
    return known[name]


def parse(text: str, where: str = "mapping") -> Mapping:
    """A mapping from its TOML text. MappingError lists every mistake in it."""
    document = _document(text, where)
    return _faultless(document, text, where, wording.mistakes(document))


@functools.lru_cache(maxsize=256)  # a rebuild reads thousands of loads with the same few
def kept(text: str, where: str) -> Mapping:
    """A mapping from the text kept with a load: what is called a mistake only since then is read as it was then."""
    return _faultless(_document(text, where), text, where, [])


def _document(text: str, where: str) -> dict[str, Any]:
    try:
        return parsed(text)
    except TomlError as error:
        raise MappingError(f"{where} is not valid TOML: {error}", remedy="Mend that line and try again.") from None


def _faultless(document: dict[str, Any], text: str, where: str, mistakes: list[str]) -> Mapping:
    """The mapping of a document; MappingError where this adds mistakes to those given, or there were any."""
    built = _mapping(document, text, mistakes)
    if mistakes:
        listing = "\n".join(f"  - {m}" for m in mistakes)
        raise MappingError(f"{where} has {len(mistakes)} mistake(s):\n{listing}",
                           remedy="docs/how-to/map-a-file.md explains every word of a mapping.")
    return built


def _mapping(document: dict[str, Any], text: str, mistakes: list[str]) -> Mapping:
    _table("mapping", document, TOP_KEYS, mistakes)
    head = _table("[recognise]", document.get("recognise", {}), RECOGNISE_KEYS, mistakes)
    file = _table("[file]", document.get("file", {}), FILE_KEYS, mistakes)
    if not document.get("name"):
        mistakes.append("name is missing.")
    rows = document.get("rows", [])
    if not isinstance(rows, list) or not rows:
        mistakes.append("there is no [[rows]]: say which kind the lines are and where its columns come from.")
        rows = []
    if len(rows) > OUTPUTS:
        mistakes.append(f"expected at most {OUTPUTS} [[rows]], found {len(rows)}: put the rest into another mapping.")
    outputs = [output for i, r in enumerate(rows, start=1) if (output := _rows(r, f"rows {i}", mistakes))]
    read = {header for output in outputs for header in output.reads}
    return Mapping(
        str(document.get("name", "")),
        str(document.get("title", "")),
        tuple(outputs),
        notes=str(document.get("notes", "")).strip(),
        file=file,
        continued=_continued(document["continued"], read, mistakes) if "continued" in document else None,
        snapshot=bool(document.get("snapshot", True)),
        distinct=bool(document.get("distinct", False)),
        recognise_columns=_texts(head.get("columns", [])),
        recognise_any=_texts(head.get("any", [])),
        recognise_without=_texts(head.get("without", [])),
        aliases=_aliases(document.get("aliases", {}), mistakes),
        text=text,
    )


def _aliases(body: Any, mistakes: list[str]) -> dict[str, str]:
    if not isinstance(body, dict):
        mistakes.append(f"[aliases]: expected headers with their other names, found {body!r}.")
        return {}
    return {other: header for header, others in body.items() for other in _texts(others)}


def _continued(body: Any, read: set[str], mistakes: list[str]) -> Continued | None:
    body = _table("[continued]", body, CONTINUED_KEYS, mistakes)
    if not all(body.get(key) for key in CONTINUED_KEYS):
        mistakes.append("[continued]: expected `within`, a header, and `columns`, a list of them.")
        return None
    continued = Continued(str(body["within"]), _texts(body["columns"]))
    mistakes += [f"[continued]: no rows read '{h}'." for h in (continued.within, *continued.columns) if h not in read]
    return continued


def _rows(body: Any, where: str, mistakes: list[str]) -> Rows | None:
    body = _table(where, body, ROWS_KEYS, mistakes)
    kind = BY_NAME.get(str(body.get("kind", "")))
    if kind is None:
        given = str(body.get("kind", ""))
        mistakes.append(f"{where}: unknown kind '{given}'.{did_you_mean(given, list(BY_NAME))}")
        return None
    specs = wording.dotted(_table(f"{where}, columns", body.get("columns", {}), None, mistakes))
    columns = [_column(kind, name, spec, f"{where}, {name}", mistakes) for name, spec in specs.items()]
    known = {c.name for c in columns}
    observed = OBSERVED_DATES.get(kind.name)
    for required in (f.name for f in kind.fields if f.required and f.name not in known and f.name != observed):
        mistakes.append(f"{where}: {kind.name} needs a column '{required}'.")
    where_ = _conditions(body.get("where", []), f"{where}, where", mistakes)
    group_by = _texts(body.get("group_by", []))
    mistakes += [f"{where}: group_by names '{g}', which is no column of it." for g in group_by if g not in known]
    numbering = _numbering(body["number_lines"], known, where, mistakes) if "number_lines" in body else None
    grows = _texts(body.get("grows", []))
    mistakes += [f"{where}: grows names '{g}', which is no time or amount of it." for g in grows
                 if g not in known or (field := kind.field(g)) is None or field.type not in GROWING]
    current = body.get("current", False)
    if not isinstance(current, bool) or (current and grows):
        mistakes.append(f"{where}: current is true or false, and not for rows that grow.")
    first = _texts(body.get("first", []))
    mistakes += [f"{where}: first names '{f}', which is no time of it." for f in first
                 if f not in known or (field := kind.field(f)) is None or field.type != "instant"]
    currency = str(body.get("currency", ""))
    return Rows(kind, tuple(columns), where=where_, group_by=group_by, number_lines=numbering, currency=currency,
                grows=grows, current=current is True, first=first)  # fmt: skip


def _column(kind: Kind, name: str, spec: Any, where: str, mistakes: list[str]) -> Column:
    if not kind.field(name) and not is_identifier(kind, name):
        known = [f.name for f in kind.fields]
        mistakes.append(f"{where}: {kind.name} has no column '{name}'.{did_you_mean(name, known)}")
    if isinstance(spec, str):
        spec = {"from": spec}
    if not isinstance(spec, dict):
        mistakes.append(f"{where}: expected a header or a table, found {spec!r}.")
        return Column(name)
    _table(where, spec, COLUMN_KEYS, mistakes)
    given = [key for key in ("from", "const", *SOURCES) if key in spec]
    if len(given) != 1:
        accepted = ", ".join(("from", "const", *SOURCES))
        mistakes.append(f"{where}: expected one of {accepted}; found {', '.join(given) or 'none'}.")
        return Column(name)
    for key, words in (("others", OTHERS), ("aggregate", AGGREGATES)):
        if spec.get(key, words[0]) not in words:
            mistakes.append(f"{where}: {key} is one of {', '.join(words)}; found {spec[key]!r}.")
    how: How = "first" if given[0] == "from" else given[0]  # type: ignore[assignment]
    values = _table(f"{where}, values", spec.get("values", {}), None, mistakes)
    return Column(
        name,
        () if how == "const" else _texts(spec[given[0]]),
        how=how,
        const=str(spec.get("const", "")),
        between=str(spec.get("between", "")),
        at_most=str(spec.get("at_most", "")),
        less=str(spec.get("less", "")),
        parted=str(spec.get("parted", "")),
        functions=_steps(spec.get("functions", []), where, mistakes),
        values={k: str(v) for k, v in values.items()},
        others=spec.get("others", "keep"),
        formats=_formats(spec.get("format", []), where, mistakes),
        optional=bool(spec.get("optional", False)),
        round=bool(spec.get("round", False)),
        aggregate=spec.get("aggregate", "first"),
        where=_conditions(spec.get("where", []), f"{where}, where", mistakes),
    )


def _formats(formats: Any, where: str, mistakes: list[str]) -> tuple[str, ...]:
    """Formats of times; a letter after % that the engine does not know is a mistake, and so is none at all. What is no
    text is a mistake of the wording.
    """
    found = tuple(one for one in (formats if isinstance(formats, list) else [formats]) if isinstance(one, str))
    mistakes += [f"{where}: expected a format such as '%Y/%m/%d %H:%M', found {one!r}."
                 for one in found if not DIRECTIVE.search(one) or "%" in DIRECTIVE.sub("", one)]
    return found


def _steps(steps: Any, where: str, mistakes: list[str]) -> tuple[tuple[str, str], ...]:
    """Functions by name, with their literals. What is neither is a mistake of the wording."""
    found = []
    for step in steps if isinstance(steps, list) else [steps]:
        if not (isinstance(step, dict) and step) and not isinstance(step, str):
            continue
        name, literal = next(iter(step.items())) if isinstance(step, dict) else (step, "")
        function = FUNCTIONS.get(name)
        if function is None:
            mistakes.append(f"{where}: unknown function '{name}'.{did_you_mean(name, list(FUNCTIONS))}")
        elif function.takes_literal and not isinstance(step, dict):
            mistakes.append(f'{where}: {name} needs a literal: {{ {name} = "..." }}.')
        else:
            found.append((name, str(literal)))
    return tuple(found)


def _conditions(specs: Any, where: str, mistakes: list[str]) -> tuple[Condition, ...]:
    listed = specs if isinstance(specs, list) else [specs]
    return tuple(c for spec in listed if (c := _condition(spec, where, mistakes)))


def _condition(spec: Any, where: str, mistakes: list[str]) -> Condition | None:
    if isinstance(spec, dict) and set(spec) == {"any"}:
        return Condition(any=_conditions(spec["any"], where, mistakes))
    tests = [t for t in CONDITIONS if isinstance(spec, dict) and t in spec]
    if len(tests) != 1 or not spec.get("column"):
        mistakes.append(f"{where}: expected a column and one of {', '.join(CONDITIONS)}; found {spec!r}.")
        return None
    _table(where, spec, ("column", "optional", *CONDITIONS), mistakes)
    value = spec[tests[0]]
    return Condition(str(spec["column"]), tests[0], ("true" if value is True else "false",)
                     if isinstance(value, bool) else _texts(value), bool(spec.get("optional", False)))


def _numbering(spec: Any, known: set[str], where: str, mistakes: list[str]) -> Numbering:
    spec = _table(f"{where}, number_lines", spec, ("into", "within", "by"), mistakes)
    numbering = Numbering(str(spec.get("into", "")), _texts(spec.get("within", [])), _texts(spec.get("by", [])))
    mistakes += [f"{where}, number_lines: '{n}' is no column of it." for n in (*numbering.within, *numbering.by)
                 if n not in known]
    if numbering.into not in known:
        mistakes.append(f"{where}, number_lines: into '{numbering.into}' is no column of it.")
    return numbering


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list) else (str(value),)


def _table(where: str, body: Any, known: tuple[str, ...] | None, mistakes: list[str]) -> dict[str, Any]:
    """The body if it is a table, of these words only; nothing of what is none."""
    if not isinstance(body, dict):
        mistakes.append(f"{where}: expected a table, found {body!r}.")
        return {}
    if known is not None:
        mistakes += [f"{where}: unknown word '{key}'.{did_you_mean(key, known)}" for key in body if key not in known]
    return body
