WITH bound AS (
    SELECT i.consumer_id, r.guide, coalesce(r.platform, '') AS platform, coalesce(r.store, '') AS store
    FROM main_relations r JOIN main_identity i USING (identifier_id)
    WHERE in_force(r.fact_id, 'relations') AND r.started_at < getvariable('closing')
      AND (r.ended_at IS NULL OR r.ended_at >= getvariable('closing')) AND r.guide <> ''
    UNION
    SELECT i.consumer_id, m.guide, coalesce(m.platform, ''), coalesce(m.store, '')
    FROM main_members m JOIN main_identity i USING (identifier_id)
    WHERE in_force(m.fact_id, 'members') AND m.joined_at < getvariable('closing')
      AND (m.left_at IS NULL OR m.left_at >= getvariable('closing')) AND m.guide <> ''
), spent AS (
    SELECT consumer_id, sum(paid_amount) AS paid FROM standing
    WHERE consumer_id IS NOT NULL AND paid_day >= getvariable('first_day') GROUP BY consumer_id
), customer AS (
    SELECT DISTINCT {by} consumer_id FROM bound
), told AS (
    SELECT {by} count(*) AS bound,
           count(*) FILTER (consumer_id IN (SELECT consumer_id FROM main_role_span WHERE valid_from < getvariable('closing')
                                            AND valid_to >= getvariable('closing'))) AS reachable,
           count(paid) AS converted, sum(paid) AS spent
    FROM customer LEFT JOIN spent USING (consumer_id) GROUP BY ALL
    UNION ALL BY NAME
    SELECT {by} count(DISTINCT guide) AS guides FROM bound GROUP BY ALL
    UNION ALL BY NAME
    SELECT {by} count(*) AS attributed_orders, sum(paid_amount) AS attributed,
           sum(paid_amount - least(paid_amount, coalesce((SELECT sum(refund_amount) FROM went_back b
                                                           WHERE b.fact_id = o.fact_id), 0))) AS attributed_net
    FROM orders_in_force o
    WHERE guide <> '' AND paid_day BETWEEN getvariable('first_day') AND getvariable('last_day') GROUP BY ALL
)
SELECT {by} coalesce(sum(guides), 0)::BIGINT AS guides, coalesce(sum(bound), 0)::BIGINT AS bound,
       coalesce(sum(reachable), 0)::BIGINT AS reachable, coalesce(sum(converted), 0)::BIGINT AS converted,
       coalesce(sum(spent), 0)::BIGINT AS spent, coalesce(sum(attributed_orders), 0)::BIGINT AS attributed_orders,
       coalesce(sum(attributed), 0)::BIGINT AS attributed, coalesce(sum(attributed_net), 0)::BIGINT AS attributed_net
FROM told GROUP BY ALL;
