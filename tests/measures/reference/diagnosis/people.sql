-- Whom the sub-scenarios concern, at the closing: one row (name, consumer_id) each.
CREATE VIEW held_now AS SELECT DISTINCT consumer_id, relation_type FROM held WHERE moment = getvariable('closing');
CREATE VIEW bought_now AS FROM bought WHERE moment = getvariable('closing');
CREATE TABLE days_bought AS SELECT DISTINCT consumer_id, paid_day FROM bought_now;

CREATE TABLE usual_gap AS
SELECT coalesce(nullif(median(gap), 0), 90) AS days
FROM (SELECT paid_day - lag(paid_day) OVER (PARTITION BY consumer_id ORDER BY paid_day) AS gap FROM days_bought);

CREATE TABLE own AS
SELECT consumer_id, sum(net) AS own FROM valued_order WHERE consumer_id IS NOT NULL GROUP BY ALL;

CREATE TABLE spreader AS
SELECT DISTINCT consumer_id FROM spreading_act
WHERE day BETWEEN getvariable('last_day') - getvariable('spreading_days') + 1 AND getvariable('last_day')
  AND moment < getvariable('closing')
  AND consumer_id IN (SELECT consumer_id FROM held_now WHERE relation_type IN ('member', 'offline_member'))
  AND consumer_id IN (SELECT consumer_id FROM closing WHERE role IS NOT NULL);

CREATE TABLE concerned AS
SELECT 'visitors_without_relation' AS name, consumer_id FROM visit WHERE scope = 'brand'
  AND consumer_id NOT IN (SELECT consumer_id FROM held_now)
UNION ALL
SELECT DISTINCT 'buyers_without_relation', consumer_id FROM valued_order
WHERE consumer_id IS NOT NULL AND consumer_id NOT IN (SELECT consumer_id FROM held_now)
UNION ALL
SELECT 'unreachable_with_phone', c.consumer_id FROM closing c JOIN person p USING (consumer_id)
WHERE p.has_phone AND c.related AND c.role IS NULL
UNION ALL
SELECT 'basic_buyers', consumer_id FROM closing WHERE role = 'basic' AND occasions > 0
UNION ALL
SELECT 'sleeping_first_buyers', c.consumer_id FROM closing c JOIN days_bought d USING (consumer_id), usual_gap g
WHERE c.role = 'member_first' GROUP BY ALL
HAVING getvariable('last_day') - max(d.paid_day) > any_value(g.days)
   AND getvariable('last_day') - max(d.paid_day) <= 2 * any_value(g.days)
UNION ALL
SELECT 'low_value_buyers', consumer_id FROM own JOIN closing c USING (consumer_id)
WHERE c.role IS NOT NULL
  AND own <= (SELECT median(own) FROM own JOIN closing k USING (consumer_id) WHERE k.role IS NOT NULL)
UNION ALL
SELECT 'spreaders_without_value', consumer_id FROM spreader
WHERE consumer_id NOT IN (SELECT sharer FROM credit WHERE sharer IS NOT NULL AND net > 0)
UNION ALL
SELECT 'one_category_first_buyers', b.consumer_id
FROM bought_now b JOIN closing c USING (consumer_id)
JOIN paid_order o ON o.fact_id = b.fact_id
JOIN main_order_lines l ON l.order_id = o.order_id AND l.platform IS NOT DISTINCT FROM o.platform
WHERE c.role = 'member_first' AND l.category <> '' AND l.quantity > 0
  AND l.fact_id NOT IN (SELECT fact_id FROM main_superseded WHERE kind = 'order_lines')
GROUP BY ALL HAVING count(DISTINCT l.category) = 1;
