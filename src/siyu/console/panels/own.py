"""The workspace's own measures on the page: a table for each topic and sheet of its `metrics/` folder."""

from __future__ import annotations

from siyu.console.context import Panel, Section
from siyu.console.panels import asked
from siyu.console.panels.question import undrawn
from siyu.console.view import View
from siyu.measures.answer import Answer
from siyu.measures.metric import Topic


def section(view: View) -> tuple[Section, ...]:
    """One section with a panel for each own topic and sheet; none where the workspace has none."""
    words, failure = view.words, view.material.failures.get("own", "")
    panels = [_drawn(view, found) for found in view.material.own]
    if failure:
        panels = [Panel("own", words("Measures of our own"), message=failure, failed=True)]
    if not panels:
        return ()
    lead = words("What this brand defines for itself, in the folder metrics of its workspace.")
    return (Section("own", "", words("Our own"), words("Measures of our own"), lead, tuple(panels)),)


def _drawn(view: View, found: Answer) -> Panel:
    """A measure's panel. What cannot be written becomes the panel's message; the page stands."""
    try:
        return _panel(view, found)
    except Exception as error:
        message = undrawn(view.words, f"{type(error).__name__}: {error}")
        return Panel(_name(found), asked.named(view, found.of), message=message, failed=True)


def _name(found: Answer) -> str:
    """The panel's own: a sheet may have the code of another of its versions, or the name of a topic."""
    if isinstance(found.of, Topic):
        return f"own-topic-{found.of.name}"
    return f"own-sheet-{found.of.code}-{found.of.version}"


def _asked_by(found: Answer) -> str:
    """The name by which `siyu metrics show` knows it."""
    return found.of.name if isinstance(found.of, Topic) else found.of.code


def _panel(view: View, found: Answer) -> Panel:
    topic = isinstance(found.of, Topic)
    grid = asked.topic_grid(view, found) if topic else asked.sheet_grid(view, found)
    meanings = [m.meaning for m in found.metrics] if isinstance(found.of, Topic) else [found.of.meaning]
    return Panel(
        name=_name(found),
        title=asked.named(view, found.of),
        look_for=view.words("Shown by `siyu metrics show {name}`, too.", name=_asked_by(found)),
        definition=" ".join(meanings),
        basis=view.basis("consumers"),
        grid=grid,
        grid_open=True,
        message="" if grid else asked.reason(view, found) or view.words("nothing to count in this window"),
        wide=True,
    )
