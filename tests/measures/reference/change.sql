-- Every instant at which a fact may change a consumer's role. Midnights, at which windows move on, are not among them.
CREATE TABLE change AS
WITH changes AS (
    SELECT consumer_id, unnest([started_at, ended_at]) AS moment FROM relation
    UNION SELECT consumer_id, moment FROM consent
    UNION SELECT consumer_id, paid_at FROM paid_order
    UNION SELECT consumer_id, r.refunded_at FROM paid_order JOIN refunded r USING (fact_id)
    UNION SELECT consumer_id, moment FROM spreading_act
)
SELECT DISTINCT consumer_id, moment FROM changes WHERE consumer_id IS NOT NULL AND moment IS NOT NULL;
