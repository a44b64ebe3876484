WITH touch AS (
    SELECT consumer_id, occurred_at, occurred_day, touchpoint, campaign FROM events_in_force
    WHERE paid_media AND name IN ('click', 'visit', 'enter', 'open') AND consumer_id IS NOT NULL
      AND occurred_at < getvariable('closing')
), sold AS (
    SELECT t.campaign, t.touchpoint, t.occurred_day AS day, s.fact_id, s.order_id, s.platform, s.paid_amount, s.net_amount
    FROM standing s JOIN touch t ON t.consumer_id = s.consumer_id
        AND t.occurred_at BETWEEN s.paid_at - 86400000000 AND s.paid_at
    QUALIFY row_number() OVER (PARTITION BY s.fact_id
        ORDER BY t.occurred_at DESC, t.touchpoint DESC, t.campaign DESC) = 1
), priced AS (
    SELECT s.*, (SELECT CASE WHEN count(*) > 0 AND count(*) = count(p.cost) THEN sum(l.quantity * p.cost) END
                 FROM main_order_lines l LEFT JOIN main_products p ON p.sku = l.sku AND in_force(p.fact_id, 'products')
                 WHERE in_force(l.fact_id, 'order_lines') AND l.order_id = s.order_id
                   AND coalesce(l.platform, '') = s.platform) AS cost
    FROM sold s
), record AS (
    SELECT i.consumer_id, r.started_at AS moment, 0 AS sort, coalesce(r.campaign, '') AS campaign,
           coalesce(r.touchpoint, '') AS touchpoint
    FROM main_relations r JOIN main_identity i USING (identifier_id)
    WHERE r.started_at < coalesce(r.ended_at, r.started_at + 1) AND in_force(r.fact_id, 'relations')
    UNION ALL
    SELECT i.consumer_id, m.joined_at, 0, '', '' FROM main_members m JOIN main_identity i USING (identifier_id)
    WHERE m.joined_at < coalesce(m.left_at, m.joined_at + 1) AND in_force(m.fact_id, 'members')
    UNION ALL
    SELECT consumer_id, paid_at, 1, campaign, touchpoint FROM standing WHERE consumer_id IS NOT NULL
), first_record AS (
    SELECT * FROM record WHERE moment < getvariable('closing')
    QUALIFY row_number() OVER (PARTITION BY consumer_id ORDER BY moment, sort, campaign DESC, touchpoint DESC) = 1
), won AS (
    SELECT consumer_id, moment, campaign, touchpoint FROM first_record WHERE campaign <> ''
    UNION ALL
    (SELECT f.consumer_id, f.moment, t.campaign, t.touchpoint
     FROM first_record f JOIN touch t ON t.consumer_id = f.consumer_id AND t.campaign <> ''
         AND t.occurred_at BETWEEN f.moment - 7 * 86400000000 AND f.moment
     WHERE f.campaign = ''
     QUALIFY row_number() OVER (PARTITION BY f.consumer_id
         ORDER BY t.occurred_at DESC, t.touchpoint DESC, t.campaign DESC) = 1)
), acquired AS (
    SELECT w.*, local_day(w.moment) AS day,
           coalesce((SELECT sum(net_amount) FROM standing s WHERE s.consumer_id = w.consumer_id
                     AND s.paid_day <= local_day(w.moment) + 365), 0) AS net
    FROM won w
    WHERE w.campaign IN (SELECT campaign FROM main_spend WHERE in_force(fact_id, 'spend')
                         AND date <= getvariable('last_day'))
), together AS (
    SELECT campaign, coalesce(touchpoint, '') AS touchpoint, date AS day, amount AS spend, 0 AS impression, 0 AS click,
           NULL AS visitor, 0 AS paid, 0 AS costed, 0::DOUBLE AS profit, 0 AS won, 0 AS net
    FROM main_spend WHERE in_force(fact_id, 'spend')
    UNION ALL
    SELECT campaign, touchpoint, occurred_day, 0, (name = 'impression')::INT, (name = 'click')::INT,
           CASE WHEN name IN ('visit', 'enter', 'open') THEN consumer_id END, 0, 0, 0, 0, 0
    FROM events_in_force WHERE paid_media AND name IN ('impression', 'click')
       OR paid_media AND name IN ('visit', 'enter', 'open') AND consumer_id IS NOT NULL
    UNION ALL
    SELECT campaign, touchpoint, day, 0, 0, 0, NULL, paid_amount, CASE WHEN cost IS NULL THEN 0 ELSE paid_amount END,
           coalesce(net_amount - cost, 0), 0, 0
    FROM priced
    UNION ALL
    SELECT campaign, touchpoint, day, 0, 0, 0, NULL, 0, 0, 0, 1, net FROM acquired
)
SELECT {by}
       coalesce(sum(spend), 0)::BIGINT AS spend, coalesce(sum(impression), 0)::BIGINT AS impressions,
       coalesce(sum(click), 0)::BIGINT AS clicks, count(DISTINCT visitor) AS visitors,
       coalesce(sum(paid), 0)::BIGINT AS credited_paid, coalesce(sum(costed), 0)::BIGINT AS costed_paid,
       coalesce(sum(profit), 0)::DOUBLE AS profit, coalesce(sum(won), 0)::BIGINT AS acquired,
       coalesce(sum(net), 0)::BIGINT AS acquired_net
FROM together
WHERE day BETWEEN getvariable('first_day') AND getvariable('last_day')
GROUP BY ALL;
