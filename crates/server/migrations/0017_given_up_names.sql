-- A name that an older organization had and has given up is that of who had it behind it. Until now it stood there for
-- whoever came next.
UPDATE organization_locators SET shadowed = FALSE WHERE shadowed AND (project_id, kind, name) IN (
    SELECT l.project_id, l.kind, l.name FROM organization_locators l
    WHERE l.shadowed
      AND NOT EXISTS (SELECT 1 FROM organization_locators o
                      WHERE o.project_id = l.project_id AND o.folded = l.folded AND NOT o.shadowed)
      AND NOT EXISTS (SELECT 1 FROM organization_locators o
                      WHERE o.project_id = l.project_id AND o.folded = l.folded AND o.shadowed
                        AND (o.organization_id, o.kind) < (l.organization_id, l.kind)));
