WITH worth AS (FROM worth_at(getvariable('closing'), getvariable('last_day'))),
placed AS (
    SELECT *,
           class_of(own, (SELECT quantile_cont(own, 0.5) FROM worth WHERE own > 0),
                    (SELECT quantile_cont(own, 0.9) FROM worth WHERE own > 0)) AS own_class,
           class_of(brought, (SELECT quantile_cont(brought, 0.5) FROM worth WHERE brought > 0),
                    (SELECT quantile_cont(brought, 0.9) FROM worth WHERE brought > 0)) AS brought_class
    FROM worth
),
class AS (SELECT unnest(['none', 'low', 'mid', 'high']) AS name)
SELECT a.name AS own, b.name AS referral, count(p.consumer_id) AS consumers,
       coalesce(sum(p.own), 0)::BIGINT AS own_sum, coalesce(sum(p.brought), 0)::BIGINT AS referral_sum,
       avg(p.own) AS own_mean, avg(p.brought) AS referral_mean
FROM class a CROSS JOIN class b LEFT JOIN placed p ON p.own_class = a.name AND p.brought_class = b.name
GROUP BY ALL;
