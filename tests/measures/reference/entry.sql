-- Entries of the period at touchpoints, and once more with all touchpoints pooled as one (scope 'brand').
CREATE TABLE entry AS
WITH entered AS (
    SELECT consumer_id, touchpoint, moment
    FROM event
    WHERE name IN ('visit', 'enter', 'open') AND touchpoint <> ''
      AND day BETWEEN getvariable('first_day') AND getvariable('last_day')
)
SELECT 'touchpoint' AS scope, consumer_id, touchpoint, moment FROM entered
UNION ALL
SELECT 'brand', consumer_id, '', moment FROM entered;

CREATE TABLE visit AS
SELECT scope, touchpoint, consumer_id, min(moment) AS first_at FROM entry GROUP BY ALL;

-- Every instant in the period at which a visitor's role may change. Midnights are left out: windows that move on
-- can only take a rung away, and only rises are asked for here.
CREATE TABLE change AS
WITH changes AS (
    SELECT consumer_id, unnest([started_at, ended_at]) AS moment FROM relation
    UNION SELECT consumer_id, moment FROM consent
    UNION SELECT consumer_id, paid_at FROM paid_order
    UNION SELECT consumer_id, r.refunded_at FROM paid_order JOIN refunded r USING (fact_id)
    UNION SELECT consumer_id, moment FROM spreading_act
)
SELECT DISTINCT consumer_id, moment
FROM changes JOIN visit USING (consumer_id)
WHERE moment > first_at AND moment < getvariable('closing');
