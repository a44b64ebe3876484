CREATE OR REPLACE MACRO month_start(day) AS date_trunc('month', DATE '1970-01-01' + day::INTEGER)::DATE;
WITH bought AS (
    SELECT consumer_id, paid_day, month_start(paid_day) AS month, net_amount,
           min(paid_day) OVER (PARTITION BY consumer_id) AS first_day
    FROM standing WHERE consumer_id IS NOT NULL
), started AS (
    SELECT month_start(first_day) AS cohort, count(DISTINCT consumer_id) AS buyers FROM bought
    WHERE month_start(first_day) > month_start(getvariable('last_day')) - INTERVAL 13 MONTH
    GROUP BY month_start(first_day)
), cell AS (
    SELECT cohort, buyers, month::DATE AS month,
           date_diff('month', cohort, month) AS since,
           month + INTERVAL 1 MONTH <= DATE '1970-01-01' + getvariable('last_day')::INTEGER + 1 AS over
    FROM started, generate_series(cohort, month_start(getvariable('last_day')), INTERVAL 1 MONTH) AS g(month)
)
SELECT strftime(cohort, '%Y-%m') AS cohort, since::VARCHAR AS months_since, buyers,
       (SELECT count(DISTINCT consumer_id) FROM bought b
        WHERE month_start(b.first_day) = c.cohort AND b.month = c.month AND b.paid_day > b.first_day) AS again,
       CASE WHEN over THEN (SELECT count(DISTINCT consumer_id) FROM bought b
        WHERE month_start(b.first_day) = c.cohort AND b.month = c.month AND b.paid_day > b.first_day) / buyers END AS retention,
       CASE WHEN over THEN (SELECT sum(net_amount) FROM bought b
        WHERE month_start(b.first_day) = c.cohort AND b.month <= c.month) / buyers END AS value_per_buyer
FROM cell c;
