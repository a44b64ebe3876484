WITH membership AS (
    FROM relation WHERE relation_type IN ('member', 'offline_member') AND (ended_at IS NULL OR ended_at > started_at)
), entered AS (
    SELECT consumer_id, touchpoint, occurred_at AS moment
    FROM events_in_force
    WHERE occurred_day BETWEEN getvariable('first_day') AND getvariable('last_day')
      AND name IN ('visit', 'enter', 'open') AND touchpoint <> '' AND consumer_id IS NOT NULL
), visitor AS (
    SELECT consumer_id, touchpoint, min(moment) AS first_at FROM entered GROUP BY ALL
), told AS (
    SELECT v.*,
           EXISTS (FROM membership m WHERE m.consumer_id = v.consumer_id AND m.started_at < v.first_at
                   AND (m.ended_at IS NULL OR m.ended_at >= v.first_at)) AS was_member,
           EXISTS (FROM membership m
                   WHERE m.consumer_id = v.consumer_id AND m.started_at >= v.first_at
                     AND m.started_at < getvariable('closing')
                     AND EXISTS (FROM entered e WHERE e.consumer_id = v.consumer_id AND e.touchpoint = v.touchpoint
                                 AND e.moment <= m.started_at AND m.started_at - e.moment <= settle_within(e.touchpoint)
                                 AND NOT EXISTS (FROM entered l WHERE l.consumer_id = e.consumer_id
                                                 AND l.moment <= m.started_at
                                                 AND (l.moment, l.touchpoint) > (e.moment, e.touchpoint)))) AS began
    FROM visitor v
)
SELECT touchpoint, count(*) AS visitors, count(*) FILTER (NOT was_member) AS not_members,
       count(*) FILTER (began AND NOT was_member) AS joined, joined / visitors AS join_rate
FROM told GROUP BY touchpoint;
