-- What sharers brought, of all time and in the last days: each purchase that stands has one sharer at most.
CREATE TABLE credited_purchase AS
WITH standing AS (
    SELECT o.consumer_id, o.fact_id, o.paid_at, o.paid_day,
           o.paid_amount - coalesce((SELECT sum(r.refund_amount) FROM refunded r
                                     WHERE r.fact_id = o.fact_id AND r.refunded_at < getvariable('closing')), 0) AS net
    FROM paid_order o WHERE o.paid_at < getvariable('closing')
), invited AS (
    SELECT s.fact_id, s.paid_day, s.net, v.inviter AS sharer
    FROM standing s JOIN valid_referral v ON v.invitee = s.consumer_id
    WHERE s.net > 0 AND s.paid_at BETWEEN v.moment AND v.moment + getvariable('credit_within')
), clicked AS (
    SELECT s.fact_id, s.paid_day, s.net, r.inviter AS sharer
    FROM standing s JOIN referral r ON r.kind = 'click' AND r.invitee = s.consumer_id
    WHERE s.net > 0 AND r.moment BETWEEN s.paid_at - getvariable('click_within') AND s.paid_at
      AND s.fact_id NOT IN (SELECT fact_id FROM invited)
    QUALIFY row_number() OVER (PARTITION BY s.fact_id ORDER BY r.moment DESC, r.inviter_identifier_id DESC) = 1
)
FROM invited UNION ALL FROM clicked;

CREATE VIEW sharer AS
SELECT sharer AS consumer_id,
       count_if(paid_day > getvariable('last_day') - getvariable('value_days')) AS referred,
       coalesce(sum(net) FILTER (paid_day > getvariable('last_day') - getvariable('value_days')), 0)::BIGINT AS referred_value,
       sum(net)::BIGINT AS historic_referral,
       min(paid_day) AS first_shared
FROM credited_purchase GROUP BY sharer;
