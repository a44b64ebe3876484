-- T: what became of those who entered a touchpoint in the period.
CREATE TABLE visitor AS
SELECT v.scope, v.touchpoint, v.consumer_id, v.first_at, NOT s.related AS is_new, s.rank BETWEEN 1 AND 4 AS is_eligible
FROM visit v JOIN state s ON s.consumer_id = v.consumer_id AND s.moment = v.first_at;

-- What may be credited to an entry: relations begun (every record of one, also inside a longer one), rises of rank,
-- purchases that stand on the as-of day.
CREATE TABLE outcome AS
SELECT DISTINCT consumer_id, 'settled' AS what, started_at AS moment, NULL::BIGINT AS fact_id, 0::BIGINT AS amount
FROM begun WHERE started_at < getvariable('closing')
UNION ALL
SELECT c.consumer_id, 'deepened', c.moment, NULL, 0
FROM visitor_change c
JOIN state before ON before.consumer_id = c.consumer_id AND before.moment = c.moment
JOIN state after ON after.consumer_id = c.consumer_id AND after.moment = c.moment + 1
WHERE after.rank > before.rank
UNION ALL
SELECT consumer_id, 'converted', paid_at, fact_id, paid_amount FROM bought WHERE moment = getvariable('closing');

-- Each outcome goes to the last entry at or before it; of equal times, the later touchpoint name is the later.
CREATE TABLE credited AS
SELECT e.scope, e.touchpoint, o.consumer_id, o.what, o.moment, o.amount
FROM outcome o JOIN entry e ON e.consumer_id = o.consumer_id AND e.moment <= o.moment
QUALIFY row_number() OVER (PARTITION BY e.scope, o.consumer_id, o.what, o.moment, o.fact_id
                           ORDER BY e.moment DESC, e.entered DESC) = 1
    AND o.moment - e.moment <= CASE o.what WHEN 'settled' THEN settle_within(e.entered)
                                   WHEN 'deepened' THEN deepen_within(e.entered)
                                   ELSE convert_within(e.entered) END;

CREATE TABLE progress AS
SELECT v.*,
       v.is_new AND EXISTS (FROM credited c WHERE c.scope = v.scope AND c.touchpoint = v.touchpoint
            AND c.consumer_id = v.consumer_id AND c.what = 'settled' AND c.moment >= v.first_at) AS has_settled,
       v.is_eligible IS TRUE AND EXISTS (FROM credited c WHERE c.scope = v.scope AND c.touchpoint = v.touchpoint
            AND c.consumer_id = v.consumer_id AND c.what = 'deepened' AND c.moment > v.first_at) AS has_deepened,
       EXISTS (FROM credited c WHERE c.scope = v.scope AND c.touchpoint = v.touchpoint
            AND c.consumer_id = v.consumer_id AND c.what = 'converted') AS has_converted,
       (SELECT coalesce(sum(c.amount), 0) FROM credited c WHERE c.scope = v.scope AND c.touchpoint = v.touchpoint
            AND c.consumer_id = v.consumer_id AND c.what = 'converted') AS paid
FROM visitor v;

CREATE TABLE t_total AS
SELECT scope, touchpoint AS name, count(*) AS visitors,
       count(*) FILTER (is_new) AS new_visitors,
       count(*) FILTER (is_eligible) AS eligible,
       count(*) FILTER (has_settled) AS settled,
       count(*) FILTER (has_deepened) AS deepened,
       count(*) FILTER (has_converted) AS converted,
       count(*) FILTER (has_settled OR has_deepened OR has_converted) AS progressed,
       progressed / nullif(visitors, 0) AS value,
       settled / nullif(new_visitors, 0) AS settle_rate,
       deepened / nullif(eligible, 0) AS deepen_rate,
       converted / nullif(visitors, 0) AS convert_rate,
       sum(paid) / nullif(visitors, 0) AS uv_value
FROM progress
GROUP BY scope, touchpoint;
