-- The same spans and figures as `siyu measure`, as an expert would write them for DuckDB alone, straight from the facts.
-- Used only to compare time (bench/run.py); the measures themselves are Ibis expressions. What is right has its own
-- reference in tests/measures/reference. Default settings. Variables: zone, first_day, last_day, closing (instant).
-- Each statement ends with a line that holds only a semicolon.

CREATE OR REPLACE TEMP MACRO day_start(d) AS
    epoch_us(timezone(getvariable('zone'), (DATE '1970-01-01' + CAST(d AS INTEGER))::TIMESTAMP))
;
CREATE OR REPLACE TEMP MACRO forever() AS 4611686018427387904::BIGINT
;
CREATE OR REPLACE TEMP MACRO no_day() AS 1073741824::INTEGER
;

-- Purchases and what was refunded -----------------------------------------------------------------------------------

CREATE TEMP TABLE paid AS
SELECT i.consumer_id, o.fact_id, o.order_id, coalesce(o.platform, '') AS shop, o.paid_at, o.paid_day, o.paid_amount,
       o.refund_amount, o.refunded_at, o.refunded_day
FROM orders o
ANTI JOIN (SELECT fact_id FROM superseded WHERE kind = 'orders') USING (fact_id)
LEFT JOIN identity i USING (identifier_id)
WHERE o.paid_at IS NOT NULL AND o.paid_amount > 0 AND o.is_test IS NOT TRUE
;
CREATE TABLE hand_refund AS
WITH stated AS (
    SELECT order_id, coalesce(platform, '') AS shop, refunded_at, refunded_day, refund_amount
    FROM refunds ANTI JOIN (SELECT fact_id FROM superseded WHERE kind = 'refunds') USING (fact_id)
    UNION ALL
    SELECT order_id, coalesce(platform, ''), refunded_at, refunded_day, refund_amount FROM derived_refund
), by_row AS (
    SELECT p.fact_id, s.refunded_at, s.refunded_day, s.refund_amount FROM paid p JOIN stated s USING (order_id, shop)
)
FROM by_row
UNION ALL
SELECT fact_id, refunded_at, refunded_day, refund_amount FROM paid
WHERE refund_amount > 0 AND refunded_at IS NOT NULL AND fact_id NOT IN (SELECT fact_id FROM by_row)
;
CREATE TABLE hand_purchase AS
WITH back AS (
    SELECT fact_id, refunded_at, refunded_day, sum(refund_amount) OVER (PARTITION BY fact_id ORDER BY refunded_at) AS back
    FROM hand_refund
), void AS (
    SELECT fact_id, min(back.refunded_at) AS void_at, min(back.refunded_day) AS void_day
    FROM back JOIN paid USING (fact_id) WHERE back >= paid_amount GROUP BY fact_id
)
SELECT consumer_id, fact_id, order_id, shop, paid_at, paid_day, paid_amount,
       coalesce(void_at, forever()) AS void_at, coalesce(void_day, no_day()) AS void_day
FROM paid LEFT JOIN void USING (fact_id)
;
CREATE TEMP TABLE referred AS
SELECT r.kind, p.consumer_id AS inviter, q.consumer_id AS invitee, r.occurred_at, r.occurred_day,
       r.inviter_identifier_id, r.fact_id
FROM referrals r
ANTI JOIN (SELECT fact_id FROM superseded WHERE kind = 'referrals') USING (fact_id)
JOIN identity p ON p.identifier_id = r.inviter_identifier_id
JOIN identity q ON q.identifier_id = r.invitee_identifier_id
WHERE p.consumer_id <> q.consumer_id
;
CREATE TABLE hand_valid_referral AS
WITH first AS (
    SELECT * FROM referred WHERE kind = 'accepted'
    QUALIFY row_number() OVER (PARTITION BY invitee ORDER BY occurred_at, inviter_identifier_id, fact_id) = 1
), bought AS (SELECT consumer_id AS invitee, min(paid_at) AS first_paid_at FROM paid GROUP BY consumer_id)
SELECT f.* FROM first f LEFT JOIN bought USING (invitee) WHERE first_paid_at IS NULL OR first_paid_at >= occurred_at
;

