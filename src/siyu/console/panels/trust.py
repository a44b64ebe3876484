"""What stands behind the numbers: what the files can answer, the riddle of consent, and where every row went."""

from __future__ import annotations

from collections import Counter

from siyu.console.charts import bars, theme
from siyu.console.charts.bars import Bar
from siyu.console.context import Grid, Tile
from siyu.console.material import Quality
from siyu.console.panels.coverage import answers, next_export
from siyu.console.panels.question import Answer, Question
from siyu.console.reasons import said
from siyu.console.smallcells import NOTE
from siyu.console.view import View
from siyu.console.words import N_

#: The order in which a load report's figures stand; read = the sum of the others.
COUNTS = ("read", "loaded", "duplicate", "corrected", "filtered", "quarantined")
COUNT_NAMES = {
    "read": N_("Read"),
    "loaded": N_("Loaded"),
    "duplicate": N_("Duplicate"),
    "corrected": N_("Corrected"),
    "filtered": N_("Filtered"),
    "quarantined": N_("Quarantined"),
}
GUARDS = {
    "size": N_("too many identifiers for one person"),
    "unique": N_("two values where a person has one"),
    "retracted": N_("undone by hand"),
}


def coverage(view: View) -> Answer:
    words, found = view.words, answers(view)
    if not found:
        return Answer(message=words("No coverage was worked out for this workspace."))
    rows = tuple((a.question, a.verdict, a.reason) for a in found)
    export, why = next_export(view)
    following = words("Next export that would unlock most: {export}. {why}", export=export, why=why) if export else ""
    note = words(NOTE) if any(a.shy for a in found) else ""
    return Answer(
        grid=Grid((words("Question"), words("Can it be answered?"), words("Why")), rows, text=(1, 2)),
        note=" ".join(filter(None, (following, note))),
    )


def consent(view: View) -> Answer:
    words, found, f = view.words, view.material.consent, view.f
    gross, net = f.get("relation_gross"), f.get("sustainable_relationships")
    if found is None or not gross or net is None:
        return Answer(message=view.reason("F"))
    after = net + found.joining_f
    told = [(words("Hold any relation (gross)"), gross, theme.PALE),
            (words("Can be reached today (F)"), net, theme.F_BLUE),
            (words("If you declare the members' consent you hold"), after, "#6d93b8")]  # fmt: skip
    drawn = [Bar(label, n, words.short(n) + (f" · {words.percent(n / gross)}" if step else ""), colour)
             for step, (label, n, colour) in enumerate(told)
             if not 0 < abs(n - net) < words.smallest]  # fmt: skip
    bought = words.resting(words.amount(found.value_joining_minor), found.joining_f)
    rows = (
        (words("No open channel, a phone is known"), words.count(found.unreachable_with_phone)),
        (words("No open channel, only an e-mail address is known"), words.count(found.unreachable_with_email_only)),
        (words("Members with a phone for whom a declaration would open SMS"), words.count(found.sms_opened)),
        (words("Of them, people who would come into F"), words.count(found.joining_f)),
        (words("What those bought in the last {value_days} days"), bought),
    )
    text = N_(
        "A declaration would bring {n} people into F and open SMS to {sms} members in all. It needs proof: "
        "siyu consent declare --channel sms --source … --notice-version … --from … --proof …"
    )
    note = words(text, n=words.count(found.joining_f), sms=words.count(found.sms_opened))
    return Answer(bars.bars(drawn), grid=Grid((words("Figure"), words("People or money")), rows, summed=False),
                  note=note)  # fmt: skip


def files(view: View) -> Answer:
    words, quality = view.words, view.material.quality
    if quality is None or not quality.loads:
        return Answer(message=words("Nothing has been loaded yet."))
    sums = {key: sum(load.counts.get(key, 0) for load in quality.loads) for key in COUNTS}
    tiles = tuple(Tile(words(COUNT_NAMES[key]), words.short(sums[key])) for key in COUNTS)
    header = (words("File"), words("Read as"), *(words(COUNT_NAMES[key]) for key in COUNTS), words("Loaded at"))
    rows = [
        (
            load.file_name,
            load.mapping,
            *(words.count(load.counts.get(key, 0)) for key in COUNTS),
            words.moment(load.loaded_at, view.material.zone),
        )
        for load in quality.loads
    ]
    rows.append((words("Together"), "", *(words.count(sums[key]) for key in COUNTS), ""))
    balanced = sums["read"] == sum(sums[key] for key in COUNTS[1:])
    note = (
        words("The sum holds: read = loaded + duplicate + corrected + filtered + quarantined.")
        if balanced
        else words("The sum does not hold: some rows are not accounted for. Run siyu check.")
    )
    return Answer(tiles=tiles, grid=Grid(header, tuple(rows), text=(1,)), note=note)


def refused(view: View) -> Answer:
    words, quality = view.words, view.material.quality
    if quality is None:
        return Answer(message=words("Nothing has been loaded yet."))
    rows = _quarantined(view, quality) + [
        (words(GUARDS[guard]) if guard in GUARDS else guard, words("links between identifiers"), words.count(n))
        for guard, n in quality.review
    ]
    if not rows:
        return Answer(message=words("Every row was taken and every link made: nothing waits for you."))
    tiles = (
        Tile(words("Rows in quarantine"), words.short(sum(n for *_, n in quality.quarantine))),
        Tile(words("Links to review"), words.short(sum(n for _, n in quality.review))),
    )
    header = (words("Reason"), words("Where"), words("How many"))
    return Answer(tiles=tiles, grid=Grid(header, tuple(rows), text=(1,)))


def _quarantined(view: View, quality: Quality) -> list[tuple[str, ...]]:
    """Rows in quarantine by reason, with the columns it was met in."""
    columns: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    for column, reason, n in quality.quarantine:
        text = said(view.words, reason)
        columns.setdefault(text, []).append(column)
        counts[text] += n
    return [(text, ", ".join(columns[text]), view.words.count(n)) for text, n in counts.most_common()]


QUESTIONS = (
    Question(
        "consent",
        N_("What the consent you already hold would change"),
        N_(
            "If the last bar is much longer than the one above it, consent is your cheapest growth: the people are "
            "members already."
        ),
        N_(
            "Members (also of stores) with a known phone, SMS not open and no withdrawal: a recorded grant would "
            "open SMS to them. "
            "Who withdrew stays out, a declaration does not undo a refusal. Gross and F as in the funnel."
        ),
        "both",
        consent,
        piece="consent",
    ),
    Question(
        "refused",
        N_("What waits for a person to look at"),
        N_("A reason that repeats is one export setting to change, not a thousand rows to mend."),
        N_(
            "Rows a load could not take (kept encrypted, mended and loaded again), and links between identifiers a "
            "guard refused to make."
        ),
        "files",
        refused,
        piece="quality",
        grid_open=True,
    ),
    Question(
        "coverage",
        N_("What the loaded files can and cannot answer"),
        N_("A question answered with no is not a zero: the export that would answer it has not been loaded."),
        N_("Worked out from which kinds of rows and which columns have arrived, not from their values."),
        "loaded",
        coverage,
        piece="coverage",
        wide=True,
        grid_open=True,
    ),
    Question(
        "files",
        N_("Where every row went"),
        N_("Duplicates are harmless; quarantined rows are people or money missing from this page."),
        N_(
            "Duplicate: equal to a version already kept. Corrected: a known key with new values, the newest load is "
            "in force. "
            "Filtered: left out by the mapping. Quarantined: refused with its line, column and reason."
        ),
        "files",
        files,
        piece="quality",
        wide=True,
    ),
)
