WITH line AS (
    SELECT o.fact_id, l.sku, coalesce(l.category, p.category) AS category
    FROM standing o
    JOIN main_order_lines l ON l.order_id = o.order_id AND coalesce(l.platform, '') = o.platform
                               AND in_force(l.fact_id, 'order_lines')
    LEFT JOIN main_products p ON p.sku = l.sku AND in_force(p.fact_id, 'products')
    WHERE o.paid_day BETWEEN getvariable('first_day') AND getvariable('last_day') AND l.quantity > 0 AND l.paid_amount > 0
), held AS (
    SELECT DISTINCT 'sku' AS kind, fact_id, sku AS thing FROM line WHERE sku <> ''
    UNION ALL
    SELECT DISTINCT 'category', fact_id, category FROM line WHERE category <> ''
), size AS (SELECT kind, thing, count(*) AS n FROM held GROUP BY kind, thing
), every AS (SELECT kind, count(DISTINCT fact_id) AS n FROM held GROUP BY kind
), pair AS (
    SELECT x.kind, x.thing AS a, y.thing AS b, count(*) AS together
    FROM held x JOIN held y ON y.kind = x.kind AND y.fact_id = x.fact_id AND y.thing > x.thing
    GROUP BY ALL HAVING count(*) >= 3
)
SELECT kind, a, b, together, sa.n AS of_a, sb.n AS of_b, together / every.n AS support,
       together / sa.n AS confidence_ab, together / sb.n AS confidence_ba,
       (together * every.n) / (sa.n * sb.n) AS lift
FROM pair JOIN every USING (kind)
JOIN size sa ON sa.kind = pair.kind AND sa.thing = a
JOIN size sb ON sb.kind = pair.kind AND sb.thing = b
QUALIFY row_number() OVER (PARTITION BY kind ORDER BY lift DESC, together DESC, a, b) <= 50;
