-- Macros of the sheets about consumers one by one, at a midnight (an instant) and the day it ends.
CREATE MACRO in_f_at(last) AS TABLE
SELECT consumer_id, role FROM main_role_span WHERE from_day <= last AND to_day > last;

CREATE MACRO kept_at(moment) AS TABLE
SELECT o.fact_id, o.consumer_id, o.paid_at, o.paid_day, o.paid_amount - coalesce(b.back, 0) AS net
FROM paid_order o
LEFT JOIN (SELECT fact_id, sum(refund_amount) AS back FROM refunded WHERE refunded_at < moment GROUP BY fact_id) b
  USING (fact_id)
WHERE o.paid_at < moment AND o.paid_amount > coalesce(b.back, 0);

CREATE TABLE true_referral AS
SELECT inviter, invitee, moment
FROM (FROM referral WHERE kind = 'accepted'
      QUALIFY row_number() OVER (PARTITION BY invitee ORDER BY moment, inviter_identifier_id) = 1) f
WHERE NOT EXISTS (FROM paid_order o WHERE o.consumer_id = f.invitee AND o.paid_at < f.moment);

-- Orders of the last value_days, each with its one sharer if it has any, and the sharer's half of it.
CREATE MACRO shared_orders_at(moment, last) AS TABLE
SELECT *, CASE WHEN sharer IS NULL THEN 0 ELSE (net - net % 2) // 2 END AS half
FROM (
    SELECT o.*, coalesce(
        (SELECT v.inviter FROM true_referral v WHERE v.invitee = o.consumer_id AND v.moment <= o.paid_at
         AND o.paid_at - v.moment <= getvariable('credit_within')),
        (SELECT c.inviter FROM referral c
         WHERE c.kind = 'click' AND c.invitee = o.consumer_id AND c.moment <= o.paid_at
           AND o.paid_at - c.moment <= getvariable('click_within')
         ORDER BY c.moment DESC, c.inviter_identifier_id DESC LIMIT 1)) AS sharer
    FROM kept_at(moment) o
    WHERE o.paid_day > last - getvariable('value_days')
);

CREATE MACRO worth_at(moment, last) AS TABLE
WITH orders AS (FROM shared_orders_at(moment, last)),
who AS (SELECT consumer_id FROM in_f_at(last) UNION
        SELECT consumer_id FROM orders WHERE consumer_id IS NOT NULL UNION
        SELECT sharer FROM orders WHERE sharer IS NOT NULL)
SELECT w.consumer_id, coalesce(b.own, 0)::BIGINT AS own, coalesce(s.brought, 0)::BIGINT AS brought,
       (coalesce(b.kept, 0) + coalesce(s.given, 0))::BIGINT AS conserved
FROM who w
LEFT JOIN (SELECT consumer_id, sum(net) AS own, sum(net - half) AS kept FROM orders GROUP BY ALL) b USING (consumer_id)
LEFT JOIN (SELECT sharer AS consumer_id, sum(net) AS brought, sum(half) AS given FROM orders GROUP BY ALL) s
  USING (consumer_id);

CREATE MACRO class_of(amount, half_way, top_tenth) AS
    CASE WHEN amount = 0 THEN 'none' WHEN amount <= half_way THEN 'low' WHEN amount <= top_tenth THEN 'mid'
         ELSE 'high' END;

-- Where everyone stands whom a relation, a paid order, an event or a content named strictly before the midnight.
CREATE MACRO lifecycle_at(midnight, last) AS TABLE
WITH bought_on AS (
    SELECT consumer_id, paid_day, paid_day - lag(paid_day) OVER (PARTITION BY consumer_id ORDER BY paid_day) AS gap
    FROM (SELECT DISTINCT consumer_id, paid_day FROM kept_at(midnight) WHERE consumer_id IS NOT NULL)
),
brand AS (SELECT coalesce(median(gap), 90) AS gap FROM bought_on),
buyer AS (
    SELECT consumer_id, count(*) AS n, max(paid_day) AS last_day, arg_max(coalesce(gap, -1), paid_day) AS last_gap,
           CASE WHEN count(*) >= 3 THEN median(gap) ELSE (SELECT gap FROM brand) END AS expected
    FROM bought_on GROUP BY consumer_id
),
somebody AS (
    SELECT consumer_id, min(local_day(started_at)) AS first_day FROM (
        SELECT consumer_id, started_at FROM relation
        WHERE started_at < midnight AND (ended_at IS NULL OR ended_at > started_at)
        UNION ALL SELECT consumer_id, NULL FROM paid_order WHERE consumer_id IS NOT NULL AND paid_at < midnight
        UNION ALL SELECT consumer_id, NULL FROM event e WHERE e.moment < midnight
        UNION ALL SELECT consumer_id, NULL FROM content c WHERE c.moment < midnight)
    GROUP BY consumer_id
)
SELECT s.consumer_id, CASE
    WHEN b.n IS NULL THEN CASE WHEN first_day >= last - 30 THEN 'new' ELSE 'prospect' END
    WHEN last - last_day <= expected THEN
        CASE WHEN n = 1 THEN 'first_buyer' WHEN last_gap > 2 * expected THEN 'reactivated' ELSE 'active' END
    WHEN last - last_day <= 2 * expected THEN 'sleeping'
    ELSE 'lost' END AS stage
FROM somebody s LEFT JOIN buyer b USING (consumer_id);

-- Everyone worth something or in F at the opening, then and at the close; the classes of both days by the first's cuts.
CREATE MACRO moved() AS TABLE
WITH first AS (FROM worth_at(getvariable('opening'), getvariable('first_day') - 1)),
cut AS (
    SELECT coalesce(quantile_cont(own, 0.5) FILTER (own > 0), 1e300) AS own_half,
           coalesce(quantile_cont(own, 0.9) FILTER (own > 0), 1e300) AS own_tenth,
           coalesce(quantile_cont(brought, 0.5) FILTER (brought > 0), 1e300) AS brought_half,
           coalesce(quantile_cont(brought, 0.9) FILTER (brought > 0), 1e300) AS brought_tenth
    FROM first
),
pair AS (
    SELECT f.consumer_id, f.own AS own_0, f.brought AS brought_0, f.conserved AS conserved_0,
           coalesce(l.own, 0) AS own_1, coalesce(l.brought, 0) AS brought_1, coalesce(l.conserved, 0) AS conserved_1
    FROM first f LEFT JOIN worth_at(getvariable('closing'), getvariable('last_day')) l USING (consumer_id)
)
SELECT b.*, class_of(own_0, own_half, own_tenth) AS own_from, class_of(own_1, own_half, own_tenth) AS own_to,
       class_of(brought_0, brought_half, brought_tenth) AS brought_from,
       class_of(brought_1, brought_half, brought_tenth) AS brought_to,
       list_position(['none', 'low', 'mid', 'high'], own_to)
           - list_position(['none', 'low', 'mid', 'high'], own_from) AS own_step,
       list_position(['none', 'low', 'mid', 'high'], brought_to)
           - list_position(['none', 'low', 'mid', 'high'], brought_from) AS brought_step,
       least(own_step, brought_step) >= 0 AND greatest(own_step, brought_step) > 0 AS risen,
       greatest(own_step, brought_step) <= 0 AND least(own_step, brought_step) < 0 AS fallen,
       EXISTS (FROM relation r WHERE r.consumer_id = b.consumer_id AND r.relation_type IN ('member', 'offline_member')
               AND r.started_at < getvariable('opening')
               AND (r.ended_at IS NULL OR r.ended_at >= getvariable('opening'))) AS joined
FROM pair b, cut;
