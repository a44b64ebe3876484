-- Rows in force by kind, source, platform and day; and the daily figures: orders, money, visitors, change of F.
CREATE TABLE arrival AS
WITH dated AS (
    SELECT 'orders' AS kind, source, platform, paid_at AS moment, fact_id FROM main_orders
    UNION ALL SELECT 'refunds', source, platform, refunded_at, fact_id FROM main_refunds
    UNION ALL SELECT 'relations', source, platform, started_at, fact_id FROM main_relations
    UNION ALL SELECT 'members', source, platform, joined_at, fact_id FROM main_members
    UNION ALL SELECT 'events', source, platform, occurred_at, fact_id FROM main_events
    UNION ALL SELECT 'contents', source, NULL, occurred_at, fact_id FROM main_contents
    UNION ALL SELECT 'referrals', source, NULL, occurred_at, fact_id FROM main_referrals
), arrived AS (
    SELECT kind, source, platform, local_day(moment) AS day, fact_id FROM dated WHERE moment IS NOT NULL
    UNION ALL SELECT 'touchpoint_daily', source, platform, date, fact_id FROM main_touchpoint_daily
)
SELECT kind, source, coalesce(platform, '') AS platform, day, count(*) AS n
FROM arrived a
WHERE NOT EXISTS (FROM main_superseded s WHERE s.kind = a.kind AND s.fact_id = a.fact_id)
  AND day BETWEEN getvariable('first_day') AND getvariable('last_day')
GROUP BY ALL;

CREATE TABLE figure AS
SELECT 'purchases' AS figure, paid_day AS day, count(*) AS n FROM paid_order GROUP BY ALL
UNION ALL SELECT 'paid_amount', paid_day, sum(paid_amount)::BIGINT FROM paid_order GROUP BY ALL
UNION ALL SELECT 'visitors', day, count(DISTINCT consumer_id) FROM event
WHERE name IN ('visit', 'enter', 'open') AND touchpoint <> '' GROUP BY ALL
UNION ALL
SELECT 'f_change', day, in_f - coalesce(lag(in_f) OVER (ORDER BY day), 0)
FROM (SELECT day, count(*) FILTER (rank IS NOT NULL) AS in_f FROM daily_state GROUP BY day);
