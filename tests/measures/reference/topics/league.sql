-- Every row of `told` is one consumer (or one purchase) in one group with what they add to a count there.
WITH city AS (
    SELECT DISTINCT i.consumer_id, m.city
    FROM main_members m JOIN main_identity i USING (identifier_id)
    WHERE in_force(m.fact_id, 'members') AND coalesce(m.city, '') <> ''
), stated AS (
    SELECT i.consumer_id, coalesce(r.platform, '') AS platform, coalesce(r.store, '') AS store,
           coalesce(r.guide, '') AS guide, coalesce(r.campaign, '') AS campaign, r.started_at, r.ended_at
    FROM main_relations r JOIN main_identity i USING (identifier_id)
    WHERE in_force(r.fact_id, 'relations') AND r.started_at IS NOT NULL
    UNION ALL
    SELECT i.consumer_id, coalesce(m.platform, ''), coalesce(m.store, ''), coalesce(m.guide, ''), '', m.joined_at, m.left_at
    FROM main_members m JOIN main_identity i USING (identifier_id)
    WHERE in_force(m.fact_id, 'members') AND m.joined_at IS NOT NULL
), held AS (
    SELECT t.moment, s.*, coalesce(c.city, '') AS city
    FROM (VALUES (getvariable('closing')), (getvariable('opening'))) t(moment)
    JOIN stated s ON s.started_at < t.moment AND (s.ended_at IS NULL OR s.ended_at >= t.moment)
    LEFT JOIN city c USING (consumer_id)
), standing_on AS (
    SELECT t.moment, r.consumer_id, r."rank"
    FROM (VALUES (getvariable('closing')), (getvariable('opening'))) t(moment)
    JOIN main_role_span r ON r.valid_from < t.moment AND r.valid_to >= t.moment
), entered AS (
    SELECT e.consumer_id, e.touchpoint, e.occurred_at AS moment, e.platform, e.store, '' AS guide, e.campaign,
           '' AS city
    FROM events_in_force e
    WHERE e.occurred_day BETWEEN getvariable('first_day') AND getvariable('last_day')
      AND e.name IN ('visit', 'enter', 'open') AND e.touchpoint <> '' AND e.consumer_id IS NOT NULL
), grouped_entry AS (
    SELECT * EXCLUDE (platform, store, guide, campaign, city), concat_ws(chr(31), {by} '') AS place FROM entered
), visitor AS (
    SELECT consumer_id, place, min(moment) AS first_at FROM grouped_entry GROUP BY ALL
), outcome AS (
    SELECT DISTINCT consumer_id, 'settled' AS what, started_at AS moment
    FROM stated WHERE ended_at IS NULL OR ended_at > started_at
    UNION
    SELECT n.consumer_id, 'deepened', n.valid_from
    FROM main_role_span n JOIN main_role_span b ON b.consumer_id = n.consumer_id AND b.valid_to = n.valid_from
    WHERE n."rank" > b."rank"
    UNION
    SELECT consumer_id, 'converted', paid_at FROM standing
), credited AS (
    SELECT o.*, e.place
    FROM outcome o JOIN grouped_entry e ON e.consumer_id = o.consumer_id AND e.moment <= o.moment
    WHERE o.moment < getvariable('closing')
    QUALIFY row_number() OVER (PARTITION BY o.consumer_id, o.what, o.moment
                               ORDER BY e.moment DESC, e.touchpoint DESC, e.place DESC) = 1
        AND o.moment - e.moment <= CASE o.what WHEN 'settled' THEN settle_within(e.touchpoint)
                                       WHEN 'deepened' THEN deepen_within(e.touchpoint)
                                       ELSE convert_within(e.touchpoint) END
), pulled AS (
    SELECT v.consumer_id, v.place, EXISTS (
        FROM credited c WHERE c.consumer_id = v.consumer_id AND c.place = v.place AND (
            c.what = 'converted'
            OR c.what = 'settled' AND c.moment >= v.first_at AND NOT EXISTS (
                FROM stated s WHERE s.consumer_id = v.consumer_id AND s.started_at < v.first_at
                AND (s.ended_at IS NULL OR s.ended_at >= v.first_at))
            OR c.what = 'deepened' AND c.moment > v.first_at AND EXISTS (
                FROM main_role_span r WHERE r.consumer_id = v.consumer_id AND r."rank" < 5
                AND r.valid_from < v.first_at AND r.valid_to >= v.first_at))) AS progressed
    FROM visitor v
), place_of AS (
    SELECT DISTINCT concat_ws(chr(31), {by} '') AS place, platform, store, guide, campaign, city FROM entered
), told AS (
    SELECT platform, store, guide, campaign, city, consumer_id AS holder,
           consumer_id IN (SELECT consumer_id FROM standing_on WHERE moment = getvariable('closing')) AS in_f,
           NULL::BIGINT AS stood, NULL::BIGINT AS "rank", NULL::BIGINT AS rank_then,
           NULL::BIGINT AS buyer, NULL::STRUCT(fact_id BIGINT, net BIGINT) AS bought, NULL::BIGINT AS visitor, NULL::BIGINT AS progressed
    FROM held WHERE moment = getvariable('closing')
    UNION ALL
    SELECT h.platform, h.store, h.guide, h.campaign, h.city, NULL, NULL, h.consumer_id, o."rank", n."rank",
           NULL, NULL, NULL, NULL
    FROM held h JOIN standing_on o ON o.consumer_id = h.consumer_id AND o.moment = h.moment
    LEFT JOIN standing_on n ON n.consumer_id = h.consumer_id AND n.moment = getvariable('closing')
    WHERE h.moment = getvariable('opening')
    UNION ALL
    SELECT o.platform, o.store, o.guide, o.campaign, coalesce(c.city, ''), NULL, NULL, NULL, NULL, NULL,
           consumer_id, {'fact_id': o.fact_id, 'net': net_amount}, NULL, NULL
    FROM standing o LEFT JOIN city c USING (consumer_id)
    WHERE consumer_id IS NOT NULL AND paid_day > getvariable('last_day') - getvariable('value_days')
    UNION ALL
    SELECT q.platform, q.store, q.guide, q.campaign, coalesce(c.city, ''), NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           p.consumer_id, CASE WHEN progressed THEN p.consumer_id END
    FROM pulled p JOIN place_of q USING (place) LEFT JOIN city c USING (consumer_id)
), pushed AS (
    SELECT consumer_id FROM main_reach_span
    WHERE valid_from < getvariable('closing') AND valid_to >= getvariable('closing')
      AND channel IN ('sms', 'email', 'wecom', 'group', 'subscription')
)
SELECT {by}
       count(DISTINCT holder) AS gross,
       count(DISTINCT holder) FILTER (in_f) AS in_f,
       count(DISTINCT holder) FILTER (in_f AND holder IN (FROM pushed)) AS pushable,
       count(DISTINCT stood) AS base,
       count(DISTINCT stood) FILTER ("rank" < 5) AS eligible,
       count(DISTINCT stood) FILTER (rank_then > "rank") AS deepened,
       coalesce(list_sum(list_transform(list_distinct(list(bought) FILTER (bought IS NOT NULL)), b -> b.net)), 0)::BIGINT
           AS own_value,
       count(DISTINCT buyer) AS buyers,
       count(DISTINCT visitor) AS visitors,
       count(DISTINCT progressed) AS progressed
FROM told
GROUP BY ALL;
