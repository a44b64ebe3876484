WITH stated AS (
    SELECT i.consumer_id, coalesce(r.platform, '') AS platform, coalesce(r.store, '') AS store, r.started_at, r.ended_at
    FROM main_relations r JOIN main_identity i USING (identifier_id)
    WHERE in_force(r.fact_id, 'relations') AND r.started_at IS NOT NULL
    UNION ALL
    SELECT i.consumer_id, coalesce(m.platform, ''), coalesce(m.store, ''), m.joined_at, m.left_at
    FROM main_members m JOIN main_identity i USING (identifier_id)
    WHERE in_force(m.fact_id, 'members') AND m.joined_at IS NOT NULL
), in_f AS (
    SELECT DISTINCT consumer_id, platform, store FROM stated
    WHERE started_at < getvariable('closing') AND (ended_at IS NULL OR ended_at >= getvariable('closing'))
      AND consumer_id IN (SELECT consumer_id FROM main_role_span
                          WHERE valid_from < getvariable('closing') AND valid_to >= getvariable('closing'))
), known AS (
    SELECT consumer_id, platform, store FROM orders_in_force WHERE paid_at < getvariable('closing')
    UNION SELECT consumer_id, platform, store FROM events_in_force WHERE occurred_at < getvariable('closing')
    UNION SELECT consumer_id, platform, store FROM stated WHERE started_at < getvariable('closing')
    UNION SELECT i.consumer_id, coalesce(m.platform, ''), coalesce(m.store, '')
          FROM main_members m JOIN main_identity i USING (identifier_id)
          WHERE in_force(m.fact_id, 'members') AND m.joined_at IS NULL
    UNION SELECT i.consumer_id, '', '' FROM (
              SELECT fact_id, identifier_id, occurred_at, 'contents' AS of FROM main_contents
              UNION ALL SELECT fact_id, identifier_id, occurred_at, 'consents' FROM main_consents
              UNION ALL SELECT fact_id, identifier_id, occurred_at, 'feedback' FROM main_feedback) c
          JOIN main_identity i USING (identifier_id)
          WHERE c.occurred_at < getvariable('closing') AND (c.of, c.fact_id) NOT IN (SELECT (kind, fact_id) FROM main_superseded)
    UNION SELECT unnest([inviter, invitee]), '', '' FROM referral WHERE moment < getvariable('closing')
), accepted AS (
    FROM referral WHERE kind = 'accepted'
    QUALIFY row_number() OVER (PARTITION BY invitee ORDER BY moment, inviter_identifier_id) = 1
), sharer AS (
    SELECT inviter FROM accepted a
    WHERE moment < getvariable('closing') AND day > getvariable('last_day') - 365
      AND NOT EXISTS (FROM paid_order o WHERE o.consumer_id = a.invitee AND o.paid_at < a.moment)
), bought AS (
    SELECT {by} consumer_id, sum(net_amount) AS net FROM standing
    WHERE paid_day > getvariable('last_day') - getvariable('value_days') GROUP BY ALL
), owned AS (
    SELECT DISTINCT {by} consumer_id, true AS is_in_f FROM in_f
), everybody AS (
    SELECT DISTINCT {by} consumer_id, true AS is_known FROM known WHERE consumer_id IS NOT NULL
), each_consumer AS (
    SELECT {by} consumer_id, max(is_in_f) AS is_in_f, max(is_known) AS is_known, max(net) AS net
    FROM (SELECT * FROM owned UNION ALL BY NAME SELECT * FROM everybody UNION ALL BY NAME SELECT * FROM bought)
    GROUP BY ALL
)
SELECT {by}
       count(*) FILTER (is_in_f) AS in_f, count(*) FILTER (is_known) AS known,
       coalesce(sum(net) FILTER (is_in_f), 0)::BIGINT AS net,
       count(*) FILTER (is_in_f AND consumer_id IN (FROM sharer)) AS sharers
FROM each_consumer WHERE is_in_f OR is_known GROUP BY ALL;
