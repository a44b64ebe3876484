"""The reference, written from the code: `python -m siyu.cli.docs docs/reference`; a test holds the files to it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer.main

from siyu.api.reference.page import Operation, read
from siyu.api.reference.schema import schema
from siyu.cli.main import application
from siyu.cli.markdown import page as _page
from siyu.cli.markdown import table as _table
from siyu.cli.platformpage import INTRO, sections
from siyu.core.kinds import KINDS, Field, Kind
from siyu.core.settings import BY_NAME, SETTINGS
from siyu.measures.metric import Figure, Metric, is_setting
from siyu.measures.registry import BUILT_IN
from siyu.sources.doors.segment.vocabulary import CALLS, EVENT_NAMES, FACTS
from siyu.sources.doors.wecom.seen import seen_calls
from siyu.store.tables import LEVELS, TABLES, Table

EXIT_CODES = (
    "Every command takes `-C DIR` (the workspace; default: the current folder), before or after its name. Results go "
    "to standard output, messages and progress to standard error; `--json` prints exactly one JSON object, "
    "identifiers over 2^53 as strings, and nothing where the command is refused. Exit codes: 0 done, 1 done with "
    "refusals (rows in quarantine, links to review), 2 refused, 130 stopped by Ctrl-C."
)


def commands() -> str:
    """Every command with its arguments and options."""
    return _page("Commands", EXIT_CODES, *(_command(name, command) for name, command in walk()))


def settings() -> str:
    """Every setting with its default."""
    intro = "Lines of `siyu.toml`, as `[section]` and `key = value`; what is not written there has its default."
    rows = [(f"`{s.name}`", f"`{s.default!r}`", s.help) for s in SETTINGS]
    return _page("Settings", intro, _table(("setting", "default", "meaning"), rows))


def tables() -> str:
    """Every warehouse table with its columns."""
    intro = (
        "What `siyu query` reads. There, instants are local timestamps, days are dates, open ends are NULL, and only "
        "facts in force are shown; money is in minor units (cents). Every column has a level of sensitivity; a table "
        "has the highest of its columns."
    )
    levels = _table(("level", "meaning"), list(LEVELS.items()))
    return _page("Tables", intro, levels, *map(_data_table, TABLES))


def kinds() -> str:
    """Every kind of fact with the columns a file may have."""
    intro = (
        "What `siyu load` takes without a mapping: CSV, XLSX, Parquet or JSON Lines with these columns. Persons are "
        "named by columns `id.<namespace>` (`id.phone`, `id.unionid`, `id.member_card` ...). Times are ISO 8601, in "
        "the brand's zone unless they carry an offset; amounts are decimals in currency units. An asterisk marks what "
        "every row must have."
    )
    return _page("Kinds", intro, *map(_kind, KINDS))


def metrics() -> str:
    """Every measure: the document's figures, the topics, the sheets."""
    intro = (
        "Figures are paths in the document of `siyu measure --json` and in the table `measure_result`; under one by "
        "role, relation type, channel, touchpoint or state stands a figure for each. Topics and sheets are shown by "
        "`siyu metrics show`, topics in all or `--by` their dimensions. A share without a denominator is null."
    )
    parts = [_table(FIGURE_HEAD, [_figure(f) for f in BUILT_IN.figures])]
    for topic in BUILT_IN.topics:
        by = ", ".join(f"`{d}`" for d in topic.dimensions) or "nothing"
        told = f"By {by}; basis: {topic.basis}."
        parts.append(f"## {topic.name}: {topic.en}, {topic.zh}\n\n{told}\n\n"
                     + _table(FIGURE_HEAD, [_figure(m) for m in topic.metrics]))  # fmt: skip
    for sheet in BUILT_IN.sheets:
        rows = [(f"`{c.name}`", f"{c.en}, {c.zh}", c.unit) for c in sheet.columns]
        told = f"{sheet.meaning} Window: {_window(sheet.window)}; basis: {sheet.basis}."
        parts.append(f"## {sheet.code}: {sheet.en}, {sheet.zh}\n\n{told}\n\n"
                     + _table(("column", "name", "unit"), rows))  # fmt: skip
    return _page("Metrics", intro, *parts)


def live_events() -> str:
    """What messages in the Segment format become."""
    facts = [(f"`{name}`", fact.kind, fact.properties, fact.meaning) for name, fact in FACTS.items()]
    names = [(f"`{name}`", f"`{event}`") for name, event in (EVENT_NAMES | CALLS).items()]
    return _page("Live events", LIVE, "## Facts", _table(("track", "kind", "properties", "meaning"), facts),
                 "## Events", LIVE_EVENTS, _table(("track, or the call", "event"), names),
                 "## What is refused", LIVE_REFUSED)  # fmt: skip


LIVE = """What the collector takes: `track`, `identify`, `page`, `screen`, `group` and `alias` calls of any client of
the Segment format. `userId` stands in the namespace that the write key names (default `customer`), `anonymousId` in
`anonymous_id`; `traits.email`, `traits.phone` and `context.ids` (`{"unionid": "..."}`) name the person too. All ids of
one call link. Times without an offset are those of the brand's zone; `timestamp` is corrected by how far `sentAt` is
from the time of arrival. A second message with the `messageId` of an earlier one of the same key is a duplicate,
whenever it comes, unless that one was refused before."""
LIVE_EVENTS = """Every other track event is an event of its name in snake case; these have names of their own. Where
it happened is told by the properties `touchpoint`, `platform`, `domain` and `store`, else by the write key; the
campaign by `campaign` or `context.campaign` (UTM). Properties and traits that name a person are left out."""
LIVE_REFUSED = """In quarantine, with the reason: a time more than an hour ahead of its arrival or before 2000, NUL
characters, amounts that are none, calls that lack what is marked with an asterisk. Bots and link scanners, told by the
user agent, are remembered and count nowhere."""


