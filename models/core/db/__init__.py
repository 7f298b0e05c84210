"""The databases: engine, locks, deadlines, errors, statistics, copies and backups."""
