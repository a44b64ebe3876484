-- State is read from role_span, which has a reference of its own.
WITH month_shown AS (
    SELECT strftime(m, '%Y-%m') AS month, (m::DATE - DATE '1970-01-01') AS first_day,
           ((m + INTERVAL 1 MONTH)::DATE - DATE '1970-01-01') - 1 AS last_day
    FROM (SELECT unnest(range(date_trunc('month', DATE '1970-01-01' + getvariable('last_day')) - INTERVAL 5 MONTH,
                              date_trunc('month', DATE '1970-01-01' + getvariable('last_day')) + INTERVAL 1 DAY,
                              INTERVAL 1 MONTH)) AS m)
), newcomer AS (
    FROM main_role_span QUALIFY row_number() OVER (PARTITION BY consumer_id ORDER BY valid_from) = 1
), counted AS (
    SELECT m.month, m.last_day AS month_ends, age, n.consumer_id,
           EXISTS (FROM main_role_span s WHERE s.consumer_id = n.consumer_id AND s.valid_from > n.valid_from
                   AND s.rank > n.rank AND s.from_day <= least(n.from_day + age, getvariable('last_day')))
           OR EXISTS (FROM standing b WHERE b.consumer_id = n.consumer_id AND b.paid_at >= n.valid_from
                      AND b.paid_day <= least(n.from_day + age, getvariable('last_day'))) AS done
    FROM month_shown m CROSS JOIN (SELECT unnest([30, 60, 90]) AS age)
    LEFT JOIN newcomer n ON n.from_day BETWEEN m.first_day AND least(m.last_day, getvariable('last_day'))
)
SELECT month, age::VARCHAR AS days, count(consumer_id) AS newcomers, count(*) FILTER (done) AS progressed,
       count(*) FILTER (done) / nullif(count(consumer_id), 0) AS value,
       CASE WHEN month_ends + age <= getvariable('last_day') THEN 'yes' ELSE 'no' END AS mature
FROM counted GROUP BY month, month_ends, age;
