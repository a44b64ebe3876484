WITH told AS (
    FROM referral WHERE moment >= getvariable('opening') AND moment < getvariable('closing')
), joined AS (
    FROM (FROM referral WHERE kind = 'accepted'
          QUALIFY row_number() OVER (PARTITION BY invitee ORDER BY moment, inviter_identifier_id) = 1) a
    WHERE NOT EXISTS (FROM paid_order o WHERE o.consumer_id = a.invitee AND o.paid_at < a.moment)
      AND moment >= getvariable('opening') AND moment < getvariable('closing')
), step AS (
    SELECT 1 AS place, 'share' AS step, (SELECT count(*) FROM (
        SELECT inviter FROM told
        UNION SELECT consumer_id FROM event WHERE name = 'share' AND moment >= getvariable('opening')
                                              AND moment < getvariable('closing'))) AS consumers
    UNION ALL SELECT 2, 'click', (SELECT count(DISTINCT invitee) FROM told)
    UNION ALL SELECT 3, 'join', (SELECT count(*) FROM joined)
    UNION ALL SELECT 4, 'active', (SELECT count(*) FROM joined j
        WHERE EXISTS (FROM event e WHERE e.consumer_id = j.invitee AND e.moment >= j.moment AND e.moment < getvariable('closing'))
           OR EXISTS (FROM content e WHERE e.consumer_id = j.invitee AND e.moment >= j.moment AND e.moment < getvariable('closing'))
           OR EXISTS (FROM standing e WHERE e.consumer_id = j.invitee))
    UNION ALL SELECT 5, 'first_purchase', (SELECT count(*) FROM joined j WHERE
        (SELECT count(DISTINCT paid_day) FROM standing s WHERE s.consumer_id = j.invitee) >= 1)
    UNION ALL SELECT 6, 'repurchase', (SELECT count(*) FROM joined j WHERE
        (SELECT count(DISTINCT paid_day) FROM standing s WHERE s.consumer_id = j.invitee) >= 2)
)
SELECT step, consumers, consumers / nullif(lag(consumers) OVER (ORDER BY place), 0) AS of_previous FROM step;
