WITH occasion AS (
    SELECT s.consumer_id, s.paid_day,
           CASE WHEN bool_or(EXISTS (
               FROM relation r WHERE r.consumer_id = s.consumer_id AND r.relation_type IN ('member', 'offline_member')
               AND r.started_at < s.paid_at AND (r.ended_at IS NULL OR r.ended_at >= s.paid_at)))
           THEN 'member' ELSE 'none' END AS membership
    FROM standing s WHERE s.consumer_id IS NOT NULL GROUP BY s.consumer_id, s.paid_day
), said AS (
    SELECT arg_min(membership, paid_day) AS membership, 1 AS buyer, (count(*) > 1)::INT AS repeats, 0 AS first_buyer, 0 AS back
    FROM occasion WHERE paid_day >= getvariable('first_day') GROUP BY consumer_id
    UNION ALL
    SELECT membership, 0, 0, 1,
           EXISTS (FROM occasion n WHERE n.consumer_id = o.consumer_id AND n.paid_day BETWEEN o.paid_day + 1 AND o.paid_day + 90)::INT
    FROM occasion o
    WHERE paid_day BETWEEN getvariable('first_day') - 90 AND getvariable('last_day') - 90
      AND NOT EXISTS (FROM occasion e WHERE e.consumer_id = o.consumer_id AND e.paid_day < o.paid_day)
)
SELECT {by}
       coalesce(sum(buyer), 0)::BIGINT AS buyers, coalesce(sum(repeats), 0)::BIGINT AS repeat_buyers,
       coalesce(sum(first_buyer), 0)::BIGINT AS first_buyers, coalesce(sum(back), 0)::BIGINT AS returned
FROM said GROUP BY ALL;
