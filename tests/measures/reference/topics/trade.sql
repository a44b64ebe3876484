WITH of_period AS (
    SELECT o.*,
           coalesce((SELECT sum(refund_amount) FROM went_back b WHERE b.fact_id = o.fact_id), 0) AS back,
           coalesce((SELECT sum(refund_amount) FROM went_back b
                     WHERE b.fact_id = o.fact_id AND b.refunded_day <= o.paid_day + 15), 0) AS back_soon,
           EXISTS (FROM relation r WHERE r.consumer_id = o.consumer_id AND r.started_at < o.paid_at
                   AND (r.ended_at IS NULL OR r.ended_at >= o.paid_at)) AS related,
           (SELECT sum(quantity) FROM main_order_lines l WHERE in_force(l.fact_id, 'order_lines')
            AND l.order_id = o.order_id AND coalesce(l.platform, '') = o.platform) AS pieces_of_order
    FROM orders_in_force o
    WHERE o.paid_day BETWEEN getvariable('first_day') AND getvariable('last_day')
)
SELECT {by}
       count(*) AS orders,
       coalesce(sum(paid_amount), 0)::BIGINT AS gmv,
       coalesce(sum(greatest(paid_amount - back, 0)), 0)::BIGINT AS net,
       coalesce(sum(greatest(paid_amount - back_soon, 0)), 0)::BIGINT AS settled,
       coalesce(sum(paid_amount) FILTER (paid_day > getvariable('last_day') - 15), 0)::BIGINT AS provisional,
       count(DISTINCT consumer_id) AS buyers,
       coalesce(sum(paid_amount) FILTER (consumer_id IS NOT NULL), 0)::BIGINT AS paid_by_known,
       coalesce(sum(paid_amount) FILTER (related), 0)::BIGINT AS private,
       coalesce(sum(pieces_of_order), 0)::DOUBLE AS pieces,
       count(*) FILTER (pieces_of_order IS NOT NULL) AS orders_with_lines
FROM of_period
GROUP BY ALL;
