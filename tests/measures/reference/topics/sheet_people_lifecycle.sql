WITH place AS (SELECT unnest(['new', 'prospect', 'first_buyer', 'reactivated', 'active', 'sleeping', 'lost']) AS stage),
net AS (SELECT consumer_id, sum(net) AS net FROM kept_at(getvariable('closing'))
        WHERE paid_day > getvariable('last_day') - getvariable('value_days') GROUP BY consumer_id)
SELECT p.stage, count(c.consumer_id) AS consumers, count(f.consumer_id) AS in_f,
       coalesce(sum(n.net), 0)::BIGINT AS net_value
FROM place p
LEFT JOIN lifecycle_at(getvariable('closing'), getvariable('last_day')) c USING (stage)
LEFT JOIN in_f_at(getvariable('last_day')) f ON f.consumer_id = c.consumer_id
LEFT JOIN net n ON n.consumer_id = c.consumer_id
GROUP BY p.stage;
