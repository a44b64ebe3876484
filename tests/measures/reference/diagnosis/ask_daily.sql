-- Everybody's state at the midnight that ends each day since the first fact, and just after every change.
CREATE TABLE ask AS
WITH midnight AS (
    SELECT day, epoch_us(timezone(getvariable('zone'), CAST(DATE '1970-01-01' + CAST(day + 1 AS INTEGER) AS TIMESTAMP)))
           AS moment
    FROM (SELECT unnest(range((SELECT min(local_day(moment)) FROM change), getvariable('last_day') + 1)) AS day)
)
SELECT consumer_id, moment, day FROM midnight, person
UNION
SELECT consumer_id, moment + 1, day_seen_at(moment + 1) FROM change WHERE moment < getvariable('closing');
