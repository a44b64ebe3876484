"""An order of Shopify, its lines and its refunds as rows. Amounts are those of the shop's currency, as exact decimals.

Shopify does not say when an order was paid: the time it was processed, which its own reports go by, stands for it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from siyu.sources.doors.defaults import Defaults
from siyu.sources.doors.document import cell, objects
from siyu.sources.doors.message import Row, Unreadable
from siyu.sources.doors.shopify.customers import persons

#: States of an order in which money has come in, all of it or a part.
PAID, PARTLY = ("paid", "partially_refunded", "refunded"), "partially_paid"
AMOUNT = re.compile(r"-?\d{1,13}(\.\d{1,6})?")


def of_order(order: dict[str, Any], defaults: Defaults, currency: str) -> list[Row]:
    """The rows of an order: itself, its lines, the refunds it has by now."""
    _check_currency(order, currency)
    who = persons(order, defaults)
    order_id = _needed(order, "id")
    lines = [_line(line, order_id, defaults, who) for line in objects(order.get("line_items"), "line_items")]
    refunds = (_refund(refund, order_id, defaults) for refund in objects(order.get("refunds"), "refunds"))
    return [_order(order, order_id, defaults, who), *lines, *(row for rows in refunds for row in rows)]


def of_refund(refund: dict[str, Any], defaults: Defaults, currency: str) -> list[Row]:
    """The row of a refund; none if no money went back."""
    for transaction in objects(refund.get("transactions"), "transactions"):
        _check_currency(transaction, currency)
    return _refund(refund, _needed(refund, "order_id"), defaults)


def _order(order: dict[str, Any], order_id: str, defaults: Defaults, who: dict[str, str | None]) -> Row:
    state = cell(order.get("financial_status"), "financial_status")
    total = _amount(order, "total_price")
    paid = total - _amount(order, "total_outstanding") if state == PARTLY else total
    processed = cell(order.get("processed_at"), "processed_at") or cell(order.get("created_at"), "created_at")
    return Row("orders", {
        "order_id": order_id,
        "platform": defaults["platform"],
        "store": defaults["store"],
        "ordered_at": cell(order.get("created_at"), "created_at"),
        "paid_at": processed if state in (*PAID, PARTLY) else None,
        "paid_amount": f"{paid:f}",
        "touchpoint": defaults["touchpoint"] or cell(order.get("source_name"), "source_name"),
        "campaign": _campaign(order),
        "coupon": _coupon(order),
        "is_test": cell(order.get("test"), "test"),
        **who,
    })  # fmt: skip


def _line(line: dict[str, Any], order_id: str, defaults: Defaults, who: dict[str, str | None]) -> Row:
    quantity = _amount(line, "quantity")
    off = sum((_amount(part, "amount") for part in objects(line.get("discount_allocations"), "discount_allocations")),
              start=Decimal(0))  # fmt: skip
    return Row("order_lines", {
        "order_id": order_id,
        "platform": defaults["platform"],
        "line_no": _needed(line, "id"),
        "sku": cell(line.get("sku"), "sku"),
        "product": cell(line.get("title"), "title"),
        "quantity": f"{quantity:f}",
        "paid_amount": f"{_amount(line, 'price') * quantity - off:f}",
        "unit_price": f"{_amount(line, 'price'):f}",
        **who,
    })  # fmt: skip


def _refund(refund: dict[str, Any], order_id: str, defaults: Defaults) -> list[Row]:
    transactions = objects(refund.get("transactions"), "transactions")
    back = sum((_amount(t, "amount") for t in transactions if t.get("kind") == "refund" and
                t.get("status") == "success"), start=Decimal(0))  # fmt: skip
    if not back:
        return []  # goods came back, or the money is still on its way
    at = cell(refund.get("processed_at"), "processed_at") or cell(refund.get("created_at"), "created_at")
    return [Row("refunds", {"refund_id": _needed(refund, "id"), "order_id": order_id, "refunded_at": at,
                            "platform": defaults["platform"], "refund_amount": f"{back:f}"})]  # fmt: skip


def _check_currency(document: dict[str, Any], currency: str) -> None:
    """Refuse another currency than the brand's: its amounts would be summed as if they were equal."""
    found = cell(document.get("currency"), "currency")
    if found is not None and found != currency:
        raise Unreadable(f"an amount in {found[:3]}, where the brand counts in {currency} (brand.currency)")


def _amount(document: dict[str, Any], name: str) -> Decimal:
    """An amount or a number of pieces; nothing said is 0."""
    text = cell(document.get(name), name)
    if text is None:
        return Decimal(0)
    if not AMOUNT.fullmatch(text):
        raise Unreadable(f"{name} is no amount")
    return Decimal(text)


def _needed(document: dict[str, Any], name: str) -> str:
    text = cell(document.get(name), name)
    if text is None:
        raise Unreadable(f"there is no {name}")
    return text


def _coupon(order: dict[str, Any]) -> str | None:
    codes = objects(order.get("discount_codes"), "discount_codes")
    return cell(codes[0].get("code"), "code") if codes else None


def _campaign(order: dict[str, Any]) -> str | None:
    """The campaign in the address of the page on which the visit began."""
    landing = cell(order.get("landing_site"), "landing_site")
    try:
        found = parse_qs(urlsplit(landing or "").query).get("utm_campaign", [])
    except ValueError:  # an address with brackets that do not close, too many parameters
        return None
    return cell(found[0], "utm_campaign") if found else None

