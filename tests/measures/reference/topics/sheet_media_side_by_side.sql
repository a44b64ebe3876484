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
), own AS (
    SELECT touchpoint, sum(spend)::BIGINT AS spend, sum(paid)::BIGINT AS attributed_paid
    FROM (SELECT coalesce(touchpoint, '') AS touchpoint, amount AS spend, 0 AS paid FROM main_spend
          WHERE in_force(fact_id, 'spend') AND date BETWEEN getvariable('first_day') AND getvariable('last_day')
          UNION ALL
          SELECT touchpoint, 0, paid_amount FROM sold
          WHERE day BETWEEN getvariable('first_day') AND getvariable('last_day'))
    GROUP BY touchpoint
), panel AS (
    SELECT touchpoint, sum(spend)::BIGINT AS reported_spend, sum(paid_amount)::BIGINT AS reported_paid
    FROM main_touchpoint_daily
    WHERE in_force(fact_id, 'touchpoint_daily') AND date BETWEEN getvariable('first_day') AND getvariable('last_day')
      AND spend IS NOT NULL AND paid_amount IS NOT NULL
    GROUP BY touchpoint
)
SELECT touchpoint, coalesce(spend, 0) AS spend, coalesce(attributed_paid, 0) AS attributed_paid,
       coalesce(attributed_paid, 0) / nullif(spend, 0) AS attributed_roi, reported_spend, reported_paid,
       reported_paid / nullif(reported_spend, 0) AS reported_roi, NULL::DOUBLE AS incremental_roi,
       'not measurable: no proof' AS incremental_reason
FROM own FULL JOIN panel USING (touchpoint);
