"""Relations, consents, referrals, contents and feedback: the part of the vocabulary that the spec does not have."""

from __future__ import annotations

from decimal import Decimal

from siyu.sources.doors.message import Row, Unreadable, hours_ahead, instant, iso
from siyu.sources.doors.segment.call import Call, text
from siyu.sources.doors.segment.commerce import AMOUNT
from siyu.sources.doors.segment.people import named, people
from siyu.store.endings import SAID

#: From this rating on, of 5, a review speaks well of the brand.
GOOD_RATING = 4


def relation(call: Call) -> list[Row]:
    """A relation that begins, at `started_at` or when the call happened."""
    return [_relation(call, started_at=_stated(call, "started_at") or call.at, ended_at=_stated(call, "ended_at"))]


def ended_relation(call: Call) -> list[Row]:
    """A relation that ends; `started_at` says which, as it was stated when it began. Without it, an end by itself."""
    started_at, ended_at = _stated(call, "started_at"), _stated(call, "ended_at") or call.at
    return [_relation(call, started_at=started_at, ended_at=ended_at) if started_at else _end(call, ended_at)]


def grant(call: Call) -> list[Row]:
    """A consent that is given."""
    return [_consent(call, "grant")]


def withdrawal(call: Call) -> list[Row]:
    """A consent that is taken back."""
    return [_consent(call, "withdraw")]


def accepted_referral(call: Call) -> list[Row]:
    """The person of the call accepted an invitation of `inviter`."""
    return [_referral(call, "accepted")]


def clicked_referral(call: Call) -> list[Row]:
    """The person of the call followed a link that `inviter` shared."""
    return [_referral(call, "click")]


def review(call: Call) -> list[Row]:
    """A review, positive from 4 of 5."""
    rating = _said(call, "rating")
    good = Decimal(rating) >= GOOD_RATING if rating and AMOUNT.fullmatch(rating) else None
    return [_content(call, "review", good)]


def content(call: Call) -> list[Row]:
    """Something else that the person made and published."""
    return [_content(call, _said(call, "kind") or "ugc", None)]


def feedback(call: Call) -> list[Row]:
    """A score, a complaint or a reason."""
    cells = {name: _said(call, name) for name in ("kind", "score", "text", "order_id")}
    where = {"touchpoint": call.place().get("touchpoint")}
    return [Row("feedback", {"occurred_at": call.at, **cells, **where, **people(call)})]


def _relation(call: Call, **times: str | None) -> Row:
    cells = {name: _said(call, name) for name in ("relation_type", "guide", "group", "source_domain", "paid_media")}
    place = {name: cell for name, cell in call.place().items() if name != "domain"}
    campaign = _said(call, "campaign") or text(call.campaign().get("name"))
    return Row("relations", {**cells, **place, "campaign": campaign, **times, **people(call)})


def _end(call: Call, ended_at: str) -> Row:
    """An end of what its properties speak of; where the call was made need not be where the relation began."""
    said = {name: _said(call, name) for name in ("relation_type", *SAID)}
    return Row("relation_ends", {**said, "ended_at": ended_at, **people(call)})


def _consent(call: Call, action: str) -> Row:
    cells = {name: _said(call, name) for name in ("purpose", "channel", "notice_version")}
    source = _said(call, "source") or call.request.defaults.platform
    return Row("consents", {"occurred_at": call.at, "action": action, **cells, "source": source, **people(call)})


def _referral(call: Call, kind: str) -> Row:
    inviter = call.properties.get("inviter")
    ids = named(inviter) if isinstance(inviter, dict) else {call.request.defaults.user_namespace: text(inviter)}
    if not any(ids.values()):
        raise Unreadable("a referral without inviter")
    invited = {f"invitee.{name}": cell for name, cell in people(call).items()}
    inviters = {f"inviter.id.{namespace}": value for namespace, value in ids.items()}
    campaign = _said(call, "campaign") or text(call.campaign().get("name"))
    where = {"campaign": campaign, "touchpoint": call.place().get("touchpoint")}
    return Row("referrals", {"occurred_at": call.at, "kind": kind, **where, **inviters, **invited})


def _content(call: Call, kind: str, good: bool | None) -> Row:
    stated = _said(call, "positive")
    positive = stated if stated is not None or good is None else text(good)
    cells = {"kind": kind, "approved": _said(call, "approved"), "positive": positive}
    return Row("contents", {"occurred_at": call.at, **cells, **people(call)})


def _said(call: Call, name: str) -> str | None:
    return text(call.properties.get(name))


def _stated(call: Call, name: str) -> str | None:
    """A time that a property states, as a cell. Raises Unreadable for one that is still to come."""
    stated = call.properties.get(name)
    number = isinstance(stated, (int, float)) and not isinstance(stated, bool)
    at = instant(stated if number else text(stated), call.request.settings.zone)
    if at is not None and name == "started_at" and hours_ahead(at, call.request.received_at):
        raise Unreadable("a started_at that is still to come")
    return None if at is None else iso(at)
