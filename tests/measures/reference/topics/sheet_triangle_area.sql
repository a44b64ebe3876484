WITH moment AS (
    SELECT 'now' AS name, getvariable('closing') AS at, getvariable('last_day') AS day
    UNION ALL SELECT 'then', getvariable('opening'), getvariable('first_day') - 1
), in_f AS (
    SELECT m.name, r.consumer_id FROM moment m JOIN main_role_span r ON r.valid_from < m.at AND r.valid_to >= m.at
), seen AS (
    SELECT consumer_id, paid_at AS at FROM paid_order
    UNION ALL SELECT consumer_id, moment FROM event
    UNION ALL SELECT consumer_id, started_at FROM relation
    UNION ALL SELECT consumer_id, moment FROM content
    UNION ALL SELECT unnest([inviter, invitee]), moment FROM referral
    UNION ALL SELECT i.consumer_id, c.occurred_at FROM main_consents c JOIN main_identity i USING (identifier_id)
              WHERE in_force(c.fact_id, 'consents')
    UNION ALL SELECT i.consumer_id, c.occurred_at FROM main_feedback c JOIN main_identity i USING (identifier_id)
              WHERE in_force(c.fact_id, 'feedback')
    UNION ALL SELECT i.consumer_id, -9e18::BIGINT FROM main_members c JOIN main_identity i USING (identifier_id)
              WHERE in_force(c.fact_id, 'members') AND c.joined_at IS NULL
), net AS (
    SELECT m.name, o.consumer_id,
           o.paid_amount - coalesce((SELECT sum(refund_amount) FROM refunded r
                                     WHERE r.fact_id = o.fact_id AND r.refunded_at < m.at), 0) AS net
    FROM moment m JOIN paid_order o ON o.paid_at < m.at AND o.paid_day > m.day - getvariable('value_days')
), first_accepted AS (
    FROM referral WHERE kind = 'accepted'
    QUALIFY row_number() OVER (PARTITION BY invitee ORDER BY moment, inviter_identifier_id) = 1
), axis AS (
    SELECT m.name,
           (SELECT count(*) FROM in_f f WHERE f.name = m.name) AS in_f,
           (SELECT count(DISTINCT consumer_id) FROM seen s WHERE s.at < m.at) AS known,
           (SELECT sum(net) FROM net n JOIN in_f f USING (name, consumer_id) WHERE n.name = m.name AND n.net > 0) AS net,
           (SELECT count(DISTINCT a.inviter) FROM first_accepted a JOIN in_f f ON f.consumer_id = a.inviter
            WHERE f.name = m.name AND a.moment < m.at AND a.day > m.day - 365
              AND NOT EXISTS (FROM paid_order o WHERE o.consumer_id = a.invitee AND o.paid_at < a.moment)) AS sharers
    FROM moment m
), long AS (
    SELECT name, 'ownership_power' AS axis, in_f / nullif(known, 0) AS figure FROM axis
    UNION ALL SELECT name, 'customer_value', coalesce(net, 0) / nullif(in_f, 0) FROM axis
    UNION ALL SELECT name, 'recommendation_rate', sharers / nullif(in_f, 0) FROM axis
), side AS (
    SELECT axis, any_value(figure) FILTER (name = 'now') AS value, any_value(figure) FILTER (name = 'then') AS baseline,
           value / nullif(baseline, 0) AS index
    FROM long GROUP BY axis
), pairs AS (
    SELECT CASE WHEN count(*) FILTER (index IS NULL) = 0
                THEN (sum(index) * sum(index) - sum(index * index)) / 2 END AS total FROM side
)
SELECT axis, value, baseline, index FROM side
UNION ALL
SELECT 'area', sqrt(3) / 4 * total, 3 * sqrt(3) / 4, total / 3 FROM pairs;
