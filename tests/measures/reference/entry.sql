-- Entries of the period at touchpoints, and once more with all touchpoints pooled as one (scope 'brand'); `entered`
-- is where it was either way, whose windows apply.
CREATE TABLE entry AS
WITH entered AS (
    SELECT consumer_id, touchpoint, moment
    FROM event
    WHERE name IN ('visit', 'enter', 'open') AND touchpoint <> ''
      AND day BETWEEN getvariable('first_day') AND getvariable('last_day')
)
SELECT 'touchpoint' AS scope, consumer_id, touchpoint, touchpoint AS entered, moment FROM entered
UNION ALL
SELECT 'brand', consumer_id, '', touchpoint, moment FROM entered;

CREATE TABLE visit AS
SELECT scope, touchpoint, consumer_id, min(moment) AS first_at FROM entry GROUP BY ALL;
