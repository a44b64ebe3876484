WITH worth AS (FROM worth_at(getvariable('closing'), getvariable('last_day')))
SELECT 'own' AS axis, count(*) FILTER (own > 0) AS consumers, quantile_cont(own, 0.5) FILTER (own > 0) AS mid_above,
       quantile_cont(own, 0.9) FILTER (own > 0) AS high_above
FROM worth
UNION ALL
SELECT 'referral', count(*) FILTER (brought > 0), quantile_cont(brought, 0.5) FILTER (brought > 0),
       quantile_cont(brought, 0.9) FILTER (brought > 0)
FROM worth;
