"""Which kind or mapping a file is: by the header row of an export, by the file's name, by its columns.

A platform's header wins over the file's name: `orders.csv` with Youzan's header is a Youzan export.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from siyu.core.errors import SourceError, is_it
from siyu.core.kinds import BY_NAME, KINDS, Kind
from siyu.sources.mappings import mapping as mappings
from siyu.sources.mappings import mappingfile
from siyu.sources.mappings.headers import are_data, shown
from siyu.sources.mappings.mapping import Mapping

#: Required in facts, but not in a file: a snapshot of a list has no starts.
NOT_IN_SNAPSHOTS = {"relations": ("started_at",)}
NEAREST = 3
NAMELESS = "Put a row with the names of the columns above the data."


@dataclass(frozen=True)
class Candidate:
    """A kind or mapping, how much of it the header row has, and what it lacks."""

    name: str
    missing: tuple[str, ...]
    fit: float


def recognise(name: str, columns: list[str], folder: Path | None = None) -> str:
    """Name of the kind or mapping of a file; for a mapping of the workspace's own `folder`, its path.

    Raises SourceError, naming what is nearest and what it lacks, when nothing fits or several do.
    """
    fitting = exports(columns, folder)
    if len(fitting) == 1:
        return fitting[0]
    if len(fitting) > 1:
        raise _ambiguous(name, fitting, "--map")
    by_name = kind_of_name(Path(name))
    if by_name and not _missing(by_name, columns):
        return by_name.name
    by_columns = _kinds_of(columns)
    if len(by_columns) == 1 and by_name is None:
        return by_columns[0]
    if len(by_columns) > 1 and by_name is None:
        raise _ambiguous(name, by_columns, "--as")
    raise _unknown(name, columns, by_name, folder)


def is_of_kind(name: str, columns: list[str]) -> bool:
    """Whether a header is that of the kind which the file is named after, or of one kind alone."""
    by_name = kind_of_name(Path(name))
    return not _missing(by_name, columns) if by_name else len(_kinds_of(columns)) == 1


def kind_of_name(path: Path) -> Kind | None:
    """The kind a file is named after: `orders.csv`, `orders-2026.parquet`, `order_lines_x.jsonl`.

    >>> kind_of_name(Path("order_lines_x.jsonl")).name
    'order_lines'
    """
    stem = path.name.split(".")[0].lower()
    named = [kind for kind in KINDS if re.match(rf"{kind.name}($|[-_ (\d])", stem)]
    return max(named, key=lambda kind: len(kind.name), default=None)


def exports(columns: list[str], folder: Path | None = None) -> list[str]:
    """Names of the mappings whose header this is: the workspace's own before the shipped, the narrowest first."""
    own = {str(path): mappingfile.read(path) for path in mappingfile.own(folder)}
    for known in (own, mappingfile.shipped()):
        fitting = {name: mapping for name, mapping in known.items() if mapping.recognises(columns)}
        narrowest = max((len(m.recognise_columns) for m in fitting.values()), default=0)
        if fitting:
            return [name for name, m in fitting.items() if len(m.recognise_columns) == narrowest]
    return []


def _kinds_of(columns: list[str]) -> list[str]:
    """The kinds that all of the file's columns speak for, the best fit alone where there is one: that knows most of
    them and lacks nothing, also where no snapshot gives it."""
    fits = {kind.name: (_known(kind, columns), _whole(kind, columns)) for kind in KINDS if _speaks_for(kind, columns)}
    best = max(fits.values(), default=None)
    return [name for name, fit in fits.items() if fit == best]


def _whole(kind: Kind, columns: list[str]) -> bool:
    return all(field.name in columns for field in kind.fields if field.required)


def _speaks_for(kind: Kind, columns: list[str]) -> bool:
    own = [c for c in columns if kind.field(c) and c not in ("platform", "store", "source")]
    return bool(own) and not _missing(kind, columns) and _known(kind, columns) * 2 > len(columns)


def _known(kind: Kind, columns: list[str]) -> int:
    return sum(bool(kind.field(c)) or mappings.is_identifier(kind, c) for c in columns)


def _missing(kind: Kind, columns: list[str]) -> tuple[str, ...]:
    """Columns the kind cannot do without and the file lacks."""
    optional = NOT_IN_SNAPSHOTS.get(kind.name, ())
    lacking = [f.name for f in kind.fields if f.required and f.name not in columns and f.name not in optional]
    return (*lacking, *mappings.nobody_in(kind, columns))


def _ambiguous(name: str, names: Iterable[str], option: str) -> SourceError:
    listing = ", ".join(names)
    return SourceError(f"{name}: its columns fit more than one: {listing}.",
                       remedy=f"Say which one it is: `siyu load {name} {option} NAME`.")


def _unknown(name: str, columns: list[str], by_name: Kind | None, folder: Path | None) -> SourceError:
    if by_name:
        missing = _missing(by_name, columns)
        lacking = ", ".join(f"{column}{is_it(column, columns)}" for column in missing)
        who = f" {mappings.ANY_IDENTIFIER_IS}" if mappings.ANY_IDENTIFIER in lacking else ""
        return SourceError(
            f"{name}: named after the kind '{by_name.name}', but it lacks {lacking}. Found: {shown(columns)}.{who}",
            remedy=NAMELESS if are_data(columns) else
            f"Add what is missing, or turn its columns into those of '{by_name.name}' with --map FILE.")
    lines = [f"  - {c.name}: lacks {shown(c.missing)}" for c in _nearest(columns, folder)]
    nearest = "\nNearest:\n" + "\n".join(lines) if lines else ""
    found = f"Found: {shown(columns)}.{nearest}"
    return SourceError(f"{name}: its columns are those of no known kind or export. {found}",
                       remedy=NAMELESS if are_data(columns) else
                       "Say what it is with --as KIND, or how its columns translate with --map FILE "
                       "(docs/how-to/map-a-file.md).")


def _nearest(columns: list[str], folder: Path | None) -> list[Candidate]:
    own = [mappingfile.read(path) for path in mappingfile.own(folder)]
    candidates = [_of_kind(kind, columns) for kind in BY_NAME.values()]
    candidates += [_of_mapping(mapping, columns) for mapping in (*own, *mappingfile.shipped().values())]
    near = sorted((c for c in candidates if c.fit > 0 and c.missing), key=lambda c: -c.fit)
    return near[:NEAREST]


def _of_kind(kind: Kind, columns: list[str]) -> Candidate:
    missing = _missing(kind, columns)
    return Candidate(kind.name, missing, _known(kind, columns) / max(len(columns), 1) / (1 + len(missing)))


def _of_mapping(mapping: Mapping, columns: list[str]) -> Candidate:
    """How much of the export's header is there; what lacks comes with the column that it may have become."""
    wanted, given = mapping.recognise_columns, mapping.headers(columns)
    unread = set(given) - {h for rows in mapping.rows for h in rows.reads} - set(wanted)
    missing = tuple(c + is_it(c, unread) for c in wanted if c not in given)
    return Candidate(mapping.name, missing, (len(wanted) - len(missing)) / max(len(wanted), 1))

