"""The database as a whole: schema, statistics, copies, backups, and moves between workspaces."""
