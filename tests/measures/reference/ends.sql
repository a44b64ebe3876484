-- Relations as they ended: at their own end, or at an earlier one that was told apart from any start and leaves nothing
-- open to doubt: the same consumer and type, after the start, and alike in all that the end says.
CREATE OR REPLACE TABLE main_relations AS
SELECT r.* REPLACE (CASE WHEN e.ended_at < r.ended_at OR r.ended_at IS NULL
                         THEN coalesce(e.ended_at, r.ended_at) ELSE r.ended_at END AS ended_at,
                    CASE WHEN e.ended_at < r.ended_at OR r.ended_at IS NULL
                         THEN coalesce(e.ended_day, r.ended_day) ELSE r.ended_day END AS ended_day)
FROM main_relations r LEFT JOIN (
    SELECT s.fact_id, min(e.ended_at) AS ended_at, arg_min(e.ended_day, e.ended_at) AS ended_day
    FROM main_relations s JOIN main_identity i USING (identifier_id)
    JOIN main_identity j ON j.consumer_id = i.consumer_id
    JOIN main_relation_ends e ON e.identifier_id = j.identifier_id
    WHERE e.relation_type = s.relation_type AND e.ended_at > s.started_at
      AND e.fact_id NOT IN (SELECT fact_id FROM main_superseded WHERE kind = 'relation_ends')
      AND coalesce(e.platform, s.platform, '') = coalesce(s.platform, '')
      AND coalesce(e.store, s.store, '') = coalesce(s.store, '')
      AND coalesce(e.touchpoint, s.touchpoint, '') = coalesce(s.touchpoint, '')
      AND coalesce(e.guide, s.guide, '') = coalesce(s.guide, '')
      AND coalesce(e."group", s."group", '') = coalesce(s."group", '')
    GROUP BY s.fact_id) e USING (fact_id);