def wecom() -> str:
    """What is asked of WeCom, and what each call was seen working against."""
    rows = [(f"`{seen.call}`", seen.meaning, seen.against, seen.on.isoformat()) for seen in seen_calls()]
    return _page("WeCom", WECOM, _table(("call", "for", "seen against", "on"), rows))


WECOM = """The calls that siyu knows of WeCom (企业微信), and what each was last seen working against. A stand-in is a
server of ours that follows WeCom's documentation: against a live corp such a call may still differ. How to connect a
corp: [connect WeCom](../how-to/connect-wecom.md)."""


def platforms() -> str:
    """Every export of a platform: what is loaded from it, what cannot be measured from it, and the marks it bears."""
    return _page("Platforms", INTRO, *sections())


FIGURE_HEAD = ("code", "name", "unit", "window", "meaning")


def _figure(measure: Figure | Metric) -> tuple[str, ...]:
    name, window = f"{measure.en}, {measure.zh}", _window(measure.window)
    return f"`{measure.code}`", name, measure.unit, window, measure.meaning


def _window(window: str) -> str:
    """A setting that holds a window's days, with its default; other windows as they stand."""
    return f"`{window}` ({BY_NAME[window].default})" if is_setting(window) else window


def http() -> str:
    """Every address of `siyu serve`."""
    intro = (
        "What `siyu serve` answers; the same stands on its page `/docs`, in Chinese too, and for programs in "
        "`/openapi.json`. Every refusal is JSON: `code` for programs, `message` for people. An asterisk marks what a "
        "request must have."
    )
    operations = [operation for group in read(schema()).groups for operation in group.operations]
    return _page("HTTP", intro, *map(_address, operations))


def _address(operation: Operation) -> str:
    told = " ".join(filter(None, (operation.summary, operation.meaning)))
    fields = [(f"`{f.name}`{'*' if f.required else ''}", f.place, f.type, f.meaning) for f in operation.fields]
    parts = [f"## {operation.method} {operation.path}", told,
             _table(("field", "in", "type", "meaning"), fields) if fields else "",
             _table(("status", "meaning"), operation.answers)]  # fmt: skip
    return "\n\n".join(filter(None, parts))


PAGES: dict[str, Callable[[], str]] = {
    "commands": commands, "settings": settings, "tables": tables, "kinds": kinds, "metrics": metrics,
    "platforms": platforms, "live-events": live_events, "wecom": wecom, "http": http,
}  # fmt: skip


def walk(group: Any = None, prefix: str = "siyu") -> Iterator[tuple[str, Any]]:
    """(full name, command) of every command, those inside groups included."""
    chosen: Any = group or typer.main.get_command(application())
    for name, command in chosen.commands.items():
        if not hasattr(command, "commands") or command.invoke_without_command:
            yield f"{prefix} {name}", command
        if hasattr(command, "commands"):
            yield from walk(command, f"{prefix} {name}")


def _command(name: str, command: Any) -> str:
    shown = [p for p in command.params if not getattr(p, "hidden", False)]
    arguments = [p for p in shown if p.param_type_name == "argument"]
    options = [p for p in shown if p.param_type_name == "option"]
    usage = " ".join([name, *(_metavar(a) for a in arguments), *(["[options]"] if options else [])])
    rows = [(f"`{_metavar(a)}`", a.help or "") for a in arguments] + [(f"`{_option(o)}`", _help(o)) for o in options]
    listed = _table(("", ""), rows) if rows else ""
    return f"## {name}\n\n{_sentence(command.help)}\n\n```\n{usage}\n```\n\n{listed}".rstrip()


def _metavar(parameter: Any) -> str:
    return parameter.metavar or parameter.name.upper()


def _option(option: Any) -> str:
    return f"{', '.join(option.opts)}{'' if option.is_flag else f' {_metavar(option)}'}"


def _help(option: Any) -> str:
    default = "" if option.is_flag or option.default is None or option.required else f" Default: `{option.default}`."
    return f"{option.help or ''}{' Required.' if option.required else ''}{default}"


def _data_table(table: Table) -> str:
    key = f" Key: {', '.join(f'`{k}`' for k in table.key)}." if table.key else ""
    rows = [(f"`{c.name}`", c.type, table.level_of(c), c.meaning) for c in table.columns]
    columns = _table(("column", "type", "level", "meaning"), rows)
    about = f"{table.meaning} Kept by {table.owner}; {table.level}.{key}"
    return f"## {table.name}\n\n{about}\n\n{columns}"


def _kind(kind: Kind) -> str:
    anyone = "may be anonymous" if kind.anonymous else "at least one not empty"
    persons = ", ".join(f"`{prefix}id.*`" for prefix in kind.persons)
    rows = [(f"`{f.name}`{'*' if f.required else ''}", f.type, _field(f)) for f in kind.fields]
    rows += [(persons, "text", f"Who it is about: {anyone}.")] if kind.persons else []
    key = ", ".join(f"`{k}`" for k in kind.key)
    return f"## {kind.name}\n\n{kind.meaning} Key: {key}.\n\n{_table(('column', 'type', 'meaning'), rows)}"


def _field(field: Field) -> str:
    return field.meaning + (f" One of {', '.join(field.choices)}." if field.choices else "")


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split())


def main(folder: str) -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (Path(folder) / f"{name}.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
