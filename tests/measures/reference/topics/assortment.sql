WITH of_member AS (
    SELECT o.* FROM standing o
    WHERE o.paid_day BETWEEN getvariable('first_day') AND getvariable('last_day')
      AND EXISTS (FROM relation r WHERE r.consumer_id = o.consumer_id AND r.relation_type IN ('member', 'offline_member')
                  AND r.started_at < o.paid_at AND (r.ended_at IS NULL OR r.ended_at >= o.paid_at))
), line AS (
    SELECT o.fact_id, nullif(coalesce(l.category, p.category), '') AS category, p.launched_at
    FROM of_member o
    JOIN main_order_lines l ON l.order_id = o.order_id AND coalesce(l.platform, '') = o.platform
                               AND in_force(l.fact_id, 'order_lines')
    LEFT JOIN main_products p ON p.sku = l.sku AND in_force(p.fact_id, 'products')
    WHERE l.quantity > 0 AND l.paid_amount > 0
), per_member AS (
    SELECT {by} consumer_id, count(DISTINCT category) AS categories, bool_or(launched_at IS NOT NULL) AS launch_known,
           bool_or(launched_at BETWEEN paid_day - 89 AND paid_day) AS bought_new
    FROM of_member LEFT JOIN line USING (fact_id)
    GROUP BY ALL
)
SELECT {by} count(*) AS members, count(*) FILTER (categories >= 1) AS with_category,
       count(*) FILTER (categories >= 2) AS cross_category, count(*) FILTER (launch_known) AS with_launch,
       count(*) FILTER (bought_new) AS new_product
FROM per_member GROUP BY ALL;
