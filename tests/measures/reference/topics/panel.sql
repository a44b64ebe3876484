SELECT {by}
       count(*) AS rows, count(visitors) AS rows_with_visitors,
       sum(visitors)::BIGINT AS visitors,
       sum(new_visitors)::BIGINT AS new_visitors,
       sum(new_fans)::BIGINT AS new_fans,
       sum(new_members)::BIGINT AS new_members,
       sum(buyers)::BIGINT AS buyers,
       sum(orders)::BIGINT AS orders,
       sum(paid_amount)::BIGINT AS paid_amount,
       sum(spend)::BIGINT AS spend,
       sum(impressions)::BIGINT AS impressions,
       sum(clicks)::BIGINT AS clicks,
       sum(CASE WHEN new_visitors IS NOT NULL THEN new_fans END)::BIGINT AS fan_settle_rate_above,
       sum(CASE WHEN new_fans IS NOT NULL THEN new_visitors END)::BIGINT AS fan_settle_rate_below,
       sum(CASE WHEN new_visitors IS NOT NULL THEN new_members END)::BIGINT AS member_settle_rate_above,
       sum(CASE WHEN new_members IS NOT NULL THEN new_visitors END)::BIGINT AS member_settle_rate_below,
       sum(CASE WHEN visitors IS NOT NULL THEN buyers END)::BIGINT AS convert_rate_above,
       sum(CASE WHEN buyers IS NOT NULL THEN visitors END)::BIGINT AS convert_rate_below,
       sum(CASE WHEN visitors IS NOT NULL THEN paid_amount END)::BIGINT AS uv_value_above,
       sum(CASE WHEN paid_amount IS NOT NULL THEN visitors END)::BIGINT AS uv_value_below,
       sum(CASE WHEN impressions IS NOT NULL THEN clicks END)::BIGINT AS click_rate_above,
       sum(CASE WHEN clicks IS NOT NULL THEN impressions END)::BIGINT AS click_rate_below,
       sum(CASE WHEN spend IS NOT NULL THEN paid_amount END)::BIGINT AS roi_above,
       sum(CASE WHEN paid_amount IS NOT NULL THEN spend END)::BIGINT AS roi_below
FROM (SELECT * REPLACE (coalesce(platform, '') AS platform, coalesce(store, '') AS store,
                       coalesce(source_domain, '') AS source_domain, coalesce(content_id, '') AS content_id), date AS day
      FROM main_touchpoint_daily WHERE in_force(fact_id, 'touchpoint_daily'))
WHERE day BETWEEN getvariable('first_day') AND getvariable('last_day')
GROUP BY ALL;
