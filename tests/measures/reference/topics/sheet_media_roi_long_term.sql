-- Consumers won by campaigns with spend, as in media.sql, by the month they were won.
WITH touch AS (
    SELECT consumer_id, occurred_at, occurred_day, touchpoint, campaign FROM events_in_force
    WHERE paid_media AND name IN ('click', 'visit', 'enter', 'open') AND consumer_id IS NOT NULL
      AND occurred_at < getvariable('closing')
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
), month AS (
    SELECT strftime(m, '%Y-%m') AS month, m::DATE - DATE '1970-01-01' AS first_day, last_day(m) - DATE '1970-01-01' AS end_day
    FROM (SELECT unnest(range(date_trunc('month', DATE '1970-01-01' + getvariable('last_day')::INT) - INTERVAL 23 MONTH,
                              date_trunc('month', DATE '1970-01-01' + getvariable('last_day')::INT) + INTERVAL 1 DAY,
                              INTERVAL 1 MONTH)) AS m)
), spent AS (
    SELECT month, first_day, end_day, sum(amount)::BIGINT AS spend
    FROM month JOIN main_spend ON date BETWEEN first_day AND end_day
    WHERE in_force(fact_id, 'spend') AND date <= getvariable('last_day')
    GROUP BY ALL
), acquired AS (
    SELECT consumer_id, local_day(moment) AS day FROM won
    WHERE campaign IN (SELECT campaign FROM main_spend WHERE in_force(fact_id, 'spend')
                       AND date <= getvariable('last_day'))
), paid AS (
    SELECT m.month, s.paid_amount, s.paid_day - a.day AS age
    FROM month m JOIN acquired a ON a.day BETWEEN m.first_day AND m.end_day JOIN standing s USING (consumer_id)
), flat AS (
    SELECT month, end_day, spend,
           (SELECT count(*) FROM acquired a WHERE a.day BETWEEN first_day AND end_day) AS acquired,
           [(SELECT coalesce(sum(paid_amount), 0)::BIGINT FROM paid p WHERE p.month = s.month AND age <= 30),
            (SELECT coalesce(sum(paid_amount), 0)::BIGINT FROM paid p WHERE p.month = s.month AND age <= 90),
            (SELECT coalesce(sum(paid_amount), 0)::BIGINT FROM paid p WHERE p.month = s.month AND age <= 180),
            (SELECT coalesce(sum(paid_amount), 0)::BIGINT FROM paid p WHERE p.month = s.month AND age <= 365)] AS aged,
           (SELECT coalesce(sum(paid_amount), 0)::BIGINT FROM paid p WHERE p.month = s.month) AS paid_to_date
    FROM spent s
)
SELECT month, spend, acquired,
       CASE WHEN end_day + 30 <= getvariable('last_day') THEN aged[1] END AS paid_30,
       CASE WHEN end_day + 90 <= getvariable('last_day') THEN aged[2] END AS paid_90,
       CASE WHEN end_day + 180 <= getvariable('last_day') THEN aged[3] END AS paid_180,
       CASE WHEN end_day + 365 <= getvariable('last_day') THEN aged[4] END AS paid_365, paid_to_date,
       paid_30 / nullif(spend, 0) AS roi_30, paid_90 / nullif(spend, 0) AS roi_90,
       paid_180 / nullif(spend, 0) AS roi_180, paid_365 / nullif(spend, 0) AS roi_365,
       paid_to_date / nullif(spend, 0) AS roi_to_date
FROM flat;
