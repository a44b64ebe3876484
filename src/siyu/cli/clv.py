"""Commands of the forecast: clv fit, clv score, clv backtest."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from siyu.cli.asking import ask
from siyu.cli.context import AsJson, AsOf, day, now, suffix, workspace
from siyu.cli.errors import DONE
from siyu.cli.figures import money
from siyu.cli.output import emit, out, progress, suggest, table
from siyu.core.settings import MOST
from siyu.core.time import date_of
from siyu.measures.asked import Asked
from siyu.measures.clv import backtest as backtests
from siyu.measures.clv import ladder, scores
from siyu.measures.clv.histories import summary
from siyu.store.workspace import Workspace

Model = Annotated[str, typer.Option("--model", metavar="NAME", help=f"One of {', '.join(ladder.MODELS)}.")]
Horizon = Annotated[int, typer.Option("--days", metavar="DAYS", max=MOST, help="Days the forecast reaches.")]
Holdout = Annotated[
    int, typer.Option("--days", metavar="DAYS", max=MOST, help="Days before the day that are held out.")
]

group = typer.Typer(name="clv", help="What consumers will be worth: fit, score, and test the forecast.",
                    no_args_is_help=True)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.add_typer(group)


@group.command("fit")
def fit(model: Model = "bg_nbd", as_of: AsOf = None, as_json: AsJson = False) -> int:
    """Fit a model of how often and how long buyers buy; the fallback is named where it does not hold."""
    with _asked(model, as_of) as (opened, asked):
        fitted = ladder.fit(summary(opened.warehouse, asked), model).as_json()
    if as_json:
        emit(fitted)
        return DONE
    _show_fit(fitted)
    suggest(f"siyu clv backtest{suffix()}", "shows how good its forecast would have been")
    return DONE


@group.command("score")
def score(model: Model = "bg_nbd", as_of: AsOf = None, days: Horizon = 365, as_json: AsJson = False) -> int:
    """Forecast what everyone in F and every buyer will be worth, and keep it in the table clv_score."""
    with _asked(model, as_of) as (opened, asked):
        scored = scores.score(opened.warehouse, asked, days=days, model=model).as_json()
        currency = opened.settings.currency
    if as_json:
        emit({"as_of": asked.date.isoformat(), **scored})
        return DONE
    _show_fit(scored["purchases"])
    _show_season(scored["season"])
    table("", ("role", "consumers", "realised", "forecast", "80 of 100 between", "by sharing"),
          [_role(name, row, currency) for name, row in scored["by_role"].items()])  # fmt: skip
    out().print(f"{scored['consumers']:,} consumers, {scored['buyers']:,} of them buyers; in the next {days} days"
                f" {scored['expected_purchases']:,.0f} purchase days and"
                f" {_money(scored['predicted_own'], currency)} are expected.")  # fmt: skip
    _show_not_measurable(scored)
    suggest(f"siyu query 'SELECT * FROM clv_score ORDER BY total_clv DESC LIMIT 20'{suffix()}", "lists the best")
    return DONE


@group.command("backtest")
def backtest(model: Model = "bg_nbd", as_of: AsOf = None, days: Holdout = 90, as_json: AsJson = False) -> int:
    """Fit before a cut and compare the forecasts with what consumers then did, by decile and in all."""
    with _asked(model, as_of) as (opened, asked):
        tested = backtests.backtest(opened.warehouse, asked, days=days, model=model)
        currency = opened.settings.currency
    document = {"as_of": asked.date.isoformat(), "cut": date_of(tested.cut_day).isoformat(), **tested.as_json()}
    if as_json:
        emit(document)
        return DONE
    _show_fit(document)
    _show_season(document["season"])
    rows = [
        (str(d["decile"]), f"{d['consumers']:,}", f"{d['predicted']:.3f}", f"{d['actual']:.3f}")
        for d in document["deciles"]
    ]
    out().print(f"Purchase days per buyer, {document['cut']} to {document['as_of']}:")
    table("", ("decile", "buyers", "forecast", "actual"), rows)
    table("", ("of whom: what", "consumers", "forecast", "actual", "error", "missed by", "with the mean"),
          [_part(name, part, currency) for name, part in document["parts"].items()])  # fmt: skip
    _show_not_measurable(document)
    return DONE


def _role(name: str, row: dict[str, Any], currency: str) -> tuple[str, ...]:
    own, shared = row["predicted_own"], row["predicted_referral"]
    between = f"{_money(own['low'], currency)} - {_money(own['high'], currency)}" if own else ""
    return (name, f"{row['consumers']:,}", _money(row["historic_own"], currency),
            _money(own and own["value"], currency), between, _money(shared and shared["value"], currency))  # fmt: skip


def _part(name: str, part: dict[str, Any], currency: str) -> tuple[str, ...]:
    """A comparison as a row: totals, then by how much a consumer is missed, by the model and by the mean of all."""

    def told(value: float | None, decimals: int = 0) -> str:
        if value is None:
            return ""
        return _money(value, currency, decimals) if "value" in name else f"{value:,.{3 * decimals // 2}f}"

    error = "" if part["total_error"] is None else f"{part['total_error']:+.1%}"
    return (backtests.PARTS[name], f"{part['consumers']:,}", told(part["predicted_total"]), told(part["actual_total"]),
            error, told(part["mae"], 2), told(part["mae_naive"], 2))  # fmt: skip


def _money(minor: float | None, currency: str, decimals: int = 0) -> str:
    """An amount; nothing where there is none, as in the other columns."""
    return "" if minor is None else money(minor, currency, decimals)


def _show_season(season: dict[str, Any]) -> None:
    if season["index"] is None:
        out().print(f"No season is used: {season['reason']}.")
        return
    months = ", ".join(f"{month} {value:.2f}" for month, value in enumerate(season["index"], start=1))
    out().print(f"Season of {season['years']} whole years (1 = a usual month): {months}")


def _show_not_measurable(document: dict[str, Any]) -> None:
    for name, reason in document["not_measurable"].items():
        out().print(f"{name}: {reason}")


@contextlib.contextmanager
def _asked(model: str, as_of: str | None) -> Iterator[tuple[Workspace, Asked]]:
    """The workspace, brought up to date, and the day asked about; says which model is at work."""
    chosen = day(as_of)
    with workspace() as opened, progress() as tell:
        asked = ask(opened, chosen, now(), tell)
        tell(model, None)
        yield opened, asked


def _show_fit(fitted: dict[str, Any]) -> None:
    fallback = fitted["fallback"]
    if fallback:
        out().print(f"{fallback['from']} does not hold for these buyers ({fallback['reason']}); {fitted['model']} is"
                    " used instead.")  # fmt: skip
    rows = [
        (symbol, f"{value:,.4f}", "" if fitted["se"].get(symbol) is None else f"{fitted['se'][symbol]:,.4f}")
        for symbol, value in fitted["params"].items()
    ]
    out().print(f"{fitted['model']}: {fitted['n']:,} buyers, log-likelihood {fitted['log_likelihood']:,.1f}")
    table("", ("parameter", "value", "standard error"), rows)
