WITH known_relation AS (
    SELECT i.consumer_id, coalesce(r.touchpoint, '') AS touchpoint, coalesce(r.platform, '') AS platform,
           r.started_at, r.ended_at
    FROM main_relations r JOIN main_identity i USING (identifier_id) WHERE in_force(r.fact_id, 'relations')
    UNION ALL
    SELECT i.consumer_id, '', coalesce(m.platform, ''), m.joined_at, m.left_at
    FROM main_members m JOIN main_identity i USING (identifier_id) WHERE in_force(m.fact_id, 'members')
), trace AS (
    SELECT consumer_id, started_at AS moment, touchpoint, platform FROM known_relation
    WHERE started_at < getvariable('closing') AND (ended_at IS NULL OR ended_at > started_at)
      AND (started_at >= getvariable('opening') OR ended_at IS NULL OR ended_at >= getvariable('opening'))
    UNION ALL
    SELECT consumer_id, occurred_at, touchpoint, platform FROM events_in_force
    WHERE consumer_id IS NOT NULL AND name IN ('visit', 'enter', 'open')
      AND occurred_at >= getvariable('opening') AND occurred_at < getvariable('closing')
), person_trace AS (
    SELECT t.consumer_id, b.first_at IS NOT NULL AS buys,
           min((t.moment, t.touchpoint, t.platform)) AS first_trace
    FROM trace t
    LEFT JOIN (SELECT consumer_id, min(paid_at) AS first_at FROM standing GROUP BY consumer_id) b USING (consumer_id)
    WHERE b.first_at IS NULL OR (b.first_at >= getvariable('opening') AND t.moment <= b.first_at)
    GROUP BY t.consumer_id, b.first_at
), placed AS (
    SELECT 'touchpoint' AS kind, first_trace[2] AS segment, consumer_id, buys FROM person_trace
    UNION ALL
    SELECT 'platform', first_trace[3], consumer_id, buys FROM person_trace
    UNION ALL
    SELECT DISTINCT 'city', m.city, p.consumer_id, p.buys
    FROM person_trace p JOIN main_identity i USING (consumer_id) JOIN main_members m USING (identifier_id)
    WHERE in_force(m.fact_id, 'members')
), counted AS (
    SELECT kind, segment, count(*) AS size, count(*) FILTER (buys) AS bought,
           count(*) FILTER (buys) / count(*) AS conversion
    FROM placed WHERE segment <> '' GROUP BY kind, segment
)
SELECT *, CASE WHEN bought > 0 AND conversion >= median(conversion) OVER (PARTITION BY kind)
               THEN CASE WHEN size >= median(size) OVER (PARTITION BY kind) THEN 'core' ELSE 'opportunity' END
               WHEN size >= median(size) OVER (PARTITION BY kind) THEN 'potential' ELSE 'watch' END AS quadrant
FROM counted;
