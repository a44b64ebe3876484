WITH worth AS (FROM worth_at(getvariable('closing'), getvariable('last_day'))),
rung AS (SELECT unnest(['basic', 'member_unpurchased', 'member_first', 'member_repeat', 'koc', 'none']) AS role)
SELECT r.role, count(w.consumer_id) AS consumers, coalesce(sum(w.own), 0)::BIGINT AS own_value,
       coalesce(sum(w.brought), 0)::BIGINT AS referral_value, coalesce(sum(w.conserved), 0)::BIGINT AS value_share
FROM rung r
LEFT JOIN (SELECT w.*, coalesce(f.role, 'none') AS role
           FROM worth w LEFT JOIN in_f_at(getvariable('last_day')) f USING (consumer_id)) w USING (role)
GROUP BY ALL
UNION ALL
SELECT 'anonymous', NULL, coalesce(sum(net), 0)::BIGINT, 0, coalesce(sum(net), 0)::BIGINT
FROM shared_orders_at(getvariable('closing'), getvariable('last_day')) WHERE consumer_id IS NULL;
