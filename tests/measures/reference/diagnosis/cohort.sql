-- A_cohort: newcomers of each month (first time ever with a role), and whether they climbed above the rung they came in
-- on, or bought, in the days after. `ages` are the numbers of days.
CREATE TABLE after_change AS
SELECT c.consumer_id, c.moment, local_day(c.moment) AS day, s.rank
FROM change c JOIN state s ON s.consumer_id = c.consumer_id AND s.moment = c.moment + 1
WHERE c.moment < getvariable('closing') AND s.rank IS NOT NULL;

CREATE TABLE newcomer AS
FROM after_change QUALIFY row_number() OVER (PARTITION BY consumer_id ORDER BY moment) = 1;

CREATE TABLE a_cohort AS
SELECT strftime(DATE '1970-01-01' + CAST(n.day AS INTEGER), '%Y-%m') AS month, age AS days, count(*) AS newcomers,
       count(*) FILTER (EXISTS (FROM after_change x WHERE x.consumer_id = n.consumer_id AND x.moment > n.moment
                                AND x.rank > n.rank AND x.day <= n.day + age)
                     OR EXISTS (FROM bought b WHERE b.consumer_id = n.consumer_id AND b.moment = getvariable('closing')
                                AND b.paid_at >= n.moment AND b.paid_day <= n.day + age)) AS progressed
FROM newcomer n, (SELECT unnest([30, 60, 90]) AS age)
GROUP BY ALL;
