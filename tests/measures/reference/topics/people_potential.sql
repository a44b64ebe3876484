-- Candidates for {category} at the end of {day} with their traits, and whether they bought it in the days up to {until}.
WITH paid AS (
    SELECT o.fact_id, o.consumer_id, o.order_id, coalesce(o.platform, '') AS shop, o.paid_day, o.paid_amount,
           coalesce(sum(r.refund_amount) FILTER (local_day(r.refunded_at) <= {day}), 0) AS back_then,
           coalesce(sum(r.refund_amount) FILTER (local_day(r.refunded_at) <= {until}), 0) AS back_later
    FROM paid_order o LEFT JOIN refunded r USING (fact_id)
    WHERE o.consumer_id IS NOT NULL GROUP BY ALL
),
before AS (FROM paid WHERE paid_day <= {day} AND back_then < paid_amount),
later AS (FROM paid WHERE paid_day > {day} AND paid_day <= {until} AND back_later < paid_amount),
line AS (
    SELECT l.order_id, coalesce(l.platform, '') AS shop, l.paid_amount AS amount,
           coalesce(nullif(l.category, ''), (SELECT p.category FROM main_products p
                                             WHERE in_force(p.fact_id, 'products') AND p.sku = l.sku)) AS category
    FROM main_order_lines l
    WHERE in_force(l.fact_id, 'order_lines') AND l.quantity > 0 AND l.paid_amount > 0 AND l.takes_back IS NOT TRUE
),
held AS (SELECT b.consumer_id, b.paid_day, l.category FROM before b JOIN line l USING (order_id, shop)),
bought AS (
    SELECT p.consumer_id, sum(l.amount)::BIGINT AS paid FROM later p JOIN line l USING (order_id, shop)
    WHERE l.category = {category} GROUP BY p.consumer_id
),
did AS (
    SELECT i.consumer_id, {day} - max(local_day(e.occurred_at)) AS ago,
           count(*) FILTER (e.content_id <> '' AND local_day(e.occurred_at) > {day} - 90) AS contents
    FROM main_events e JOIN main_identity i USING (identifier_id)
    WHERE in_force(e.fact_id, 'events') AND local_day(e.occurred_at) <= {day} GROUP BY i.consumer_id
),
seen AS (
    SELECT consumer_id FROM relation
    WHERE local_day(started_at) <= {day} AND (ended_at IS NULL OR ended_at > started_at)
    UNION SELECT consumer_id FROM paid WHERE paid_day <= {day}
    UNION SELECT consumer_id FROM did
    UNION SELECT consumer_id FROM content WHERE day <= {day}
),
spoken AS (
    SELECT c.identifier_id, i.consumer_id, c.occurred_at, c.action = 'withdraw' AS refuses, coalesce(c.channel, '') AS way
    FROM main_consents c JOIN main_identity i USING (identifier_id)
    WHERE in_force(c.fact_id, 'consents') AND c.purpose = 'personalization' AND local_day(c.occurred_at) <= {day}
),
refused AS (  -- the last word of each identifier on each way it ever refused; a word without a way speaks for all
    SELECT w.consumer_id
    FROM (SELECT DISTINCT identifier_id, consumer_id, way FROM spoken WHERE refuses) w
    JOIN spoken s ON s.identifier_id = w.identifier_id AND (s.way = w.way OR s.way = '')
    GROUP BY w.identifier_id, w.consumer_id, w.way
    HAVING arg_max(s.refuses, (s.occurred_at, s.refuses))
),
candidate AS (
    SELECT s.consumer_id, b.paid FROM seen s LEFT JOIN bought b USING (consumer_id)
    WHERE s.consumer_id NOT IN (SELECT consumer_id FROM held WHERE category = {category} AND paid_day > {day} - 365)
      AND s.consumer_id NOT IN (FROM refused)
),
base AS (SELECT count(paid) / count(*) AS rate FROM candidate),
company AS (
    SELECT category, (count(paid) + 50 * any_value(b.rate)) / (count(*) + 50) / any_value(b.rate) AS lift
    FROM base b, (SELECT DISTINCT consumer_id, category FROM held WHERE paid_day > {day} - 365 AND category <> {category})
    JOIN candidate USING (consumer_id)
    WHERE b.rate > 0
    GROUP BY category
),
best AS (
    SELECT h.consumer_id, max(lift) AS lift FROM held h JOIN company USING (category)
    WHERE h.paid_day > {day} - 365 GROUP BY h.consumer_id
),
daily AS (SELECT consumer_id, paid_day, sum(paid_amount) AS spent FROM before GROUP BY ALL),
buyer AS (
    SELECT consumer_id, {day} - max(paid_day) AS ago, count(*) FILTER (paid_day > {day} - 365) AS days,
           avg(spent) / (SELECT avg(spent) FROM daily) AS relative
    FROM daily GROUP BY consumer_id
)
SELECT c.consumer_id,
       CASE WHEN y.ago IS NULL THEN 0 WHEN y.ago <= 30 THEN 1 WHEN y.ago <= 90 THEN 2 WHEN y.ago <= 180 THEN 3
            WHEN y.ago <= 365 THEN 4 ELSE 5 END AS recency,
       CASE WHEN coalesce(y.days, 0) < 3 THEN coalesce(y.days, 0) WHEN y.days <= 5 THEN 3 ELSE 4 END AS frequency,
       CASE WHEN relative IS NULL THEN 0 WHEN relative <= 0.5 THEN 1 WHEN relative <= 1.5 THEN 2 ELSE 3 END AS spend,
       (c.consumer_id IN (SELECT consumer_id FROM held WHERE category = {category}))::BIGINT AS lapsed,
       CASE WHEN lift IS NULL THEN 0 WHEN lift <= 0.8 THEN 1 WHEN lift <= 1.25 THEN 2 ELSE 3 END AS companion,
       CASE WHEN d.ago IS NULL THEN 0 WHEN d.ago <= 7 THEN 1 WHEN d.ago <= 30 THEN 2 WHEN d.ago <= 90 THEN 3
            ELSE 4 END AS engaged,
       CASE WHEN coalesce(contents, 0) = 0 THEN 0 WHEN contents <= 2 THEN 1 ELSE 2 END AS content,
       EXISTS (FROM relation r WHERE r.consumer_id = c.consumer_id AND r.relation_type IN ('member', 'offline_member')
               AND local_day(r.started_at) <= {day} AND (r.ended_at IS NULL OR
                   (r.ended_at > r.started_at AND local_day(r.ended_at) > {day})))::BIGINT AS member,
       (c.paid IS NOT NULL)::BIGINT AS hit, coalesce(c.paid, 0) AS paid
FROM candidate c LEFT JOIN buyer y USING (consumer_id) LEFT JOIN did d USING (consumer_id)
LEFT JOIN best USING (consumer_id);
