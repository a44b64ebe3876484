WITH term AS (
    SELECT promotion, starts_on, ends_on, least(ends_on, getvariable('last_day')) AS till,
           coalesce(warmup_from, starts_on - 30) AS warm_from
    FROM main_promotions
    WHERE in_force(fact_id, 'promotions') AND starts_on <= getvariable('last_day') AND ends_on >= starts_on
), trace AS (
    SELECT consumer_id, day FROM event
    WHERE name IN ('visit', 'enter', 'open', 'brand_search', 'interact', 'add_to_cart', 'favorite', 'claim_sample')
    UNION ALL
    SELECT consumer_id, local_day(started_at) FROM begun
), cohort AS (
    SELECT DISTINCT t.promotion, x.consumer_id FROM term t JOIN trace x ON x.day >= t.warm_from AND x.day < t.starts_on
), bought AS (
    SELECT t.promotion, o.consumer_id, o.paid_amount,
           EXISTS (FROM cohort c WHERE c.promotion = t.promotion AND c.consumer_id = o.consumer_id) AS gathered,
           (SELECT min(s.paid_day) FROM standing s WHERE s.consumer_id = o.consumer_id) BETWEEN t.starts_on AND t.till AS new
    FROM term t JOIN orders_in_force o ON o.paid_day BETWEEN t.starts_on AND t.till
), total AS (
    SELECT t.promotion, t.starts_on, t.ends_on, t.till, t.warm_from,
           coalesce((SELECT sum(paid_amount) FROM bought b WHERE b.promotion = t.promotion), 0)::BIGINT AS sales,
           coalesce((SELECT sum(paid_amount) FROM orders_in_force o
                     WHERE o.paid_day < t.starts_on AND o.paid_day >= t.starts_on - (t.till - t.starts_on + 1)), 0)::BIGINT AS sales_before,
           (SELECT count(DISTINCT consumer_id) FROM bought b WHERE b.promotion = t.promotion) AS buyers,
           (SELECT count(DISTINCT consumer_id) FROM bought b WHERE b.promotion = t.promotion AND new) AS new_buyers,
           (SELECT count(*) FROM cohort c WHERE c.promotion = t.promotion) AS gathered,
           (SELECT count(DISTINCT consumer_id) FROM bought b WHERE b.promotion = t.promotion AND b.gathered) AS gathered_buyers,
           coalesce((SELECT sum(paid_amount) FROM bought b WHERE b.promotion = t.promotion AND b.gathered), 0)::BIGINT AS gathered_sales,
           (SELECT sum(amount) FROM main_spend s WHERE in_force(s.fact_id, 'spend') AND s.date BETWEEN t.starts_on AND t.till) AS spent,
           (SELECT sum(amount) FROM main_spend s WHERE in_force(s.fact_id, 'spend') AND s.date >= t.warm_from AND s.date < t.starts_on) AS spent_before
    FROM term t
)
SELECT promotion, starts_on, ends_on, till - starts_on + 1 AS days, sales, sales_before, buyers, new_buyers, gathered,
       gathered_buyers, gathered_buyers / nullif(gathered, 0) AS conversion, gathered_sales,
       gathered_sales / nullif(sales, 0) AS gathered_share,
       CASE WHEN EXISTS (FROM main_spend) THEN coalesce(spent, 0)::BIGINT END AS cost,
       CASE WHEN EXISTS (FROM main_spend) THEN coalesce(spent_before, 0)::BIGINT END AS warmup_cost
FROM total;
