WITH line AS (
    SELECT o.consumer_id, o.paid_day, l.sku, coalesce(l.product, p.name, '') AS product
    FROM standing o
    JOIN main_order_lines l ON l.order_id = o.order_id AND coalesce(l.platform, '') = o.platform
                               AND in_force(l.fact_id, 'order_lines')
    LEFT JOIN main_products p ON p.sku = l.sku AND in_force(p.fact_id, 'products')
    WHERE l.sku <> '' AND l.quantity > 0 AND l.paid_amount > 0
), first_bought AS (
    SELECT consumer_id, min(paid_day) AS day FROM standing WHERE consumer_id IS NOT NULL GROUP BY consumer_id
), entered AS (
    SELECT l.sku, f.consumer_id, max(l.product) AS product, f.day + 90 <= getvariable('last_day') AS mature,
           EXISTS (FROM standing s WHERE s.consumer_id = f.consumer_id AND s.paid_day BETWEEN f.day + 1 AND f.day + 90) AS again,
           EXISTS (FROM line s WHERE s.consumer_id = f.consumer_id AND s.sku = l.sku
                   AND s.paid_day BETWEEN f.day + 1 AND f.day + 90) AS same_again
    FROM first_bought f JOIN line l ON l.consumer_id = f.consumer_id AND l.paid_day = f.day
    WHERE f.day >= getvariable('last_day') - 364
    GROUP BY l.sku, f.consumer_id, f.day
)
SELECT sku, max(product) AS product, count(*) AS buyers, count(*) FILTER (NOT mature) AS immature,
       count(*) FILTER (mature AND again) AS repurchased,
       count(*) FILTER (mature AND again) / nullif(count(*) FILTER (mature), 0) AS repurchase_rate,
       count(*) FILTER (mature AND same_again) AS repurchased_same_sku,
       count(*) FILTER (mature AND same_again) / nullif(count(*) FILTER (mature), 0) AS same_sku_rate
FROM entered GROUP BY sku;
