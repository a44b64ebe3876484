WITH came AS (
    SELECT * FROM events_in_force
    WHERE occurred_day BETWEEN getvariable('first_day') AND getvariable('last_day')
      AND name IN ('visit', 'enter', 'open') AND consumer_id IS NOT NULL
), paid AS (
    SELECT * FROM orders_in_force WHERE paid_day BETWEEN getvariable('first_day') AND getvariable('last_day')
), both_sides AS (
    SELECT platform, store, touchpoint, campaign, consumer_id AS visitor, NULL AS buyer, 1 AS entry, 0 AS amount FROM came
    UNION ALL
    SELECT platform, store, touchpoint, campaign, NULL, consumer_id, 0, paid_amount FROM paid
)
SELECT {by}
       count(DISTINCT visitor) AS visitors, coalesce(sum(entry), 0)::BIGINT AS entries,
       count(DISTINCT buyer) AS buyers, coalesce(sum(amount), 0)::BIGINT AS paid
FROM both_sides
GROUP BY ALL;
