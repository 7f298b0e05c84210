"""The workspace, its people, their roles and teams."""
