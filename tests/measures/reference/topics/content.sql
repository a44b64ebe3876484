WITH touch AS (
    SELECT consumer_id, name, occurred_at, content_id, touchpoint, platform
    FROM events_in_force
    WHERE consumer_id IS NOT NULL AND content_id <> '' AND name <> 'impression'
      AND occurred_day BETWEEN getvariable('first_day') AND getvariable('last_day')
), bought AS (
    SELECT s.fact_id, s.consumer_id, s.paid_amount,
           (SELECT max((t.occurred_at, t.content_id, t.touchpoint, t.platform)) FROM touch t
            WHERE t.consumer_id = s.consumer_id AND t.occurred_at <= s.paid_at
              AND s.paid_at - t.occurred_at <= convert_within('')) AS last_touch
    FROM standing s
    WHERE s.paid_day BETWEEN getvariable('first_day') AND getvariable('last_day')
), both_sides AS (
    SELECT content_id, touchpoint, platform, consumer_id AS visitor, NULL AS buyer, 0 AS paid,
           name IN ('interact', 'add_to_cart', 'favorite', 'claim_sample', 'claim_benefit') AS acts
    FROM touch
    UNION ALL
    SELECT last_touch[2], last_touch[3], last_touch[4], NULL, consumer_id, paid_amount, false
    FROM bought WHERE last_touch IS NOT NULL
)
SELECT {by}
       count(DISTINCT visitor) AS visitors, count(visitor) AS touches,
       count(*) FILTER (acts) AS interactions, count(DISTINCT visitor) FILTER (acts) AS interacting,
       count(DISTINCT buyer) AS converted, coalesce(sum(paid), 0)::BIGINT AS paid
FROM both_sides
GROUP BY ALL;
