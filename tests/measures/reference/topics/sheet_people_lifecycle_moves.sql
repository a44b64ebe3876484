SELECT coalesce(o.stage, '') AS opening, c.stage AS closing, count(*) AS consumers
FROM lifecycle_at(getvariable('closing'), getvariable('last_day')) c
LEFT JOIN lifecycle_at(getvariable('opening'), getvariable('first_day') - 1) o USING (consumer_id)
GROUP BY ALL;
