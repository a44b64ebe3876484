-- An order speaks to a reported figure of its platform, of its store or of no store. Parts are masks of six bits: unpaid,
-- refunds, refund_timing, not_counted, duplicates, other_day from the highest to the lowest.
WITH told AS (
    SELECT metric, coalesce(platform, '') AS platform, coalesce(stated_source, '') AS source,
           coalesce(store, '') AS store, date AS day,
           round(CASE WHEN metric IN ('gmv', 'net', 'refunds') THEN value * 100 ELSE value END, 6) AS reported
    FROM main_reported_metrics
    WHERE in_force(fact_id, 'reported_metrics') AND metric IN ('gmv', 'net', 'orders', 'buyers', 'members', 'refunds')
      AND date BETWEEN getvariable('first_day') AND getvariable('last_day')
), placed AS (
    SELECT o.fact_id, o.order_id, coalesce(o.platform, '') AS platform, coalesce(o.store, '') AS store, o.paid_amount,
           o.paid_at, local_day(o.paid_at) AS paid_day, local_day(o.ordered_at) AS ordered_day, i.consumer_id,
           o.paid_amount > 0 AND o.is_test IS NOT TRUE AS is_real,
           o.paid_at IS NOT NULL AND o.paid_at < getvariable('closing') AS is_paid,
           least(coalesce((SELECT sum(refund_amount) FROM went_back b WHERE b.fact_id = o.fact_id), 0),
                 o.paid_amount) AS back
    FROM main_orders o LEFT JOIN main_identity i USING (identifier_id)
    WHERE in_force(o.fact_id, 'orders')
), marked AS (
    SELECT p.*, is_real AND is_paid AND EXISTS (FROM placed q WHERE q.is_real AND q.is_paid AND q.order_id = p.order_id
               AND q.paid_at = p.paid_at AND q.paid_amount = p.paid_amount AND q.fact_id < p.fact_id) AS is_copy
    FROM placed p
), place AS (
    SELECT DISTINCT platform, store, day FROM told
), spoken AS (
    SELECT t.platform AS at_platform, t.store AS at_store, t.day, o.*,
           is_real AND is_paid AND paid_day = t.day AS own,
           is_real AND NOT is_paid AND ordered_day = t.day AS unpaid,
           NOT is_real AND coalesce(paid_day, ordered_day) = t.day AS free,
           is_real AND is_paid AND ordered_day = t.day AND paid_day <> t.day AS here,
           is_real AND is_paid AND paid_day = t.day AND ordered_day <> t.day AS elsewhere,
           coalesce((SELECT sum(refund_amount) FROM went_back b
                     WHERE is_real AND is_paid AND b.fact_id = o.fact_id AND b.refunded_day = t.day), 0) AS back_then
    FROM place t JOIN marked o ON o.platform = t.platform AND (t.store = '' OR o.store = t.store)
), person AS (
    SELECT at_platform, at_store, day, consumer_id, bool_or(own) AS bought, bool_or(unpaid) AS unpaid,
           bool_or(free) AS free, bool_or(here) AS here,
           coalesce(bool_and(is_copy) FILTER (own), false) AS only_copies,
           coalesce(bool_and(elsewhere) FILTER (own), false) AS only_elsewhere,
           coalesce(bool_and(back >= paid_amount) FILTER (own), false) AS all_back
    FROM spoken WHERE consumer_id IS NOT NULL
    GROUP BY ALL
), figure AS (
    SELECT at_platform, at_store, day, 'gmv' AS metric,
           sum(paid_amount) FILTER (own) AS own, sum(paid_amount) FILTER (unpaid) AS unpaid,
           -sum(back) FILTER (own) AS refunds, coalesce(sum(back) FILTER (own), 0) - sum(back_then) AS refund_timing,
           sum(paid_amount) FILTER (free) AS not_counted, -sum(paid_amount) FILTER (own AND is_copy) AS duplicates,
           coalesce(sum(paid_amount) FILTER (here), 0) - coalesce(sum(paid_amount) FILTER (elsewhere), 0) AS other_day
    FROM spoken GROUP BY ALL
    UNION ALL
    SELECT at_platform, at_store, day, 'net', sum(paid_amount - back) FILTER (own), sum(paid_amount) FILTER (unpaid), 0,
           coalesce(sum(back) FILTER (own), 0) - sum(back_then), sum(paid_amount) FILTER (free),
           -sum(paid_amount) FILTER (own AND is_copy),
           coalesce(sum(paid_amount) FILTER (here), 0) - coalesce(sum(paid_amount) FILTER (elsewhere), 0)
    FROM spoken GROUP BY ALL
    UNION ALL
    SELECT at_platform, at_store, day, 'refunds', sum(back_then), 0, 0,
           coalesce(sum(back) FILTER (own), 0) - sum(back_then), 0, 0, 0
    FROM spoken GROUP BY ALL
    UNION ALL
    SELECT at_platform, at_store, day, 'orders', count(*) FILTER (own), count(*) FILTER (unpaid),
           -count(*) FILTER (own AND back >= paid_amount), 0, count(*) FILTER (free),
           -count(*) FILTER (own AND is_copy), count(*) FILTER (here) - count(*) FILTER (elsewhere)
    FROM spoken GROUP BY ALL
    UNION ALL
    SELECT at_platform, at_store, day, 'buyers', count(*) FILTER (bought), count(*) FILTER (NOT bought AND unpaid),
           -count(*) FILTER (all_back), 0, count(*) FILTER (NOT bought AND free), -count(*) FILTER (only_copies),
           count(*) FILTER (NOT bought AND here) - count(*) FILTER (only_elsewhere)
    FROM person GROUP BY ALL
    UNION ALL
    SELECT t.platform, t.store, t.day, 'members', count(DISTINCT m.consumer_id), 0, 0, 0, 0, 0, 0
    FROM place t JOIN (
        SELECT i.consumer_id, coalesce(platform, '') AS platform, coalesce(store, '') AS store, started_at, ended_at
        FROM main_relations r JOIN main_identity i USING (identifier_id)
        WHERE in_force(r.fact_id, 'relations') AND relation_type IN ('member', 'offline_member')
        UNION ALL
        SELECT i.consumer_id, coalesce(platform, ''), coalesce(store, ''), joined_at, left_at
        FROM main_members m JOIN main_identity i USING (identifier_id) WHERE in_force(m.fact_id, 'members')
    ) m ON m.platform = t.platform AND (t.store = '' OR m.store = t.store) AND local_day(m.started_at) <= t.day
        AND (m.ended_at IS NULL OR local_day(m.ended_at) > t.day)
    GROUP BY ALL
), possible AS (
    SELECT t.*, coalesce(own, 0)::BIGINT AS own, coalesce(unpaid, 0)::BIGINT AS unpaid,
           coalesce(refunds, 0)::BIGINT AS refunds, coalesce(refund_timing, 0)::BIGINT AS refund_timing,
           coalesce(not_counted, 0)::BIGINT AS not_counted, coalesce(duplicates, 0)::BIGINT AS duplicates,
           coalesce(other_day, 0)::BIGINT AS other_day
    FROM told t LEFT JOIN figure f ON f.at_platform = t.platform AND f.at_store = t.store AND f.day = t.day
        AND f.metric = t.metric
), tried AS (
    SELECT *, round(reported - own - ((mask >> 5) & 1) * unpaid - ((mask >> 4) & 1) * refunds
        - ((mask >> 3) & 1) * refund_timing - ((mask >> 2) & 1) * not_counted - ((mask >> 1) & 1) * duplicates
        - (mask & 1) * other_day, 6) AS rest
    FROM possible, range(64) m(mask)
), chosen AS (
    SELECT metric, platform, source, mask FROM tried GROUP BY metric, platform, source, mask
    QUALIFY row_number() OVER (PARTITION BY metric, platform, source
                               ORDER BY sum(abs(rest)), bit_count(mask), mask DESC) = 1
)
SELECT metric, platform, source, store, day,
       CASE WHEN metric = 'orders' THEN 'orders' WHEN metric IN ('buyers', 'members') THEN 'consumers'
            ELSE 'minor units' END AS unit, reported, own, round(reported - own, 6) AS difference,
       ((mask >> 5) & 1) * unpaid AS unpaid, ((mask >> 4) & 1) * refunds AS refunds,
       ((mask >> 3) & 1) * refund_timing AS refund_timing, ((mask >> 2) & 1) * not_counted AS not_counted,
       ((mask >> 1) & 1) * duplicates AS duplicates, (mask & 1) * other_day AS other_day, rest AS unexplained
FROM tried JOIN chosen USING (metric, platform, source, mask);
