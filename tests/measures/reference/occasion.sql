-- What known consumers bought and kept by the closing: an order refunded in full is none.
CREATE VIEW occasion AS
SELECT consumer_id, paid_day, paid_amount - back AS net
FROM (SELECT o.*, coalesce((SELECT sum(r.refund_amount) FROM refunded r
                            WHERE r.fact_id = o.fact_id AND r.refunded_at < getvariable('closing')), 0) AS back
      FROM paid_order o
      WHERE consumer_id IS NOT NULL AND paid_at < getvariable('closing'))
WHERE back < paid_amount;
