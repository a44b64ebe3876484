-- The first acceptance of each invitee, if they had paid nothing before it.
CREATE TABLE valid_referral AS
WITH first_accepted AS (
    FROM referral WHERE kind = 'accepted'
    QUALIFY row_number() OVER (PARTITION BY invitee ORDER BY moment, inviter_identifier_id) = 1
)
SELECT inviter, invitee, moment, day
FROM first_accepted f
WHERE NOT EXISTS (FROM paid_order o WHERE o.consumer_id = f.invitee AND o.paid_at < f.moment);

-- What makes a KOC: valid referrals given, approved contents that are not reviews. Never summed.
CREATE TABLE spreading_act AS
SELECT inviter AS consumer_id, 'referral' AS act, moment, day FROM valid_referral
UNION ALL
SELECT consumer_id, 'content', moment, day FROM content WHERE approved AND kind IS DISTINCT FROM 'review';
