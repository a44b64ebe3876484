-- The base FAST: AIPL states today and seven days ago, members, and how many of them are lively.
CREATE TABLE aipl AS
WITH asked AS (
    SELECT consumer_id, moment, member, day_seen_at(moment) AS day FROM state
    WHERE moment IN (getvariable('closing'), getvariable('fast_opening'))
), bought_days AS (
    SELECT b.consumer_id, b.moment, count(DISTINCT paid_day) FILTER (b.paid_day > b.day - 365) AS year,
           count(DISTINCT paid_day) FILTER (b.paid_day > b.day - 913) AS long
    FROM bought b GROUP BY ALL
), recent AS (
    SELECT m.consumer_id, m.moment,
           bool_or(e.name IN ('brand_search', 'interact', 'add_to_cart', 'favorite', 'claim_sample')) AS interested,
           count(DISTINCT e.day) FILTER (e.name IN ('visit', 'enter', 'open', 'view')) AS days,
           bool_or(e.name IN ('impression', 'click', 'view', 'visit', 'enter', 'open', 'watch')) AS aware
    FROM asked m JOIN event e ON e.consumer_id = m.consumer_id AND e.moment < m.moment AND e.day > m.day - 15
    GROUP BY ALL
)
SELECT m.consumer_id, m.moment,
       CASE WHEN coalesce(b.year, 0) >= 2 OR EXISTS (
                FROM content c WHERE c.consumer_id = m.consumer_id AND c.positive
                AND c.moment < m.moment AND c.day > m.day - 365) THEN 4
            WHEN coalesce(b.long, 0) >= 1 THEN 3
            WHEN r.interested OR r.days >= 2 OR m.member OR EXISTS (
                FROM held h WHERE h.consumer_id = m.consumer_id AND h.moment = m.moment AND h.relation_type = 'fan') THEN 2
            WHEN r.aware THEN 1 END AS rank
FROM asked m LEFT JOIN bought_days b USING (consumer_id, moment) LEFT JOIN recent r USING (consumer_id, moment);

-- Members, each with the newest day of a lively act.
CREATE TABLE lively AS
SELECT c.consumer_id, max(l.day) AS lively_day
FROM closing c LEFT JOIN (
    SELECT consumer_id, day FROM event
    WHERE moment < getvariable('closing') AND name IN ('add_to_cart', 'favorite', 'claim_benefit', 'interact')
    UNION ALL SELECT consumer_id, paid_day FROM bought WHERE moment = getvariable('closing')
) l USING (consumer_id)
WHERE c.member
GROUP BY ALL;

CREATE TABLE fast_total AS
WITH flow AS (
    SELECT n.consumer_id, s.rank AS before, n.rank AS after
    FROM aipl n JOIN aipl s ON s.consumer_id = n.consumer_id
    WHERE n.moment = getvariable('closing') AND s.moment = getvariable('fast_opening')
)
SELECT count(*) FILTER (after IS NOT NULL) AS fertility,
       count(*) FILTER (before < 4 AND after > before) / nullif(count(*) FILTER (before IS NOT NULL), 0) AS advancing,
       count(*) FILTER (before < 4 AND after > before) / nullif(count(*) FILTER (before < 4), 0) AS advancing_eligible,
       (SELECT count(*) FROM lively) AS superiority,
       (SELECT count(*) FILTER (lively_day > getvariable('last_day') - 30) / nullif(count(*), 0)
        FROM lively) AS thriving_30d,
       (SELECT count(*) FILTER (lively_day > getvariable('last_day') - 180) / nullif(count(*), 0)
        FROM lively) AS thriving_180d
FROM flow;

CREATE VIEW fast_aipl AS
SELECT s.name, count(a.consumer_id) AS n
FROM (VALUES (1, 'A'), (2, 'I'), (3, 'P'), (4, 'L')) s(rank, name)
LEFT JOIN aipl a ON a.rank = s.rank AND a.moment = getvariable('closing')
GROUP BY ALL;
