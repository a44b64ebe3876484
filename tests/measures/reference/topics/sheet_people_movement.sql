WITH party AS (
    FROM (VALUES ('all', NULL), ('members at the opening', true), ('others', false)) AS t ("group", wanted)
)
SELECT p."group", count(m.consumer_id) AS consumers, count(*) FILTER (m.risen) AS upgraded,
       count(*) FILTER (m.fallen) AS downgraded, avg(m.risen::INT) AS upgrade_share,
       coalesce(sum(own_1 - own_0), 0)::BIGINT AS delta_own,
       coalesce(sum(brought_1 - brought_0), 0)::BIGINT AS delta_referral,
       coalesce(sum(conserved_1 - conserved_0), 0)::BIGINT AS delta_total
FROM party p LEFT JOIN moved() m ON p.wanted IS NULL OR m.joined = p.wanted
GROUP BY p."group";
