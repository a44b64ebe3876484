WITH buyer AS (
    SELECT consumer_id, getvariable('last_day') - max(paid_day) AS r, count(DISTINCT paid_day) AS f,
           sum(net)::BIGINT AS m
    FROM kept_at(getvariable('closing'))
    WHERE consumer_id IS NOT NULL AND paid_day > getvariable('last_day') - getvariable('rfm_days')
    GROUP BY consumer_id
),
total AS (SELECT count(*) AS n, sum(r) AS r, sum(f) AS f, sum(m) AS m FROM buyer),
marked AS (
    SELECT b.*, b.r * t.n < t.r AS recent, b.f * t.n > t.f AS often, b.m * t.n > t.m AS much FROM buyer b, total t
),
type AS (
    FROM (VALUES ('important_value', '重要价值客户', true, true, true),
                 ('important_develop', '重要发展客户', true, false, true),
                 ('important_keep', '重要保持客户', false, true, true),
                 ('important_win_back', '重要挽留客户', false, false, true),
                 ('general_value', '一般价值客户', true, true, false),
                 ('general_develop', '一般发展客户', true, false, false),
                 ('general_keep', '一般保持客户', false, true, false),
                 ('general_win_back', '一般挽留客户', false, false, false)) AS t (code, label, recent, often, much)
)
SELECT y.code AS type, y.label, count(b.consumer_id) AS consumers, coalesce(sum(b.m), 0)::BIGINT AS net_amount,
       avg(b.r) AS recency_days_mean, avg(b.f) AS occasions_mean, avg(b.m) AS net_amount_mean
FROM type y LEFT JOIN marked b USING (recent, often, much)
GROUP BY y.code, y.label;
