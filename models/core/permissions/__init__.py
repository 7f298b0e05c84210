"""Who may do and see what, for one record and in SQL."""
