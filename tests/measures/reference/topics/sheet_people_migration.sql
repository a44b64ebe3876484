SELECT own_from AS own_before, brought_from AS referral_before, own_to AS own_after, brought_to AS referral_after,
       count(*) AS consumers
FROM moved() GROUP BY ALL;
