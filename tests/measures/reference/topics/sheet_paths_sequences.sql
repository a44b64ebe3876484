-- Journeys: entries at most 7 days apart, ended by the entry that purchases are credited to, or by nothing.
WITH entered AS (
    SELECT row_number() OVER (PARTITION BY consumer_id ORDER BY moment, touchpoint) AS n, *
    FROM (SELECT DISTINCT consumer_id, touchpoint, moment FROM event
          WHERE name IN ('visit', 'enter', 'open') AND touchpoint <> ''
            AND day BETWEEN getvariable('first_day') AND getvariable('last_day'))
), credited AS (
    SELECT o.fact_id, o.consumer_id, o.paid_amount,
           (SELECT max(e.n) FROM entered e WHERE e.consumer_id = o.consumer_id AND e.moment <= o.paid_at) AS n
    FROM standing o
    WHERE o.paid_day BETWEEN getvariable('first_day') AND getvariable('last_day')
), won AS (
    SELECT c.consumer_id, c.n, sum(c.paid_amount)::BIGINT AS paid
    FROM credited c JOIN standing o USING (fact_id) JOIN entered e ON e.consumer_id = c.consumer_id AND e.n = c.n
    WHERE o.paid_at - e.moment <= convert_within(e.touchpoint)
    GROUP BY ALL
), placed AS (
    SELECT e.*, before.touchpoint AS came_from,
           (SELECT count(*) FROM entered b LEFT JOIN entered a ON a.consumer_id = b.consumer_id AND a.n = b.n - 1
            WHERE b.consumer_id = e.consumer_id AND b.n <= e.n
              AND (a.n IS NULL OR b.moment > a.moment + 7 * 86400000000
                   OR EXISTS (FROM won w WHERE w.consumer_id = a.consumer_id AND w.n = a.n))) AS journey
    FROM entered e
    LEFT JOIN entered before ON before.consumer_id = e.consumer_id AND before.n = e.n - 1
         AND e.moment <= before.moment + 7 * 86400000000
), journey AS (
    SELECT p.consumer_id, p.journey, list(p.touchpoint ORDER BY p.n) AS path, max(w.paid) AS paid
    FROM placed p LEFT JOIN won w ON w.consumer_id = p.consumer_id AND w.n = p.n
    GROUP BY ALL
)
, held AS (
    SELECT DISTINCT consumer_id, journey, paid, path[i] AS "first", path[i + 1] AS "second",
           CASE WHEN n = 3 THEN path[i + 2] ELSE '' END AS third
    FROM journey, (VALUES (2), (3)) size(n), range(1, len(path) - n + 2) g(i)
)
SELECT "first", "second", third, count(*) AS journeys, count(paid) AS converting, count(paid) / count(*) AS converting_share,
       converting_share / (SELECT count(paid) / nullif(count(*), 0) FROM journey) AS lift,
       count(DISTINCT consumer_id) AS consumers
FROM held
GROUP BY ALL
HAVING count(*) >= 5
ORDER BY converting_share DESC, journeys DESC, "first", "second", third
LIMIT 50;
