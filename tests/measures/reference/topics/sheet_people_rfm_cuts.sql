WITH buyer AS (
    SELECT getvariable('last_day') - max(paid_day) AS r, count(DISTINCT paid_day) AS f, sum(net) AS m
    FROM kept_at(getvariable('closing'))
    WHERE consumer_id IS NOT NULL AND paid_day > getvariable('last_day') - getvariable('rfm_days')
    GROUP BY consumer_id
)
SELECT 'recency_days' AS axis, avg(r) AS cut FROM buyer
UNION ALL SELECT 'occasions', avg(f) FROM buyer
UNION ALL SELECT 'net_amount', avg(m) FROM buyer;
