-- State is read from role_span, which has a reference of its own.
WITH opening AS (
    SELECT consumer_id, role, rank FROM main_role_span
    WHERE from_day < getvariable('first_day') AND to_day >= getvariable('first_day')
), closing AS (
    SELECT consumer_id, rank FROM main_role_span
    WHERE from_day <= getvariable('last_day') AND to_day > getvariable('last_day')
), rung AS (
    SELECT o.role, count(*) AS eligible, count(*) FILTER (c.rank > o.rank) AS risen
    FROM opening o LEFT JOIN closing c USING (consumer_id) WHERE o.rank < 5 GROUP BY o.role
), begun AS (
    SELECT min(from_day) AS day FROM main_role_span WHERE to_day > from_day  -- some end of a day was seen
), day_of_reference AS (
    SELECT unnest(range(day::BIGINT, least(day + 365, getvariable('first_day'))::BIGINT)) AS day FROM begun
), mix AS (
    SELECT s.role, count(*) AS days
    FROM main_role_span s JOIN day_of_reference d ON d.day >= s.from_day AND d.day < s.to_day
    WHERE s.rank < 5 GROUP BY s.role
)
SELECT role, eligible, risen, risen / eligible AS rate, days AS reference_days FROM rung LEFT JOIN mix USING (role)
UNION ALL
SELECT 'all', coalesce((SELECT sum(eligible) FROM rung), 0)::BIGINT, coalesce((SELECT sum(risen) FROM rung), 0)::BIGINT,
       (SELECT sum(risen / eligible * days) / sum(days) FROM rung JOIN mix USING (role)),
       coalesce((SELECT sum(days) FROM mix), 0)::BIGINT;
