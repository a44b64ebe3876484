"""Refusal of profiling: who said not to be chosen by a model (consents of purpose `personalization`)."""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.measures.facts import Facts

PERSONALIZATION = "personalization"


def refused(facts: Facts, day: int) -> ir.Table:
    """Who refuses personalization at the end of a day: consumer_id, once each.

    A withdrawal by any identifier of a consumer stands until a later grant by the same one, for the same channel or
    for all (no channel). Of two at one instant the withdrawal is the later.
    """
    rows = facts.of_persons("consents")
    spoken = rows.filter((rows.purpose == PERSONALIZATION) & (rows.occurred_day <= day))
    told = spoken.mutate(channel=spoken.channel.fill_null(""))
    withdrawn = told.filter(told.action == "withdraw").select("consumer_id", "identifier_id", "occurred_at", "channel")
    granted = told.filter(told.action == "grant").select("identifier_id", granted_at="occurred_at", way="channel")
    lifted = [
        withdrawn.identifier_id == granted.identifier_id,
        granted.granted_at > withdrawn.occurred_at,
        (granted.way == "") | (granted.way == withdrawn.channel),
    ]
    return withdrawn.anti_join(granted, lifted).select("consumer_id").distinct()
