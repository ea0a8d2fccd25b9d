-- Of the two small letters that are one capital in Greek, what is compared without case has one. Where somebody else has the name so
-- already, they are two as before.
UPDATE organizations SET folded_name = replace(folded_name, 'ς', 'σ') WHERE folded_name LIKE '%ς%';
UPDATE scim_groups SET folded_display_name = replace(folded_display_name, 'ς', 'σ') WHERE folded_display_name LIKE '%ς%';
UPDATE scim_users SET folded_user_name = replace(folded_user_name, 'ς', 'σ')
WHERE folded_user_name LIKE '%ς%' AND (organization_id, connection_id, replace(folded_user_name, 'ς', 'σ')) NOT IN (
    SELECT organization_id, connection_id, replace(folded_user_name, 'ς', 'σ') FROM scim_users
    GROUP BY organization_id, connection_id, replace(folded_user_name, 'ς', 'σ') HAVING COUNT(*) > 1
);
