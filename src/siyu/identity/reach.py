"""Who holds which relation and which channel is open to whom at one instant, asked of facts: what a declaration needs.

The measures keep the same as spans over all time (definitions.md section 1); this is the plain answer for one moment.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from siyu.core.kinds import CHANNELS, GRANTED_CHANNELS
from siyu.store.endings import ended
from siyu.store.workspace import Workspace

MARKETING = "marketing"
SCRATCH = ("consent_channel", "relation_channel")
RELATION = ("identifier_id", "consumer_id", "relation_type", "platform", "store", "touchpoint", "guide")
CONSENT = ("consumer_id", "identifier_id", "channel", "occurred_at", "action")


def relations_held(workspace: Workspace, at: int) -> ir.Table:
    """Relations held at an instant, of the relation list and of the member list, with their consumer (RELATION)."""
    warehouse = workspace.warehouse
    members = warehouse.in_force("members").filter((_.joined_at < at) & (_.left_at.isnull() | (_.left_at >= at)))
    listed = members.mutate(relation_type=ibis.literal("member"), touchpoint=ibis.null("string"))
    identity = warehouse.table("identity").select("identifier_id", "consumer_id")
    stated, ends = (warehouse.in_force(kind).inner_join(identity, "identifier_id")
                    for kind in ("relations", "relation_ends"))  # fmt: skip
    relations = ended(warehouse, stated, ends, "consumer_id")
    relations = relations.filter((_.started_at < at) & (_.ended_at.isnull() | (_.ended_at >= at)))
    return (
        relations.select(*RELATION)
        .union(listed.inner_join(identity, "identifier_id").select(*RELATION))
    )  # fmt: skip


def marketing_consents(workspace: Workspace) -> ir.Table:
    """Marketing consents in force, with their consumer (CONSENT)."""
    consents = workspace.warehouse.in_force("consents").filter(_.purpose == MARKETING)
    return consents.inner_join(workspace.warehouse.table("identity"), "identifier_id").select(*CONSENT)


def standing(workspace: Workspace, consents: ir.Table, at: int) -> ir.Table:
    """How each consumer stands to each channel by the consents up to an instant: `withdrawn`, `granted` (0 or 1).

    Of each identifier the newest row counts, among those of the channel and those without one; at equal times the
    withdrawal is the newer. One withdrawn identifier makes the consumer withdrawn: the most restrictive wins.
    """
    channels = workspace.warehouse.scratch("consent_channel", pa.table({"spoken_for": list(CHANNELS)}))
    spoken = consents.filter(_.occurred_at <= at).cross_join(channels)
    spoken = spoken.filter(_.channel.isnull() | (_.channel == "") | (_.channel == _.spoken_for))
    withdraws = (_.action == "withdraw").ifelse(1, 0).cast("int64")
    newest = spoken.group_by("consumer_id", "identifier_id", "spoken_for").aggregate(
        newest=(_.occurred_at * 2 + withdraws).max()  # equal times: the withdrawal has the higher number
    )
    stands = newest.mutate(withdrawn=(_.newest % 2).abs().cast("int64"))
    return stands.group_by("consumer_id", channel="spoken_for").aggregate(
        withdrawn=_.withdrawn.max(), granted=(1 - _.withdrawn).max().cast("int64")
    )


def channels_offered(workspace: Workspace, at: int) -> ir.Table:
    """Channels that the relations held at an instant open, address and consent not asked (consumer_id, channel)."""
    pairs = [(r, c) for r, channels in workspace.settings.channels_of_relation.items() for c in channels]
    table = pa.table({"relation_type": [r for r, _c in pairs], "channel": [c for _r, c in pairs]})
    opens = workspace.warehouse.scratch("relation_channel", table)
    held = relations_held(workspace, at).select("consumer_id", "relation_type").distinct()
    return held.inner_join(opens, "relation_type").select("consumer_id", "channel").distinct()


def channels_open(workspace: Workspace, consents: ir.Table, at: int) -> ir.Table:
    """Channels open at an instant, were these the consents (consumer_id, channel)."""
    stands = standing(workspace, consents, at)
    judged = channels_offered(workspace, at).left_join(stands, ["consumer_id", "channel"])
    granted = (_.granted.fill_null(0) == 1) | _.channel.notin(list(GRANTED_CHANNELS))
    willing = judged.filter(granted & (_.withdrawn.fill_null(0) == 0))
    return with_address(workspace, willing.select("consumer_id", "channel"))


def with_address(workspace: Workspace, offered: ir.Table) -> ir.Table:
    """Without the channels whose address (a phone, an e-mail address) is not known."""
    consumer = workspace.warehouse.table("consumer").select("consumer_id", "has_phone", "has_email")
    joined = offered.inner_join(consumer, "consumer_id")
    lacking = ((_.channel == "sms") & ~_.has_phone) | ((_.channel == "email") & ~_.has_email)
    return joined.filter(~lacking).select("consumer_id", "channel")
