"""The base of every table and every CRM entity, and what entities share."""
