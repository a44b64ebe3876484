WITH valid AS (
    FROM (FROM referral WHERE kind = 'accepted'
          QUALIFY row_number() OVER (PARTITION BY invitee ORDER BY moment, inviter_identifier_id) = 1) a
    WHERE NOT EXISTS (FROM paid_order o WHERE o.consumer_id = a.invitee AND o.paid_at < a.moment)
), came AS (
    SELECT consumer_id, arg_min(from_day, valid_from) AS day FROM main_role_span GROUP BY consumer_id
), newcomer AS (
    SELECT c.consumer_id, k.age, c.day + k.age AS due,
           CASE WHEN EXISTS (FROM valid v WHERE v.invitee = c.consumer_id AND v.day <= c.day)
                THEN 'referred' ELSE 'organic' END AS came_by
    FROM came c, (SELECT unnest([30, 90]) AS age) k
    WHERE c.day + k.age BETWEEN getvariable('first_day') AND getvariable('last_day')
), stay AS (
    SELECT came_by, age, EXISTS (FROM main_role_span r WHERE r.consumer_id = n.consumer_id
                                 AND r.from_day <= n.due AND r.to_day > n.due) AS kept
    FROM newcomer n
), first_buyer AS (
    SELECT s.consumer_id, min(s.paid_day) AS day FROM standing s WHERE s.consumer_id IS NOT NULL
    GROUP BY s.consumer_id HAVING min(s.paid_day) + 90 BETWEEN getvariable('first_day') AND getvariable('last_day')
), buyer AS (
    SELECT CASE WHEN EXISTS (FROM valid v WHERE v.invitee = f.consumer_id AND v.day <= f.day)
                THEN 'referred' ELSE 'organic' END AS came_by,
           EXISTS (FROM standing s WHERE s.consumer_id = f.consumer_id AND s.paid_day BETWEEN f.day + 1 AND f.day + 90) AS again
    FROM first_buyer f
)
SELECT *, kept_30 / nullif(newcomers_30, 0) AS retention_30, kept_90 / nullif(newcomers_90, 0) AS retention_90,
       bought_again / nullif(first_buyers, 0) AS repurchase_rate
FROM (SELECT came_by,
       (SELECT count(*) FROM stay s WHERE s.came_by = g.came_by AND age = 30) AS newcomers_30,
       (SELECT count(*) FROM stay s WHERE s.came_by = g.came_by AND age = 30 AND kept) AS kept_30,
       (SELECT count(*) FROM stay s WHERE s.came_by = g.came_by AND age = 90) AS newcomers_90,
       (SELECT count(*) FROM stay s WHERE s.came_by = g.came_by AND age = 90 AND kept) AS kept_90,
       (SELECT count(*) FROM buyer b WHERE b.came_by = g.came_by) AS first_buyers,
       (SELECT count(*) FROM buyer b WHERE b.came_by = g.came_by AND again) AS bought_again
FROM (VALUES ('referred'), ('organic')) g(came_by));
