WITH line AS (
    SELECT o.fact_id, o.consumer_id, o.platform, o.paid_day, coalesce(l.sku, '') AS sku,
           coalesce(l.product, p.name, '') AS product, coalesce(l.category, p.category, '') AS category,
           l.quantity, l.paid_amount AS amount, l.quantity > 0 AND l.paid_amount > 0 AS buys,
           o.fact_id IN (SELECT fact_id FROM standing) AS stands,
           o.paid_day = (SELECT min(s.paid_day) FROM standing s WHERE s.consumer_id = o.consumer_id) AS on_first
    FROM orders_in_force o
    JOIN main_order_lines l ON l.order_id = o.order_id AND coalesce(l.platform, '') = o.platform
                               AND in_force(l.fact_id, 'order_lines')
    LEFT JOIN main_products p ON p.sku = l.sku AND in_force(p.fact_id, 'products')
    WHERE o.paid_day <= getvariable('last_day')
), year_line AS (  -- the later of two days on which one consumer bought one sku, within a group, is a repeat
    SELECT *, paid_day > min(paid_day) OVER (PARTITION BY {by} consumer_id, line.sku) AS repeats
    FROM line
    WHERE paid_day > getvariable('last_day') - 365 AND buys AND stands AND consumer_id IS NOT NULL AND sku <> ''
), said AS (
    SELECT *, NULL AS repeats, true AS of_period FROM line WHERE paid_day >= getvariable('first_day')
    UNION ALL
    SELECT *, false FROM year_line
)
SELECT {by}
       coalesce(sum(quantity) FILTER (of_period), 0)::DOUBLE AS pieces,
       coalesce(sum(amount) FILTER (of_period), 0)::BIGINT AS sales,
       count(DISTINCT fact_id) FILTER (of_period AND buys) AS orders,
       count(DISTINCT consumer_id) FILTER (of_period AND buys) AS buyers,
       count(DISTINCT fact_id) FILTER (of_period AND buys AND stands AND consumer_id IS NOT NULL) AS known_orders,
       count(DISTINCT fact_id) FILTER (of_period AND buys AND stands AND on_first) AS first_orders,
       count(DISTINCT consumer_id) FILTER (NOT of_period) AS year_buyers,
       count(DISTINCT consumer_id) FILTER (repeats) AS repeat_buyers
FROM said
GROUP BY ALL;
