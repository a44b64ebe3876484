-- Groups behind the decompositions: net of the purchases paid in the period by the role at the opening; value of those
-- in F by role at the closing; who could rise and rose.
CREATE TABLE period_order AS
SELECT consumer_id, fact_id,
       paid_amount - coalesce((SELECT sum(r.refund_amount) FROM refunded r
                               WHERE r.fact_id = o.fact_id AND r.refunded_at < getvariable('closing')), 0) AS net
FROM paid_order o
WHERE paid_day BETWEEN getvariable('first_day') AND getvariable('last_day');
DELETE FROM period_order WHERE net <= 0;

CREATE TABLE revenue_group AS
WITH one AS (
    SELECT p.consumer_id, o.role, (SELECT sum(net) FROM period_order x WHERE x.consumer_id = p.consumer_id) AS spent
    FROM person p JOIN opening o USING (consumer_id)
)
SELECT coalesce(role, 'no_role') AS "group", count(*) AS people, count(spent) AS active,
       coalesce(sum(spent), 0)::BIGINT AS amount
FROM one WHERE role IS NOT NULL OR spent IS NOT NULL GROUP BY ALL
UNION ALL
SELECT 'anonymous', count(*), count(*), sum(net)::BIGINT FROM period_order WHERE consumer_id IS NULL HAVING count(*) > 0;

CREATE TABLE value_group AS
SELECT role AS "group", count(*) AS people, count(*) FILTER (clv > 0) AS active,
       coalesce(sum(clv), 0)::BIGINT AS amount
FROM value WHERE role IS NOT NULL GROUP BY role;

CREATE TABLE step_group AS
SELECT "from" AS "group", count(*) AS people, count(*) FILTER (after > before) AS active,
       count(*) FILTER (after > before) AS amount
FROM move WHERE before < 5 GROUP BY ALL;
