"""Commands of diagnosis: diagnose (where to act and why), guarantees show|answer|history."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from siyu.cli.asking import ask
from siyu.cli.context import AsJson, AsOf, Window, day, now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.figures import money, share
from siyu.cli.output import emit, out, progress, suggest, table
from siyu.core.money import exponent
from siyu.core.time import date_of, datetime_of
from siyu.measures.diagnosis import guarantees as kept
from siyu.measures.diagnosis.diagnose import diagnose as diagnosed
from siyu.measures.diagnosis.index import shown
from siyu.store.workspace import Workspace

Item = Annotated[str, typer.Argument(metavar="ITEM", help="The item's code, as `siyu guarantees show` lists it.")]
Chosen = Annotated[str, typer.Argument(metavar="yes|partial|no", help="How far it is done; partial counts half.")]
Evidence = Annotated[str | None, typer.Option("--evidence", metavar="TEXT", help="What shows it.")]
Owner = Annotated[str | None, typer.Option("--owner", metavar="NAME", help="Who looks after it.")]
Due = Annotated[str | None, typer.Option("--due", metavar="DAY", help="Day until which it is to be done.")]
Only = Annotated[str | None, typer.Argument(metavar="[ITEM]", help="Show every answer to this item instead.")]

#: Width of the bar of an index; a full bar is the reference reached.
BAR = 20
ROLES_OUTSIDE = {"no_role": "no role at the opening", "anonymous": "anonymous orders"}

group = typer.Typer(name="guarantees", help="The four self-check lists: show, answer, history.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(diagnose)
    app.add_typer(group)


def diagnose(as_of: AsOf = None, window: Window = 30, as_json: AsJson = False) -> int:
    """Say where to act and why: the weakest driver, its campaign, what changed, what is out of the ordinary."""
    chosen = day(as_of)
    with workspace() as opened, progress() as tell:
        moment = now()
        asked = ask(opened, chosen, moment, tell, window=window)
        tell("diagnosis", None)
        document = diagnosed(opened, asked, moment).as_json()
    if as_json:
        emit(document)
        return DONE
    _show(document)
    return DONE


@group.command("show")
def show(as_json: AsJson = False) -> int:
    """Print the four lists with answers, scores and what is overdue."""
    with workspace() as opened:
        document = kept.guarantees(opened, now())
    if as_json:
        emit(document)
        return DONE
    for found in document["lists"]:
        rows = [(i["code"], i["name"]["en"], i["answer"] or "-", i["owner"], _due(i), i["evidence"])
                for i in found["items"]]  # fmt: skip
        table(f"{found['name']['en']} {found['name']['zh']}: {share(found['score'])}",
              ("item", "check", "answer", "owner", "due", "evidence"), rows)  # fmt: skip
    out().print(f"Score {share(document['score'])} ({document['rule']}).")
    suggest(f"siyu guarantees answer {_open_item(document)} partial --owner NAME --due DAY{suffix()}", "answers one")
    return DONE


@group.command("answer")
def answer(
    item: Item, chosen: Chosen, evidence: Evidence = None, owner: Owner = None, due: Due = None, as_json: AsJson = False
) -> int:
    """Answer one item; earlier answers are kept, and what is not given stays as it was."""
    with workspace() as opened:
        moment = now()
        until = day(due, "--due")
        kept.answer(opened, item, chosen, now=moment, evidence=evidence, owner=owner, due=until)
        document = kept.guarantees(opened, moment)
    if as_json:
        emit(document)
        return DONE
    out().print(f"{item}: {chosen}. Score {share(document['score'])}.", markup=False)
    suggest(f"siyu guarantees history{suffix()}", "shows how the score moved")
    return DONE


@group.command("history")
def history(item: Only = None, as_json: AsJson = False) -> int:
    """Print the score by day, or every answer ever given to one item."""
    with workspace() as opened:
        rows = kept.guarantees(opened, now())["history"] if item is None else _answers(opened, item)
    if as_json:
        emit({"item": item, "history": rows})
    elif rows:
        lines = [[share(v) if isinstance(v, float) else v for v in row.values()] for row in rows]
        table(item or "Score by day", list(rows[0]), lines)
    else:
        out().print("Nothing is answered yet.")
        suggest(f"siyu guarantees show{suffix()}", "lists what to answer")
    return DONE


def _answers(opened: Workspace, item: str) -> list[dict[str, Any]]:
    zone, said = opened.settings.zone, kept.answers(opened.operations)
    if all(a.item != item for a in said):  # an item that a list no longer has keeps its answers
        kept.check_item(opened, item)
    return [{"answered_at": datetime_of(a.answered_at, zone).isoformat(timespec="seconds"), "answer": a.answer,
             "owner": a.owner, "due": date_of(a.due_day).isoformat() if a.due_day is not None else "",
             "evidence": a.evidence} for a in said if a.item == item]  # fmt: skip


def _show(document: dict[str, Any]) -> None:
    currency = document["currency"]
    _lights(document, currency)
    _findings(document, currency)
    _campaign(document, currency)
    for one in document["decompositions"]:
        _decomposition(one, currency)
    _alerts(document["alerts"])
    checks = document["guarantees"]
    out().print(f"Guarantees: {share(checks['score'])} done, {len(checks['overdue'])} overdue.")
    for row in document["unread"]:
        out().print(f"Not used: {row['kind']} {row['metric']} {row['period']}: {row['reason']}", markup=False)
    _next(document)


def _lights(document: dict[str, Any], currency: str) -> None:
    rows = [
        (
            f"{light['letter']}  {light['name']['en']}",
            _value(light["value"], light["unit"], currency),
            _bar(light["index"]),
            light["light"] or "-",
            _judged_by(light, currency),
        )
        for light in document["lights"]
    ]
    title = f"{document['brand']}: diagnosis as of {document['as_of']}, last {document['window_days']} days"
    table(title, ("driver", "value", "index", "light", "judged by"), rows)


def _findings(document: dict[str, Any], currency: str) -> None:
    """The three actions that weigh most: whom they concern, what to do, what that may bring."""
    rows = [(f["raises"], f"{f['title']['en']} {f['title']['zh']}", f"{f['people']:,}", _expected(f, currency),
             f["do"]["en"] + (f" ({', '.join(f['places'])})" if f["places"] else ""))
            for f in document["findings"]]  # fmt: skip
    if rows:
        table("Where to act first", ("raises", "what", "people", "expected", "do"), rows)
    else:
        out().print("No action rests on ten people and brings money by the brand's own rates.")


def _expected(action: dict[str, Any], currency: str) -> str:
    if action["money_minor"] is None:
        return "-"
    return f"{_money(action['money_minor'], currency)} in {action['money_days']} d"


def _campaign(document: dict[str, Any], currency: str) -> None:
    """The weakest driver's campaign first; where no driver is judged, every campaign."""
    for campaign in document["campaigns"]:
        if document["campaign"] not in (None, campaign["code"]):
            continue
        rows = [_action(scenario, action, campaign["raises"], currency)
                for scenario in campaign["scenarios"] for action in scenario["actions"]]  # fmt: skip
        judged = sum(light["index"] is not None for light in document["lights"])
        role = ("no driver can be judged yet", "the only one that can be judged", "weakest")[min(judged, 2)]
        table(f"{campaign['raises']} ({role}) -> {campaign['name']['en']} {campaign['name']['zh']}",
              ("sub-scenario", "who", "people", "own rate", "reference", "more", "gain", "expected", "do"),
              rows)  # fmt: skip


