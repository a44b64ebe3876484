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
, part AS (
    SELECT j.*, path[i] AS touchpoint, i, 1 / len(path) AS weight FROM journey j, range(1, len(path) + 1) g(i)
)
-- Removal effects and the amounts by largest remainder have their own second definition, in exact fractions.
SELECT touchpoint, count(DISTINCT (consumer_id, journey)) AS journeys,
       count(DISTINCT (consumer_id, journey)) FILTER (paid IS NOT NULL) AS converting,
       count(DISTINCT consumer_id) AS consumers,
       count(*) FILTER (paid IS NOT NULL AND i = 1) AS "first",
       count(*) FILTER (paid IS NOT NULL AND i = len(path)) AS "last",
       coalesce(sum(weight) FILTER (paid IS NOT NULL), 0) AS linear,
       coalesce(sum(paid) FILTER (i = 1), 0)::BIGINT AS paid_first,
       coalesce(sum(paid) FILTER (i = len(path)), 0)::BIGINT AS paid_last
FROM part
GROUP BY touchpoint;
