-- What most topics start from: facts in force with all their columns, and purchases that hold at the end of the day.
CREATE MACRO in_force(id, of) AS id NOT IN (SELECT fact_id FROM main_superseded WHERE kind = of);

CREATE TABLE orders_in_force AS
SELECT o.* REPLACE (coalesce(platform, '') AS platform, coalesce(store, '') AS store,
                    coalesce(touchpoint, '') AS touchpoint, coalesce(campaign, '') AS campaign,
                    coalesce(guide, '') AS guide), i.consumer_id
FROM main_orders o LEFT JOIN main_identity i USING (identifier_id)
WHERE in_force(o.fact_id, 'orders') AND o.paid_at IS NOT NULL AND o.paid_amount > 0 AND o.is_test IS NOT TRUE;

CREATE TABLE events_in_force AS
SELECT e.* REPLACE (coalesce(platform, '') AS platform, coalesce(store, '') AS store,
                    coalesce(touchpoint, '') AS touchpoint, coalesce(campaign, '') AS campaign), i.consumer_id
FROM main_events e LEFT JOIN main_identity i USING (identifier_id)
WHERE in_force(e.fact_id, 'events');

-- What went back of each order by the end of the day.
CREATE TABLE went_back AS
SELECT o.fact_id, r.refunded_at, local_day(r.refunded_at) AS refunded_day, r.refund_amount
FROM orders_in_force o JOIN refunded r USING (fact_id)
WHERE r.refunded_at < getvariable('closing');

CREATE TABLE standing AS
SELECT o.*, greatest(o.paid_amount - coalesce(b.back, 0), 0)::BIGINT AS net_amount
FROM orders_in_force o
LEFT JOIN (SELECT fact_id, sum(refund_amount) AS back FROM went_back GROUP BY fact_id) b USING (fact_id)
WHERE o.paid_at < getvariable('closing') AND coalesce(b.back, 0) < o.paid_amount;
