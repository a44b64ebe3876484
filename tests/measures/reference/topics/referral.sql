WITH told AS (
    SELECT coalesce(r.campaign, '') AS campaign, coalesce(r.touchpoint, '') AS touchpoint, r.kind, r.fact_id,
           p.consumer_id AS inviter, q.consumer_id AS invitee, r.occurred_at, r.occurred_day,
           row_number() OVER (PARTITION BY q.consumer_id, r.kind ORDER BY r.occurred_at, r.inviter_identifier_id) AS place
    FROM main_referrals r
    JOIN main_identity p ON p.identifier_id = r.inviter_identifier_id
    JOIN main_identity q ON q.identifier_id = r.invitee_identifier_id
    WHERE in_force(r.fact_id, 'referrals') AND p.consumer_id <> q.consumer_id
), marked AS (
    SELECT *, kind = 'accepted' AND place = 1 AND NOT EXISTS (
        FROM paid_order o WHERE o.consumer_id = t.invitee AND o.paid_at < t.occurred_at) AS is_valid
    FROM told t
), counted AS (
    SELECT {by} count(*) FILTER (kind = 'click') AS clicks, count(*) FILTER (kind = 'accepted') AS accepted,
           count(*) FILTER (is_valid) AS valid_invites, count(DISTINCT inviter) FILTER (is_valid) AS inviters
    FROM marked
    WHERE occurred_day BETWEEN getvariable('first_day') AND getvariable('last_day')
    GROUP BY ALL
), acted AS (
    SELECT consumer_id FROM event WHERE moment < getvariable('opening') AND day >= getvariable('first_day') - 180
    UNION SELECT consumer_id FROM content WHERE moment < getvariable('opening') AND day >= getvariable('first_day') - 180
    UNION SELECT consumer_id FROM paid_order o
          WHERE paid_at < getvariable('opening') AND paid_day >= getvariable('first_day') - 180
            AND paid_amount > (SELECT coalesce(sum(refund_amount), 0) FROM refunded r
                               WHERE r.fact_id = o.fact_id AND r.refunded_at < getvariable('opening'))
)
SELECT *, (SELECT count(DISTINCT consumer_id) FROM main_role_span JOIN acted USING (consumer_id)
           WHERE valid_from < getvariable('opening') AND valid_to >= getvariable('opening')) AS active
FROM counted;
