WITH RECURSIVE valid AS (
    FROM (FROM referral WHERE kind = 'accepted'
          QUALIFY row_number() OVER (PARTITION BY invitee ORDER BY moment, inviter_identifier_id) = 1) a
    WHERE NOT EXISTS (FROM paid_order o WHERE o.consumer_id = a.invitee AND o.paid_at < a.moment)
      AND a.moment < getvariable('closing')
), depth AS (
    SELECT v.inviter, v.invitee, v.moment, 1 AS generation FROM valid v
    WHERE NOT EXISTS (FROM valid p WHERE p.invitee = v.inviter AND p.moment < v.moment)
    UNION ALL
    SELECT v.inviter, v.invitee, v.moment, d.generation + 1
    FROM depth d JOIN valid v ON v.inviter = d.invitee AND v.moment > d.moment
), acted AS (
    SELECT consumer_id FROM event WHERE moment < getvariable('opening') AND day >= getvariable('first_day') - 180
    UNION SELECT consumer_id FROM content WHERE moment < getvariable('opening') AND day >= getvariable('first_day') - 180
    UNION SELECT consumer_id FROM paid_order o
          WHERE paid_at < getvariable('opening') AND paid_day >= getvariable('first_day') - 180
            AND paid_amount > (SELECT coalesce(sum(refund_amount), 0) FROM refunded r
                               WHERE r.fact_id = o.fact_id AND r.refunded_at < getvariable('opening'))
), uninvited AS (
    SELECT consumer_id FROM main_role_span
    WHERE valid_from < getvariable('opening') AND valid_to >= getvariable('opening')
      AND consumer_id IN (FROM acted)
      AND consumer_id NOT IN (SELECT invitee FROM valid WHERE moment < getvariable('opening'))
)
SELECT *, valid_invites / nullif(base, 0) AS k_factor
FROM (SELECT g::VARCHAR AS generation,
       CASE WHEN g = 1 THEN (SELECT count(*) FROM uninvited)
            ELSE (SELECT count(*) FROM depth d WHERE d.generation = g - 1) END AS base,
       (SELECT count(DISTINCT inviter) FROM depth d WHERE d.generation = g AND moment >= getvariable('opening')) AS inviters,
       (SELECT count(*) FROM depth d WHERE d.generation = g AND moment >= getvariable('opening')) AS valid_invites
FROM (SELECT unnest([1, 2, 3]) AS g));
