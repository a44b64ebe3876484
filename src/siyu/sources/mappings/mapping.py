"""Mappings: how the columns of any file become the columns of kinds. What one is made of; `mappingfile` reads them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal

from siyu.core.kinds import Kind

How = Literal["first", "concat", "product", "sum", "minus", "const"]

#: Outputs a mapping has at most: a row's place in its load is its line times this, plus the output that made it.
OUTPUTS = 64
#: Where rows of several kinds stand together, as those of a door do: the column that says which is which.
OF_KIND = "of_kind"
#: How a refusal for want of any identifier names its column.
ANY_IDENTIFIER = "id.*"
#: What to say where it is lacking.
ANY_IDENTIFIER_IS = "id.* is any identifier in a column of its own: id.phone, id.email, ..."


@dataclass(frozen=True)
class Condition:
    """A line fulfils it if the header's value does; with `any`, if it fulfils one of those."""

    header: str = ""
    test: str = ""
    values: tuple[str, ...] = ()
    optional: bool = False
    any: tuple[Condition, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """The headers it looks at."""
        return tuple(h for one in self.any for h in one.reads) if self.any else (self.header,)

    def lacking(self, headers: Collection[str]) -> tuple[str, ...]:
        """Headers without which nothing can be said."""
        if self.any:
            return tuple(header for one in self.any for header in one.lacking(headers))
        return () if self.optional or self.header in headers else (self.header,)


@dataclass(frozen=True)
class Column:
    """Where a canonical column comes from and what is done with it; empty where `where` does not hold."""

    name: str
    headers: tuple[str, ...] = ()
    _: KW_ONLY
    how: How = "first"
    const: str = ""
    between: str = ""
    at_most: str = ""
    less: str = ""
    parted: str = ""
    functions: tuple[tuple[str, str], ...] = ()
    values: dict[str, str] = field(default_factory=dict, hash=False)
    others: str = "keep"
    formats: tuple[str, ...] = ()
    optional: bool = False
    round: bool = False
    aggregate: str = "first"
    where: tuple[Condition, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Every header it looks at."""
        aside = (self.less, self.at_most, *(h for condition in self.where for h in condition.reads))
        return (*self.headers, *(h for h in aside if h))

    def present(self, headers: Collection[str]) -> tuple[str, ...]:
        """Those of its headers that the file has."""
        return tuple(header for header in self.headers if header in headers)

    def lacking(self, headers: Collection[str]) -> tuple[str, ...]:
        """Headers without which the file cannot give this column."""
        needed = len(self.headers) if self.how in ("concat", "product", "minus") else min(len(self.headers), 1)
        sources = self.headers if len(self.present(headers)) < needed else ()
        conditions = tuple(header for condition in self.where for header in condition.lacking(headers))
        return tuple(h for h in (*sources, self.less) if h and h not in headers) + conditions

    def missing(self, headers: Collection[str]) -> bool:
        """Whether the file cannot give this column."""
        return bool(self.lacking(headers))


@dataclass(frozen=True)
class Numbering:
    """Lines numbered by content: `into` = its own value, a hash of `by`, and a count among equal ones."""

    into: str
    within: tuple[str, ...]
    by: tuple[str, ...]


@dataclass(frozen=True)
class Continued:
    """Headers that only the first line of a record fills: the lines below, with the same `within`, take from it."""

    within: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """One output: rows of a kind made from the lines of a file. `currency`: the header that names it. `grows`: columns
    that a later export of the same record never has less of. `current`: a row says what is so now, also where a version
    said the same and a later one something else. `first`: times that the first telling of a record fixes."""

    kind: Kind
    columns: tuple[Column, ...]
    _: KW_ONLY
    where: tuple[Condition, ...] = ()
    group_by: tuple[str, ...] = ()
    number_lines: Numbering | None = None
    currency: str = ""
    grows: tuple[str, ...] = ()
    current: bool = False
    first: tuple[str, ...] = ()

    @property
    def deferred(self) -> bool:
        """Whether rows need the whole file before they are known."""
        return bool(self.group_by or self.number_lines)

    @property
    def sums(self) -> bool:
        """Whether a row adds up lines, and so is wrong without any one of them."""
        return bool(self.group_by) and any(c.aggregate == "sum" for c in self.columns)

    @property
    def about(self) -> set[str]:
        """The headers that say which lines are taken, and in which currency."""
        return {h for condition in self.where for h in condition.reads} | ({self.currency} if self.currency else set())

    @property
    def reads(self) -> set[str]:
        """Every header it looks at."""
        return self.about | {h for c in self.columns for h in c.reads}

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)

    def lacking(self, headers: Collection[str]) -> tuple[str, ...]:
        """Headers without which the file cannot give these rows."""
        found = [header for c in self.columns if not c.optional for header in c.lacking(headers)]
        found += [header for condition in self.where for header in condition.lacking(headers)]
        found += [self.currency] if self.currency and self.currency not in headers else []
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Mapping:
    """A whole mapping. `text` is its TOML as it was, kept with each load for replay ('' = a canonical kind).
    snapshot: whether the file may be the full list of a relation. distinct: whether lines that are equal are one."""

    name: str
    title: str
    rows: tuple[Rows, ...]
    _: KW_ONLY
    notes: str = ""
    file: dict[str, Any] = field(default_factory=dict)
    continued: Continued | None = None
    snapshot: bool = True
    distinct: bool = False
    recognise_columns: tuple[str, ...] = ()
    recognise_any: tuple[str, ...] = ()
    recognise_without: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)  # other name -> header
    text: str = ""

    def headers(self, columns: list[str]) -> list[str]:
        """The file's columns by the names the mapping uses."""
        given = set(columns)
        return [self.aliases[c] if c in self.aliases and self.aliases[c] not in given else c for c in columns]

    def named(self, column: str, columns: list[str]) -> str:
        """A column of a kind as whoever made the file knows it: by the file's own columns that it comes from, with its
        own name behind them; `id.*` are all identifiers.
        """
        own = self.headers(columns)
        wanted = [c for rows in self.rows for c in rows.columns
                  if c.name == column or (column == ANY_IDENTIFIER and is_identifier(rows.kind, c.name))]
        given = dict.fromkeys(columns[own.index(h)] for c in wanted for h in c.headers if h in own)
        names = " / ".join(given)
        return f"{names} ({column})" if names and names != column else column

    def recognises(self, columns: list[str]) -> bool:
        """Whether a header row is this export's."""
        headers = set(self.headers(columns))
        if not self.recognise_columns and not self.recognise_any:
            return False
        return (headers.issuperset(self.recognise_columns) and not headers & set(self.recognise_without)
                and (not self.recognise_any or bool(headers & set(self.recognise_any))))


def canonical(kind: Kind, headers: list[str]) -> Mapping:
    """The mapping of a file that has the kind's own columns."""
    columns = tuple(Column(h, (h,)) for h in headers if kind.field(h) or is_identifier(kind, h))
    return Mapping(kind.name, kind.meaning, (Rows(kind, columns),))


def nobody_in(kind: Kind, columns: Collection[str]) -> list[str]:
    """The persons whom rows of the kind cannot do without and none of these columns names, as the columns they lack.

    >>> from siyu.core.kinds import BY_NAME
    >>> nobody_in(BY_NAME["referrals"], ["inviter.id.phone", "at"])
    ['invitee.id.*']
    """
    if kind.anonymous:
        return []
    return [f"{p}id.*" for p in kind.persons if not any(c.startswith(f"{p}id.") for c in columns)]


def is_identifier(kind: Kind, name: str) -> bool:
    """Whether a column is an identifier column of the kind: `id.phone`, `inviter.id.phone`."""
    return any(name.startswith(f"{p}id.") and len(name) > len(f"{p}id.") for p in kind.persons)


def namespace_of(name: str) -> str:
    """The namespace of an identifier column.

    >>> namespace_of("inviter.id.phone")
    'phone'
    """
    return name.rsplit("id.", 1)[1]
