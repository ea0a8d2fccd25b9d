-- Directories have a flight recorder too. Its exchanges stand with those of identity providers, in sso_exchanges: the program before
-- writes there, so the table keeps its name.

-- Whoever shows a token that is none, or asks for what is not there, says only which connection is meant.
CREATE INDEX scim_connections_by_id ON scim_connections (id);

-- Whether somebody who is new to a directory was here before, in organizations where everybody has one domain.
CREATE INDEX members_deleted ON members (organization_id, email_address) WHERE status = 'deleted';
