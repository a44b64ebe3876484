-- A_std: the step rates weighted by the days people spent on each rung in the first year of the ladder. State at the
-- end of every day is asked of `state` (moment = midnight that ends the day); the closing's is that of `closing`.
CREATE TABLE first_year AS
WITH begun AS (SELECT min(day) AS began FROM daily_state WHERE rank IS NOT NULL)
SELECT rank, count(*) AS days
FROM daily_state, begun
WHERE rank BETWEEN 1 AND 4 AND day < began + 365 AND day <= getvariable('first_day') - 1
GROUP BY rank;

CREATE TABLE a_standard AS
WITH step AS (
    SELECT o.rank, count(*) FILTER (c.rank > o.rank) / count(*) AS rate
    FROM daily_state o JOIN daily_state c USING (consumer_id)
    WHERE o.day = getvariable('first_day') - 1 AND c.day = getvariable('last_day')
      AND o.rank BETWEEN 1 AND 4
    GROUP BY o.rank
)
SELECT sum(rate * days) / sum(days) AS value FROM step JOIN first_year USING (rank);
