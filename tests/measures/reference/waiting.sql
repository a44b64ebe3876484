-- Who waits for a first purchase: each consumer's rung at the end of every day, then month by month since entering F.
CREATE TABLE evening AS
WITH days AS (
    SELECT consumer_id, unnest(range(min(day)::BIGINT, getvariable('last_day')::BIGINT + 1)) AS day
    FROM ask GROUP BY consumer_id
), ends AS (
    SELECT consumer_id, day,
           epoch_us(timezone(getvariable('zone'), (DATE '1970-01-01' + (day + 1)::INTEGER)::TIMESTAMP)) AS midnight
    FROM days
)
SELECT e.consumer_id, e.day, s.role,
       last_value(s."rank" IGNORE NULLS) OVER (PARTITION BY e.consumer_id ORDER BY e.day) AS last_rank
FROM ends e ASOF JOIN state s ON s.consumer_id = e.consumer_id AND s.moment <= e.midnight;

CREATE TABLE entered AS
SELECT consumer_id, min(day) AS entered_day FROM evening WHERE role IS NOT NULL GROUP BY consumer_id;

CREATE TABLE entry_touchpoint AS
SELECT consumer_id, touchpoint FROM relation
WHERE local_day(started_at) <= getvariable('last_day') AND (ended_at IS NULL OR ended_at > started_at)
QUALIFY row_number() OVER (PARTITION BY consumer_id ORDER BY started_at, touchpoint) = 1;

-- Business days with a purchase that still stands at the closing.
CREATE TABLE standing_occasion AS
SELECT DISTINCT o.consumer_id, o.paid_day AS day
FROM paid_order o
WHERE o.consumer_id IS NOT NULL AND o.paid_at < getvariable('closing')
  AND o.paid_amount > coalesce((SELECT sum(r.refund_amount) FROM refunded r
                                WHERE r.fact_id = o.fact_id AND r.refunded_at < getvariable('closing')), 0);

-- One row per consumer and whole month of waiting that began in the last 365 days.
CREATE TABLE waiting AS
WITH month AS (
    SELECT e.consumer_id, coalesce(t.touchpoint, '') AS touchpoint, k AS period, entered_day + 30 * k AS starts
    FROM entered e LEFT JOIN entry_touchpoint t USING (consumer_id), (SELECT unnest(range(0, 2000)) AS k)
    WHERE entered_day + 30 * (k + 1) <= getvariable('last_day') AND entered_day + 30 * k >= getvariable('last_day') - 365
), at_risk AS (
    SELECT m.*, v.last_rank = 1 AS basic
    FROM month m JOIN evening v ON v.consumer_id = m.consumer_id AND v.day = m.starts
    WHERE NOT EXISTS (FROM standing_occasion o WHERE o.consumer_id = m.consumer_id AND o.day <= m.starts)
)
SELECT CASE WHEN basic THEN 'basic' ELSE 'member_unpurchased' END AS rung, touchpoint, period,
       EXISTS (FROM standing_occasion o WHERE o.consumer_id = r.consumer_id AND o.day BETWEEN starts + 1 AND starts + 30)
           AS bought,
       EXISTS (FROM evening v WHERE v.consumer_id = r.consumer_id AND v.day BETWEEN starts + 1 AND starts + 30
                                AND (v.last_rank = 1) <> r.basic) AS moved
FROM at_risk r;

CREATE VIEW waiting_cell AS
SELECT rung, touchpoint, period, count(*) AS at_risk, count_if(bought) AS bought, count_if(moved AND NOT bought) AS moved
FROM waiting GROUP BY ALL;

-- Everyone a forecast is made for.
CREATE VIEW forecast_for AS
SELECT consumer_id, coalesce(role, 'buyer_outside_f') AS role
FROM (SELECT consumer_id FROM standing_occasion
      UNION SELECT consumer_id FROM evening WHERE day = getvariable('last_day') AND role IS NOT NULL)
LEFT JOIN (SELECT consumer_id, role FROM evening WHERE day = getvariable('last_day')) USING (consumer_id);
