"""Orders, refunds and cancellations of the e-commerce spec, in exact decimals."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from siyu.sources.doors.message import Row, Unreadable
from siyu.sources.doors.segment.call import Call, Data, text
from siyu.sources.doors.segment.people import people

#: An amount as texts and numbers of JSON write it. What may stand in it bounds its size: `1e-999999999` written out
#: would be a gigabyte of zeros.
AMOUNT = re.compile(r"[+-]?(0*\d{1,13}(\.\d{0,30})?|\.\d{1,30})(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)


def order(call: Call) -> list[Row]:
    """An order paid when it was completed, and its lines. Paid is `total` (shipping and taxes in it), else `revenue`,
    to which the spec adds shipping and taxes, else `value`.
    """
    said, place = call.properties, call.place()
    _same_currency(call)
    head = {"order_id": _order_id(said), "platform": place.get("platform")}
    paid = {"ordered_at": call.at, "paid_at": call.at, "paid_amount": text_of(_paid(said))}
    where = {name: place.get(name) for name in ("store", "touchpoint")}
    why = {"campaign": text(said.get("campaign")) or text(call.campaign().get("name")),
           "coupon": text(said.get("coupon")), "guide": text(said.get("guide"))}
    ids = people(call)
    lines = [Row("order_lines", {**head, **_line(product, n), **ids}) for n, product in enumerate(_products(said), 1)]
    return [Row("orders", {**head, **paid, **where, **why, **ids}), *lines]


def refund(call: Call) -> list[Row]:
    """Money that went back: the `total` of the call."""
    amount = _amount(call.properties, "total", "revenue", "value")
    if amount is None:
        raise Unreadable("a refund without total")
    return _refund(call, text(call.properties.get("refund_id")) or call.id, amount)


def cancelled_order(call: Call) -> list[Row]:
    """A cancelled order gives back what it says it had cost; without an amount it says nothing that can be counted."""
    amount = _amount(call.properties, "total", "revenue", "value")
    return [] if amount is None else _refund(call, f"cancelled/{_order_id(call.properties)}", amount)


def _refund(call: Call, refund_id: str, amount: Decimal) -> list[Row]:
    _same_currency(call)
    return [Row("refunds", {
        "refund_id": refund_id, "order_id": _order_id(call.properties), "platform": call.place().get("platform"),
        "refunded_at": call.at, "refund_amount": text_of(amount)})]  # fmt: skip


def _order_id(said: Data) -> str:
    found = text(said.get("order_id"))
    if found is None:
        raise Unreadable("an order without order_id")
    return found


def _paid(said: Data) -> Decimal:
    total = _amount(said, "total")
    if total is not None:
        return total
    revenue = _amount(said, "revenue", "value")
    if revenue is None:
        raise Unreadable("an order without total or revenue")
    return revenue + (_amount(said, "shipping") or 0) + (_amount(said, "tax") or 0)


def _products(said: Data) -> list[Data]:
    found = said.get("products")
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(product, dict) for product in found):
        raise Unreadable("products that are no list of objects")
    return found


def _line(product: Data, number: int) -> dict[str, str | None]:
    quantity, price = _amount(product, "quantity"), _amount(product, "price")
    pieces = Decimal(1) if quantity is None else quantity
    return {
        "line_no": str(number), "sku": text(product.get("sku")) or text(product.get("product_id")),
        "product": text(product.get("name")), "category": text(product.get("category")), "quantity": text_of(pieces),
        "unit_price": None if price is None else text_of(price), "paid_amount": text_of(pieces * (price or 0)),
    }  # fmt: skip


def _amount(said: Data, *names: str) -> Decimal | None:
    """The first of the amounts that is stated."""
    for name in names:
        if said.get(name) is not None:
            return _decimal(said[name], name)
    return None


def _decimal(value: Any, name: str) -> Decimal:
    written = text(value) or ""
    if AMOUNT.fullmatch(written) is None:
        raise Unreadable(f"a {name} that is no number, or beyond any amount")
    found = Decimal(written)
    if abs(found) >= Decimal(10) ** 12:
        raise Unreadable(f"a {name} beyond any amount")
    return found


def text_of(amount: Decimal) -> str:
    """An amount as a cell, without an exponent.

    >>> text_of(Decimal("1E+3")), text_of(Decimal("12.50"))
    ('1000', '12.50')
    """
    return format(amount, "f")


def _same_currency(call: Call) -> None:
    """One currency per brand: an amount in another one would be added as if it were ours."""
    stated = text(call.properties.get("currency"))
    if stated is not None and stated.upper() != call.request.settings.currency:
        raise Unreadable(f"a currency other than {call.request.settings.currency}")
