-- A: where those with a role at the opening stand at the closing.
CREATE TABLE move AS
SELECT consumer_id, o.role AS "from", c.role AS "to", o.rank AS before, c.rank AS after
FROM opening o JOIN closing c USING (consumer_id) WHERE o.role IS NOT NULL;

CREATE TABLE a_total AS
SELECT count(*) AS base,
       count(*) FILTER (before < 5) AS eligible,
       count(*) FILTER (after > before) AS deepened,
       deepened / nullif(eligible, 0) AS value,
       coalesce(sum(after - before) FILTER (after > before), 0) / nullif(eligible, 0) AS weighted,
       count(*) FILTER (after < before) / nullif(base, 0) AS shallowing_rate,
       count(*) FILTER (after IS NULL) / nullif(base, 0) AS relation_churn_rate,
       count(*) FILTER (before = 1 AND after > 1) / nullif(count(*) FILTER (before = 1), 0) AS basic_up,
       count(*) FILTER (before = 2 AND after > 2) / nullif(count(*) FILTER (before = 2), 0) AS member_unpurchased_up,
       count(*) FILTER (before = 3 AND after > 3) / nullif(count(*) FILTER (before = 3), 0) AS member_first_up,
       count(*) FILTER (before = 4 AND after > 4) / nullif(count(*) FILTER (before = 4), 0) AS member_repeat_up
FROM move;

CREATE VIEW a_transition AS
SELECT "from", "to", count(*) AS consumers FROM move GROUP BY ALL ORDER BY "from", "to" NULLS LAST;