-- Spans -------------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE stated_relation AS
    SELECT i.consumer_id, r.relation_type, coalesce(r.touchpoint, '') AS touchpoint, r.started_at AS valid_from,
           coalesce(r.ended_at, forever()) AS valid_to, r.started_day AS from_day, coalesce(r.ended_day, no_day()) AS to_day
    FROM relations r ANTI JOIN (SELECT fact_id FROM superseded WHERE kind = 'relations') USING (fact_id)
    JOIN identity i USING (identifier_id) WHERE r.started_at IS NOT NULL
    UNION ALL
    SELECT i.consumer_id, 'member', '', m.joined_at, coalesce(m.left_at, forever()), m.joined_day, coalesce(m.left_day, no_day())
    FROM members m ANTI JOIN (SELECT fact_id FROM superseded WHERE kind = 'members') USING (fact_id)
    JOIN identity i USING (identifier_id) WHERE m.joined_at IS NOT NULL
;
CREATE TABLE hand_relation_span AS
WITH marked AS (
    SELECT *, max(valid_to) OVER (PARTITION BY consumer_id, relation_type, touchpoint ORDER BY valid_from
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered
    FROM stated_relation WHERE valid_to > valid_from
), islands AS (
    SELECT *, sum(CASE WHEN covered >= valid_from THEN 0 ELSE 1 END)
              OVER (PARTITION BY consumer_id, relation_type, touchpoint ORDER BY valid_from ROWS UNBOUNDED PRECEDING) AS island
    FROM marked
)
SELECT consumer_id, relation_type, touchpoint, min(valid_from) AS valid_from, max(valid_to) AS valid_to,
       min(from_day) AS from_day, max(to_day) AS to_day
FROM islands GROUP BY consumer_id, relation_type, touchpoint, island
;
CREATE TABLE hand_reach_span AS
WITH opens(relation_type, channel) AS (
    VALUES ('member', 'sms'), ('member', 'email'), ('member', 'member_center'), ('offline_member', 'sms'),
           ('offline_member', 'email'), ('fan', 'subscription'), ('live_follow', 'live'), ('group_member', 'group'),
           ('dedicated_service', 'wecom')
), opened AS (
    SELECT consumer_id, channel, valid_from, valid_to, from_day, to_day
    FROM hand_relation_span JOIN opens USING (relation_type) JOIN consumer USING (consumer_id)
    WHERE (channel <> 'sms' OR has_phone) AND (channel <> 'email' OR has_email)
), said AS (
    SELECT i.consumer_id, c.identifier_id, x.channel, c.occurred_at, max(c.occurred_day) AS day,
           max(CASE WHEN c.action = 'withdraw' THEN 1 ELSE 0 END) AS withdrawn
    FROM consents c
    ANTI JOIN (SELECT fact_id FROM superseded WHERE kind = 'consents') USING (fact_id)
    JOIN identity i USING (identifier_id)
    JOIN (SELECT unnest(['sms', 'email', 'member_center', 'subscription', 'live', 'group', 'wecom']) AS channel) x
      ON coalesce(c.channel, '') IN ('', x.channel)
    WHERE c.purpose = 'marketing'
    GROUP BY ALL
), turned AS (
    SELECT *, lag(withdrawn) OVER (PARTITION BY consumer_id, identifier_id, channel ORDER BY occurred_at) AS before FROM said
), change AS (
    SELECT consumer_id, channel, valid_from AS moment, from_day AS day, 1 AS held, 0 AS withdrawn, 0 AS granted FROM opened
    UNION ALL
    SELECT consumer_id, channel, valid_to, to_day, -1, 0, 0 FROM opened WHERE valid_to < forever()
    UNION ALL
    SELECT consumer_id, channel, occurred_at, day, 0, withdrawn - coalesce(before, 0), coalesce(before, 1) - withdrawn
    FROM turned SEMI JOIN opened USING (consumer_id, channel) WHERE before IS DISTINCT FROM withdrawn
), net AS (
    SELECT consumer_id, channel, moment, max(day) AS day, sum(held) AS held, sum(withdrawn) AS withdrawn, sum(granted) AS granted
    FROM change GROUP BY consumer_id, channel, moment
), stated AS (
    SELECT *, sum(held) OVER w > 0 AND sum(withdrawn) OVER w = 0
              AND (channel NOT IN ('sms', 'email') OR sum(granted) OVER w > 0) AS open
    FROM net WINDOW w AS (PARTITION BY consumer_id, channel ORDER BY moment ROWS UNBOUNDED PRECEDING)
), edge AS (
    SELECT * FROM stated QUALIFY open <> coalesce(lag(open) OVER (PARTITION BY consumer_id, channel ORDER BY moment), false)
), span AS (
    SELECT consumer_id, channel, open, held <> 0 AS by_relation, moment AS valid_from, day AS from_day,
           coalesce(lead(moment) OVER w, forever()) AS valid_to, coalesce(lead(day) OVER w, no_day()) AS to_day
    FROM edge WINDOW w AS (PARTITION BY consumer_id, channel ORDER BY moment)
)
SELECT consumer_id, channel, valid_from, valid_to, from_day, to_day, by_relation FROM span WHERE open
;
CREATE TABLE hand_role_span AS
WITH member AS (
    SELECT consumer_id, valid_from, valid_to, from_day, to_day FROM hand_relation_span
    WHERE relation_type IN ('member', 'offline_member')
), members AS (SELECT DISTINCT consumer_id FROM member
), bought_day AS (  -- an open day counts from its first purchase; days with a refunded purchase are folded below
    SELECT consumer_id, paid_day, min(paid_at) AS valid_from, max(void_at) AS valid_to, max(void_day) AS to_day,
           count(*) FILTER (void_at < forever()) AS voided, count(*) AS orders
    FROM hand_purchase SEMI JOIN members USING (consumer_id) GROUP BY consumer_id, paid_day
), folded AS (
    SELECT p.consumer_id, p.paid_day, p.paid_at AS valid_from, p.void_at AS valid_to, p.paid_day AS from_day, p.void_day AS to_day,
           max(p.void_at) OVER (PARTITION BY p.consumer_id, p.paid_day ORDER BY p.paid_at
                                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered
    FROM hand_purchase p JOIN bought_day b USING (consumer_id, paid_day)
    WHERE b.voided > 0 AND b.orders > 1 AND p.void_at > p.paid_at
), islands AS (
    SELECT *, sum(CASE WHEN covered >= valid_from THEN 0 ELSE 1 END)
              OVER (PARTITION BY consumer_id, paid_day ORDER BY valid_from ROWS UNBOUNDED PRECEDING) AS island FROM folded
), occasion AS (
    SELECT consumer_id, valid_from, valid_to, paid_day AS from_day, to_day FROM bought_day
    WHERE (voided = 0 OR orders = 1) AND valid_to > valid_from
    UNION ALL
    SELECT consumer_id, min(valid_from), max(valid_to), min(from_day), max(to_day) FROM islands GROUP BY consumer_id, paid_day, island
), act AS (
    SELECT inviter AS consumer_id, occurred_at, occurred_day, fact_id, 'referral' AS kind FROM hand_valid_referral
    UNION ALL
    SELECT i.consumer_id, c.occurred_at, c.occurred_day, c.fact_id, 'content'
    FROM contents c ANTI JOIN (SELECT fact_id FROM superseded WHERE kind = 'contents') USING (fact_id)
    JOIN identity i USING (identifier_id) WHERE c.approved AND coalesce(c.kind, '') <> 'review'
), spreading AS (
    SELECT consumer_id, occurred_at AS valid_from, occurred_day AS from_day,
           lag(occurred_day, 2) OVER (PARTITION BY consumer_id, kind ORDER BY occurred_at, fact_id) + 210 AS to_day
    FROM act SEMI JOIN members USING (consumer_id)
    QUALIFY to_day - 210 >= occurred_day - 179
), change AS (
    SELECT consumer_id, valid_from AS moment, from_day AS day, 1 AS channels, 0 AS memberships, 0 AS occasions, 0 AS spreading,
           CASE WHEN by_relation THEN 0 ELSE 1 END AS consented FROM hand_reach_span
    UNION ALL SELECT consumer_id, valid_to, to_day, -1, 0, 0, 0, 0 FROM hand_reach_span WHERE valid_to < forever()
    UNION ALL SELECT consumer_id, valid_from, from_day, 0, 1, 0, 0, 0 FROM member
    UNION ALL SELECT consumer_id, valid_to, to_day, 0, -1, 0, 0, 0 FROM member WHERE valid_to < forever()
    UNION ALL SELECT consumer_id, valid_from, from_day, 0, 0, 1, 0, 0 FROM occasion
    UNION ALL SELECT consumer_id, valid_to, to_day, 0, 0, -1, 0, 0 FROM occasion WHERE valid_to < forever()
    UNION ALL SELECT consumer_id, valid_from, from_day, 0, 0, 0, 1, 0 FROM spreading
    UNION ALL SELECT consumer_id, day_start(to_day), to_day, 0, 0, 0, -1, 0 FROM spreading
), net AS (
    SELECT consumer_id, moment, max(day) AS day, sum(channels) AS channels, sum(memberships) AS memberships,
           sum(occasions) AS occasions, sum(spreading) AS spreading, sum(consented) AS consented
    FROM change GROUP BY consumer_id, moment
), stated AS (
    SELECT *, CASE WHEN sum(channels) OVER w = 0 THEN 0 WHEN sum(memberships) OVER w = 0 THEN 1
                   WHEN sum(occasions) OVER w = 0 THEN 2 WHEN sum(spreading) OVER w > 0 THEN 5
                   WHEN sum(occasions) OVER w >= 2 THEN 4 ELSE 3 END AS rank
    FROM net WINDOW w AS (PARTITION BY consumer_id ORDER BY moment ROWS UNBOUNDED PRECEDING)
), edge AS (
    SELECT * FROM stated QUALIFY rank <> coalesce(lag(rank) OVER (PARTITION BY consumer_id ORDER BY moment), 0)
), span AS (
    SELECT consumer_id, rank, moment AS valid_from, day AS from_day, coalesce(lead(moment) OVER w, forever()) AS valid_to,
           coalesce(lead(day) OVER w, no_day()) AS to_day,
           CASE WHEN memberships <> 0 THEN 'relation' WHEN occasions > 0 THEN 'purchase' WHEN occasions < 0 THEN 'refund'
                WHEN spreading <> 0 THEN 'spreading' WHEN channels > 0 AND consented > 0 THEN 'consent' ELSE 'relation' END AS cause
    FROM edge WINDOW w AS (PARTITION BY consumer_id ORDER BY moment)
)
SELECT consumer_id, ['basic', 'member_unpurchased', 'member_first', 'member_repeat', 'koc'][rank] AS role, rank,
       valid_from, valid_to, from_day, to_day, cause
FROM span WHERE rank > 0
;

-- F and A -----------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE closing AS
SELECT consumer_id, role, rank FROM hand_role_span WHERE from_day <= getvariable('last_day') AND to_day > getvariable('last_day')
;
CREATE TEMP TABLE opening AS
SELECT consumer_id, role, rank FROM hand_role_span
WHERE from_day <= getvariable('first_day') - 1 AND to_day > getvariable('first_day') - 1
;
CREATE TEMP TABLE held AS
SELECT consumer_id, relation_type, touchpoint FROM hand_relation_span
WHERE from_day <= getvariable('last_day') AND to_day > getvariable('last_day')
;
CREATE TEMP TABLE bought AS
SELECT consumer_id, paid_day FROM hand_purchase
WHERE consumer_id IS NOT NULL AND paid_day <= getvariable('last_day') AND void_day > getvariable('last_day')
;
CREATE TEMP TABLE event AS
SELECT i.consumer_id, e.name, e.touchpoint, e.occurred_at, e.occurred_day
FROM events e ANTI JOIN (SELECT fact_id FROM superseded WHERE kind = 'events') USING (fact_id)
JOIN identity i USING (identifier_id)
WHERE e.occurred_day BETWEEN getvariable('last_day') - 179 AND getvariable('last_day')
;
CREATE TEMP TABLE figure AS
SELECT 'F.sustainable_relationships' AS name, count(*)::DOUBLE AS value FROM closing
UNION ALL SELECT 'F.relation_gross', count(DISTINCT consumer_id) FROM held
UNION ALL SELECT 'F.relationship_records', count(*) FROM held
UNION ALL SELECT 'F.pushable', count(DISTINCT consumer_id) FROM hand_reach_span SEMI JOIN closing USING (consumer_id)
    WHERE from_day <= getvariable('last_day') AND to_day > getvariable('last_day')
    AND channel IN ('sms', 'email', 'wecom', 'group', 'subscription')
UNION ALL SELECT 'F.proven_180d', count(*) FROM closing WHERE consumer_id IN (
    SELECT consumer_id FROM event UNION ALL SELECT consumer_id FROM bought WHERE paid_day > getvariable('last_day') - 180
    UNION ALL SELECT i.consumer_id FROM contents c JOIN identity i USING (identifier_id)
              WHERE c.occurred_day BETWEEN getvariable('last_day') - 179 AND getvariable('last_day'))
UNION ALL SELECT 'F.basic_buyers', count(*) FROM closing SEMI JOIN bought USING (consumer_id) WHERE role = 'basic'
UNION ALL SELECT 'F.new', count(*) FROM closing ANTI JOIN opening USING (consumer_id)
UNION ALL SELECT 'F.lost', count(*) FROM opening ANTI JOIN closing USING (consumer_id)
UNION ALL SELECT 'F.by_role.' || role, count(*) FROM closing GROUP BY role
UNION ALL SELECT 'F.by_relation_type.' || relation_type, count(DISTINCT consumer_id)
    FROM held SEMI JOIN closing USING (consumer_id) GROUP BY relation_type
UNION ALL SELECT 'F.by_channel.' || channel, count(DISTINCT consumer_id)
    FROM hand_reach_span SEMI JOIN closing USING (consumer_id)
    WHERE from_day <= getvariable('last_day') AND to_day > getvariable('last_day') GROUP BY channel
;
INSERT INTO figure
WITH move AS (SELECT o.rank AS before, c.rank AS after FROM opening o LEFT JOIN closing c USING (consumer_id))
SELECT 'A.base', count(*) FROM move
UNION ALL SELECT 'A.eligible', count(*) FROM move WHERE before < 5
UNION ALL SELECT 'A.deepened', count(*) FROM move WHERE after > before
UNION ALL SELECT 'A.shallowed', count(*) FROM move WHERE after < before
UNION ALL SELECT 'A.left', count(*) FROM move WHERE after IS NULL
UNION ALL SELECT 'A.rungs', sum(after - before) FROM move WHERE after > before
UNION ALL SELECT 'A.steps.' || before, count(*) FILTER (after > before) / count(*) FROM move WHERE before < 5 GROUP BY before
UNION ALL SELECT 'A.transition.' || before || '.' || coalesce(after, 0), count(*) FROM move GROUP BY before, after
;

-- T -----------------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE entry AS
SELECT DISTINCT consumer_id, touchpoint, occurred_at AS entered_at FROM event
WHERE name IN ('visit', 'enter', 'open') AND coalesce(touchpoint, '') <> '' AND occurred_day >= getvariable('first_day')
;
CREATE TEMP TABLE visitor AS
WITH first AS (
    SELECT consumer_id, touchpoint, min(entered_at) AS first_at FROM entry GROUP BY ALL
    UNION ALL SELECT consumer_id, '', min(entered_at) FROM entry GROUP BY consumer_id
)
SELECT f.*, NOT EXISTS (FROM hand_relation_span r WHERE r.consumer_id = f.consumer_id
                        AND r.valid_from < f.first_at AND r.valid_to >= f.first_at) AS is_new,
       EXISTS (FROM hand_role_span r WHERE r.consumer_id = f.consumer_id AND r.rank < 5
               AND r.valid_from < f.first_at AND r.valid_to >= f.first_at) AS is_eligible
FROM first f
;
CREATE TEMP TABLE progress AS
WITH outcome AS (
    SELECT DISTINCT consumer_id, 'settled' AS kind, valid_from AS moment, 0 AS amount, 86400000000 AS within FROM stated_relation
    WHERE from_day BETWEEN getvariable('first_day') AND getvariable('last_day') AND valid_to > valid_from
    UNION ALL
    SELECT a.consumer_id, 'deepened', a.valid_from, 0, 7 * 86400000000
    FROM hand_role_span a JOIN hand_role_span b ON b.consumer_id = a.consumer_id AND b.valid_to = a.valid_from AND a.rank > b.rank
    WHERE a.from_day BETWEEN getvariable('first_day') AND getvariable('last_day')
    UNION ALL
    SELECT consumer_id, 'converted', paid_at, paid_amount, 86400000000 FROM hand_purchase
    WHERE paid_day BETWEEN getvariable('first_day') AND getvariable('last_day') AND void_day > getvariable('last_day')
), credited AS (
    SELECT o.consumer_id, o.kind, o.moment, o.amount, e.touchpoint
    FROM outcome o ASOF JOIN (SELECT consumer_id, entered_at, max(touchpoint) AS touchpoint FROM entry GROUP BY ALL) e
      ON e.consumer_id = o.consumer_id AND e.entered_at <= o.moment
    WHERE o.moment - e.entered_at <= o.within
)
SELECT v.consumer_id, v.touchpoint,
       max(CASE WHEN kind = 'settled' AND is_new AND moment >= first_at THEN 1 ELSE 0 END) AS settled,
       max(CASE WHEN kind = 'deepened' AND is_eligible AND moment > first_at THEN 1 ELSE 0 END) AS deepened,
       max(CASE WHEN kind = 'converted' THEN 1 ELSE 0 END) AS converted,
       sum(amount) AS paid
FROM (FROM credited UNION ALL SELECT consumer_id, kind, moment, amount, '' FROM credited) c
JOIN visitor v USING (consumer_id, touchpoint) GROUP BY ALL
;
INSERT INTO figure
WITH t AS (
    SELECT touchpoint, count(*) AS visitors, count(*) FILTER (is_new) AS new_visitors, count(*) FILTER (is_eligible) AS eligible,
           sum(settled) AS settled, sum(deepened) AS deepened, sum(converted) AS converted,
           sum(greatest(settled, deepened, converted)) AS progressed, sum(paid) AS paid
    FROM visitor LEFT JOIN progress USING (consumer_id, touchpoint) GROUP BY touchpoint
)
SELECT 'T.' || CASE touchpoint WHEN '' THEN '' ELSE 'by_touchpoint.' || touchpoint || '.' END || name, value
FROM (UNPIVOT (SELECT touchpoint, COLUMNS(* EXCLUDE touchpoint)::DOUBLE FROM t) ON COLUMNS(* EXCLUDE touchpoint) INTO NAME name VALUE value)
;

-- S -----------------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE counted AS
WITH back AS (
    SELECT fact_id, sum(refund_amount) AS back FROM hand_refund WHERE refunded_at < getvariable('closing') GROUP BY fact_id
)
SELECT p.*, greatest(paid_amount - coalesce(back, 0), 0) AS net
FROM hand_purchase p LEFT JOIN back USING (fact_id)
WHERE paid_day BETWEEN getvariable('last_day') - 364 AND getvariable('last_day') AND void_day > getvariable('last_day')
;
CREATE TEMP TABLE worth AS
WITH invited AS (
    SELECT c.fact_id, r.inviter AS sharer, c.net FROM counted c JOIN hand_valid_referral r ON r.invitee = c.consumer_id
    WHERE c.paid_at >= r.occurred_at AND c.paid_at <= r.occurred_at + 365 * 86400000000
), clicked AS (
    SELECT c.fact_id, r.inviter AS sharer, c.net
    FROM counted c ANTI JOIN invited USING (fact_id)
    JOIN referred r ON r.invitee = c.consumer_id AND r.kind = 'click'
     AND r.occurred_at <= c.paid_at AND r.occurred_at >= c.paid_at - 7 * 86400000000
    QUALIFY row_number() OVER (PARTITION BY c.fact_id ORDER BY r.occurred_at DESC, r.inviter_identifier_id DESC) = 1
), both_ways AS (
    SELECT consumer_id, net AS own, 0 AS referral FROM counted WHERE consumer_id IS NOT NULL
    UNION ALL SELECT sharer, 0, net FROM (FROM invited UNION ALL FROM clicked)
)
SELECT consumer_id, sum(own) AS own, sum(referral) AS referral FROM both_ways GROUP BY consumer_id
;
INSERT INTO figure
WITH f AS (SELECT role, coalesce(own, 0) AS own, coalesce(referral, 0) AS referral FROM closing LEFT JOIN worth USING (consumer_id))
SELECT 'S.own_total', sum(own) FROM worth
UNION ALL SELECT 'S.anonymous_total', coalesce(sum(net), 0) FROM counted WHERE consumer_id IS NULL
UNION ALL SELECT 'S.propagation_total', sum(referral) FROM worth
UNION ALL SELECT 'S.clv_mean', avg(own + referral) FROM f
UNION ALL SELECT 'S.clv_median', quantile_cont(own + referral, 0.5) FROM f
UNION ALL SELECT 'S.clv_p90', quantile_cont(own + referral, 0.9) FROM f
UNION ALL SELECT 'S.by_role.' || role, sum(own + referral) FROM f GROUP BY role
;

-- FAST --------------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE aipl AS
WITH days AS (SELECT unnest([getvariable('last_day'), getvariable('last_day') - 7]) AS day
), level AS (
    SELECT d.day, e.consumer_id,
           CASE WHEN bool_or(name IN ('brand_search', 'interact', 'add_to_cart', 'favorite', 'claim_sample'))
                  OR count(DISTINCT occurred_day) FILTER (name IN ('visit', 'enter', 'open', 'view')) >= 2 THEN 2 ELSE 1 END AS rank
    FROM event e JOIN days d ON e.occurred_day BETWEEN d.day - 14 AND d.day
    WHERE name IN ('impression', 'click', 'view', 'visit', 'enter', 'open', 'watch', 'brand_search', 'interact',
                   'add_to_cart', 'favorite', 'claim_sample')
    GROUP BY ALL
    UNION ALL
    SELECT d.day, consumer_id, CASE WHEN count(DISTINCT paid_day) FILTER (paid_day > d.day - 365) >= 2 THEN 4 ELSE 3 END
    FROM hand_purchase JOIN days d ON paid_day BETWEEN d.day - 912 AND d.day AND void_day > d.day
    WHERE consumer_id IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT d.day, i.consumer_id, 4 FROM contents c JOIN identity i USING (identifier_id)
    JOIN days d ON c.occurred_day BETWEEN d.day - 364 AND d.day WHERE c.positive
    UNION ALL
    SELECT d.day, consumer_id, 2 FROM hand_relation_span JOIN days d ON from_day <= d.day AND to_day > d.day
    WHERE relation_type IN ('member', 'offline_member', 'fan')
)
SELECT day, consumer_id, max(rank) AS rank FROM level GROUP BY day, consumer_id
;
INSERT INTO figure
WITH flow AS (
    SELECT s.rank AS before, n.rank AS after FROM (FROM aipl WHERE day = getvariable('last_day') - 7) s
    LEFT JOIN (FROM aipl WHERE day = getvariable('last_day')) n USING (consumer_id)
), member AS (SELECT DISTINCT consumer_id FROM held WHERE relation_type IN ('member', 'offline_member')
), lively AS (
    SELECT consumer_id, max(day) AS day FROM (
        SELECT consumer_id, occurred_day AS day FROM event WHERE name IN ('add_to_cart', 'favorite', 'claim_benefit', 'interact')
        UNION ALL SELECT consumer_id, paid_day FROM bought)
    SEMI JOIN member USING (consumer_id) GROUP BY consumer_id
)
SELECT 'fast.fertility', count(*) FROM aipl WHERE day = getvariable('last_day')
UNION ALL SELECT 'fast.aipl.' || ['A', 'I', 'P', 'L'][rank], count(*) FROM aipl WHERE day = getvariable('last_day') GROUP BY rank
UNION ALL SELECT 'fast.advancing', count(*) FILTER (after > before) / count(*) FROM flow
UNION ALL SELECT 'fast.superiority', count(*) FROM member
UNION ALL SELECT 'fast.thriving_30d', count(*) FILTER (day > getvariable('last_day') - 30) / (SELECT count(*) FROM member) FROM lively
UNION ALL SELECT 'fast.thriving_180d', count(*) FILTER (day > getvariable('last_day') - 180) / (SELECT count(*) FROM member) FROM lively
;
