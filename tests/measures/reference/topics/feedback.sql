WITH told AS (
    SELECT f.kind, coalesce(f.touchpoint, '') AS touchpoint, i.consumer_id, f.score,
           coalesce((SELECT r.role FROM main_role_span r WHERE r.consumer_id = i.consumer_id
                     AND r.valid_from < f.occurred_at AND r.valid_to >= f.occurred_at), '') AS role,
           CASE WHEN f.resolved_at < getvariable('closing') THEN (f.resolved_at - f.occurred_at) / 3.6e9 END AS hours
    FROM main_feedback f JOIN main_identity i USING (identifier_id)
    WHERE in_force(f.fact_id, 'feedback')
      AND f.occurred_at >= getvariable('opening') AND f.occurred_at < getvariable('closing')
)
SELECT {by}
       count(*) AS answers, count(DISTINCT consumer_id) AS consumers,
       count(score) FILTER (kind = 'nps' AND score BETWEEN 0 AND 10) AS nps_answers,
       count(*) FILTER (kind = 'nps' AND score BETWEEN 9 AND 10) AS promoters,
       count(*) FILTER (kind = 'nps' AND score BETWEEN 0 AND 6) AS detractors,
       promoters - detractors AS promoters_net,
       coalesce(sum(score) FILTER (kind = 'nps' AND score BETWEEN 0 AND 10), 0.0) AS nps_total,
       count(score) FILTER (kind = 'csat') AS csat_answers, coalesce(sum(score) FILTER (kind = 'csat'), 0.0) AS csat_total,
       count(score) FILTER (kind = 'dsr') AS dsr_answers, coalesce(sum(score) FILTER (kind = 'dsr'), 0.0) AS dsr_total,
       count(*) FILTER (kind = 'complaint') AS complaints,
       count(hours) FILTER (kind = 'complaint') AS resolved,
       median(hours) FILTER (kind = 'complaint') AS median_hours
FROM told
GROUP BY ALL;
