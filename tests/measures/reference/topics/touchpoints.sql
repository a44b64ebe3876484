-- Whether somebody is in F at an instant is taken from the role spans, which have their own reference. Without
-- the dimension, touchpoints are pooled (scope 'brand'); {by} picks the scope.
WITH entered AS (
    SELECT DISTINCT consumer_id, touchpoint AS place, moment, day FROM event
    WHERE name IN ('visit', 'enter', 'open') AND touchpoint <> ''
), scoped AS (
    SELECT place AS touchpoint, 'touchpoint' AS scope, * FROM entered
    UNION ALL
    SELECT '', 'brand', * FROM entered
), counted AS (
    SELECT scope, touchpoint, count(*) AS entries, count(DISTINCT consumer_id) AS visitors FROM scoped
    WHERE day BETWEEN getvariable('first_day') AND getvariable('last_day') GROUP BY ALL
), came AS (
    SELECT scope, touchpoint, consumer_id, min(day) AS came_day FROM scoped
    WHERE day BETWEEN getvariable('first_day') - 7 AND getvariable('last_day') - 7 GROUP BY ALL
), back AS (
    SELECT scope, touchpoint, count(*) AS visitors_7d,
           count(*) FILTER (EXISTS (FROM scoped s WHERE s.scope = c.scope AND s.touchpoint = c.touchpoint
               AND s.consumer_id = c.consumer_id AND s.day BETWEEN c.came_day + 1 AND c.came_day + 7)) AS returned_7d
    FROM came c GROUP BY ALL
), early AS (
    SELECT * FROM scoped WHERE day BETWEEN getvariable('first_day') - 30 AND getvariable('last_day') - 30
), newcomer AS (
    SELECT * FROM (SELECT scope, touchpoint, consumer_id, min(moment) AS first_at FROM early GROUP BY ALL) f
    WHERE NOT EXISTS (FROM relation r WHERE r.consumer_id = f.consumer_id AND r.started_at < f.first_at
                      AND (r.ended_at IS NULL OR r.ended_at >= f.first_at))
), start AS (
    SELECT DISTINCT consumer_id, started_at FROM begun
    WHERE local_day(started_at) BETWEEN getvariable('first_day') - 30 AND getvariable('last_day') - 30
), last_place AS (
    SELECT s.consumer_id, s.started_at, e.place
    FROM start s JOIN early e ON e.scope = 'brand' AND e.consumer_id = s.consumer_id AND e.moment <= s.started_at
    QUALIFY row_number() OVER (PARTITION BY s.consumer_id, s.started_at ORDER BY e.moment DESC, e.place DESC) = 1
        AND s.started_at - e.moment <= settle_within(e.place)
), settled AS (
    SELECT n.scope, n.touchpoint, n.consumer_id, min(l.started_at) AS settled_at
    FROM newcomer n JOIN last_place l ON l.consumer_id = n.consumer_id AND l.started_at >= n.first_at
        AND (n.scope = 'brand' OR l.place = n.touchpoint)
    GROUP BY ALL
), stayed AS (
    SELECT scope, touchpoint, count(*) AS settled_30,
           count(*) FILTER (EXISTS (FROM main_role_span r WHERE r.consumer_id = s.consumer_id
               AND r.valid_from < least(s.settled_at + 30 * 86400000000, getvariable('closing'))
               AND r.valid_to >= least(s.settled_at + 30 * 86400000000, getvariable('closing')))) AS retained_30
    FROM settled s GROUP BY ALL
), together AS (
    SELECT scope, touchpoint, coalesce(entries, 0) AS entries, coalesce(visitors, 0) AS visitors,
           coalesce(visitors_7d, 0) AS visitors_7d, coalesce(returned_7d, 0) AS returned_7d,
           coalesce(settled_30, 0) AS settled_30, coalesce(retained_30, 0) AS retained_30
    FROM counted FULL JOIN back USING (scope, touchpoint) FULL JOIN stayed USING (scope, touchpoint)
)
SELECT {by} sum(entries)::BIGINT AS entries, sum(visitors)::BIGINT AS visitors, sum(visitors_7d)::BIGINT AS visitors_7d,
       sum(returned_7d)::BIGINT AS returned_7d, sum(settled_30)::BIGINT AS settled_30,
       sum(retained_30)::BIGINT AS retained_30
FROM together
WHERE scope = CASE WHEN length('{by}') > 0 THEN 'touchpoint' ELSE 'brand' END
GROUP BY ALL;
