"""The registry: every measure siyu ships, read by the commands, the report and the reference pages.

A new measure is an entry in its own module and that module's line here.
"""

from __future__ import annotations

from siyu.measures.figures import FIGURES
from siyu.measures.metric import Registry, Sheet, Topic
from siyu.measures.paths import attribution, sequences, transitions
from siyu.measures.people import lifecycle, matrix, movement, rfm, shared_value
from siyu.measures.topics import (
    bundles,
    buyer_growth,
    categories,
    cohorts,
    community,
    content,
    contribution,
    entries,
    entry_matrix,
    entry_products,
    feedback,
    goods,
    guides,
    league,
    media,
    membership,
    panel,
    promotions,
    reconciliation,
    recruiting,
    referral,
    referred,
    repurchase,
    roi_long_term,
    side_by_side,
    touchpoints,
    trade,
    triangle,
)

TOPICS: tuple[Topic, ...] = (
    trade.TRADE,
    trade.TRAFFIC,
    panel.PANEL,
    media.MEDIA,
    entries.ENTRIES,
    touchpoints.TOUCHPOINTS,
    goods.GOODS,
    league.LEAGUE,
    categories.ASSORTMENT,
    membership.MEMBERSHIP,
    content.CONTENT,
    repurchase.REPURCHASE,
    community.COMMUNITY,
    triangle.TRIANGLE,
    feedback.FEEDBACK,
    guides.GUIDES,
    contribution.CONTRIBUTION,
    buyer_growth.BUYER_GROWTH,
    referral.REFERRAL,
)
SHEETS: tuple[Sheet, ...] = (
    transitions.TRANSITIONS,
    attribution.ATTRIBUTION,
    sequences.SEQUENCES,
    reconciliation.RECONCILIATION,
    side_by_side.SIDE_BY_SIDE,
    roi_long_term.ROI_LONG_TERM,
    goods.PRICE,
    entry_products.ENTRY,
    bundles.BUNDLES,
    shared_value.VALUE_SHARE,
    matrix.MATRIX,
    matrix.MATRIX_CUTS,
    lifecycle.LIFECYCLE,
    lifecycle.LIFECYCLE_MOVES,
    rfm.RFM,
    categories.ASSOCIATION,
    categories.MIGRATION,
    movement.MOVEMENT,
    movement.MOVEMENT_DIFFERENCE,
    movement.MIGRATION,
    recruiting.ENTRIES,
    promotions.PROMOTIONS,
    repurchase.GAPS,
    cohorts.RETENTION,
    triangle.AREA,
    feedback.RETURN_REASONS,
    entry_matrix.MATRIX,
    rfm.RFM_CUTS,
    referral.GENERATIONS_SHEET,
    referred.FUNNEL,
    referred.RETENTION,
)
BUILT_IN = Registry(FIGURES, TOPICS, SHEETS)
