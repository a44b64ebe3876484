-- S: what consumers bought themselves, and what others bought whom they brought.
CREATE TABLE valued_order AS
SELECT o.consumer_id, o.fact_id, o.paid_at,
       o.paid_amount - coalesce((SELECT sum(r.refund_amount) FROM refunded r
                                 WHERE r.fact_id = o.fact_id AND r.refunded_at < getvariable('closing')), 0) AS net
FROM paid_order o
WHERE o.paid_at < getvariable('closing') AND o.paid_day > getvariable('last_day') - getvariable('value_days');
DELETE FROM valued_order WHERE net <= 0;

-- One sharer per order: who invited the buyer, while that lasts; else the last click shortly before the payment.
CREATE TABLE credit AS
SELECT o.fact_id, o.net, coalesce(v.inviter, (
           SELECT r.inviter FROM referral r
           WHERE r.kind = 'click' AND r.invitee = o.consumer_id
             AND r.moment <= o.paid_at AND r.moment >= o.paid_at - getvariable('click_within')
           ORDER BY r.moment DESC, r.inviter_identifier_id DESC LIMIT 1)) AS sharer
FROM valued_order o
LEFT JOIN valid_referral v ON v.invitee = o.consumer_id
 AND o.paid_at >= v.moment AND o.paid_at <= v.moment + getvariable('credit_within');

CREATE TABLE value AS
SELECT *, own + brought AS clv
FROM (
    SELECT s.consumer_id, s.role,
           coalesce((SELECT sum(net) FROM valued_order o WHERE o.consumer_id = s.consumer_id), 0)::BIGINT AS own,
           coalesce((SELECT sum(net) FROM credit c WHERE c.sharer = s.consumer_id), 0)::BIGINT AS brought
    FROM closing s
);

CREATE TABLE s_total AS
SELECT sum(own)::BIGINT AS own_total,
       (SELECT coalesce(sum(net), 0) FROM valued_order WHERE consumer_id IS NULL)::BIGINT AS anonymous_total,
       sum(brought)::BIGINT AS propagation_total,
       avg(clv) FILTER (role IS NOT NULL) AS clv_mean,
       quantile_cont(clv, 0.5) FILTER (role IS NOT NULL) AS clv_median,
       quantile_cont(clv, 0.9) FILTER (role IS NOT NULL) AS clv_p90
FROM value;

CREATE VIEW s_by_role AS
SELECT role AS name, count(*) AS consumers, sum(own)::BIGINT AS own_total, sum(brought)::BIGINT AS referral_total,
       avg(clv) AS clv_mean
FROM value WHERE role IS NOT NULL GROUP BY role;