def _action(scenario: dict[str, Any], action: dict[str, Any], letter: str, currency: str) -> tuple[str, ...]:
    if action["reason"]:
        people = "-" if action["people"] is None else f"{action['people']:,}"
        return (scenario["name"]["en"], action["who"]["en"], people, "-", "-", "-", "-", "-", action["reason"])
    return (
        scenario["name"]["en"], action["who"]["en"], f"{action['people']:,}", share(action["own_rate"]),
        share(action["reference_rate"]), f"{action['moved']:,.0f}", _gained(action, letter, currency),
        _expected(action, currency), action["do"]["en"],
    )  # fmt: skip


def _gained(action: dict[str, Any], letter: str, currency: str) -> str:
    """What the indicator gains: consumers for F, percentage points for A and T, money per consumer in F for S."""
    gain = action["indicator_gain"]
    if gain is None:
        return "-"
    if letter == "S":
        return f"+{_money(gain, currency)} each"
    return f"+{gain:,.0f}" if letter == "F" else f"+{gain * 100:.2f} pp"


def _decomposition(one: dict[str, Any], currency: str) -> None:
    """The change by rung and factor; factors that play no part in this figure are left out."""
    if one["reason"]:
        out().print(f"Change of {one['name']}: {one['reason']}", markup=False)
        return
    unit, rows = one["unit"], one["contributions"]
    names = [name for name in one["factors"] if any(row[name] for row in rows)]
    lines = [(_group(row["group"]), *(_signed(row[name], unit, currency) for name in (*names, "total")))
             for row in rows]  # fmt: skip
    totals = [_signed(one["factors"][name], unit, currency) for name in names]
    before, after = (_value(one[name], unit, currency) for name in ("before", "after"))
    lines.append(("sum = change", *totals, _signed(one["change"], unit, currency)))
    rung = "rung" if one["name"] == "S" else "rung at the opening"
    table(f"Change of {one['name']}: {before} -> {after}", (rung, *names, "sum"), lines)
    parts = " + ".join(f"({total}) {name}" for name, total in zip(names, totals))
    out().print(f"  {after} - {before} = {parts or 'no change'}; {one['meaning']}.", markup=False)


