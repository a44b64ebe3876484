-- Facts in force with the consumer behind each, as plain tables. Instants are microseconds UTC.
CREATE MACRO local_day(instant) AS
    CAST(timezone(getvariable('zone'), timezone('UTC', make_timestamp(instant))) AS DATE) - DATE '1970-01-01';
-- The business day whose state an instant shows: a midnight still belongs to the day it ends.
CREATE MACRO day_seen_at(instant) AS local_day(instant - 1);

CREATE TABLE paid_order AS
SELECT o.fact_id, i.consumer_id, o.order_id, o.platform, o.paid_at, local_day(o.paid_at) AS paid_day, o.paid_amount,
       o.refund_amount, o.refunded_at
FROM main_orders o LEFT JOIN main_identity i USING (identifier_id)
WHERE o.paid_at IS NOT NULL AND o.paid_amount > 0 AND o.is_test IS NOT TRUE
  AND o.fact_id NOT IN (SELECT fact_id FROM main_superseded WHERE kind = 'orders');

CREATE TABLE refund_row AS
SELECT order_id, platform, refunded_at, refund_amount FROM main_refunds
WHERE refund_basis = 'stated' AND fact_id NOT IN (SELECT fact_id FROM main_superseded WHERE kind = 'refunds')
UNION ALL
-- Without a date: what each version of the row shows beyond the ones before it went back by its load.
SELECT order_id, platform, refunded_at, known - coalesce(max(known) OVER shown_before, 0)
FROM (
    SELECT r.fact_id, r.order_id, r.platform, v.fact_id AS version, v.refunded_at,
           (SELECT min(coalesce(w.refund_amount, 0)) FROM main_refunds w
            WHERE w.refund_id = v.refund_id AND w.platform IS NOT DISTINCT FROM v.platform AND w.fact_id >= v.fact_id
           ) AS known
    FROM main_refunds r JOIN main_refunds v
      ON v.refund_id = r.refund_id AND v.platform IS NOT DISTINCT FROM r.platform
    WHERE r.refund_basis = 'observed'
      AND r.fact_id NOT IN (SELECT fact_id FROM main_superseded WHERE kind = 'refunds'))
WINDOW shown_before AS (PARTITION BY fact_id ORDER BY version ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
QUALIFY known > coalesce(max(known) OVER shown_before, 0)
UNION ALL
SELECT order_id, platform, refunded_at, refund_amount FROM main_derived_refund;

-- One truth per order: its refund rows where it has any, else what the order itself says.
CREATE TABLE refunded AS
SELECT o.fact_id, r.refunded_at, r.refund_amount
FROM paid_order o JOIN refund_row r ON r.order_id = o.order_id AND r.platform IS NOT DISTINCT FROM o.platform
UNION ALL
SELECT o.fact_id, o.refunded_at, o.refund_amount
FROM paid_order o JOIN main_orders m USING (fact_id)
WHERE o.refund_amount > 0 AND m.refund_basis = 'stated' AND NOT EXISTS (
    FROM refund_row r WHERE r.order_id = o.order_id AND r.platform IS NOT DISTINCT FROM o.platform)
UNION ALL
-- A total without a date: what each version of the order shows beyond the ones before it went back by its load.
SELECT fact_id, refunded_at, known - coalesce(max(known) OVER earlier, 0)
FROM (
    SELECT o.fact_id, v.fact_id AS version, v.refunded_at,
           (SELECT min(coalesce(w.refund_amount, 0)) FROM main_orders w
            WHERE w.order_id = v.order_id AND w.platform IS NOT DISTINCT FROM v.platform AND w.fact_id >= v.fact_id
           ) AS known
    FROM paid_order o JOIN main_orders m USING (fact_id)
    JOIN main_orders v ON v.order_id = m.order_id AND v.platform IS NOT DISTINCT FROM m.platform
    WHERE m.refund_basis = 'observed' AND NOT EXISTS (
        FROM refund_row r WHERE r.order_id = o.order_id AND r.platform IS NOT DISTINCT FROM o.platform))
WINDOW earlier AS (PARTITION BY fact_id ORDER BY version ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
QUALIFY known > coalesce(max(known) OVER earlier, 0);

CREATE TABLE relation AS
SELECT i.consumer_id, r.relation_type, coalesce(r.touchpoint, '') AS touchpoint, r.started_at, r.ended_at
FROM main_relations r JOIN main_identity i USING (identifier_id)
WHERE r.started_at IS NOT NULL AND r.fact_id NOT IN (SELECT fact_id FROM main_superseded WHERE kind = 'relations')
UNION ALL
SELECT i.consumer_id, 'member', '', m.joined_at, m.left_at
FROM main_members m JOIN main_identity i USING (identifier_id)
WHERE m.joined_at IS NOT NULL AND m.fact_id NOT IN (SELECT fact_id FROM main_superseded WHERE kind = 'members');

-- What ends no later than it begins never was.
CREATE TABLE begun AS
SELECT consumer_id, started_at FROM relation WHERE ended_at IS NULL OR ended_at > started_at;

CREATE TABLE consent AS
SELECT i.consumer_id, c.identifier_id, c.channel, c.action, c.occurred_at AS moment
FROM main_consents c JOIN main_identity i USING (identifier_id)
WHERE c.purpose = 'marketing' AND c.fact_id NOT IN (SELECT fact_id FROM main_superseded WHERE kind = 'consents');

CREATE TABLE event AS
SELECT i.consumer_id, e.name, e.touchpoint, e.occurred_at AS moment, local_day(e.occurred_at) AS day
FROM main_events e JOIN main_identity i USING (identifier_id)
WHERE e.fact_id NOT IN (SELECT fact_id FROM main_superseded WHERE kind = 'events');

CREATE TABLE content AS
SELECT i.consumer_id, c.kind, c.approved, c.positive, c.occurred_at AS moment, local_day(c.occurred_at) AS day
FROM main_contents c JOIN main_identity i USING (identifier_id)
WHERE c.fact_id NOT IN (SELECT fact_id FROM main_superseded WHERE kind = 'contents');

CREATE TABLE referral AS
SELECT r.kind, p.consumer_id AS inviter, q.consumer_id AS invitee, r.inviter_identifier_id, r.occurred_at AS moment,
       local_day(r.occurred_at) AS day
FROM main_referrals r
JOIN main_identity p ON p.identifier_id = r.inviter_identifier_id
JOIN main_identity q ON q.identifier_id = r.invitee_identifier_id
WHERE p.consumer_id <> q.consumer_id
  AND r.fact_id NOT IN (SELECT fact_id FROM main_superseded WHERE kind = 'referrals');

CREATE TABLE person AS
SELECT i.consumer_id, bool_or(d.namespace = 'phone') AS has_phone, bool_or(d.namespace = 'email') AS has_email
FROM main_identity i JOIN main_identifier d USING (identifier_id)
GROUP BY i.consumer_id;
