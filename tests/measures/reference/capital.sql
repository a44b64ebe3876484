-- F: who can be reached through a relation, and how they divide.
CREATE TABLE f_total AS
SELECT count(*) FILTER (c.role IS NOT NULL) AS sustainable_relationships,
       count(*) FILTER (c.related) AS relation_gross,
       count(*) FILTER (c.related AND c.role IS NULL) AS unreachable,
       (SELECT count(*) FROM (SELECT DISTINCT consumer_id, relation_type, touchpoint FROM held
                              WHERE moment = getvariable('closing'))) AS relationship_records,
       count(*) FILTER (c.role IS NOT NULL AND c.consumer_id IN (
            SELECT consumer_id FROM open_channel WHERE moment = getvariable('closing')
            AND channel IN ('sms', 'email', 'wecom', 'group', 'subscription'))) AS pushable,
       count(*) FILTER (c.role IS NOT NULL AND c.consumer_id IN (
            SELECT consumer_id FROM event WHERE moment < getvariable('closing') AND day > getvariable('last_day') - 180
            UNION SELECT consumer_id FROM content
                  WHERE moment < getvariable('closing') AND day > getvariable('last_day') - 180
            UNION SELECT consumer_id FROM bought WHERE moment = getvariable('closing')
                  AND paid_day > getvariable('last_day') - 180)) AS proven_180d,
       count(*) FILTER (c.role = 'basic' AND c.occasions > 0) AS basic_buyers,
       count(*) FILTER (c.role IS NOT NULL AND o.role IS NULL) AS "new",
       count(*) FILTER (o.role IS NOT NULL AND c.role IS NULL) AS lost
FROM closing c JOIN opening o USING (consumer_id);

CREATE VIEW f_by_role AS SELECT role AS name, count(*) AS n FROM closing WHERE role IS NOT NULL GROUP BY role;
CREATE VIEW f_by_relation_type AS
SELECT h.relation_type AS name, count(DISTINCT h.consumer_id) AS n
FROM held h JOIN closing c USING (consumer_id, moment) WHERE c.role IS NOT NULL GROUP BY ALL;
CREATE VIEW f_by_channel AS
SELECT channel AS name, count(DISTINCT consumer_id) AS n
FROM open_channel WHERE moment = getvariable('closing') GROUP BY ALL;
