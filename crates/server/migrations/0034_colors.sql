-- The colors of an organization's pages and mails; without one, the project's.
ALTER TABLE organizations ADD COLUMN brand_color TEXT;
ALTER TABLE organizations ADD COLUMN background_color TEXT;
