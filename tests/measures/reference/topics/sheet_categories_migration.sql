WITH held AS (
    SELECT DISTINCT o.consumer_id, o.paid_day, coalesce(l.category, p.category) AS category
    FROM standing o
    JOIN main_order_lines l ON l.order_id = o.order_id AND coalesce(l.platform, '') = o.platform
                               AND in_force(l.fact_id, 'order_lines')
    LEFT JOIN main_products p ON p.sku = l.sku AND in_force(p.fact_id, 'products')
    WHERE o.consumer_id IS NOT NULL AND l.quantity > 0 AND l.paid_amount > 0
      AND coalesce(l.category, p.category, '') <> ''
), step AS (  -- to every later occasion with no other between
    SELECT x.consumer_id, x.paid_day AS left_on, x.category AS category_from, y.category AS category_to
    FROM held x JOIN held y ON y.consumer_id = x.consumer_id AND y.paid_day > x.paid_day
    WHERE y.paid_day > getvariable('last_day') - 365
      AND NOT EXISTS (FROM held z WHERE z.consumer_id = x.consumer_id AND z.paid_day > x.paid_day AND z.paid_day < y.paid_day)
)
SELECT category_from, category_to, count(*) AS steps, count(DISTINCT consumer_id) AS consumers,
       (SELECT count(DISTINCT (consumer_id, left_on)) FROM step s WHERE s.category_from = step.category_from) AS starting,
       count(*) / (SELECT count(DISTINCT (consumer_id, left_on)) FROM step s WHERE s.category_from = step.category_from) AS share
FROM step GROUP BY category_from, category_to;
