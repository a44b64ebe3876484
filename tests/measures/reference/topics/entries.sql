WITH came AS (
    SELECT * REPLACE (coalesce(domain, '') AS domain,
                      CASE WHEN paid_media THEN 'paid' WHEN NOT paid_media THEN 'free' ELSE '' END AS paid_media)
    FROM events_in_force
    WHERE name IN ('visit', 'enter', 'open') AND touchpoint <> '' AND consumer_id IS NOT NULL
      AND occurred_day BETWEEN getvariable('first_day') AND getvariable('last_day')
), counted AS (
    SELECT {by} count(DISTINCT (consumer_id, touchpoint, occurred_at)) AS entries,
           count(DISTINCT (consumer_id, touchpoint, occurred_at)) FILTER (domain = 'public') AS public_entries,
           count(DISTINCT (consumer_id, touchpoint, occurred_at)) FILTER (domain = 'private') AS private_entries,
           count(DISTINCT (consumer_id, touchpoint, occurred_at)) FILTER (paid_media = 'paid') AS paid_entries,
           count(DISTINCT consumer_id) AS visitors, 1 AS one
    FROM came GROUP BY ALL
), first_public AS (
    SELECT {by} consumer_id, min(occurred_at) FILTER (domain = 'public') AS first_at FROM came GROUP BY ALL
), public_newcomer AS (
    SELECT *, EXISTS (FROM begun r WHERE r.consumer_id = p.consumer_id AND r.started_at >= p.first_at
                      AND r.started_at < getvariable('closing')) AS turned
    FROM first_public p
    WHERE first_at IS NOT NULL
      AND NOT EXISTS (FROM relation r WHERE r.consumer_id = p.consumer_id AND r.started_at < p.first_at
                      AND (r.ended_at IS NULL OR r.ended_at >= p.first_at))
), public_counted AS (
    SELECT {by} count(*) AS public_newcomers, count(*) FILTER (turned) AS turned_private, 1 AS one
    FROM public_newcomer GROUP BY ALL
)
SELECT {by} coalesce(entries, 0) AS entries, coalesce(public_entries, 0) AS public_entries,
       coalesce(private_entries, 0) AS private_entries, coalesce(paid_entries, 0) AS paid_entries,
       coalesce(visitors, 0) AS visitors, coalesce(public_newcomers, 0) AS public_newcomers,
       coalesce(turned_private, 0) AS turned_private
FROM counted LEFT JOIN public_counted USING ({by} one);
