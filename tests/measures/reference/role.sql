-- The state of consumers at the instants asked, each computed on its own from the facts strictly before it.
CREATE TABLE held AS
SELECT DISTINCT a.consumer_id, a.moment, r.relation_type, r.touchpoint
FROM ask a JOIN relation r ON r.consumer_id = a.consumer_id
 AND r.started_at < a.moment AND (r.ended_at IS NULL OR a.moment <= r.ended_at);

-- The most restrictive of the latest word of each identifier, for each channel a held relation opens.
CREATE TABLE open_channel AS
WITH offered AS (
    SELECT DISTINCT h.consumer_id, h.moment, c.channel FROM held h JOIN relation_channel c USING (relation_type)
), latest AS (
    SELECT o.consumer_id, o.moment, o.channel, c.action
    FROM offered o JOIN consent c ON c.consumer_id = o.consumer_id AND c.moment < o.moment
     AND (c.channel IS NULL OR c.channel = o.channel)
    QUALIFY row_number() OVER (PARTITION BY o.consumer_id, o.moment, o.channel, c.identifier_id
                               ORDER BY c.moment DESC, c.action = 'withdraw' DESC) = 1
), word AS (
    SELECT consumer_id, moment, channel, bool_or(action = 'withdraw') AS withdrawn, bool_or(action = 'grant') AS granted
    FROM latest GROUP BY ALL
)
SELECT o.consumer_id, o.moment, o.channel
FROM offered o LEFT JOIN word w USING (consumer_id, moment, channel) JOIN person p USING (consumer_id)
WHERE w.withdrawn IS NOT TRUE
  AND CASE o.channel WHEN 'sms' THEN p.has_phone AND w.granted IS TRUE
                     WHEN 'email' THEN p.has_email AND w.granted IS TRUE
                     ELSE TRUE END;

-- Purchases that stand at the instant, with what is left of them after refunds.
CREATE TABLE bought AS
FROM (
    SELECT a.consumer_id, a.moment, a.day, o.fact_id, o.paid_at, o.paid_day, o.paid_amount,
           o.paid_amount - coalesce((SELECT sum(r.refund_amount) FROM refunded r
                                     WHERE r.fact_id = o.fact_id AND r.refunded_at < a.moment), 0) AS net
    FROM ask a JOIN paid_order o ON o.consumer_id = a.consumer_id AND o.paid_at < a.moment
) WHERE net > 0;

CREATE TABLE occasions AS
SELECT consumer_id, moment, count(DISTINCT paid_day) AS occasions
FROM bought
WHERE getvariable('purchase_window') = 0 OR paid_day > day - getvariable('purchase_window')
GROUP BY ALL;

-- Spreading now, or at the end of any of the previous days of grace.
CREATE TABLE spreading AS
WITH counted AS (
    SELECT a.consumer_id, a.moment, k.back, s.act, count(*) AS acts
    FROM ask a, (SELECT unnest(range(0, getvariable('grace_days') + 1)) AS back) k, spreading_act s
    WHERE s.consumer_id = a.consumer_id AND s.moment < a.moment
      AND s.day BETWEEN a.day - k.back - getvariable('spreading_days') + 1 AND a.day - k.back
    GROUP BY ALL
)
SELECT DISTINCT consumer_id, moment FROM counted
WHERE acts >= CASE act WHEN 'referral' THEN getvariable('spreading_referrals') ELSE getvariable('spreading_contents') END;

CREATE TABLE state AS
SELECT *,
       CASE WHEN NOT (related AND reachable) THEN NULL
            WHEN NOT member THEN 1
            WHEN occasions = 0 THEN 2
            WHEN spreading THEN 5
            WHEN occasions = 1 THEN 3
            ELSE 4 END AS rank,
       ['basic', 'member_unpurchased', 'member_first', 'member_repeat', 'koc'][rank] AS role
FROM (
    SELECT a.consumer_id, a.moment,
           (a.consumer_id, a.moment) IN (SELECT (consumer_id, moment) FROM held) AS related,
           (a.consumer_id, a.moment) IN (SELECT (consumer_id, moment) FROM open_channel) AS reachable,
           (a.consumer_id, a.moment) IN (SELECT (consumer_id, moment) FROM held
                                         WHERE relation_type IN ('member', 'offline_member')) AS member,
           (a.consumer_id, a.moment) IN (SELECT (consumer_id, moment) FROM spreading) AS spreading,
           coalesce(o.occasions, 0) AS occasions
    FROM ask a LEFT JOIN occasions o USING (consumer_id, moment)
);
