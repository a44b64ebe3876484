WITH given AS (
    SELECT coalesce(f.text, '') AS reason, i.consumer_id
    FROM main_feedback f JOIN main_identity i USING (identifier_id)
    WHERE in_force(f.fact_id, 'feedback') AND f.kind = 'return_reason'
      AND f.occurred_day BETWEEN getvariable('first_day') AND getvariable('last_day')
)
SELECT reason, count(*) AS answers, count(DISTINCT consumer_id) AS consumers,
       count(*) / (SELECT count(*) FROM given) AS share
FROM given GROUP BY reason;
