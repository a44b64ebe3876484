-- Two Wilson intervals (centre and half width written out), squared and added.
WITH counted AS (
    SELECT count(*) FILTER (joined) AS n1, count(*) FILTER (joined AND risen) AS x1,
           count(*) FILTER (NOT joined) AS n2, count(*) FILTER (NOT joined AND risen) AS x2,
           1.959963984540054::DOUBLE AS z
    FROM moved()
),
share AS (
    SELECT *, x1 / nullif(n1, 0) AS p1, x2 / nullif(n2, 0) AS p2,
           (p1 + z * z / (2 * n1)) / (1 + z * z / n1) AS c1, (p2 + z * z / (2 * n2)) / (1 + z * z / n2) AS c2,
           z * sqrt(p1 * (1 - p1) / n1 + z * z / (4 * n1 * n1)) / (1 + z * z / n1) AS h1,
           z * sqrt(p2 * (1 - p2) / n2 + z * z / (4 * n2 * n2)) / (1 + z * z / n2) AS h2
    FROM counted
)
SELECT 'members - others (observed, not proof 观察对比，非因果证明)' AS comparison,
       n1 AS consumers, n2 AS control_consumers, p1 AS upgrade_share, p2 AS control_upgrade_share,
       p1 - p2 AS difference, p1 - p2 - sqrt((p1 - (c1 - h1)) ** 2 + (c2 + h2 - p2) ** 2) AS low,
       p1 - p2 + sqrt((c1 + h1 - p1) ** 2 + (p2 - (c2 - h2)) ** 2) AS high
FROM share;
