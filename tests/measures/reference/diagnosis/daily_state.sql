-- The state at the end of each day.
CREATE TABLE daily_state AS
SELECT s.consumer_id, a.day, s.rank
FROM state s JOIN ask a USING (consumer_id, moment)
WHERE moment = epoch_us(timezone(getvariable('zone'), CAST(DATE '1970-01-01' + CAST(a.day + 1 AS INTEGER) AS TIMESTAMP)));
