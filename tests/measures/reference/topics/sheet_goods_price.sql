WITH line AS (
    SELECT l.sku, o.platform, l.quantity, l.paid_amount
    FROM orders_in_force o
    JOIN main_order_lines l ON l.order_id = o.order_id AND coalesce(l.platform, '') = o.platform
                               AND in_force(l.fact_id, 'order_lines')
    WHERE o.paid_day BETWEEN getvariable('first_day') AND getvariable('last_day')
      AND l.sku <> '' AND l.quantity > 0 AND l.paid_amount > 0
), priced AS (
    SELECT sku, platform, sum(quantity)::DOUBLE AS pieces, min(paid_amount / quantity)::DOUBLE AS lowest,
           (sum(paid_amount) / sum(quantity))::DOUBLE AS mean, max(paid_amount / quantity)::DOUBLE AS highest
    FROM line GROUP BY sku, platform
)
SELECT *, (SELECT CASE WHEN count(*) > 1 THEN max(q.mean) / min(q.mean) - 1 END FROM priced q WHERE q.sku = p.sku) AS spread
FROM priced p;
