WITH came AS (
    SELECT * FROM events_in_force
    WHERE occurred_day BETWEEN getvariable('first_day') AND getvariable('last_day')
      AND name IN ('visit', 'enter', 'open') AND consumer_id IS NOT NULL
), paid AS (
    SELECT * FROM orders_in_force WHERE paid_day BETWEEN getvariable('first_day') AND getvariable('last_day')
), both_sides AS (
    SELECT platform, store, touchpoint, campaign, consumer_id AS visitor, NULL AS buyer, 0 AS amount,
           concat_ws('/', consumer_id, occurred_at, coalesce(touchpoint, '')) AS entry
    FROM came
    UNION ALL
    SELECT platform, store, touchpoint, campaign, NULL, consumer_id, paid_amount, NULL FROM paid
)
SELECT {by}
       count(DISTINCT visitor) AS visitors, count(DISTINCT entry) AS entries,
       count(DISTINCT buyer) AS buyers, coalesce(sum(amount), 0)::BIGINT AS paid
FROM both_sides
GROUP BY ALL;
