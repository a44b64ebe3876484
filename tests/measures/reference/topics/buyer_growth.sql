WITH paid AS (
    SELECT o.platform, o.store, o.consumer_id, o.paid_day >= getvariable('first_day') AS now,
           CASE WHEN EXISTS (
               FROM relation r WHERE r.consumer_id = o.consumer_id AND r.relation_type IN ('member', 'offline_member')
               AND r.started_at < o.paid_at AND (r.ended_at IS NULL OR r.ended_at >= o.paid_at))
           THEN 'member' ELSE 'none' END AS membership
    FROM orders_in_force o
    WHERE o.consumer_id IS NOT NULL AND o.paid_day <= getvariable('last_day')
      AND o.paid_day > getvariable('last_day') - 2 * (getvariable('last_day') - getvariable('first_day') + 1)
), counted AS (
    SELECT {by}
           count(DISTINCT consumer_id) FILTER (now) AS buyers,
           count(DISTINCT consumer_id) FILTER (NOT now) AS buyers_before,
           count(DISTINCT consumer_id) FILTER (now AND membership = 'none') AS without_buyers,
           count(DISTINCT consumer_id) FILTER (NOT now AND membership = 'none') AS without_buyers_before
    FROM paid GROUP BY ALL
)
SELECT *, buyers - buyers_before AS gained, without_buyers - without_buyers_before AS without_gained FROM counted;
