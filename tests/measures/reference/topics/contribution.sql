WITH line AS (
    SELECT o.fact_id, coalesce(l.category, p.category, '') AS category, l.quantity * p.cost AS goods, l.paid_amount AS amount,
           p.cost IS NOT NULL AS known
    FROM standing o
    JOIN main_order_lines l ON l.order_id = o.order_id AND coalesce(l.platform, '') = o.platform
                               AND in_force(l.fact_id, 'order_lines')
    LEFT JOIN main_products p ON p.sku = l.sku AND in_force(p.fact_id, 'products')
), whole AS (
    SELECT fact_id, sum(amount) AS amount, count(*) AS n, bool_and(known) AS known FROM line GROUP BY fact_id
), part AS (
    SELECT o.platform, o.store, coalesce(l.category, '') AS category, o.fact_id, o.consumer_id, coalesce(w.known, false) AS costed,
           CASE WHEN w.n IS NULL THEN o.net_amount WHEN w.amount > 0 THEN o.net_amount * (l.amount / w.amount)
                ELSE o.net_amount / w.n END AS net,
           l.goods
    FROM standing o LEFT JOIN whole w USING (fact_id) LEFT JOIN line l USING (fact_id)
    WHERE o.paid_day BETWEEN getvariable('first_day') AND getvariable('last_day')
)
SELECT {by}
       count(DISTINCT fact_id) AS orders, count(DISTINCT consumer_id) AS buyers,
       coalesce(sum(net), 0)::DOUBLE AS net,
       coalesce(sum(net) FILTER (costed), 0)::DOUBLE AS net_costed,
       (sum(goods) FILTER (costed))::DOUBLE AS goods_cost,
       (sum(net) FILTER (costed) - sum(goods) FILTER (costed))::DOUBLE AS after_goods
FROM part
GROUP BY ALL;
