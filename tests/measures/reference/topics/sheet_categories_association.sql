WITH held AS (
    SELECT DISTINCT o.consumer_id, coalesce(l.category, p.category) AS category
    FROM standing o
    JOIN main_order_lines l ON l.order_id = o.order_id AND coalesce(l.platform, '') = o.platform
                               AND in_force(l.fact_id, 'order_lines')
    LEFT JOIN main_products p ON p.sku = l.sku AND in_force(p.fact_id, 'products')
    WHERE o.consumer_id IS NOT NULL AND o.paid_day > getvariable('last_day') - 365
      AND l.quantity > 0 AND l.paid_amount > 0 AND coalesce(l.category, p.category, '') <> ''
), everyone AS (SELECT count(DISTINCT consumer_id) AS n FROM held
), size AS (SELECT category, count(*) AS n FROM held GROUP BY category
), pair AS (
    SELECT x.category AS a, y.category AS b, count(*) AS together
    FROM held x JOIN held y ON y.consumer_id = x.consumer_id AND y.category > x.category
    GROUP BY ALL HAVING count(*) >= 3
)
SELECT a, b, together, sa.n AS of_a, sb.n AS of_b, together / everyone.n AS support, together / sa.n AS confidence_ab,
       together / sb.n AS confidence_ba, (together * everyone.n) / (sa.n * sb.n) AS lift
FROM pair JOIN size sa ON sa.category = a JOIN size sb ON sb.category = b, everyone
ORDER BY lift DESC, together DESC, a, b LIMIT 50;
