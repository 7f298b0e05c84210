"""The database as a whole: its schema, statistics, copies, backups, and what moves between
workspaces.
"""