def _alerts(alerts: list[dict[str, Any]]) -> None:
    texts = ("usual", "found", "act")
    rows = [(a["kind"], a["what"]["en"], a["since"], *(a[name]["en"] for name in texts)) for a in alerts]
    if rows:
        table("Alerts", ("kind", "what", "since", "usual", "found", "what to do"), rows)
    else:
        out().print("No alerts: nothing is out of the ordinary, or history is too short to tell.")


def _next(document: dict[str, Any]) -> None:
    if all(light["reference"] is None for light in document["lights"]):
        suggest(f"siyu load targets.csv{suffix()}", "takes targets (metric, period, value), so that drivers are judged")
    elif any(alert["kind"] in ("late", "silent", "drop") for alert in document["alerts"]):
        suggest(f"siyu load FILES{suffix()}", "brings the missing data")
    else:
        suggest(f"siyu diagnose --json{suffix()}", "gives every campaign with its people, rates and formulas")


def _judged_by(light: dict[str, Any], currency: str) -> str:
    reference = light["reference"]
    if light["reason"] or reference is None:
        return light["reason"]
    value = _value(reference["value"], light["unit"], currency)
    if reference["kind"] == "target":
        return f"target of {reference['period']}: {value}"
    if reference["kind"] == "own_history":
        return f"own history: median {value} of {reference['windows']} earlier windows"
    position = reference.get("position")
    placed = "" if position is None else f", {position:.0%} of the way to excellent"
    return f"benchmark {reference['industry'] or ''} {reference['period']}: median {value}{placed}"


def _bar(index: float | None) -> str:
    if index is None:
        return "-"
    full = min(int(shown(index) * BAR), BAR)
    return f"{'█' * full}{'░' * (BAR - full)} {shown(index):.2f}"


def _value(value: float | None, unit: str, currency: str) -> str:
    if value is None:
        return "-"
    if unit == "minor units":
        return _money(value, currency)
    return share(value) if unit == "share" else f"{value:,.0f}"


def _signed(value: float, unit: str, currency: str) -> str:
    sign = "+" if value > 0 else "-" if value < 0 else ""
    told = _money(abs(value), currency) if unit == "minor units" else f"{abs(value) * 100:.3f} pp"
    return f"{sign}{told}"


def _money(amount_minor: float, currency: str) -> str:
    """An amount in currency units; small ones (per head) with their decimals."""
    places = exponent(currency)
    return money(amount_minor, currency, 0 if abs(amount_minor) >= 1000 * 10**places else places)


def _group(name: str) -> str:
    return ROLES_OUTSIDE.get(name, name)


def _due(item: dict[str, Any]) -> str:
    return f"{item['due']} (overdue)" if item["overdue"] else item["due"] or ""


def _open_item(document: dict[str, Any]) -> str:
    """The first item that is not done."""
    codes = [i["code"] for found in document["lists"] for i in found["items"] if i["answer"] != "yes"]
    return codes[0] if codes else document["lists"][0]["items"][0]["code"]
