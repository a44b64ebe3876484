"""Trade on the page: what was paid and where, members' part, the products that open relations, promotions, places."""

from __future__ import annotations

from siyu.console.charts import bars, theme
from siyu.console.charts.bars import Bar
from siyu.console.context import Tile
from siyu.console.panels import asked
from siyu.console.panels.question import Answer, Question
from siyu.console.view import View
from siyu.console.words import LEFT_OUT, N_

MOST_BARS = 8


def trade(view: View) -> Answer:
    words, found, places = view.words, view.answer("trade"), view.answer("trade_by_platform")
    if not found.rows:
        return Answer(message=asked.reason(view, found))
    shown = ("trade.gmv", "trade.average_spend_per_buyer", "trade.average_order_value", "trade.private_sales_share")
    rows = sorted(places.rows, key=lambda row: -(row["values"]["trade.gmv"]["value"] or 0))[:MOST_BARS]
    drawn = [
        Bar(asked.group(view, row), gmv, words.money(gmv), theme.S_OCHRE)
        for row in rows
        if (gmv := row["values"]["trade.gmv"]["value"])
    ]
    recent = asked.in_a_sentence(view, found, "trade.provisional_share")
    note = words("{share} of it was paid in the last 15 days and may still come back.", share=recent)
    grid = asked.topic_grid(view, places)
    return Answer(bars.bars(drawn) if drawn else None, tiles=asked.tiles(view, found, shown), grid=grid, note=note)


def membership(view: View) -> Answer:
    found = view.answer("membership")
    if not found.rows:
        return Answer(message=asked.reason(view, found))
    shown = ("membership.member_count", "membership.member_penetration", "membership.member_sales_share",
             "membership.old_customer_join_rate")  # fmt: skip
    return Answer(tiles=asked.tiles(view, found, shown), grid=asked.topic_grid(view, found))


def entry_products(view: View) -> Answer:
    words, found = view.words, view.answer("entry_products")
    if not found.rows:
        nobody = words("nobody bought for the first time with a known product")
        return Answer(message=asked.reason(view, found) or nobody)
    drawn = [
        Bar(row["product"] or row["sku"] or words("(not stated)"), row["repurchase_rate"],
            words("{rate} of {n} came back", rate=rate, n=words.count(row["buyers"])), theme.A_TEAL)
        for row in found.rows[:MOST_BARS] if row["repurchase_rate"] is not None
        and (rate := words.in_a_sentence(words.rate(row["repurchase_rate"], row["buyers"]))) != LEFT_OUT
    ]  # fmt: skip
    return Answer(bars.bars(drawn) if drawn else None, grid=asked.sheet_grid(view, found))


def promotions(view: View) -> Answer:
    words, found = view.words, view.answer("promotions")
    if not found.rows:
        return Answer(message=asked.reason(view, found) or words("no promotion has begun by this day"))
    latest = max(found.rows, key=lambda row: row["starts_on"])

    def of_buyers(figure: str) -> str:
        return words.resting(figure, latest["buyers"], latest["gathered_buyers"])

    tiles = (  # all of them rest on those who bought
        Tile(latest["promotion"], of_buyers(words.money(latest["sales"])), words("sales of its days")),
        Tile(words("The same number of days before"), of_buyers(words.money(latest["sales_before"]))),
        Tile(words("Sold to those gathered in the warm-up"), of_buyers(words.percent(latest["gathered_share"]))),
    )
    return Answer(tiles=tiles, grid=asked.sheet_grid(view, found))


def league(view: View) -> Answer:
    words, found = view.words, view.answer("league")
    rows = [row for row in found.rows if row["values"]["league.F"]["value"]]
    if not rows:
        return Answer(message=asked.reason(view, found) or words("no relation names a platform"))
    rows.sort(key=lambda row: -row["values"]["league.F"]["value"])
    drawn = [
        Bar(asked.group(view, row), row["values"]["league.F"]["value"], words.short(row["values"]["league.F"]["value"]),
            theme.F_BLUE) for row in rows[:MOST_BARS]]  # fmt: skip
    return Answer(bars.bars(drawn), grid=asked.topic_grid(view, found))


QUESTIONS = (
    Question(
        "trade",
        N_("What was paid, and where"),
        N_("Long bars with a low share paid within a relation: there, buyers stay strangers."),
        N_(
            "Everything paid in the window, refunds not deducted, orders without a known buyer included. Spend per "
            "buyer is over known buyers; the private share is what people paid who held a relation when they paid."
        ),
        "paid",
        trade,
        "trade",
    ),
    Question(
        "league",
        N_("F, A, S and T of each platform"),
        N_("Read the table across: many relations with a low A or T are gathered and then left alone."),
        N_(
            "A person counts at every platform where they hold a relation, so the rows add up to more than the brand. "
            "Purchases and entries count where they were made."
        ),
        "both",
        league,
        "league",
    ),
    Question(
        "membership",
        N_("What membership does"),
        N_("A rising sales share with a flat join rate means old members carry it: win the next ones."),
        N_(
            "Members hold a membership at the end of the day; their part of sales is what they paid as members. Old "
            "customers: bought before the window and were not members when it opened."
        ),
        "consumers",
        membership,
        "membership",
    ),
    Question(
        "promotions",
        N_("What each promotion sold, and to whom"),
        N_("A promotion that mostly sells to those gathered before it was won in the warm-up."),
        N_(
            "Sales of the promotion's days beside those of as many days before. Gathered: began a relation in the "
            "warm-up, by default the 30 days before."
        ),
        "promotions",
        promotions,
        "promotions",
    ),
    Question(
        "entry_products",
        N_("Products that open a relation"),
        N_("A long bar is a product whose first buyers come back: put it in front of newcomers."),
        N_(
            "First buyers by the product of their first purchase, and how many of them bought anything again within 90 "
            "days; only buyers whose 90 days are over count in the rate."
        ),
        "consumers",
        entry_products,
        "entry_products",
        wide=True,
    ),
)
