-- Everybody's state just before and just after every instant at which it may change: each change a fact makes, and
-- the midnights at which purchases and spreading acts fall out of their windows or out of grace.
CREATE MACRO day_begins(day) AS
    epoch_us(timezone(getvariable('zone'), CAST(DATE '1970-01-01' + CAST(day AS INTEGER) AS TIMESTAMP)));

CREATE TABLE ask AS
WITH lapse AS (
    SELECT consumer_id, day + getvariable('spreading_days') + k AS day
    FROM spreading_act, (SELECT unnest([0, 1, getvariable('grace_days'), getvariable('grace_days') + 1]) AS k)
    UNION SELECT consumer_id, paid_day + getvariable('purchase_window') FROM paid_order
), instant AS (
    SELECT consumer_id, moment FROM change
    UNION SELECT consumer_id, day_begins(day) FROM lapse WHERE consumer_id IS NOT NULL
)
SELECT DISTINCT consumer_id, moment, day_seen_at(moment) AS day
FROM (SELECT consumer_id, unnest([moment, moment + 1]) AS moment FROM instant);
