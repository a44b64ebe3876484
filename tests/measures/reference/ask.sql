-- Whose state is asked, and when: everybody's at the three midnights, visitors' at their first entries, and visitors'
-- just before and just after every change in the period. (A midnight is no change worth asking for: windows that move
-- on can only take a rung away, and only rises are sought.)
CREATE TABLE visitor_change AS
SELECT DISTINCT c.consumer_id, c.moment
FROM change c JOIN visit v USING (consumer_id)
WHERE c.moment > v.first_at AND c.moment < getvariable('closing');

CREATE TABLE ask AS
WITH asked AS (
    SELECT consumer_id, unnest([getvariable('opening'), getvariable('closing'), getvariable('fast_opening')]) AS moment
    FROM person
    UNION SELECT consumer_id, first_at FROM visit
    UNION SELECT consumer_id, moment FROM visitor_change
    UNION SELECT consumer_id, moment + 1 FROM visitor_change
)
SELECT consumer_id, moment, day_seen_at(moment) AS day FROM asked;
