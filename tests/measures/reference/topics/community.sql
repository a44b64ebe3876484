WITH group_record AS (
    SELECT i.consumer_id, coalesce(r."group", '') AS group_chat, coalesce(r.platform, '') AS platform,
           coalesce(r.store, '') AS store, r.started_at, coalesce(r.ended_at, 9e18::BIGINT) AS ended_at
    FROM main_relations r JOIN main_identity i USING (identifier_id)
    WHERE in_force(r.fact_id, 'relations') AND r.started_at IS NOT NULL AND r.relation_type = 'group_member'
), person_in_group AS (
    SELECT {by} consumer_id,
           bool_or(started_at < getvariable('opening') AND ended_at >= getvariable('opening')) AS was_in,
           bool_or(started_at < getvariable('closing') AND ended_at >= getvariable('closing')) AS is_in,
           bool_or(ended_at > started_at AND started_at >= getvariable('opening') AND started_at < getvariable('closing'))
               AS came
    FROM group_record GROUP BY ALL
), seen AS (
    SELECT consumer_id, name = 'interact' AS interaction FROM events_in_force
    WHERE occurred_day BETWEEN getvariable('first_day') AND getvariable('last_day')
    UNION ALL SELECT consumer_id, false FROM content WHERE day BETWEEN getvariable('first_day') AND getvariable('last_day')
    UNION ALL SELECT consumer_id, false FROM standing WHERE paid_day >= getvariable('first_day')
), people AS (
    SELECT {by} count(*) FILTER (was_in) AS opening_members,
           count(*) FILTER (came AND NOT was_in) AS joined,
           count(*) FILTER ((came OR was_in) AND NOT is_in) AS left_it,
           count(*) FILTER (came OR was_in) AS ever_members,
           count(*) FILTER (is_in) AS members,
           count(*) FILTER (is_in AND EXISTS (FROM seen s WHERE s.consumer_id = p.consumer_id AND s.interaction)) AS interacted,
           count(*) FILTER (is_in AND NOT EXISTS (FROM seen s WHERE s.consumer_id = p.consumer_id)) AS silent
    FROM person_in_group p
    WHERE was_in OR is_in OR came
    GROUP BY ALL
), sold AS (
    SELECT DISTINCT {by} o.fact_id, o.paid_day, o.paid_amount,
           greatest(o.paid_amount - coalesce((SELECT sum(refund_amount) FROM went_back b WHERE b.fact_id = o.fact_id), 0), 0) AS net
    FROM (SELECT fact_id, consumer_id, paid_at, paid_day, paid_amount FROM orders_in_force) o
    JOIN group_record g ON g.consumer_id = o.consumer_id AND g.started_at < o.paid_at AND g.ended_at >= o.paid_at
    WHERE o.paid_day BETWEEN getvariable('first_day') AND getvariable('last_day')
), sales AS (
    SELECT {by} coalesce(sum(paid_amount), 0)::BIGINT AS paid, coalesce(sum(net), 0)::BIGINT AS net,
           coalesce(sum(paid_amount) FILTER (NOT EXISTS (
               FROM main_promotions m WHERE in_force(m.fact_id, 'promotions')
               AND paid_day BETWEEN m.starts_on AND m.ends_on)), 0)::BIGINT AS paid_on_ordinary_days
    FROM sold GROUP BY ALL
), both_sides AS (
    SELECT * FROM people UNION ALL BY NAME SELECT * FROM sales
)
SELECT {by}
       coalesce(sum(opening_members), 0)::BIGINT AS opening_members, coalesce(sum(joined), 0)::BIGINT AS joined,
       coalesce(sum(left_it), 0)::BIGINT AS "left", coalesce(sum(ever_members), 0)::BIGINT AS ever_members,
       coalesce(sum(members), 0)::BIGINT AS members, coalesce(sum(interacted), 0)::BIGINT AS interacted,
       coalesce(sum(silent), 0)::BIGINT AS silent, coalesce(sum(paid), 0)::BIGINT AS paid,
       coalesce(sum(net), 0)::BIGINT AS net, coalesce(sum(paid_on_ordinary_days), 0)::BIGINT AS paid_on_ordinary_days
FROM both_sides GROUP BY ALL;
