WITH tier AS (
    SELECT DISTINCT i.consumer_id, m.tier
    FROM main_members m JOIN main_identity i USING (identifier_id)
    WHERE in_force(m.fact_id, 'members') AND coalesce(m.tier, '') <> ''
), membership AS (
    SELECT i.consumer_id, coalesce(r.platform, '') AS platform, coalesce(r.store, '') AS store, r.started_at, r.ended_at
    FROM main_relations r JOIN main_identity i USING (identifier_id)
    WHERE in_force(r.fact_id, 'relations') AND r.started_at IS NOT NULL
      AND r.relation_type IN ('member', 'offline_member')
    UNION ALL
    SELECT i.consumer_id, coalesce(m.platform, ''), coalesce(m.store, ''), m.joined_at, m.left_at
    FROM main_members m JOIN main_identity i USING (identifier_id)
    WHERE in_force(m.fact_id, 'members') AND m.joined_at IS NOT NULL
), held AS (
    SELECT t.moment = getvariable('closing') AS closing, m.*
    FROM (VALUES (getvariable('closing')), (getvariable('opening'))) t(moment)
    JOIN membership m ON m.started_at < t.moment AND (m.ended_at IS NULL OR m.ended_at >= t.moment)
), reachable AS (
    SELECT consumer_id FROM main_role_span
    WHERE valid_from < getvariable('closing') AND valid_to >= getvariable('closing')
), known AS (
    SELECT consumer_id, platform, store FROM orders_in_force WHERE paid_at < getvariable('closing')
    UNION SELECT consumer_id, platform, store FROM events_in_force WHERE occurred_at < getvariable('closing')
    UNION SELECT consumer_id, platform, store FROM membership WHERE started_at < getvariable('closing')
    UNION SELECT i.consumer_id, coalesce(m.platform, ''), coalesce(m.store, '')
          FROM main_members m JOIN main_identity i USING (identifier_id)
          WHERE in_force(m.fact_id, 'members') AND m.joined_at IS NULL
    UNION SELECT i.consumer_id, coalesce(r.platform, ''), coalesce(r.store, '')
          FROM main_relations r JOIN main_identity i USING (identifier_id)
          WHERE in_force(r.fact_id, 'relations') AND r.started_at < getvariable('closing')
    UNION SELECT i.consumer_id, coalesce(c.platform, ''), '' FROM (
              SELECT fact_id, identifier_id, NULL AS platform, occurred_at, 'contents' AS of FROM main_contents
              UNION ALL SELECT fact_id, identifier_id, NULL, occurred_at, 'consents' FROM main_consents
              UNION ALL SELECT fact_id, identifier_id, NULL, occurred_at, 'feedback' FROM main_feedback) c
          JOIN main_identity i USING (identifier_id)
          WHERE c.occurred_at < getvariable('closing') AND (c.of, c.fact_id) NOT IN (SELECT (kind, fact_id) FROM main_superseded)
    UNION SELECT unnest([inviter, invitee]), '', '' FROM referral WHERE moment < getvariable('closing')
), paid AS (
    SELECT o.*, EXISTS (FROM membership m WHERE m.consumer_id = o.consumer_id AND m.started_at < o.paid_at
                        AND (m.ended_at IS NULL OR m.ended_at >= o.paid_at)) AS by_member
    FROM orders_in_force o
    WHERE paid_day BETWEEN getvariable('first_day') AND getvariable('last_day')
), old AS (
    SELECT DISTINCT o.consumer_id, o.platform, o.store
    FROM orders_in_force o
    WHERE o.consumer_id IS NOT NULL AND o.paid_at < getvariable('opening')
      AND o.paid_amount > (SELECT coalesce(sum(r.refund_amount), 0) FROM refunded r
                           WHERE r.fact_id = o.fact_id AND r.refunded_at < getvariable('opening'))
      AND o.consumer_id NOT IN (SELECT consumer_id FROM held WHERE NOT closing)
), joiner AS (
    SELECT consumer_id FROM membership
    WHERE started_at >= getvariable('opening') AND started_at < getvariable('closing')
      AND (ended_at IS NULL OR ended_at > started_at)
), member_buyer AS (
    SELECT DISTINCT consumer_id, platform, store FROM standing
    WHERE paid_day >= getvariable('first_day') AND consumer_id IN (SELECT consumer_id FROM held WHERE closing)
), repeater AS (
    SELECT consumer_id FROM standing GROUP BY consumer_id HAVING count(DISTINCT paid_day) > 1
), told AS (
    SELECT 'held' AS what, consumer_id, platform, store, closing AS yes, NULL::BIGINT AS fact_id, 0::BIGINT AS amount FROM held
    UNION ALL SELECT 'known', consumer_id, platform, store, true, NULL, 0 FROM known WHERE consumer_id IS NOT NULL
    UNION ALL SELECT 'paid', consumer_id, platform, store, by_member, fact_id, paid_amount FROM paid
    UNION ALL SELECT 'old', consumer_id, platform, store, consumer_id IN (FROM joiner), NULL, 0 FROM old
    UNION ALL SELECT 'buyer', consumer_id, platform, store, consumer_id IN (FROM repeater), NULL, 0 FROM member_buyer
), tiered AS (
    SELECT t.*, coalesce(m.tier, '') AS tier FROM told t LEFT JOIN tier m USING (consumer_id)
), each_consumer AS (
    SELECT {by} consumer_id,
           bool_or(what = 'held' AND yes) AS member, bool_or(what = 'held' AND NOT yes) AS was_member,
           bool_or(what = 'known') AS known,
           bool_or(what = 'old') AS old, bool_or(what = 'old' AND yes) AS old_joined,
           bool_or(what = 'buyer') AS buyer, bool_or(what = 'buyer' AND yes) AS repeater,
           list_distinct(list({'f': fact_id, 'a': amount, 'm': yes}) FILTER (what = 'paid')) AS payments
    FROM tiered GROUP BY ALL
), summed AS (
    SELECT *, coalesce(list_sum(list_transform(payments, p -> p.a)), 0) AS paid,
           coalesce(list_sum(list_transform(payments, p -> CASE WHEN p.m THEN p.a END)), 0) AS paid_by_member
    FROM each_consumer
)
SELECT {by}
       count(*) FILTER (member) AS members,
       count(*) FILTER (was_member) AS opening_members,
       count(*) FILTER (member AND NOT was_member) AS new_members,
       count(*) FILTER (was_member AND NOT member) AS lost_members,
       count(*) FILTER (member AND consumer_id IN (FROM reachable)) AS reached_members,
       count(*) FILTER (known) AS known,
       coalesce(sum(paid), 0)::BIGINT AS paid,
       coalesce(sum(paid) FILTER (consumer_id IS NOT NULL), 0)::BIGINT AS paid_by_known,
       coalesce(sum(paid_by_member), 0)::BIGINT AS paid_by_members,
       count(*) FILTER (old) AS old_customers,
       count(*) FILTER (old_joined) AS old_customers_joined,
       count(*) FILTER (buyer) AS member_buyers,
       count(*) FILTER (repeater) AS member_repeat_buyers
FROM summed
GROUP BY ALL;
