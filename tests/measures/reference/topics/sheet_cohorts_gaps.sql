WITH day AS (SELECT DISTINCT consumer_id, paid_day FROM standing WHERE consumer_id IS NOT NULL
), gap AS (
    SELECT (SELECT count(*) FROM day e WHERE e.consumer_id = d.consumer_id AND e.paid_day <= d.paid_day) AS number,
           d.paid_day - (SELECT max(e.paid_day) FROM day e WHERE e.consumer_id = d.consumer_id AND e.paid_day < d.paid_day) AS days
    FROM day d
)
SELECT number::VARCHAR AS occasion, count(*) AS consumers, median(days)::DOUBLE AS median_days
FROM gap WHERE number BETWEEN 2 AND 10 GROUP BY number;
